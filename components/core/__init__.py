"""What every component uses."""
