"""Takes what staging proved to production: as a pull request that two senior engineers approve."""
