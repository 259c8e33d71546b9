"""Reads a topic, and writes its records to the online store through Feast."""
