"""Finds what Terraform made of a stack already, and writes the file by which the stack's program imports it."""
