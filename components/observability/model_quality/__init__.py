"""ModelQuality: what logs the predictions of models, and compares them with their training data."""
