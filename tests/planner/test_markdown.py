"""A plan and a difference as a comment on a pull request."""

import html
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from planner.difference import compare
from planner.markdown import LIMIT, render
from tests.support.planner.documents import line, plan, resource, verdict

DATABASE = "aws:rds/instance:Instance"
ROLE = "aws:iam/role:Role"
HOSTILE = "a|b`c`<script>*x*_y_[z](u)~~s~~ $m$ \\ &amp; @octo/team #1\nnew line"


def changed(before: dict[str, Any], after: dict[str, Any]) -> str:
    return render(after, compare(before, after))


def test_the_headline_has_cost_budget_and_verdicts() -> None:
    before = plan([resource(ROLE, "role")], [line("a", "hours", 30)], [verdict("old")])
    after = plan([], [line("a", "hours", 130)], [verdict("new", level="mandatory"), verdict("fine", exception="why")])
    headline = changed(before, after).partition("####")[0]
    assert "30.00 → 130.00 USD a month (+100.00)" in headline
    assert "of 100.00 **is exceeded by 30.00**" in headline
    assert "**1 mandatory rule is broken**, 0 advisory, 1 excepted, 2 new, 1 gone" in headline
    assert "1 removed" in headline


def test_a_verdict_about_no_resource_is_about_the_stack() -> None:
    text = render(plan(policies=[verdict("unused-exception", urn="")]))
    assert "| <code>unused-exception</code> | the stack |" in text


def test_state_at_risk_comes_first_then_cost() -> None:
    before = plan([resource(DATABASE, "db")], [line("a", "hours", 30)])
    text = changed(before, plan(lines=[line("a", "hours", 31)]))
    titles = re.findall(r"(?:#### |<summary>)(.*?)(?:\n| \(|</summary>)", text)
    assert titles == ["State at risk", "Cost, USD a month", "Removed"]
    assert (
        "| <code>db</code> | <code>aws:rds:Instance</code> | a database | **removed** | nothing; protect would |"
        in text
    )


def test_a_cost_line_shows_both_sides_and_the_sum() -> None:
    text = changed(plan(lines=[line("a", "hours", 30)]), plan(lines=[line("a", "hours", 31)]))
    assert "| **all** |  |  | **30.00** | **31.00** | **+1.00** |" in text
    assert "| network | hours | 300 → 310 h | 30.00 | 31.00 | +1.00 |" in text


def test_a_changed_input_shows_where_long_values_part() -> None:
    same = "x" * 500
    before, after = (resource(ROLE, "role", {"policy": f"{same}{end}"}) for end in ("old", "new"))
    text = changed(plan([before]), plan([after]))
    assert re.search(r"<code>…x{24}old</code> \| <code>…x{24}new</code>", text)


def test_nothing_changed_is_said() -> None:
    same = plan(lines=[line("a", "hours", 30)])
    assert "**Resources** nothing changes" in changed(same, same)
    assert "30.00 USD a month (unchanged)" in changed(same, same)


def test_without_a_difference_the_plan_itself_is_told() -> None:
    quota = {"service": "ec2", "code": "L-1", "name": "vCPUs", "default": 0, "needed": 96, "why": "pool"}
    choice = {"field": "network.nat", "value": "single", "why": "one zone"}
    after = plan([resource(ROLE, "role")], [line("a", "hours", 30)], quotas=[quota], unusual=[choice])
    text = render(after)
    for part in (
        "Top costs",
        "<code>aws:iam:Role</code> | 1 |",
        "| vCPUs | <code>L-1</code> | 0 | 96 |",
        "one zone",
    ):
        assert part in text


def test_hostile_text_stays_text() -> None:
    before = plan([resource(ROLE, HOSTILE, {HOSTILE: HOSTILE})], [line("a", HOSTILE, 1)])
    after = plan([resource(ROLE, HOSTILE, {HOSTILE: "x"})], [line("a", HOSTILE, 2)], [verdict(HOSTILE, HOSTILE)])
    text = changed(before, after)
    assert "<script>" not in text
    assert "`" not in text
    visible = html.unescape(re.sub(r"<code>.*?</code>", "", text))
    assert "octo" in visible
    assert "@octo" not in visible
    assert "#1" not in visible
    assert columns(text) <= {2, 3, 4, 5, 6}


def columns(text: str) -> set[int]:
    """The widths of the tables; raises where a row is not as wide as its header."""
    widths: set[int] = set()
    width = 0
    for row in text.splitlines():
        cells = row.count("|") - 1 if row.startswith("|") else 0
        assert not cells or not width or cells == width, row
        width = cells
        widths |= {cells} - {0}
    return widths


@given(some.text(max_size=30), some.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_leaves_the_tables_whole(name: str, value: str) -> None:
    before = plan([resource(ROLE, "role", {"a": value, name: 1})], policies=[verdict("p", value)])
    after = plan([resource(ROLE, "role", {"a": name})], policies=[verdict(name, "m", exception=value)])
    text = changed(before, after)
    columns(text)
    assert len(re.findall("<details>", text)) == len(re.findall("</details>", text))


@pytest.mark.parametrize("letter", ["x", "é", "漢"])
def test_comment_stays_within_the_limit_and_counts_the_rest(letter: str) -> None:
    resources = [resource(DATABASE, f"{letter * 300}{index}", {"a": letter * 300}) for index in range(2_000)]
    lines = [line(str(index), letter * 300, index) for index in range(2_000)]
    text = changed(plan(resources, lines), plan())
    assert len(text.encode()) <= LIMIT
    assert len(text.encode()) > LIMIT / 2
    note = text.splitlines()[-1]
    for section in ("State at risk", "Cost, USD a month", "Removed"):
        assert re.search(rf"\d+ of 200\d rows of “{section}”", note)
    columns(text)


def test_what_fits_is_left_whole() -> None:
    resources = [resource(ROLE, f"role-{index}") for index in range(100)]
    text = changed(plan(resources), plan())
    assert "Left out" not in text
    assert text.count("<code>role-") == 100


def test_the_order_does_not_depend_on_the_order_of_the_plan() -> None:
    resources = [resource(ROLE, name, {"a": name}) for name in ("c", "a", "b")]
    lines = [line(name, "hours", 3) for name in ("c", "a", "b")]
    policies = [verdict(name) for name in ("c", "a", "b")]
    one = plan(resources, lines, policies)
    other = plan(resources[::-1], lines[::-1], policies[::-1])
    assert changed(plan(), one) == changed(plan(), other)
    assert changed(one, plan()) == changed(other, plan())
