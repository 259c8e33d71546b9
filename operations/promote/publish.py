"""Commits changed files to a branch and opens its pull request. A repeated call changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from .github import Client, NotFoundError
from .shapes import Anything, GitCommit, OpenPull, Ref, Target
from .trees import CommitTree


@dataclass(frozen=True)
class Proposal:
    """A pull request to open."""

    branch: str
    title: str
    body: str
    files: Mapping[str, str]


def head_of(client: Client, repository: str, branch: str) -> str | None:
    """The newest commit of a branch; None if the branch does not exist."""
    try:
        return client.get(f"repos/{repository}/git/ref/heads/{branch}", Ref).object.sha
    except NotFoundError:
        return None


def propose(client: Client, repository: str, base: str, on: CommitTree, proposal: Proposal) -> OpenPull:
    """Open the pull request that changes `base`, whose newest commit is `on`; return the open one if it exists.

    A branch that already holds the change on this commit stays unchanged, and its approvals stay valid. Otherwise the
    branch is moved, and its approvals no longer count. No author is set: GitHub then signs the commit for the app.
    """
    head = head_of(client, repository, proposal.branch)
    if head is None or not _holds(client, repository, head, on, proposal):
        _move(client, repository, proposal.branch, head, _commit(client, repository, on, proposal))
    owner = repository.partition("/")[0]
    listed = client.pages(
        f"repos/{repository}/pulls", OpenPull, head=f"{owner}:{proposal.branch}", base=base, state="open"
    )
    for found in listed:
        return found
    return client.send(
        "POST",
        f"repos/{repository}/pulls",
        {"title": proposal.title, "body": proposal.body, "head": proposal.branch, "base": base},
        OpenPull,
    )


def _holds(client: Client, repository: str, head: str, on: CommitTree, proposal: Proposal) -> bool:
    """Whether the branch is one commit on top of `on` with exactly these files."""
    commit = client.get(f"repos/{repository}/git/commits/{head}", GitCommit)
    if [parent.sha for parent in commit.parents] != [on.commit]:
        return False
    tree = CommitTree(client, repository, head)
    return all(tree.read(path) == text for path, text in proposal.files.items())


def _commit(client: Client, repository: str, on: CommitTree, proposal: Proposal) -> str:
    entries = [
        {"path": path, "mode": "100644", "type": "blob", "content": text}
        for path, text in sorted(proposal.files.items())
    ]
    tree = client.send("POST", f"repos/{repository}/git/trees", {"base_tree": on.tree, "tree": entries}, Target)
    return client.send(
        "POST",
        f"repos/{repository}/git/commits",
        {"message": proposal.title, "tree": tree.sha, "parents": [on.commit]},
        Target,
    ).sha


def _move(client: Client, repository: str, branch: str, head: str | None, commit: str) -> None:
    if head is None:
        client.send("POST", f"repos/{repository}/git/refs", {"ref": f"refs/heads/{branch}", "sha": commit}, Anything)
    else:
        client.send("PATCH", f"repos/{repository}/git/refs/heads/{branch}", {"sha": commit, "force": True}, Anything)
