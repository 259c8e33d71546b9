"""Brings what a starter has to the platform: it checks the buckets, and moves the databases to RDS."""
