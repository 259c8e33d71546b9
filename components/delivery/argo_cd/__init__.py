"""Delivery: Argo CD, and the permissions of each product team."""
