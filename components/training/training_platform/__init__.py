"""TrainingPlatform: Amazon SageMaker for training jobs, pipelines, a model registry and Studio."""
