"""Commands to run beside and after a deployment."""
