"""Who approved a pull request as it stands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from .shapes import Event, Review, User

_DECISIONS = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
_DISTURBANCES = {"head_ref_force_pushed", "base_ref_changed"}
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Approvals:
    """The seniors whose approval counts, why others' does not, and who objects."""

    counted: tuple[str, ...]
    not_counted: tuple[str, ...]
    objections: tuple[str, ...]

    def refusals(self, needed: int) -> list[str]:
        """Why these approvals are not enough; nothing when they are."""
        refused = [f"{login} asks for changes; settle them and let them approve" for login in self.objections]
        if len(self.counted) < needed:
            has = ", ".join(self.counted) or "nobody's"
            others = f"; not counted: {'; '.join(self.not_counted)}" if self.not_counted else ""
            refused.append(f"needs the approval of {needed} seniors, has {len(self.counted)} ({has}){others}")
        return refused


def judge_reviews(
    reviews: Iterable[Review],
    *,
    head: str,
    authors: Collection[int],
    seniors: Collection[str],
    events: Iterable[Event] = (),
) -> Approvals:
    """What the reviews of a pull request amount to at its head.

    Args:
        reviews: all of them; each person's last decision counts, and comments decide nothing.
        head: the commit that would be merged; an approval of another one is older than the last push.
        authors: ids of the people whose change it is.
        seniors: logins, in lower case.
        events: what happened to the pull request; a forced push or another base makes earlier approvals old,
            even where the head is again what it was.
    """
    disturbed = max((each.created_at for each in events if each.event in _DISTURBANCES), default=_BEGINNING)
    counted: list[str] = []
    others: list[str] = []
    objections: list[str] = []
    for user, review in _last_decisions(reviews):
        senior = user.login.lower() in seniors and user.type == "User"
        if review.state == "CHANGES_REQUESTED":
            (objections if senior else others).append(user.login if senior else f"{user.login} asks for changes")
        elif reason := _doubt(user, review, head, disturbed, authors, senior):
            others.append(f"{user.login} {reason}")
        else:
            counted.append(user.login)
    return Approvals(tuple(sorted(counted)), tuple(sorted(others)), tuple(sorted(objections)))


def _doubt(
    user: User, review: Review, head: str, disturbed: datetime, authors: Collection[int], senior: bool
) -> str | None:
    """Why an approval does not count."""
    if review.state == "DISMISSED":
        return "was dismissed"
    if user.id in authors:
        return "is an author of the change"
    if not senior:
        return "is not senior"
    if review.commit_id != head or (review.submitted_at or _BEGINNING) <= disturbed:
        return "approved before the last push"
    return None


def _last_decisions(reviews: Iterable[Review]) -> list[tuple[User, Review]]:
    """Each person's last decision, by id: a login may change, and one person stays one."""
    last: dict[int, tuple[User, Review]] = {}
    for review in sorted(reviews, key=lambda each: (each.submitted_at or _BEGINNING, each.id)):
        if review.user and review.state in _DECISIONS:
            last[review.user.id] = (review.user, review)
    return list(last.values())
