"""Container images, Argo CD, roles of pipelines, and the user pool."""
