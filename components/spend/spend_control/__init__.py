"""SpendControl: a budget with notifications and actions, anomaly detection, and the bill as a table."""
