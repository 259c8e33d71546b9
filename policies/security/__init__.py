"""What a stack may not lay open."""
