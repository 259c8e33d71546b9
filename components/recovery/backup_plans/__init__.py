"""BackupPlans: a locked vault of AWS Backup, and a plan for each store."""
