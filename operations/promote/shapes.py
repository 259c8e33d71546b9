"""The parts of GitHub's API responses that promotion reads."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class User(BaseModel):
    """An account."""

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
    html_url: str


class OpenPull(BaseModel):
    """A pull request in a list, or a new one."""

    number: int
    html_url: str


class Review(BaseModel):
    """A review. `user` is None if the account was deleted."""

    id: int
    user: User | None
    state: str
    commit_id: Sha | None
    submitted_at: datetime | None = None


class Event(BaseModel):
    """An event in the history of a pull request."""

    event: str
    created_at: datetime


class Message(BaseModel):
    """The message of a commit."""

    message: str


class Commit(BaseModel):
    """A commit of a comparison. `author` and `committer` are None if their mail belongs to no account."""

    sha: Sha
    commit: Message
    author: User | None
    committer: User | None


class Target(BaseModel):
    """The object that a ref or a commit points to."""

    sha: Sha


class Comparison(BaseModel):
    """One page of the commits that a head has and a base has not, and the newest commit that both have."""

    merge_base_commit: Target
    total_commits: int
    commits: list[Commit]


class Activity(BaseModel):
    """A change of a branch, such as a push. `actor` is None if the account was deleted."""

    after: str
    activity_type: str
    actor: User | None


class Ref(BaseModel):
    """A branch."""

    object: Target


class GitCommit(BaseModel):
    """A commit, as the Git database API returns it."""

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
    """A tree and all entries below it."""

    tree: list[Entry]
    truncated: bool


class Blob(BaseModel):
    """The content of a file."""

    content: str
    encoding: str


class Anything(BaseModel):
    """A response whose content is not used."""
