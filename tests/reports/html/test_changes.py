"""What a change does in its report: what a reviewer decides about first, and every input that differs."""

from planner.against import difference_from
from planner.plan import Plan
from reports.html.page import render
from resources.resource import Resource
from tests.support.reports.pages import Page, line, plan, resource, verdict

DATABASE = "aws:rds/instance:Instance"


def changed(before: Plan, after: Plan) -> Page:
    return Page(render(after, difference_from(before.document(), after)))


def role(**inputs: object) -> Resource:
    return resource("role", "aws:iam/role:Role", inputs=inputs)


def test_without_an_earlier_plan_there_is_no_part_about_changes() -> None:
    assert Page(render(plan(role()))).texts("section", id="changes") == []


def test_equal_plans_change_nothing() -> None:
    [text] = changed(plan(role()), plan(role())).texts("section", id="changes")
    assert "Nothing changes against the earlier plan." in text


def test_state_at_risk_comes_first() -> None:
    database = resource("db", DATABASE)
    found = changed(plan(database, role(path="/a")), plan(role(path="/b")))
    [risks] = found.texts("ul", class_="risks")
    assert "db" in risks
    assert "is removed" in risks
    assert found.texts("h3")[0] == "State at risk"


def test_rows_name_each_input_with_both_values() -> None:
    found = changed(plan(role(description="old"), resource("gone")), plan(role(description="new"), resource("fresh")))
    rows = {(each["event"], each["name"]): each for each in found.data["changes"]["rows"]}
    assert rows.keys() == {("added", "fresh"), ("removed", "gone"), ("changed", "role")}
    assert [rows["changed", "role"][key] for key in ("path", "before", "after")] == ["description", "old", "new"]
    assert rows["removed", "gone"]["resource"] == -1
    assert found.data["resources"][rows["added", "fresh"]["resource"]]["name"] == "fresh"


def test_the_cost_of_a_change_has_both_sides() -> None:
    bucket = resource("raw")
    found = changed(plan(bucket, lines=(line(bucket, 30),)), plan(bucket, lines=(line(bucket, 31),)))
    [row] = found.data["changes"]["costs"]
    assert (row["before"], row["after"], row["change"]) == (30, 31, 1)
    [text] = found.texts("section", id="changes")
    assert "30.00 → 31.00 USD a month (+1.00)" in text


def test_new_verdicts_are_listed() -> None:
    bucket = resource("raw")
    found = changed(plan(bucket), plan(bucket, verdicts=(verdict(bucket, level="mandatory"),)))
    assert "mandatorya-rulerawis wrong" in found.texts("tr")


def test_values_of_a_change_are_never_markup() -> None:
    hostile = "</script><b>x</b>"
    found = changed(plan(role(description="old")), plan(role(description=hostile)))
    assert found.data["changes"]["rows"][0]["after"] == hostile
    assert "x" not in found.texts("b")
