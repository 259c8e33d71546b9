"""What is run beside and after a deployment."""
