"""Kubeflow: what delivers it, and what each team has in it."""
