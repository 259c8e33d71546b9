"""States of the repository: a folder here, or a commit on GitHub."""

import base64
import binascii
from functools import cached_property
from pathlib import Path

from .github import Client, GithubError
from .release import PromotionError
from .shapes import Blob, Entry, GitCommit, GitTree

_FILE = "100644"


class LocalTree:
    """A folder."""

    def __init__(self, root: Path):
        self._root = root

    def read(self, path: str) -> str | None:
        """A file's text; None when there is none."""
        file = self._root / path
        if not file.exists():
            return None
        if file.is_symlink() or not file.is_file():
            raise PromotionError(f"{path} is not a plain file")
        try:
            return file.read_bytes().decode()
        except UnicodeDecodeError:
            raise PromotionError(f"{path} is not text") from None


class CommitTree:
    """A commit on GitHub; its files are asked for when they are read."""

    def __init__(self, client: Client, repository: str, commit: str):
        self._client = client
        self._repository = repository
        self.commit = commit

    @cached_property
    def tree(self) -> str:
        """The SHA of the commit's tree."""
        return self._client.get(f"repos/{self._repository}/git/commits/{self.commit}", GitCommit).tree.sha

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        found = self._client.get(f"repos/{self._repository}/git/trees/{self.tree}", GitTree, recursive=1)
        if found.truncated:
            raise GithubError(f"the tree of {self.commit} is too large for GitHub to list, so that it can't be judged")
        return {each.path: each for each in found.tree}

    def read(self, path: str) -> str | None:
        """A file's text; None when there is none."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        # A link would show another file's text, and later another text.
        if entry.type != "blob" or entry.mode != _FILE:
            raise PromotionError(f"{path} is not a plain file (mode {entry.mode}); replace it by one")
        blob = self._client.get(f"repos/{self._repository}/git/blobs/{entry.sha}", Blob)
        if blob.encoding != "base64":
            raise GithubError(f"{path} came as {blob.encoding}, not base64")
        try:
            return base64.b64decode(blob.content).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise PromotionError(f"{path} is not text") from None

    def below(self, folder: str) -> list[str]:
        """The paths below a folder."""
        return sorted(self.blobs(folder))

    def blobs(self, folder: str) -> dict[str, tuple[str, str]]:
        """Mode and SHA of each file below a folder, by path: alike where the folders are."""
        return {
            path: (each.mode, each.sha)
            for path, each in self._entries.items()
            if path.startswith(folder) and each.type != "tree"
        }
