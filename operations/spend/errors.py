"""What is wrong with an input of the comparison."""


class SpendError(ValueError):
    """A file, a bill or an argument that cannot be read: what it is, and the remedy."""
