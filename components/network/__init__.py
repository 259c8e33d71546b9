"""The private network, and what guards the way into it."""
