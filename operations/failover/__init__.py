"""Moves the names of a platform between its two regions."""
