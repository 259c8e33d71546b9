"""The error of a refused request."""


class PromotionError(Exception):
    """The request is refused; the message gives the reason and the remedy."""
