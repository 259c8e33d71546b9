"""ModelServingIngress: from the public name to the models, in one component."""
