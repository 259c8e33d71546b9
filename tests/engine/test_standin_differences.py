"""The stand-in replaces a resource as the real providers do.

Source of what is deleted first: pulumi-kubernetes, provider/pkg/provider/provider.go, Diff.
"""

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from planner.values import encode
from tests.support.engine.harness import Engine
from tests.support.engine.program import Program
from tests.support.engine.standin import StandIn

STREAM = "aws:kinesis/stream:Stream"
GROUP = "aws:eks/nodeGroup:NodeGroup"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
PROGRAM = """
import pulumi_kubernetes as kubernetes

cluster = pulumi.ResourceOptions(provider=kubernetes.Provider("cluster", kubeconfig="{}"))
kubernetes.core.v1.ConfigMap("settings", data={"key": given["value"]}, metadata=given["metadata"], opts=cluster)
"""


def difference(kind: str, before: dict[str, Any], after: dict[str, Any]) -> provider_pb2.DiffResponse:
    old, new = _struct(before), _struct(after)
    urn = f"urn:pulumi:dev::project::{kind}::it"
    request = provider_pb2.DiffRequest(urn=urn, olds=old, old_inputs=old, news=new)
    return StandIn.Diff(StandIn.__new__(StandIn), request, None)  # pyright: ignore[reportArgumentType]


def _struct(values: dict[str, Any]) -> struct_pb2.Struct:
    return encode(values).struct_value


@pytest.mark.parametrize(
    ("kind", "before", "after", "changed", "replacing"),
    [
        (STREAM, {"name": "a"}, {"name": "a"}, [], []),
        (STREAM, {"name": "a", "shardCount": 1}, {"name": "a", "shardCount": 2}, ["shardCount"], []),
        (STREAM, {"name": "a", "shardCount": 1}, {"name": "b", "shardCount": 2}, ["name", "shardCount"], ["name"]),
        (
            GROUP,
            {"instanceTypes": ["a"], "scalingConfig": {"minSize": 1}},
            {"instanceTypes": ["b"], "scalingConfig": {"minSize": 2}},
            ["instanceTypes", "scalingConfig"],
            ["instanceTypes"],
        ),
    ],
)
def test_inputs_that_force_a_replacement_replace(
    kind: str, before: dict[str, Any], after: dict[str, Any], changed: list[str], replacing: list[str]
) -> None:
    found = difference(kind, before, after)
    assert (list(found.diffs), list(found.replaces)) == (changed, replacing)
    assert not found.deleteBeforeReplace


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ({"name": "a", "namespace": "x"}, {"name": "a", "namespace": "x"}, True),
        ({"name": "a", "namespace": "x"}, {"name": "a", "namespace": "y"}, False),
        ({"name": "a", "namespace": "x"}, {"name": "b", "namespace": "x"}, False),
        # Pulumi gives the new one another name.
        ({"namespace": "x"}, {"namespace": "x"}, False),
    ],
)
def test_an_object_is_deleted_first_when_the_next_has_its_name(
    before: dict[str, Any], after: dict[str, Any], first: bool
) -> None:
    found = difference(CONFIG_MAP, {"metadata": before, "data": {"k": "1"}}, {"metadata": after, "data": {"k": "2"}})
    assert "data" in found.replaces
    assert found.deleteBeforeReplace is first


@pytest.mark.parametrize(
    ("metadata", "order"),
    [
        ({"name": "settings", "namespace": "models"}, ["delete", "create"]),
        ({"namespace": "models"}, ["create", "delete"]),
    ],
)
def test_the_engine_replaces_an_object_in_the_order_that_its_name_demands(
    engine: Engine, tmp_path: Path, metadata: dict[str, str], order: list[str]
) -> None:
    program = Program(engine, tmp_path, PROGRAM)
    first = program.up({"metadata": metadata, "value": "1"})
    assert first.code == 0, first.printed
    engine.changes()
    second = program.up({"metadata": metadata, "value": "2"})
    assert second.code == 0, second.printed
    assert [operation for operation, _ in engine.changes()] == order
