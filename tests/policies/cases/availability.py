"""Cases of the rules in policies/availability.py."""

from availability.parts import Availability, Capability, Kind, Part
from availability.spread import Spread
from availability.target import AvailabilityTarget
from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown

RULES = "aws:amp/ruleGroupNamespace:RuleGroupNamespace"


def predicted(spread: Spread, *gaps: str) -> Availability:
    """A model whose only part is this one."""
    model = Capability(Kind.MODEL, "model risk/fraud", "", (Part("pods risk/fraud", spread, ""),), (), gaps)
    return Availability((model,))


ALONE = predicted(Spread("ec2-instance", "ec2-region", ("a", "b"), 1))
PAIR = predicted(Spread("ec2-instance", "ec2-region", ("a", "b"), 2))
PARTLY = predicted(Spread("ec2-instance", "ec2-region", ("a", "b"), 2), "no DNS record")
TARGET = AvailabilityTarget(target=99.9)

DATA = """groups:
- name: objective-risk-fraud
  rules:
  - record: slo:objective:ratio
    expr: vector(0.998)
    labels: {service: fraud, namespace: risk, objective: availability, owner: risk}
  - record: slo:objective:ratio
    expr: vector(0.99999)
    labels: {service: fraud, namespace: risk, objective: latency, owner: risk}
"""

CASES = [
    passes("availability-target", availability=PAIR, target=TARGET),
    passes(
        "availability-target",
        availability=ALONE,
        target=AvailabilityTarget(target=99.9, capabilities={"model risk/fraud": 99}),
    ),
    fails(
        "availability-target",
        availability=ALONE,
        target=TARGET,
        found="model risk/fraud is predicted at 99.50 %, below the target of 99.9 %: its weakest part is pods",
    ),
    fails(
        "availability-target",
        availability=PAIR,
        target=AvailabilityTarget(capabilities={"model risk/frod": 99}),
        found="availability.capabilities has model risk/frod, which the stack does not have; remove it",
    ),
    fails(
        "availability-target",
        availability=PARTLY,
        target=AvailabilityTarget(target=99.995),
        found="predicted at at most 99.99 %",
    ),
    passes("availability-target", availability=ALONE, kind="absent"),
    unknown("availability-target", availability=PARTLY, target=TARGET, undecided="no DNS record"),
    passes("availability-promises", make(RULES, {"data": DATA}), availability=PAIR),
    fails(
        "availability-promises",
        make(RULES, {"data": DATA}),
        availability=ALONE,
        found="model risk/fraud is predicted at 99.50 %, below its objective of 99.8 %",
    ),
    passes("availability-promises", make(RULES, {}), availability=ALONE, kind="absent"),
    passes("availability-promises", make(RULES, {"data": "groups: []"}), availability=ALONE, kind="absent"),
    unknown("availability-promises", make(RULES, {"data": UNKNOWN}), availability=ALONE, undecided="data"),
]
