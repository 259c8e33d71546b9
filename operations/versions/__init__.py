"""Lists pinned versions that are outdated or whose support ends: `make versions`."""
