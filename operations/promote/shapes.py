"""What GitHub's API answers, as far as promotion reads it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class User(BaseModel):
    """Somebody."""

    id: int
    login: str
    type: str = "User"


class Repository(BaseModel):
    """A repository."""

    full_name: str


class Branch(BaseModel):
    """One side of a pull request."""

    ref: str
    sha: Sha
    repo: Repository | None


class Pull(BaseModel):
    """A pull request."""

    number: int
    state: str
    draft: bool
    user: User | None
    head: Branch
    base: Branch
    changed_files: int
    html_url: str


class OpenPull(BaseModel):
    """A pull request in a list, or just opened."""

    number: int
    html_url: str


class Review(BaseModel):
    """A review; whoever deleted the account is nobody."""

    id: int
    user: User | None
    state: str
    commit_id: Sha | None
    submitted_at: datetime | None = None


class Event(BaseModel):
    """Something that happened to a pull request."""

    event: str
    created_at: datetime


class Commit(BaseModel):
    """A commit of a pull request, and whose it is."""

    sha: Sha
    author: User | None
    committer: User | None


class ChangedFile(BaseModel):
    """A file that a pull request changes."""

    filename: str
    status: str
    previous_filename: str | None = None


class Target(BaseModel):
    """What a ref or a commit points at."""

    sha: Sha


class Ref(BaseModel):
    """A branch."""

    object: Target


class GitCommit(BaseModel):
    """A commit in git's own terms."""

    sha: Sha
    tree: Target
    parents: list[Target]


class Entry(BaseModel):
    """A file or folder in a tree."""

    path: str
    mode: str
    type: str
    sha: Sha


class GitTree(BaseModel):
    """A tree with everything below it."""

    tree: list[Entry]
    truncated: bool


class Blob(BaseModel):
    """A file's bytes."""

    content: str
    encoding: str


class Anything(BaseModel):
    """An answer that is not read."""
