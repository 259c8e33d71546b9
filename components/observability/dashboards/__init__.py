"""Grafana dashboards as data, and the JSON that Grafana reads."""
