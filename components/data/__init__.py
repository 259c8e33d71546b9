"""Stores of data and features, and the servers over them."""
