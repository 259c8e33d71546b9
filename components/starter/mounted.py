"""Files that containers mount, named after their content."""

import hashlib
from collections.abc import Mapping

from .settings import FILES


class Mounted(dict[str, str]):
    """The content of each file, by its path below the bundle. The name begins with a hash of the content."""

    def add(self, name: str, content: str) -> str:
        """Keep a file, and return its path on the machine."""
        stored = f"{hashlib.sha256(content.encode()).hexdigest()[:16]}-{name}"
        self[f"files/{stored}"] = content
        return f"{FILES}/{stored}"


def bind(source: str, target: str, *, writable: bool = False) -> Mapping[str, object]:
    """A mount that fails when `source` is absent; the short form would create an empty folder."""
    return {
        "type": "bind",
        "source": source,
        "target": target,
        "read_only": not writable,
        "bind": {"create_host_path": False},
    }
