"""What a stack may not waste."""
