"""The ids that Git gives to files and folders, so that a kept copy is compared with the published one."""

import hashlib
from pathlib import Path


def git_id(path: Path) -> str:
    """The id of a file or of a folder without programs and links in it."""
    if path.is_file():
        return hashlib.sha1(b"blob %d\0" % path.stat().st_size + path.read_bytes()).hexdigest()
    entries = sorted(path.iterdir(), key=lambda each: each.name + "/" * each.is_dir())
    content = b"".join(
        (b"40000 " if each.is_dir() else b"100644 ") + each.name.encode() + b"\0" + bytes.fromhex(git_id(each))
        for each in entries
    )
    return hashlib.sha1(b"tree %d\0" % len(content) + content).hexdigest()
