"""What an AWS account must have before the first deployment, beside service quotas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pricing.resource import Resource


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One thing that the program presupposes and does not make. `how` is a command or a step."""

    what: str
    why: str
    how: str


def prerequisites(resources: Sequence[Resource]) -> tuple[Prerequisite, ...]:
    """Everything that must exist in the account before `resources` can be created."""
    return tuple(_service_linked_roles(resources))


def _service_linked_roles(resources: Sequence[Resource]) -> Iterator[Prerequisite]:
    # Source: Karpenter, "Getting started", and the EC2 user guide, "Service-linked role for Spot Instance requests".
    if any(each.type.startswith("kubernetes:karpenter.sh/") for each in resources):
        yield Prerequisite(
            "service-linked role AWSServiceRoleForEC2Spot",
            "Karpenter cannot make it, and cannot launch Spot Instances without it.",
            "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com",
        )
