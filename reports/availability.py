"""The predicted availability as tables: Markdown for pages and comments, HTML fragments for the report."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from availability.parts import Availability, Capability, Recovery
from availability.prediction import ASSUMPTIONS
from availability.target import AvailabilityTarget
from components.facts.service_levels import SERVICE_LEVELS


class Table(NamedTuple):
    """A titled table. The last `numbers` columns are numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int = 0


def tables(found: Availability, target: AvailabilityTarget) -> list[Table]:
    """Capabilities, chains, lost zones, the lost region and service levels; a table without rows is left out."""
    every = (
        Table(
            "Predicted availability",
            (
                "capability",
                "public name",
                "weakest part",
                "what would raise it",
                "predicted",
                "target",
                "minutes a month",
            ),
            tuple(_capability(each, target) for each in found.capabilities),
            numbers=3,
        ),
        Table(
            "Parts that each request needs",
            ("capability", "part", "units", "service level", "predicted"),
            tuple(_parts(found.capabilities)),
            numbers=1,
        ),
        Table(
            "A zone lost",
            ("capability", "zone", "limited by", "capacity left", "predicted"),
            tuple(_losses(found.capabilities)),
            numbers=2,
        ),
        Table(
            "The region lost",
            ("store", "how it comes back", "region of the copy", "RPO", "RTO"),
            tuple(_recovery(each) for each in found.recoveries),
            numbers=2,
        ),
        Table(
            "Service levels",
            ("key", "service", "condition", "basis", "page", "version", "monthly uptime"),
            tuple(_levels(found.capabilities)),
            numbers=1,
        ),
    )
    return [each for each in every if each.rows]


def markdown(found: Availability, target: AvailabilityTarget) -> str:
    """All tables, what stands by, and the assumptions, as Markdown."""
    parts = [_markdown_table(each) for each in tables(found, target)]
    notes = [f"**Second region.** {_cell(found.standby)}"] if found.standby else []
    assumed = "\n".join(["**Assumptions**", "", *(f"- {each}" for each in _assumptions(found))])
    return "\n\n".join([*parts, *notes, assumed]) + "\n"


def html(found: Availability, target: AvailabilityTarget) -> str:
    """The same as an HTML fragment of sections, without styles, scripts and identifiers. All text is escaped."""
    parts = [_html_table(each) for each in tables(found, target)]
    standby = f"<p>{escape(found.standby)}</p>" if found.standby else ""
    assumed = "".join(f"<li>{escape(each)}</li>" for each in _assumptions(found))
    return "\n".join([*parts, standby, f"<section><h3>Assumptions</h3><ul>{assumed}</ul></section>"])


def _capability(each: Capability, target: AvailabilityTarget) -> tuple[str, ...]:
    change, least = each.best_improvement, target.of(each.name)
    price = "" if change is None or change.monthly is None else f", {change.monthly:,.2f} USD a month more"
    raised = f"{change.what}: {_percent(each.improved_share)}{price}" if change else ""
    share = f"{'at most ' if each.unknown else ''}{_percent(each.share)}"
    weakest = each.weakest.name if each.parts else "; ".join(each.unknown)
    goal = "" if least is None else f"{least:g} %"
    return each.name, each.address, weakest, raised, share, goal, f"{each.minutes:,.0f}"


def _parts(capabilities: Iterable[Capability]) -> Iterable[tuple[str, ...]]:
    for each in capabilities:
        for part in each.parts:
            levels = " or ".join(dict.fromkeys((part.spread.one, part.spread.many)))
            yield each.name, part.name, part.unknown or part.detail, levels, _percent(part.share)
        for gap in each.gaps:
            yield each.name, gap, "not in the plan", "", ""


def _losses(capabilities: Iterable[Capability]) -> Iterable[tuple[str, ...]]:
    for each in capabilities:
        for loss in each.losses:
            left = f"{loss.capacity * 100:.0f} %" if loss.capacity else "down"
            yield each.name, loss.zone, loss.limit, left, _percent(loss.share)


def _recovery(each: Recovery) -> tuple[str, ...]:
    return each.store, each.how, each.region or "none", _minutes(each.rpo_minutes), _minutes(each.rto_minutes)


def _levels(capabilities: Iterable[Capability]) -> Iterable[tuple[str, ...]]:
    used = {key for each in capabilities for part in each.parts for key in (part.spread.one, part.spread.many)}
    for key in sorted(used):
        level = SERVICE_LEVELS[key]
        uptime = f"{level.percent:g} %"
        yield key, level.service, level.condition, level.basis, level.address, level.version, uptime


def _assumptions(found: Availability) -> Sequence[str]:
    notes = (f"{each.name}: {note}" for each in found.capabilities for note in each.notes)
    return (*ASSUMPTIONS, *notes)


def _percent(share: float) -> str:
    return f"{share * 100:.3f} %"


def _minutes(value: int | None) -> str:
    if value is None:
        return "-"
    return f"{value / 60:g} h" if value >= 60 and value % 60 == 0 else f"{value} min"


def _markdown_table(table: Table) -> str:
    plain = len(table.columns) - table.numbers
    rule = "| " + " | ".join("---" if index < plain else "---:" for index in range(len(table.columns))) + " |"
    rows = ["| " + " | ".join(_cell(value) for value in row) + " |" for row in (table.columns, *table.rows)]
    return "\n".join([f"**{table.title}**", "", rows[0], rule, *rows[1:]])


def _cell(text: str) -> str:
    """A text that neither ends its cell nor becomes markup."""
    return escape(text, quote=False).replace("\\", "\\\\").replace("|", "\\|").replace("`", "\\`").replace("\n", " ")


def _html_table(table: Table) -> str:
    plain = len(table.columns) - table.numbers
    head = "".join(
        f'<th scope="col"{_number(index >= plain)}>{escape(each)}</th>' for index, each in enumerate(table.columns)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{_number(index >= plain)}>{escape(each)}</td>" for index, each in enumerate(row))
        + "</tr>"
        for row in table.rows
    )
    title = escape(table.title)
    return (
        f"<section><h3>{title}</h3><table><caption>{title}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></section>"
    )


def _number(number: bool) -> str:
    return ' class="number"' if number else ""
