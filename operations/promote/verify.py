"""Decides whether a pull request may be merged, by its changes, staging's smoke test and its approvals."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

from ..smoke.report import Result
from .authors import authors_of, compared, pushers
from .errors import PromotionError
from .github import Client, GithubError
from .overlay import RELEASE, Environment, Overlay, OverlayLocation, promoted, read_overlay
from .publish import head_of
from .release import Smoke, folder_of, parse_release
from .reviews import judge_reviews
from .settings import PromotionSettings, seniors
from .shapes import Commit, Event, Pull, Review, Target
from .trees import CommitTree

RESTORABLE_STATES = 10
"""How many of a model's last states in production a pull request may restore."""
ATTEMPTS = 3
"""How often a verification is repeated, if the pull request or the base changes during it."""

_MODELS = "deploy/models/"
_OVERLAY = re.compile(r"^deploy/models/(?P<team>[^/]+)/(?P<model>[^/]+)/overlays/(?P<environment>staging|prod)/")
_STAGING = re.compile(r"^deploy/models/[^/]+/[^/]+/overlays/staging/(?!smoke\.yaml$)")

Blobs = Mapping[str, tuple[str, str]]
"""The mode and SHA of each file, by path."""


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
    lost: tuple[str, ...]
    commits: tuple[Commit, ...]
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

        Below deploy/models, only staging's overlays do not affect production, except for their smoke.yaml.
        """
        return any(
            path.startswith(settings.protected) or (path.startswith(_MODELS) and not _STAGING.match(path))
            for path in self.paths
        )


def verify(client: Client, repository: str, number: int, settings: PromotionSettings) -> Verification:
    """Verify a pull request. All is read at one commit of the pull request and one of the base.

    Raises:
        GithubError: if GitHub does not return what is needed, or the pull request or the base changes all the time; the
            result is then unknown.
    """
    for _ in range(ATTEMPTS):
        before = _state(client, repository, number, settings)
        result = _verified(client, repository, before, settings)
        if _state(client, repository, number, settings) == before:
            return result
    raise GithubError(f"the pull request or {settings.base} changed {ATTEMPTS} times during the check; run it again")


def _state(client: Client, repository: str, number: int, settings: PromotionSettings) -> tuple[Pull, str | None]:
    """The pull request, and the newest commit of the base."""
    return client.get(f"repos/{repository}/pulls/{number}", Pull), head_of(client, repository, settings.base)


def _verified(
    client: Client, repository: str, state: tuple[Pull, str | None], settings: PromotionSettings
) -> Verification:
    pull, base = state
    if refused := _not_verifiable(pull, repository, settings):
        return Verification(pull.head.sha, "a change that cannot be verified", (refused,))
    if base is None:
        return Verification(
            pull.head.sha, "a change that cannot be verified", (f"the branch {settings.base} does not exist",)
        )
    fork, commits = compared(client, repository, base, pull.head.sha)
    before, after = CommitTree(client, repository, base), CommitTree(client, repository, pull.head.sha)
    old = (before if fork == base else CommitTree(client, repository, fork)).blobs("")
    new = after.blobs("")
    paths = frozenset(path for path in {*old, *new} if old.get(path) != new.get(path))
    lost = _lost(paths, old, new, before.blobs(""))
    return _judge(settings, _Change(client, repository, pull, paths, lost, tuple(commits), before, after))


def _lost(paths: Collection[str], old: Blobs, new: Blobs, base: Blobs) -> tuple[str, ...]:
    """The changed paths that the base has renamed or removed since: Git merges their changes into other paths.

    Source: git-merge, "-X find-renames" and merge.directoryRenames.
    """
    folders = {path.rpartition("/")[0] for path in old} - {path.rpartition("/")[0] for path in base}
    changed = (path for path in paths if path in new)
    return tuple(
        sorted(path for path in changed if (path in old and path not in base) or path.rpartition("/")[0] in folders)
    )


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
    refusals = [*_lost_or_linked(change), *_smoke_results(change, settings)]
    if not change.reaches_production(settings):
        return Verification(head, "a change that does not affect production", tuple(refusals))
    what = "a change that seniors must approve"
    if locations := change.overlays(Environment.PROD):
        what, wrong = _production(change, locations, settings)
        refusals += wrong
    authors = authors_of(client, change.repository, change.pull, change.commits)
    approvals = judge_reviews(
        client.pages(f"{at}/pulls/{change.pull.number}/reviews", Review),
        head=head,
        authors=authors,
        seniors=seniors(client, settings),
        events=client.pages(f"{at}/issues/{change.pull.number}/events", Event),
    )
    refusals += [*authors.refusals, *approvals.refusals(settings.approvals)]
    return Verification(head, what, tuple(refusals), approvals.counted)


def _lost_or_linked(change: _Change) -> list[str]:
    """What makes it impossible to say what a merge changes."""
    wrong = [
        f"{path} was renamed or removed on {change.pull.base.ref}, so its change could be merged into another file; "
        f"merge {change.pull.base.ref} into the branch"
        for path in change.lost[:5]
    ]
    files = change.after.blobs(_MODELS)
    return wrong + [
        f"{path} is not a regular file (mode {files[path][0]}); replace it with one"
        for path in sorted(change.paths & files.keys())
        if files[path][0] != "100644"
    ]


def _production(
    change: _Change, locations: list[OverlayLocation], settings: PromotionSettings
) -> tuple[str, list[str]]:
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
        wrong = after.foreign_chart(settings.chart_repositories)
        if after.release is not None and after.release == change.before.read(location.folder + RELEASE):
            after.recorded()
            wrong += _canary(change, after, settings)
            return f"a change of {name} in production without a new version", wrong
        wrong += _promotion(change, location, settings)
    except PromotionError as error:
        wrong = [str(error)]
    if wrong and _is_rollback(change, location, settings):
        return f"a rollback of {name} to an earlier state of production", []
    return f"a promotion of {name}", wrong


def unfit(staging: Overlay, settings: PromotionSettings) -> list[str]:
    """Why no test of the model in staging counts: its chart is from elsewhere, or its smoke.yaml is too easy."""
    return [*staging.foreign_chart(settings.chart_repositories), *staging.weak_test(settings.smoke)]


def _canary(change: _Change, after: Overlay, settings: PromotionSettings) -> list[str]:
    """What is wrong with a canary in production. It runs a version too, so staging must have tested this version."""
    canary = after.value("canary")
    if canary is None:
        return []
    staging = read_overlay(change.before, replace(after.location, environment=Environment.STAGING))
    if wrong := unfit(staging, settings):
        return wrong
    release = staging.recorded()
    if unproven := release.unproven(staging.digest()):
        return [f"canary: staging has no valid smoke test of {release.model_version}: {unproven}"]
    uri = str(cast(Mapping[str, object], canary).get("modelUri")) if isinstance(canary, Mapping) else str(canary)
    expected = f"s3://{after.bucket()}/{folder_of(release.model_uri)}"
    if uri.rstrip("/") + "/" != expected:
        return [f"canary.modelUri = {uri}: a canary may only run the version that staging tested, {expected}"]
    return []


def _promotion(change: _Change, location: OverlayLocation, settings: PromotionSettings) -> list[str]:
    """What is wrong with a promotion. It must equal, byte for byte, what is planned from staging's current state."""
    staging = read_overlay(change.before, replace(location, environment=Environment.STAGING))
    if wrong := unfit(staging, settings):
        return wrong
    expected = promoted(staging, read_overlay(change.before, location, fallback=change.after)).files()
    found = {path: change.after.read(path) for path in change.after.below(location.folder)}
    known = {path: change.before.read(path) for path in change.before.below(location.folder)}
    wrong = sorted(path for path in {*found, *known, *expected} if found.get(path) != {**known, **expected}.get(path))
    if wrong:
        return [f"{', '.join(wrong)}: differs from the version that staging tested; open the promotion again"]
    return []


def _is_rollback(change: _Change, location: OverlayLocation, settings: PromotionSettings) -> bool:
    """Whether production's overlay equals an earlier one that a smoke test proved, byte for byte."""
    try:
        after = read_overlay(change.after, location)
        smoke = after.recorded().smoke
        allowed = not after.foreign_chart(settings.chart_repositories) and after.value("canary") is None
    except PromotionError:
        return False
    if smoke is None or smoke.result is not Result.PASSED or not allowed:
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
        if after.smoke in (None, _known(change, path)):
            continue
        author = change.pull.user
        if author is None or author.login != settings.recorder:
            who = author.login if author else "a deleted account"
            refused.append(f"{path}: only {settings.recorder} may record the result of a smoke test, not {who}")
        elif pushers(change.client, change.repository, change.pull, change.commits) != {author.id}:
            refused.append(f"{path}: only {author.login} may push the result of a smoke test; let it record it again")
    return refused


def _known(change: _Change, path: str) -> Smoke | None:
    """The smoke test that was recorded before."""
    before = change.before.read(path)
    try:
        return parse_release(before, path).smoke if before is not None else None
    except PromotionError:
        return None
