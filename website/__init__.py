"""The documentation site: the pages of the repository, and pages that the code describes."""
