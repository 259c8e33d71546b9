"""Taking an image's reference apart."""


def parts(image: str) -> tuple[str, str, str]:
    """Repository with its registry, tag and digest; the last two are empty where absent.

    `docker.io/` stands before a repository that names no registry.
    """
    name, _, digest = image.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    first = name.partition("/")[0]
    registry = "" if slash and ("." in first or ":" in first or first == "localhost") else "docker.io/"
    return f"{registry}{head}{slash}{last}", tag, digest
