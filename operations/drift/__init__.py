"""Compares what runs in the cloud with the state and the plan of a stack. It only reads."""
