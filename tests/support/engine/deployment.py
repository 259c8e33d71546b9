"""A whole life of a stack under the engine, recorded step by step, for tests to look at."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any, NamedTuple, cast

from planner.build import build_plan
from planner.plan import Plan
from policies.engine.rule import Undecided
from resources.resource import SECRET, Resource
from tests.support.engine.harness import Engine, Outcome
from tests.support.planner.graph import Graph

# The engine's signatures: pulumi/pulumi, sdk/go/common/resource/properties.go
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_UNDECIDED = Undecided("").message
_SECRET = "1b47061264138c4ac30d75fd1eb44270"

PACK = ("--policy-pack", "policies")
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
MACHINE = "aws:ec2/instance:Instance"
REGION = "us-east-1"
"""The region of every stack on file."""


@dataclass(frozen=True)
class Deployment:
    """What became of a stack, step by step: the policy pack is on until it is deployed."""

    name: str
    plan: Plan
    preview: Outcome
    stopped: Outcome
    """A deployment in which AWS refused one resource."""
    up: Outcome
    again: Outcome
    refreshed: Outcome
    resources: tuple[Mapping[str, Any], ...]
    created: tuple[str, ...]
    """What both deployments created, in order."""
    before: Counter[str]
    """What the account had before the first deployment, by type."""
    filled: Counter[str]
    """What it has after the deployment."""

    def of_type(self, resource_type: str) -> list[str]:
        """The URNs of the resources of a type."""
        return [resource["urn"] for resource in self.resources if resource["type"] == resource_type]

    def inside_the_cluster(self) -> list[str]:
        """The URNs of the objects in the cluster."""
        return [resource["urn"] for resource in self.resources if resource["type"].startswith("kubernetes:")]


class TakenDown(Graph):
    """The order in which the engine deleted the resources of a plan, in place of what waits for what there."""

    def __init__(self, deleted: Sequence[str], plan: tuple[Resource, ...]):
        super().__init__(plan)
        self._places = {urn: place for place, urn in enumerate(deleted)}
        # The remote cluster itself is nothing but the control plane that it makes.
        planes = {urn.partition("$aws:eks/cluster:Cluster::")[0]: place for urn, place in self._places.items()}
        self._places |= {urn: planes[urn.rpartition("::")[0]] for urn in self.by_urn if "eks:index:Cluster::" in urn}

    def waits(self, later: Resource, earlier: Resource) -> bool:
        """Whether `later` was deleted before `earlier`. What the stack leaves in the account is never deleted."""
        return self._places.get(later.urn, inf) < self._places.get(earlier.urn, inf)


def deploy(engine: Engine, name: str, config: Mapping[str, Mapping[str, Any]] | None = None) -> Deployment:
    """Preview a stack with this config, or else with that of the stack file, and deploy it.

    AWS refuses a resource midway, and the next deployment makes the rest. A third and a refresh then change nothing.
    """
    engine.init(name, None if config else name, **config or {})
    plan, account = planned(engine, name), engine.accounts.of(name)
    before = account.counts(REGION)
    preview = engine.run("preview", "--stack", name, *PACK)
    engine.changes()
    engine.spoil(refused=[_midway(plan)])
    stopped = engine.run("up", "--yes", "--skip-preview", "--stack", name, *PACK)
    engine.spoil()
    up = engine.run("up", "--yes", "--skip-preview", "--stack", name, *PACK)
    created = tuple(urn for operation, urn in engine.changes() if operation == "create")
    again = engine.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", name)
    refreshed = engine.run("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", name)
    resources = tuple(engine.resources(name))
    filled = account.counts(REGION)
    return Deployment(name, plan, preview, stopped, up, again, refreshed, resources, created, before, filled)


def _midway(plan: Plan) -> str:
    """The first node group, or else the first machine."""
    return next(each.name for kind in (NODE_GROUP, MACHINE) for each in plan.resources if each.type == kind)


def dependents(engine: Engine, stack: str, urn: str) -> set[str]:
    """What the engine would have to delete before it deletes `urn`, by its own reckoning."""
    preview = engine.run(
        "destroy", "--preview-only", "--json", "--target", urn, "--target-dependents", "--stack", stack
    )
    assert preview.code == 0, preview.printed
    steps = json.loads(preview.printed)["steps"]
    return {step["urn"] for step in steps if step["op"] == "delete"} - {urn}


def planned(engine: Engine, stack: str) -> Plan:
    """The plan of the same stack, from the same files, judged as of the same day."""
    return build_plan(engine.project, stack, today=datetime.now(UTC).date())


class Finding(NamedTuple):
    """That a rule does not hold, as the plan and the engine both tell it."""

    level: str
    rule: str
    resource: str
    message: str


def found_by_plan(plan: Plan) -> set[Finding]:
    """What the plan says of the rules, without exceptions and what they leave to the deployment.

    The engine names the stack where no resource is meant.
    """
    whole = f"{plan.project}-{plan.stack}"
    return {
        Finding(verdict.level, verdict.policy, verdict.urn.rpartition("::")[2] or whole, verdict.message)
        for verdict in plan.verdicts
        if verdict.exception is None and not verdict.message.startswith(_UNDECIDED)
    }


def found_by_engine(outcome: Outcome) -> set[Finding]:
    """What the engine printed of the rules, without what they leave to the deployment.

    The engine knows no inputs of the remote `eks.Cluster`, so that rules judge the cluster that it makes instead. At a
    preview nobody knows the capacity of a web ACL, so that a cost is the least that it can be.
    """
    line = re.compile(r"- \[(\w+)\] \[severity: \w+\]  (\S+)  \(\S+: (\S+)\)\n.*\n +(.+)")
    return {
        Finding(level, rule, resource.removesuffix("-eksCluster"), message.replace("costs at least", "costs"))
        for level, rule, resource, message in line.findall(outcome.printed)
        if not rule.startswith("undecided")
    }


def masked(value: Any) -> Any:
    """A value of the state as a plan shows it."""
    if isinstance(value, Mapping):
        entries = cast(Mapping[str, Any], value)
        if entries.get(_SIGNATURE) == _SECRET:
            return SECRET
        return {key: masked(item) for key, item in entries.items()}
    if isinstance(value, list):
        return [masked(item) for item in cast(list[Any], value)]
    return value
