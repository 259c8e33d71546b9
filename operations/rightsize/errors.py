"""What stops a proposal."""


class RightsizeError(Exception):
    """An argument, the recorded series or the prices do not allow a proposal. The message says what to do."""
