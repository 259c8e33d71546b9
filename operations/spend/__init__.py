"""Compares the bill of an account with the plan of a stack, and says which usage assumptions are wrong."""
