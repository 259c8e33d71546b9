"""The error of every input of `mlplatform price` and `mlplatform check` that cannot be used."""


class ProgramError(ValueError):
    """A file, a folder or a setting that cannot be used. Says where, the value, and the remedy."""
