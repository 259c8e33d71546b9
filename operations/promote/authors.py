"""Who wrote a change: its authors, committers and co-authors, who pushed it, and who opened the pull request.

Facts of GitHub's OpenAPI description: "List commits on a pull request" ends at 250 commits, "Compare two commits" lists
all of them by page. The author of a commit is null if no account has the mail. "List repository activities" names who
pushed or merged into a branch, whatever the commits say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .github import Client, GithubError
from .shapes import Activity, Commit, Comparison, Pull

PAGE = 100
_CO_AUTHOR = re.compile(r"^[ \t]*co-authored-by:(?P<who>.*)$", re.IGNORECASE | re.MULTILINE)
_KNOWN = re.compile(r"<(?:(?P<id>\d+)\+)?(?P<login>[A-Za-z0-9-]+(?:\[bot\])?)@users\.noreply\.github\.com>\s*$")
_PUSHES = {"push", "force_push", "branch_creation", "pr_merge", "merge_queue_merge"}


@dataclass(frozen=True)
class Authors:
    """The people who wrote a change, by id, or by login in lower case; and what hides further ones."""

    ids: frozenset[int] = field(default_factory=frozenset[int])
    logins: frozenset[str] = field(default_factory=frozenset[str])
    refusals: tuple[str, ...] = ()


def compared(client: Client, repository: str, base: str, head: str) -> tuple[str, list[Commit]]:
    """The newest commit that both have, and all commits that `head` has and `base` has not.

    Raises:
        GithubError: if GitHub does not list all of them.
    """
    at = f"repos/{repository}/compare/{base}...{head}"
    page, number = client.get(at, Comparison, per_page=PAGE, page=1), 1
    commits = list(page.commits)
    while page.commits and len(commits) < page.total_commits:
        number += 1
        page = client.get(at, Comparison, per_page=PAGE, page=number)
        commits += page.commits
    if len({each.sha for each in commits}) != page.total_commits:
        raise GithubError(f"GitHub lists {len(commits)} of {page.total_commits} commits, so the authors are unknown")
    return page.merge_base_commit.sha, commits


def authors_of(client: Client, repository: str, pull: Pull, commits: Iterable[Commit]) -> Authors:
    """The authors of a pull request.

    Raises:
        GithubError: if GitHub does not say who pushed the newest commit.
    """
    ids = {pull.user.id} if pull.user else set[int]()
    commits = list(commits)
    ids |= pushers(client, repository, pull, commits)
    logins: set[str] = set()
    refusals: list[str] = []
    for each in commits:
        named = f"commit {each.sha[:12]}"
        for role, user in (("author", each.author), ("committer", each.committer)):
            if user:
                ids.add(user.id)
            else:
                refusals.append(f"{named}: the mail of its {role} belongs to no account; link it or commit it again")
        for match in _CO_AUTHOR.finditer(each.commit.message):
            known = _KNOWN.search(match["who"])
            if not known:
                remedy = "write <id>+<login>@users.noreply.github.com, or remove it"
                refusals.append(f"{named}: the account of the co-author {match['who'].strip()} is unknown; {remedy}")
            elif known["id"]:
                ids.add(int(known["id"]))
            else:
                logins.add(known["login"].lower())
    return Authors(frozenset(ids), frozenset(logins), tuple(refusals))


def pushers(client: Client, repository: str, pull: Pull, commits: Iterable[Commit]) -> set[int]:
    """The ids of who pushed to the branch since it was made, and of who pushed these commits to it before.

    A branch that is deleted and restored has the same commits, and its history begins again.

    Raises:
        GithubError: if GitHub does not say who pushed the newest commit.
    """
    found: set[int] = set()
    heads: set[str] = set()
    own = {each.sha for each in commits}
    restored = False
    for each in client.pages(f"repos/{repository}/activity", Activity, ref=f"refs/heads/{pull.head.ref}"):
        if each.activity_type not in _PUSHES or (restored and each.after not in own):
            continue
        heads.add(each.after)
        if each.actor:
            found.add(each.actor.id)
        restored = restored or each.activity_type == "branch_creation"
    if pull.head.sha not in heads:
        raise GithubError(f"GitHub does not say yet who pushed {pull.head.sha[:12]}; run it again later")
    return found
