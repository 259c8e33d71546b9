"""Changes that a deployment does not make are named, are no change, and are not priced."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.console import Console

from planner.difference import Unapplied, compare
from planner.difference_view import render
from planner.markdown import render as markdown
from planner.unapplied import applied_inputs
from tests.support.planner.documents import plan, resource, urn

GROUP = "aws:eks/nodeGroup:NodeGroup"
CLUSTER = "eks:index:Cluster"
DATABASE = "aws:rds/instance:Instance"
VOLUME = "aws:ebs/volume:Volume"
DESIRED = ["scalingConfig.desiredSize"]


def group(desired: int, least: int = 0, most: int = 9, **fields: Any) -> dict[str, Any]:
    sizes = {"desiredSize": desired, "minSize": least, "maxSize": most}
    return resource(GROUP, "pool", {"scalingConfig": sizes}, **{"ignoreChanges": DESIRED, **fields})


def unapplied(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Unapplied, ...]:
    return compare(plan([before]), plan([after])).unapplied


def versions(resource_type: str, before: Any, after: Any, field: str = "version", **inputs: Any) -> list[bool]:
    old, new = (resource(resource_type, "x", {**inputs, field: value}) for value in (before, after))
    return [each.refused for each in unapplied(old, new)]


def test_an_ignored_value_is_named_and_is_no_change() -> None:
    difference = compare(plan([group(3)]), plan([group(5)]))
    (kept,) = difference.unapplied
    assert (kept.change.path, kept.change.before, kept.change.after) == ("scalingConfig.desiredSize", 3, 5)
    assert not kept.refused
    assert "ignoreChanges" in kept.why
    assert difference.changed == ()
    assert not difference.empty


def test_a_value_that_is_not_ignored_is_applied() -> None:
    difference = compare(plan([group(3, ignoreChanges=[])]), plan([group(5, ignoreChanges=[])]))
    assert difference.unapplied == ()
    assert [change.resource.name for change in difference.changed] == ["pool"]


@pytest.mark.parametrize(
    ("after", "path"),
    [(group(3, least=4), "scalingConfig.minSize"), (group(3, most=2), "scalingConfig.maxSize")],
)
def test_a_bound_beyond_an_ignored_desired_size_is_refused(after: dict[str, Any], path: str) -> None:
    (refused,) = compare(plan([group(3)]), plan([after])).refused
    assert refused.change.path == path
    assert "keeps that at 3" in refused.why
    assert "aws eks update-nodegroup-config" in refused.why


@pytest.mark.parametrize(
    "after", [group(3, least=3), group(3, most=3), group(4, least=4, ignoreChanges=[]), group(3, least=1)]
)
def test_bounds_around_the_desired_size_are_applied(after: dict[str, Any]) -> None:
    assert compare(plan([group(3)]), plan([after])).refused == ()


def test_node_pool_sends_its_live_size_with_a_changed_bound() -> None:
    parent = urn("mlplatform:index:NodePool", "pool")
    before, grown, started = group(3, parent=parent), group(4, least=4, parent=parent), group(4, parent=parent)
    difference = compare(plan([before]), plan([grown]))
    assert difference.unapplied == ()
    assert {each.path for each in difference.changed[0].inputs} == {
        "scalingConfig.desiredSize",
        "scalingConfig.minSize",
    }
    assert [each.change.path for each in unapplied(before, started)] == ["scalingConfig.desiredSize"]


@pytest.mark.parametrize(
    ("resource_type", "field", "before", "after"),
    [
        (GROUP, "version", "1.36", "1.35"),
        (GROUP, "releaseVersion", "1.36.1-20261101", "1.36.1-20261015"),
        (DATABASE, "engineVersion", "17.6", "17.5"),
        (DATABASE, "engineVersion", "17", "16"),
        (DATABASE, "allocatedStorage", 100, 50),
        (VOLUME, "size", 100, 50),
    ],
)
def test_a_value_that_falls_is_refused(resource_type: str, field: str, before: Any, after: Any) -> None:
    upgradable = {"engine": "postgres", "allowMajorVersionUpgrade": True, "applyImmediately": True}
    assert versions(resource_type, before, after, field, **upgradable) == [True]
    assert versions(resource_type, after, before, field, **upgradable) == []


def test_a_version_without_a_minor_follows_the_one_in_use() -> None:
    assert versions(DATABASE, "17.6", "17", "engineVersion") == []


@pytest.mark.parametrize(("after", "refused"), [("1.35", False), ("1.34", True), ("1.9", True)])
def test_a_cluster_rolls_back_one_minor_version_only(after: str, refused: bool) -> None:
    assert versions(CLUSTER, "1.36", after) == [refused]


def test_storage_that_rds_scales_itself_does_not_shrink() -> None:
    assert versions(DATABASE, 100, 50, "allocatedStorage", maxAllocatedStorage=200) == [False]


@pytest.mark.parametrize(
    ("engine", "before", "after", "options", "refused"),
    [
        ("postgres", "16", "17", {}, [True]),
        ("postgres", "16", "17", {"allowMajorVersionUpgrade": True}, [True]),
        ("postgres", "16", "17", {"allowMajorVersionUpgrade": True, "applyImmediately": True}, []),
        ("postgres", "16.4", "16.9", {}, []),
        ("mysql", "8.0", "8.4", {}, [True]),
        ("mysql", "8.4.1", "8.4.3", {}, []),
    ],
)
def test_major_database_upgrade_must_be_allowed_and_immediate(
    engine: str, before: str, after: str, options: dict[str, bool], refused: list[bool]
) -> None:
    assert versions(DATABASE, before, after, "engineVersion", engine=engine, **options) == refused


def test_what_falls_replaces_nothing() -> None:
    old, new = (resource(CLUSTER, "eks", {"version": version}, custom=False) for version in ("1.36", "1.34"))
    difference = compare(plan([old]), plan([new]))
    assert (difference.replaced, difference.changed, difference.at_risk) == ((), (), ())


def test_terminal_and_markdown_name_unapplied_changes() -> None:
    difference = compare(plan([group(3)]), plan([group(5, least=4)]))
    console = Console(width=300)
    with console.capture() as capture:
        render(difference, console)
    for text in (capture.get(), markdown(plan([group(5, least=4)]), difference)):
        assert "AWS refuses, and the deployment fails" in text
        assert "Not applied, and not priced" in text
        assert text.index("AWS refuses") < text.index("Not applied")


@given(
    some.lists(some.sampled_from(["*", "version", "scalingConfig", "scalingConfig.desiredSize"]), max_size=3),
    some.integers(0, 5),
    some.integers(0, 5),
    some.sampled_from(["1.35", "1.36"]),
    some.sampled_from(["1.35", "1.36"]),
)
def test_applying_twice_is_applying_once(ignored: list[str], old: int, new: int, was: str, wanted: str) -> None:
    def made(desired: int, version: str) -> dict[str, Any]:
        inputs = {"version": version, "scalingConfig": {"desiredSize": desired}}
        return resource(GROUP, "pool", inputs, ignoreChanges=ignored)

    before, after = made(old, was), made(new, wanted)
    applied = applied_inputs(before, after)
    assert applied_inputs(before, {**after, "inputs": applied}) == applied
    assert compare(plan([before]), plan([{**after, "inputs": applied}])).unapplied == ()


def test_partitions_and_disks_of_kafka_never_shrink() -> None:
    topic = "aws:msk/topic:Topic"
    assert versions(topic, 12, 6, "partitionCount") == [True]
    assert versions(topic, 6, 12, "partitionCount") == []

    def disk(size: int) -> dict[str, Any]:
        storage = {"storageInfo": {"ebsStorageInfo": {"volumeSize": size}}}
        return resource("aws:msk/cluster:Cluster", "x", {"brokerNodeGroupInfo": storage})

    assert [each.refused for each in unapplied(disk(200), disk(100))] == [True]
    assert unapplied(disk(100), disk(200)) == ()
