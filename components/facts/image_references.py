"""How the names of container images are written, as expressions of RE2, which Python and CEL read alike."""

import re
from collections.abc import Iterable

WITH_REGISTRY = "^([^/]*[.:A-Z][^/]*|localhost)/"
"""An image's name whose first part is a registry. Source: distribution/reference, splitDockerDomain."""


def below(prefixes: Iterable[str]) -> str:
    """The images that are, or are below, one of some registries, folders, repositories and digests.

    A prefix ends where a part of the name ends: nvcr.io allows no image of nvcr.io.example.com.
    """
    choice = "|".join(re.escape(each.removesuffix("/")) for each in sorted(set(prefixes)))
    return f"^({choice})(/|(:[^/]*)?(@.*)?$)"
