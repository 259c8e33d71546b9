"""Restores the stores of a stack from their backups."""
