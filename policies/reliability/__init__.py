"""What a stack must survive."""
