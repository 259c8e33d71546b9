"""Scenarios of a stack: what people and programs do, in order, with the stack's real names."""
