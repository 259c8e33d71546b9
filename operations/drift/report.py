"""The comparison as text and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import fill

from .findings import Finding, Findings, Kind

_TITLES = {
    Kind.MISSING: "Missing in the cloud",
    Kind.ORPHAN: "In the cloud, not in the state (orphans)",
    Kind.CHANGED: "Changed in the cloud",
    Kind.NOT_DEPLOYED: "In the plan, not deployed",
    Kind.NOT_PLANNED: "Deployed, not in the plan",
}
_WIDTH = 80


def as_json(stack: str, findings: Findings) -> str:
    """The comparison for scripts."""
    document = {
        "format": 1,
        "stack": stack,
        "compared": findings.compared,
        "differences": [asdict(each) for each in sorted(findings.differences, key=_order)],
        "failures": findings.failures,
        "unchecked": sorted(findings.unchecked),
        "orphansMonthly": round(sum(each.monthly or 0 for each in _of(findings, Kind.ORPHAN)), 2),
    }
    return json.dumps(document, indent=1)


def as_text(stack: str, findings: Findings) -> str:
    """The comparison for people, at most 80 columns wide except for names and ARNs."""
    return "\n".join(_lines(stack, findings))


def _lines(stack: str, findings: Findings) -> Iterator[str]:
    yield f"drift of {stack}: {findings.compared} resources compared, {len(findings.differences)} differences"
    for kind, title in _TITLES.items():
        found = sorted(_of(findings, kind), key=_order)
        if not found:
            continue
        yield ""
        yield f"{title}: {len(found)}"
        for each in found:
            yield f"  {each.what}{_cost(each)}"
            if each.field:
                yield f"    {each.field}: {each.expected or 'nothing'} expected, {each.found} found"
        yield from _wrapped(found[0].remedy)
        if kind is Kind.ORPHAN:
            known = [each.monthly for each in found if each.monthly is not None]
            yield f"  at least {sum(known):,.2f} USD a month for {len(known)} of {len(found)}"
    if findings.failures:
        yield ""
        yield f"Could not be read: {len(findings.failures)}"
        for failure in findings.failures:
            yield from _wrapped(failure)
    if findings.unchecked:
        yield ""
        yield from _wrapped(
            f"Not checked, because AWS lists nothing of their kind by tags: {', '.join(sorted(findings.unchecked))}"
        )


def _of(findings: Findings, kind: Kind) -> list[Finding]:
    return [each for each in findings.differences if each.kind is kind]


def _order(finding: Finding) -> tuple[str, float, str, str]:
    """The most expensive first, then by name."""
    return finding.kind, -(finding.monthly or 0), finding.what, finding.field


def _cost(finding: Finding) -> str:
    return "" if finding.monthly is None else f": {finding.monthly:,.2f} USD a month"


def _wrapped(text: str) -> list[str]:
    indent = "  "
    wrapped = fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
    return wrapped.splitlines()
