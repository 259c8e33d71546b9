"""The approvals of a pull request that count."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from .authors import Authors
from .shapes import Event, Review, User

_DECISIONS = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
_DISTURBANCES = {"head_ref_force_pushed", "base_ref_changed", "automatic_base_change_succeeded"}
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Approvals:
    """The seniors whose approvals count, the reviews that do not count, and the seniors who request changes."""

    counted: tuple[str, ...]
    not_counted: tuple[str, ...]
    objections: tuple[str, ...]

    def refusals(self, needed: int) -> list[str]:
        """Why these approvals are not enough; empty if they are."""
        refused = [f"{login} requests changes; resolve them and ask for an approval" for login in self.objections]
        if len(self.counted) < needed:
            has = ", ".join(self.counted) or "none"
            others = f"; not counted: {'; '.join(self.not_counted)}" if self.not_counted else ""
            refused.append(f"needs the approval of {needed} seniors, has {len(self.counted)} ({has}){others}")
        return refused


def judge_reviews(
    reviews: Iterable[Review],
    *,
    head: str,
    authors: Authors,
    seniors: Collection[int],
    events: Iterable[Event] = (),
) -> Approvals:
    """Judge the reviews of a pull request at its newest commit.

    Args:
        reviews: all reviews. The last decision of each person counts; comments do not.
        head: the commit to merge. An approval of an earlier commit does not count.
        authors: who wrote or pushed the change.
        seniors: the ids of the seniors. A login can pass to another person, an id cannot.
        events: the history of the pull request. Approvals before a forced push or a change of the base do not count,
            even if the head is the same commit again.
    """
    disturbed = max((each.created_at for each in events if each.event in _DISTURBANCES), default=_BEGINNING)
    counted: list[str] = []
    others: list[str] = []
    objections: list[str] = []
    for user, review in _last_decisions(reviews):
        senior = user.id in seniors and user.type == "User"
        if review.state == "CHANGES_REQUESTED":
            (objections if senior else others).append(user.login if senior else f"{user.login} requests changes")
        elif reason := _why_not_counted(user, review, head, disturbed, authors, senior):
            others.append(f"{user.login} {reason}")
        else:
            counted.append(user.login)
    return Approvals(tuple(sorted(counted)), tuple(sorted(others)), tuple(sorted(objections)))


def _why_not_counted(
    user: User, review: Review, head: str, disturbed: datetime, authors: Authors, senior: bool
) -> str | None:
    """Why an approval does not count."""
    if review.state == "DISMISSED":
        return "was dismissed"
    if user.id in authors.ids or user.login.lower() in authors.logins:
        return "wrote or pushed the change"
    if not senior:
        return "is not a senior"
    if review.commit_id != head or (review.submitted_at or _BEGINNING) <= disturbed:
        return "approved before the last push"
    return None


def _last_decisions(reviews: Iterable[Review]) -> list[tuple[User, Review]]:
    """The last decision of each person. The id identifies a person, because a login can change."""
    last: dict[int, tuple[User, Review]] = {}
    for review in sorted(reviews, key=lambda each: (each.submitted_at or _BEGINNING, each.id)):
        if review.user and review.state in _DECISIONS:
            last[review.user.id] = (review.user, review)
    return list(last.values())
