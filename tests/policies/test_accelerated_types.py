"""Which instance types rules take for accelerated ones, against EC2's own descriptions."""

from components.facts.instances import instance_type, known_types
from policies.engine.evaluate import evaluate
from policies.engine.settings import EnvironmentKind
from tests.support.policies.cases import context, make

RULE = "gpu-pool-schedule"
DESCRIBED_WITHOUT = {"dl2q.24xlarge", "trn2u.48xlarge"}
"""Types that a rule takes for accelerated by their family, for EC2 describes no accelerator of theirs.

A `trn2u.48xlarge` has 16 Trainium2 chips. Source: AWS Neuron documentation, "Amazon EC2 Trn2 Architecture". For `dl2q`,
the test proves only that its family is named in `policies/cost.py`.
"""


def accelerated(names: list[str]) -> set[str]:
    instances = {name: make("aws:ec2/instance:Instance", {"instanceType": name}, name=name) for name in names}
    found = evaluate([*instances.values()], context(EnvironmentKind.STAGING))
    urns = {each.urn for each in found if each.policy == RULE}
    return {name for name, instance in instances.items() if instance.urn in urns}


def test_accelerated_types_are_those_that_ec2_describes() -> None:
    described = {name for name in known_types() if (found := instance_type(name)) and found.accelerators}
    assert accelerated(known_types()) == described | DESCRIBED_WITHOUT


def test_a_gpu_type_newer_than_the_table_is_accelerated() -> None:
    assert accelerated(["p9.48xlarge", "m99.large"]) == {"p9.48xlarge"}
