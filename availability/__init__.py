"""Availability that follows from AWS's commitments and the graph of a plan's resources. Reads resources alone."""
