"""What brings the platform back after a loss."""
