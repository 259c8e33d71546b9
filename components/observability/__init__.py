"""What people and alarms see of the platform: metrics, dashboards, objectives, alarms, logs and traces."""
