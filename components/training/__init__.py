"""Training: where models and features are computed."""
