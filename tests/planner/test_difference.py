"""Two plans compared: what is added, removed and changed, at risk, judged and paid."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from rich.console import Console

from planner.difference import Difference, PlanFileError, compare, read
from planner.difference_view import render
from tests.support.planner.documents import line, plan, resource, verdict

DATABASE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
ROLE = "aws:iam/role:Role"

JSON = some.recursive(
    some.none() | some.booleans() | some.integers(0, 3) | some.text("ab.", max_size=3),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text("ab.", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@some.composite
def plans(draw: some.DrawFn) -> dict[str, Any]:
    """Plans over so few names that two of them share resources, lines and verdicts."""
    types = some.sampled_from([DATABASE, BUCKET, ROLE, "kubernetes:core/v1:ConfigMap", "other:index:Thing"])
    names = some.sampled_from(["a", "b"])
    keys = draw(some.sets(some.tuples(types, names), max_size=6))
    inputs = some.dictionaries(some.sampled_from(["name", "kmsKeyId", "tags", "data"]), JSON, max_size=3)
    resources = [
        resource(
            each,
            name,
            draw(inputs),
            protect=draw(some.booleans()),
            ignoreChanges=draw(
                some.lists(some.sampled_from(["tags", "tags.a", "*", "data[0]", 'data["a.b"]']), max_size=2)
            ),
        )
        for each, name in sorted(keys)
    ]
    amounts = some.integers(0, 10**7).map(lambda units: units / 10_000)
    lines = [
        line(draw(names), draw(some.sampled_from(["hours", "GB"])), draw(amounts))
        for _ in range(draw(some.integers(0, 4)))
    ]
    policies = [verdict(draw(names), draw(names)) for _ in range(draw(some.integers(0, 3)))]
    return plan(resources, lines, policies)


@given(plans())
@settings(deadline=None)
def test_a_plan_has_no_difference_from_itself(one: dict[str, Any]) -> None:
    assert compare(one, json.loads(json.dumps(one))).empty


@given(plans(), plans())
@settings(deadline=None)
def test_the_other_way_round_is_the_mirror(before: dict[str, Any], after: dict[str, Any]) -> None:
    there, back = compare(before, after), compare(after, before)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert (there.verdicts_new, there.verdicts_gone) == (back.verdicts_gone, back.verdicts_new)
    assert [(each.urn, each.what, each.monthly) for each in there.costs] == [
        (each.urn, each.what, -each.monthly) for each in back.costs
    ]


@given(plans(), plans())
@settings(deadline=None)
def test_the_lines_add_up_to_the_difference_of_the_totals(before: dict[str, Any], after: dict[str, Any]) -> None:
    difference = compare(before, after)
    assert sum(each.monthly for each in difference.costs) == pytest.approx(difference.budget.monthly, abs=1e-4)
    assert difference.budget.monthly == pytest.approx(after["cost"]["monthly"] - before["cost"]["monthly"], abs=1e-4)


@given(plans(), plans())
@settings(deadline=None)
def test_whatever_differs_can_be_shown(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert "Against the earlier plan" in shown(compare(before, after))


def test_a_line_with_another_quantity_is_one_changed_line() -> None:
    before = line("pool", "20 x g4dn.xlarge on demand", 200, item="ec2 g4dn.xlarge ON_DEMAND base")
    after = line("pool", "24 x g4dn.xlarge on demand", 240, item="ec2 g4dn.xlarge ON_DEMAND base")
    (change,) = compare(plan(lines=[before]), plan(lines=[after])).costs
    assert (change.what, change.before, change.after) == ("24 x g4dn.xlarge on demand", 200, 240)


def test_lines_of_an_earlier_format_are_matched_by_their_text() -> None:
    before = line("pool", "hours", 200)
    del before["item"]
    (change,) = compare(plan(lines=[before]), plan(lines=[line("pool", "hours", 240)])).costs
    assert change.monthly == 40


def test_a_change_names_path_and_values() -> None:
    before = resource(ROLE, "role", {"tags": {"team": "a", "kept": "x", "app.io/b": "1"}, "subnetIds": ["s-1", "s-2"]})
    after = resource(ROLE, "role", {"tags": {"team": "b", "kept": "x"}, "subnetIds": ["s-1", "s-3"], "maxSize": 3})
    (change,) = compare(plan([before]), plan([after])).changed
    assert [(each.path, each.before or None, each.after or None) for each in change.inputs] == [
        ("maxSize", None, 3),
        ("subnetIds", ["s-1", "s-2"], ["s-1", "s-3"]),
        ('tags["app.io/b"]', "1", None),
        ("tags.team", "a", "b"),
    ]


def test_items_of_a_list_are_compared_one_by_one() -> None:
    before = resource(ROLE, "role", {"rules": [{"port": 80}, {"port": 443}]})
    after = resource(ROLE, "role", {"rules": [{"port": 81}]})
    (change,) = compare(plan([before]), plan([after])).changed
    assert [each.path for each in change.inputs] == ["rules[0].port", "rules[1]"]


def test_true_is_not_one() -> None:
    before, after = (resource(ROLE, "role", {"flag": flag, "flags": [flag]}) for flag in (True, 1))
    (change,) = compare(plan([before]), plan([after])).changed
    assert [each.path for each in change.inputs] == ["flag", "flags"]


@pytest.mark.parametrize(
    ("ignored", "seen"),
    [
        ("scalingConfig.desiredSize", ["labels.a", "taints[0].key"]),
        ("scalingConfig", ["labels.a", "taints[0].key"]),
        ('labels["a"]', ["scalingConfig.desiredSize", "taints[0].key"]),
        ("taints[*].key", ["labels.a", "scalingConfig.desiredSize"]),
        ("taints[0]", ["labels.a", "scalingConfig.desiredSize"]),
        ("*", []),
        ("other", ["labels.a", "scalingConfig.desiredSize", "taints[0].key"]),
    ],
)
def test_what_is_ignored_is_no_change(ignored: str, seen: list[str]) -> None:
    inputs = {"scalingConfig": {"desiredSize": 1, "maxSize": 9}, "labels": {"a": "x"}, "taints": [{"key": "k"}]}
    others = {"scalingConfig": {"desiredSize": 2, "maxSize": 9}, "labels": {}, "taints": [{"key": "l"}]}
    before = resource(ROLE, "role", inputs, ignoreChanges=[ignored])
    after = resource(ROLE, "role", others, ignoreChanges=[ignored])
    changed = compare(plan([before]), plan([after])).changed
    assert [each.path for change in changed for each in change.inputs] == seen


def test_the_values_of_secrets_are_not_compared() -> None:
    before, after = (resource(ROLE, "role", {"password": "[secret]"}) for _ in range(2))
    assert compare(plan([before]), plan([after])).empty


def test_lifted_guards_are_told_from_set_ones() -> None:
    before = resource(BUCKET, "data", protect=True, retainOnDelete=False, ignoreChanges=["tags"])
    after = resource(BUCKET, "data", protect=False, retainOnDelete=True, ignoreChanges=[])
    (change,) = compare(plan([before]), plan([after])).changed
    assert [(each.option, each.lifts) for each in change.options] == [
        ("protect", True),
        ("retainOnDelete", False),
        ("ignoreChanges", False),
    ]


def test_a_resource_of_another_name_looks_renamed() -> None:
    inputs = {"path": "/ml/"}
    other = resource(ROLE, "unlike", {"path": "/web/"})
    difference = compare(plan([resource(ROLE, "old", inputs), other]), plan([resource(ROLE, "new", inputs)]))
    (rename,) = difference.renamed
    assert (rename.before.name, rename.after.name) == ("old", "new")
    assert 'Alias(name="old")' in rename.hint
    assert [each.name for each in difference.removed] == ["old", "unlike"]


def risk_of(before: dict[str, Any], after: dict[str, Any] | None) -> Any:
    (risk,) = compare(plan([before]), plan([after] if after else [])).at_risk
    return risk


def test_a_removed_store_is_at_risk_unless_something_stops_it() -> None:
    bare = risk_of(resource(DATABASE, "db"), None)
    assert (bare.event, bare.stopped, bare.retained, bare.guard) == ("removed", False, False, None)
    assert risk_of(resource(DATABASE, "db", protect=True), None).stopped
    assert risk_of(resource(DATABASE, "db", retainOnDelete=True), None).retained
    assert risk_of(resource(DATABASE, "db", {"deletionProtection": True}), None).guard == "deletionProtection"
    assert risk_of(resource(BUCKET, "data", {"forceDestroy": True}), None).guard is None
    assert "forceDestroy" in risk_of(resource(BUCKET, "data"), None).guard


def test_protection_lifted_along_with_a_replacement_stops_nothing() -> None:
    before = resource(DATABASE, "db", {"storageEncrypted": False}, protect=True)
    encrypted = {"storageEncrypted": True}
    assert risk_of(before, resource(DATABASE, "db", encrypted, protect=True)).stopped
    lifted = risk_of(before, resource(DATABASE, "db", encrypted, protect=False))
    assert (lifted.event, lifted.stopped) == ("replaced", False)


def test_what_holds_no_state_is_no_risk() -> None:
    assert compare(plan([resource(ROLE, "role")]), plan([])).at_risk == ()


def test_verdicts_come_and_go() -> None:
    kept, old, new = verdict("kept"), verdict("old"), verdict("new", level="mandatory")
    difference = compare(plan(policies=[kept, old]), plan(policies=[kept, new]))
    assert [each.policy for each in difference.verdicts_new] == ["new"]
    assert [each.policy for each in difference.verdicts_gone] == ["old"]


def support(message: str, **fields: Any) -> dict[str, Any]:
    return verdict("eks-support-ends", message, field="version", remediation="upgrade", **fields)


def test_verdict_whose_day_count_alone_differs_is_not_new() -> None:
    before, after = plan(policies=[support("ends in 12 days")]), plan(policies=[support("ends in 11 days")])
    assert compare(before, after).empty


@pytest.mark.parametrize(
    "fields", [{"level": "mandatory"}, {"field": "name"}, {"urn": "urn:pulumi:test::sample::aws:ec2/vpc:Vpc::other"}]
)
def test_verdict_on_another_field_resource_or_level_is_new(fields: dict[str, Any]) -> None:
    before, after = plan(policies=[support("ends")]), plan(policies=[{**support("ends soon"), **fields}])
    assert len(compare(before, after).verdicts_new) == len(compare(before, after).verdicts_gone) == 1


def test_second_verdict_on_a_field_is_new() -> None:
    both = plan(policies=[support("port 22 is open"), support("port 3389 is open")])
    difference = compare(plan(policies=[support("port 3389 is open")]), both)
    assert [each.message for each in difference.verdicts_new] == ["port 22 is open"]


def test_expired_exceptions_of_two_rules_are_told_apart() -> None:
    def expired(message: str) -> dict[str, Any]:
        return verdict("expired-exception", message, field="expires", urn="", level="mandatory")

    difference = compare(plan(policies=[expired("of privileged")]), plan(policies=[expired("of image-digests")]))
    assert [each.message for each in difference.verdicts_new] == ["of image-digests"]


def test_cost_is_told_line_by_line_the_weightiest_first() -> None:
    before = [line("a", "hours", 30), line("a", "GB", 5), line("b", "hours", 7)]
    after = [line("a", "hours", 31), line("a", "GB", 5), line("c", "hours", 90)]
    difference = compare(plan(lines=before, budget=100), plan(lines=after, budget=110))
    found = [(each.urn.rpartition("::")[2], each.before, each.after, each.monthly) for each in difference.costs]
    assert found == [("c", None, 90, 90), ("b", 7, None, -7), ("a", 30, 31, 1)]
    assert (difference.budget.monthly, difference.budget.before, difference.budget.after) == (84, 100, 110)
    assert not difference.budget.holds


def test_plans_of_different_stacks_are_not_compared() -> None:
    with pytest.raises(PlanFileError, match=r"stack is 'staging', not 'test'; compare with an earlier plan of 'test'"):
        compare(plan(stack="staging"), plan())


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan([resource(ROLE, "role")])))
    assert read(path) == plan([resource(ROLE, "role")])


def test_a_field_of_a_newer_version_is_ignored() -> None:
    newer = plan(policies=[verdict("p", since="2027")])
    assert compare(plan(policies=[verdict("p")]), newer).empty


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("no json", "is not JSON"),
        ("[]", "no field format"),
        ("{}", "no field format"),
        (json.dumps({"format": 2}), "format is 2 and this version reads 1"),
        (json.dumps({"format": 1, "project": "p"}), "no field stack, resources, cost, policies"),
        (b"\xff\xfe", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        (json.dumps({**plan(), "cost": None}), "is no plan: cost = null: must be a mapping of fields to values"),
        (json.dumps({**plan(), "resources": [5]}), r"is no plan: resources\[0\] = 5: must be a mapping"),
        (
            json.dumps({**plan(), "resources": [resource(BUCKET, "a"), resource(BUCKET, "a", {"bucket": "b"})]}),
            r"is no plan: resources\[1\]\.urn = 'urn:.*::a': is that of resources\[0\] too; keep one; name a",
        ),
        (json.dumps({**plan(), "policies": [{"policy": "p"}]}), r"is no plan: policies\[0\].severity is missing"),
    ],
)
def test_what_is_no_plan_is_refused_by_name(tmp_path: Path, content: str | bytes, complaint: str) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(PlanFileError, match=complaint) as error:
        read(path)
    assert str(path) in str(error.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match=r"nowhere\.json: can't be read .*name a plan.json"):
        read(tmp_path / "nowhere.json")


def shown(difference: Difference) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        render(difference, console)
    return capture.get()


def many(make: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
    return [make(f"r{index:02}") for index in range(30)]


def test_terminal_shows_risks_first_and_counts_the_rest() -> None:
    before = plan([resource(DATABASE, "db"), *many(lambda name: resource(ROLE, name))], [line("a", "hours", 30)])
    out = shown(compare(before, plan(lines=[line("a", "hours", 200)])))
    assert out.index("State at risk") < out.index("Removed") < out.index("Cost, USD a month")
    assert "and 11 more" in out
    assert "+170.00" in out
    assert "exceeded by 100.00" in out


def test_state_at_risk_of_one_kind_is_one_line_with_a_count() -> None:
    spaces = [resource("kubernetes:core/v1:Namespace", f"ns{index}") for index in range(7)]
    lines = shown(compare(plan([*spaces, resource(DATABASE, "db")]), plan())).splitlines()
    risks = [each.strip() for each in lines if "holds" in each]
    assert risks == [
        "db aws:rds:Instance holds a database and is removed (nothing; protect would)",
        "7 kubernetes:core/v1:Namespace (ns0, ns1, ns2 and 4 more): each holds all that is in it and is removed "
        "(nothing; protect would)",
    ]


def test_the_terminal_takes_no_markup_from_values() -> None:
    before, after = (resource(ROLE, "role", {"tag": value}) for value in ("[red]x[/red]", "[/]"))
    assert "tag: [red]x[/red] → [/]" in shown(compare(plan([before]), plan([after])))


def test_a_budget_that_changes_alone_is_shown() -> None:
    out = shown(compare(plan(lines=[line("a", "hours", 30)]), plan(lines=[line("a", "hours", 30)], budget=20)))
    assert "30.00 USD a month, unchanged" in out
    assert "budget: 100.00 → 20.00" in out
    assert "exceeded by 10.00" in out


def test_the_same_is_shown_as_nothing() -> None:
    assert "nothing changes" in shown(compare(plan(), plan()))
