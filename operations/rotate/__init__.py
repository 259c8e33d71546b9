"""Rotates the keys and passwords of a stack, and checks those that AWS rotates by itself."""
