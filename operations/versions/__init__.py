"""Which pinned versions are behind, and whose support ends: `make versions`."""
