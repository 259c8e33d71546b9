"""The VPC, its load balancers and their firewalls."""
