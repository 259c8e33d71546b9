"""Starter: one virtual machine with Docker Compose, for less than 10 to 15 servers of work."""
