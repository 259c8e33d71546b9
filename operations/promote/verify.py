"""Decides whether a pull request may be merged, by its changes, staging's smoke test and its approvals."""

import re
from dataclasses import dataclass
from itertools import islice

from ..smoke.report import Result
from .github import Client
from .overlay import RELEASE, Environment, OverlayLocation, promoted, read_overlay
from .publish import head_of
from .release import PromotionError, Smoke, parse_release
from .reviews import judge_reviews
from .settings import PromotionSettings, seniors
from .shapes import ChangedFile, Commit, Event, Pull, Review, Target
from .trees import CommitTree

RESTORABLE_STATES = 10
"""How many of a model's last states in production a pull request may restore."""

_MODELS = "deploy/models/"
_OVERLAY = re.compile(r"^deploy/models/(?P<team>[^/]+)/(?P<model>[^/]+)/overlays/(?P<environment>staging|prod)/")
_STAGING = re.compile(r"^deploy/models/[^/]+/[^/]+/overlays/staging/")


@dataclass(frozen=True)
class Verification:
    """The result of a verification. The pull request may be merged if `refusals` is empty."""

    head: str
    what: str
    refusals: tuple[str, ...]
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Change:
    """The changes of a pull request, with the repository before and after them."""

    client: Client
    repository: str
    pull: Pull
    paths: frozenset[str]
    before: CommitTree
    after: CommitTree

    def overlays(self, environment: Environment) -> list[OverlayLocation]:
        """The overlays of an environment that the pull request changes."""
        found = {
            (match["team"], match["model"])
            for path in self.paths
            if (match := _OVERLAY.match(path)) and match["environment"] == environment
        }
        return [OverlayLocation(team, model, environment) for team, model in sorted(found)]

    def reaches_production(self, settings: PromotionSettings) -> bool:
        """Whether the change affects what production runs, or who may change that.

        Below deploy/models, only staging's overlays do not affect production.
        """
        return any(
            path.startswith(settings.protected) or (path.startswith(_MODELS) and not _STAGING.match(path))
            for path in self.paths
        )


def verify(client: Client, repository: str, number: int, settings: PromotionSettings) -> Verification:
    """Verify a pull request.

    Raises:
        GithubError: if GitHub does not return what is needed; the result is then unknown.
    """
    pull = client.get(f"repos/{repository}/pulls/{number}", Pull)
    if refused := _not_verifiable(pull, repository, settings):
        return Verification(pull.head.sha, "a change that cannot be verified", (refused,))
    base = head_of(client, repository, settings.base)
    if base is None:
        return Verification(
            pull.head.sha, "a change that cannot be verified", (f"the branch {settings.base} does not exist",)
        )
    files = list(client.pages(f"repos/{repository}/pulls/{number}/files", ChangedFile))
    if len(files) != pull.changed_files:
        problem = f"GitHub lists {len(files)} of {pull.changed_files} changed files; split the pull request"
        return Verification(pull.head.sha, "a change that cannot be verified", (problem,))
    paths = frozenset(path for each in files for path in (each.filename, each.previous_filename) if path)
    before, after = CommitTree(client, repository, base), CommitTree(client, repository, pull.head.sha)
    return _judge(settings, _Change(client, repository, pull, paths, before, after))


def _not_verifiable(pull: Pull, repository: str, settings: PromotionSettings) -> str | None:
    """Why the pull request cannot be verified at all."""
    if pull.state != "open":
        return f"the pull request is {pull.state}"
    if pull.draft:
        return "the pull request is a draft; mark it as ready"
    if pull.base.ref != settings.base:
        return f"the pull request targets {pull.base.ref}; change its base to {settings.base}"
    if pull.head.repo is None or pull.head.repo.full_name.lower() != repository.lower():
        return "the pull request comes from a fork; push the branch to this repository"
    return None


def _judge(settings: PromotionSettings, change: _Change) -> Verification:
    client, at = change.client, f"repos/{change.repository}"
    head = change.pull.head.sha
    refusals = _smoke_results(change, settings)
    if not change.reaches_production(settings):
        return Verification(head, "a change that does not affect production", tuple(refusals))
    what = "a change that seniors must approve"
    if locations := change.overlays(Environment.PROD):
        what, wrong = _production(change, locations)
        refusals += wrong
    approvals = judge_reviews(
        client.pages(f"{at}/pulls/{change.pull.number}/reviews", Review),
        head=head,
        authors=_authors(change),
        seniors=seniors(client, settings),
        events=client.pages(f"{at}/issues/{change.pull.number}/events", Event),
    )
    return Verification(head, what, (*refusals, *approvals.refusals(settings.approvals)), approvals.counted)


def _authors(change: _Change) -> frozenset[int]:
    """The ids of who opened the pull request, and of who wrote or committed its commits."""
    commits = change.client.pages(f"repos/{change.repository}/pulls/{change.pull.number}/commits", Commit)
    people = [change.pull.user, *(user for each in commits for user in (each.author, each.committer))]
    return frozenset(user.id for user in people if user)


def _production(change: _Change, locations: list[OverlayLocation]) -> tuple[str, list[str]]:
    """What kind of change to production's overlays this is, and what is wrong with it."""
    location = locations[0]
    name = f"{location.team}/{location.model}"
    others = sorted(path for path in change.paths if not path.startswith(location.folder))
    if others:
        return f"a promotion of {name}", [
            f"the pull request changes more than {location.folder}: {', '.join(others[:5])}; split it"
        ]
    try:
        if not change.after.below(location.folder):
            return f"a removal of {name} from production", []
        after = read_overlay(change.after, location)
        if after.release is not None and after.release == change.before.read(location.folder + RELEASE):
            after.recorded()
            return f"a change of {name} in production without a new version", []
        wrong = _promotion(change, location)
    except PromotionError as error:
        wrong = [str(error)]
    if wrong and _is_rollback(change, location):
        return f"a rollback of {name} to an earlier state of production", []
    return f"a promotion of {name}", wrong


def _promotion(change: _Change, location: OverlayLocation) -> list[str]:
    """What is wrong with a promotion. It must equal, byte for byte, what is planned from staging's current state."""
    staging = read_overlay(change.before, OverlayLocation(location.team, location.model, Environment.STAGING))
    expected = promoted(staging, read_overlay(change.before, location, fallback=change.after)).files()
    found = {path: change.after.read(path) for path in change.after.below(location.folder)}
    known = {path: change.before.read(path) for path in change.before.below(location.folder)}
    wrong = sorted(path for path in {*found, *known, *expected} if found.get(path) != {**known, **expected}.get(path))
    if wrong:
        return [f"{', '.join(wrong)}: differs from the version that staging tested; open the promotion again"]
    return []


def _is_rollback(change: _Change, location: OverlayLocation) -> bool:
    """Whether production's overlay equals an earlier one that a smoke test proved, byte for byte."""
    text = change.after.read(location.folder + RELEASE)
    try:
        smoke = parse_release(text, location.folder + RELEASE).smoke if text is not None else None
    except PromotionError:
        return False
    if smoke is None or smoke.result is not Result.PASSED:
        return False
    found = change.after.blobs(location.folder)
    path, start = location.folder.rstrip("/"), change.before.commit
    past = change.client.pages(f"repos/{change.repository}/commits", Target, sha=start, path=path)
    return any(
        CommitTree(change.client, change.repository, each.sha).blobs(location.folder) == found
        for each in islice(past, RESTORABLE_STATES)
    )


def _smoke_results(change: _Change, settings: PromotionSettings) -> list[str]:
    """What is wrong with changes to staging's smoke test results, which only the recorder app may write."""
    refused: list[str] = []
    for location in change.overlays(Environment.STAGING):
        path = location.folder + RELEASE
        if path not in change.paths or change.after.read(path) is None:
            continue
        try:
            after = read_overlay(change.after, location).recorded()
        except PromotionError as error:
            refused.append(str(error))
            continue
        author = change.pull.user.login if change.pull.user else "a deleted account"
        if after.smoke not in (None, _known(change, path)) and author != settings.recorder:
            refused.append(f"{path}: only {settings.recorder} may record the result of a smoke test, not {author}")
    return refused


def _known(change: _Change, path: str) -> Smoke | None:
    """The smoke test that was recorded before."""
    before = change.before.read(path)
    try:
        return parse_release(before, path).smoke if before is not None else None
    except PromotionError:
        return None
