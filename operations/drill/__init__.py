"""Restores beside the running stores, measures the time, and removes what it restored."""
