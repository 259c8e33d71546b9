"""A node group's bounds and its size agree."""

from collections.abc import Iterator
from itertools import pairwise

from policies.engine.frameworks import eks_guide
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import number, read
from policies.instances import MANAGED_NODE_GROUP, NODE_GROUP, SCALING_GROUP
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    inputs = resource.inputs
    names = ("minSize", "desiredSize", "maxSize")
    if resource.type == SCALING_GROUP:
        names = ("minSize", "desiredCapacity", "maxSize")
    else:
        inputs = read(inputs, "scalingConfig")
    sizes = {name: number(read(inputs, name)) for name in names}
    known = [(name, size) for name, size in sizes.items() if isinstance(size, float)]
    for (lower, low), (upper, high) in pairwise(known):
        if low > high:
            yield Finding(f"{lower} {low:g} is above {upper} {high:g}")
    if sizes["maxSize"] == 0:
        yield Finding("maxSize is 0: it can never start a node")
    for name, size in sizes.items():
        if size is UNKNOWN:
            yield Undecided(name)


RULE = Rule(
    name="node-group-size",
    title="A node group's minimum, size and maximum agree",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(eks_guide("Reliability: data plane"),),
    remediation="Keep minSize <= desiredSize <= maxSize, and maxSize above 0.",
    field="scalingConfig",
    types=frozenset({NODE_GROUP, MANAGED_NODE_GROUP, SCALING_GROUP}),
    check=_check,
)
