"""Promotes a model version that staging tested to production, by a pull request that two senior engineers approve."""
