"""ModelService: a model, served."""
