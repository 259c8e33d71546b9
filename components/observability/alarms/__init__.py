"""StoreAlarms: CloudWatch alarms of managed stores, queues and entrances, and the people that they tell."""
