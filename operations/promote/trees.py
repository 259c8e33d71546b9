"""The files of the repository, in a local folder or at a commit on GitHub."""

import base64
import binascii
from functools import cached_property
from pathlib import Path

from .errors import PromotionError
from .github import Client, GithubError
from .shapes import Blob, Entry, GitCommit, GitTree

_FILE = "100644"


class LocalTree:
    """The files in a local folder."""

    def __init__(self, root: Path):
        self._root = root

    def read(self, path: str) -> str | None:
        """The text of a file; None if the file does not exist."""
        file = self._root / path
        if not file.exists():
            return None
        if file.is_symlink() or not file.is_file():
            raise PromotionError(f"{path} is not a regular file; replace it with one")
        try:
            return file.read_bytes().decode()
        except UnicodeDecodeError:
            raise PromotionError(f"{path} is not UTF-8 text; save it as UTF-8") from None

    def below(self, folder: str) -> list[str]:
        """The paths of all files below a folder."""
        found = (self._root / folder).rglob("*")
        return sorted(each.relative_to(self._root).as_posix() for each in found if each.is_symlink() or each.is_file())


class CommitTree:
    """The files at a commit on GitHub. Each is fetched once, when it is first read."""

    def __init__(self, client: Client, repository: str, commit: str):
        self._client = client
        self._repository = repository
        self.commit = commit
        self._texts: dict[str, str] = {}

    @cached_property
    def tree(self) -> str:
        """The SHA of the commit's tree."""
        return self._client.get(f"repos/{self._repository}/git/commits/{self.commit}", GitCommit).tree.sha

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        found = self._client.get(f"repos/{self._repository}/git/trees/{self.tree}", GitTree, recursive=1)
        if found.truncated:
            raise GithubError(f"the tree of {self.commit} is too large for GitHub to list, so it cannot be verified")
        return {each.path: each for each in found.tree}

    def read(self, path: str) -> str | None:
        """The text of a file; None if the file does not exist."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        # A symbolic link would return the text of another file, which can change later.
        if entry.type != "blob" or entry.mode != _FILE:
            raise PromotionError(f"{path} is not a regular file (mode {entry.mode}); replace it with one")
        if path not in self._texts:
            self._texts[path] = self._fetch(path, entry)
        return self._texts[path]

    def _fetch(self, path: str, entry: Entry) -> str:
        blob = self._client.get(f"repos/{self._repository}/git/blobs/{entry.sha}", Blob)
        if blob.encoding != "base64":
            raise GithubError(f"GitHub sent {path} as {blob.encoding}, not as base64")
        try:
            return base64.b64decode(blob.content).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise PromotionError(f"{path} is not UTF-8 text; save it as UTF-8") from None

    def below(self, folder: str) -> list[str]:
        """The paths below a folder."""
        return sorted(self.blobs(folder))

    def blobs(self, folder: str) -> dict[str, tuple[str, str]]:
        """Mode and SHA of each file below a folder, by path. Equal folders give equal results."""
        return {
            path: (each.mode, each.sha)
            for path, each in self._entries.items()
            if path.startswith(folder) and each.type != "tree"
        }
