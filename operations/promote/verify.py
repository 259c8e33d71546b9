"""Whether a pull request may be merged: what it changes, what staging proved of it, and who approved it."""

import re
from dataclasses import dataclass
from itertools import islice

from ..smoke.report import Result
from .github import Client
from .overlay import RELEASE, Environment, Place, promoted, read_overlay
from .publish import head_of
from .release import PromotionError, Smoke, parse_release
from .reviews import judge_reviews
from .settings import PromotionSettings, seniors
from .shapes import ChangedFile, Commit, Event, Pull, Review, Target
from .trees import CommitTree

STATES_BACK = 10
"""How many of production's last states of a model one may return to."""

_MODELS = "deploy/models/"
_OVERLAY = re.compile(r"^deploy/models/(?P<team>[^/]+)/(?P<model>[^/]+)/overlays/(?P<environment>staging|prod)/")
_STAGING = re.compile(r"^deploy/models/[^/]+/[^/]+/overlays/staging/")


@dataclass(frozen=True)
class Verification:
    """What verification found; it may be merged when nothing is refused."""

    head: str
    what: str
    refusals: tuple[str, ...]
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Change:
    """What a pull request changes, and between which states."""

    client: Client
    repository: str
    pull: Pull
    paths: frozenset[str]
    before: CommitTree
    after: CommitTree

    def of(self, environment: Environment) -> list[Place]:
        """The overlays of an environment that it touches."""
        found = {
            (match["team"], match["model"])
            for path in self.paths
            if (match := _OVERLAY.match(path)) and match["environment"] == environment
        }
        return [Place(team, model, environment) for team, model in sorted(found)]

    def reaches_production(self, settings: PromotionSettings) -> bool:
        """Whether it changes what production runs, or who may change that.

        Of what is below deploy/models, staging's overlays alone are not production's too.
        """
        return any(
            path.startswith(settings.protected) or (path.startswith(_MODELS) and not _STAGING.match(path))
            for path in self.paths
        )


def verify(client: Client, repository: str, number: int, settings: PromotionSettings) -> Verification:
    """Judge a pull request.

    Raises:
        GithubError: when GitHub does not say what is needed; nothing is known then.
    """
    pull = client.get(f"repos/{repository}/pulls/{number}", Pull)
    if refused := _unfit(pull, repository, settings):
        return Verification(pull.head.sha, "no change that can be judged", (refused,))
    base = head_of(client, repository, settings.base)
    if base is None:
        return Verification(pull.head.sha, "no change that can be judged", (f"there is no branch {settings.base}",))
    files = list(client.pages(f"repos/{repository}/pulls/{number}/files", ChangedFile))
    if len(files) != pull.changed_files:
        told = f"GitHub lists {len(files)} of {pull.changed_files} changed files; split the pull request"
        return Verification(pull.head.sha, "no change that can be judged", (told,))
    paths = frozenset(path for each in files for path in (each.filename, each.previous_filename) if path)
    before, after = CommitTree(client, repository, base), CommitTree(client, repository, pull.head.sha)
    return _judge(settings, _Change(client, repository, pull, paths, before, after))


def _unfit(pull: Pull, repository: str, settings: PromotionSettings) -> str | None:
    """Why the pull request can't be judged at all."""
    if pull.state != "open":
        return f"the pull request is {pull.state}"
    if pull.draft:
        return "the pull request is a draft; mark it as ready"
    if pull.base.ref != settings.base:
        return f"the pull request goes to {pull.base.ref}, not to {settings.base}, which environments follow"
    if pull.head.repo is None or pull.head.repo.full_name.lower() != repository.lower():
        return "the pull request comes from a fork; push the branch to this repository"
    return None


def _judge(settings: PromotionSettings, change: _Change) -> Verification:
    client, at = change.client, f"repos/{change.repository}"
    head = change.pull.head.sha
    refusals = _evidence(change, settings)
    if not change.reaches_production(settings):
        return Verification(head, "a change that does not reach production", tuple(refusals))
    what = "a change that seniors approve"
    if places := change.of(Environment.PROD):
        what, wrong = _production(change, places)
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
    """Who opened it, and whose commits it has."""
    commits = change.client.pages(f"repos/{change.repository}/pulls/{change.pull.number}/commits", Commit)
    people = [change.pull.user, *(user for each in commits for user in (each.author, each.committer))]
    return frozenset(user.id for user in people if user)


def _production(change: _Change, places: list[Place]) -> tuple[str, list[str]]:
    """What a change of production's overlays is, and what is wrong with it."""
    place = places[0]
    name = f"{place.team}/{place.model}"
    strangers = sorted(path for path in change.paths if not path.startswith(place.folder))
    if strangers:
        return f"a promotion of {name}", [f"it changes more than {place.folder}: {', '.join(strangers[:5])}; split it"]
    try:
        if not change.after.below(place.folder):
            return f"{name} taken out of production", []
        after = read_overlay(change.after, place)
        if after.release is not None and after.release == change.before.read(place.folder + RELEASE):
            after.recorded()
            return f"a change to how production runs {name}, of the version that it has", []
        wrong = _promotion(change, place)
    except PromotionError as error:
        wrong = [str(error)]
    if wrong and _ran_before(change, place):
        return f"a return of {name} to what production ran before", []
    return f"a promotion of {name}", wrong


def _promotion(change: _Change, place: Place) -> list[str]:
    """What is wrong with a promotion: it must be, to the byte, what is planned from staging as it is now."""
    staging = read_overlay(change.before, Place(place.team, place.model, Environment.STAGING))
    expected = promoted(staging, read_overlay(change.before, place, otherwise=change.after)).files()
    found = {path: change.after.read(path) for path in change.after.below(place.folder)}
    known = {path: change.before.read(path) for path in change.before.below(place.folder)}
    wrong = sorted(path for path in {*found, *known, *expected} if found.get(path) != {**known, **expected}.get(path))
    if wrong:
        return [f"{', '.join(wrong)}: not what staging proved; open the promotion again"]
    return []


def _ran_before(change: _Change, place: Place) -> bool:
    """Whether production's overlay is again, to the byte, one that was promoted before: the way back stays open."""
    text = change.after.read(place.folder + RELEASE)
    try:
        smoke = parse_release(text, place.folder + RELEASE).smoke if text is not None else None
    except PromotionError:
        return False
    if smoke is None or smoke.result is not Result.PASSED:
        return False
    found = change.after.blobs(place.folder)
    path, start = place.folder.rstrip("/"), change.before.commit
    past = change.client.pages(f"repos/{change.repository}/commits", Target, sha=start, path=path)
    return any(
        CommitTree(change.client, change.repository, each.sha).blobs(place.folder) == found
        for each in islice(past, STATES_BACK)
    )


def _evidence(change: _Change, settings: PromotionSettings) -> list[str]:
    """What is wrong with changes of staging's smoke tests, which the recorder alone writes."""
    refused: list[str] = []
    for place in change.of(Environment.STAGING):
        path = place.folder + RELEASE
        if path not in change.paths or change.after.read(path) is None:
            continue
        try:
            after = read_overlay(change.after, place).recorded()
        except PromotionError as error:
            refused.append(str(error))
            continue
        author = change.pull.user.login if change.pull.user else "nobody"
        if after.smoke not in (None, _known(change, path)) and author != settings.recorder:
            refused.append(f"{path}: the result of a smoke test comes from {settings.recorder}, not from {author}")
    return refused


def _known(change: _Change, path: str) -> Smoke | None:
    """The smoke test that was recorded before."""
    before = change.before.read(path)
    try:
        return parse_release(before, path).smoke if before is not None else None
    except PromotionError:
        return None
