"""What Kubernetes objects must keep to."""
