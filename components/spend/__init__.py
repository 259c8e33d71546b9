"""What the platform costs: budgets, anomalies, and the bill in the catalog."""
