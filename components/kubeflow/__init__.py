"""Kubeflow: its delivery, and the resources of each team in it."""
