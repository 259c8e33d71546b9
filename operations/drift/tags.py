"""What the cloud has with the stack's tags, by the Resource Groups Tagging API.

Source: Resource Groups Tagging API reference, GetResources.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..settings import SettingsError, fault
from ..state import State, region_of
from .findings import Clients, Finding, Findings, Kind

MANAGED_BY = "managed-by"
_IDENTIFYING = (MANAGED_BY, "environment", "owner")
_MISSING_REMEDY = "pulumi refresh tells Pulumi, and the next pulumi up makes it again; restore its data first"

Tags = Mapping[str, str]


def stack_tags(state: State) -> dict[str, str]:
    """The tags by which AWS knows the stack: those that its provider sets on all resources.

    Raises:
        SettingsError: the provider sets no tag managed-by.
    """
    for provider in (each for each in state.resources if each.type == "pulumi:providers:aws"):
        given: Any = provider.inputs.get("defaultTags") or {}
        known: Any = json.loads(given) if isinstance(given, str) else given
        tags: dict[str, str] = known.get("tags") or {}
        if MANAGED_BY in tags:
            return {name: tags[name] for name in _IDENTIFYING if name in tags}
    remedy = "the AWS provider of the stack sets no such tag; deploy the stack with this version"
    raise SettingsError("the state", [fault(MANAGED_BY, None, remedy)])


def regions(state: State) -> list[str]:
    """The regions in which the stack has resources, and us-east-1, which lists global ones."""
    found = {region_of(each.arn) for each in state.custom if each.arn} | {state.region, "us-east-1"}
    return sorted(found - {""})


def listed(clients: Clients, state: State, findings: Findings) -> dict[str, Tags]:
    """Every resource with the stack's tags: its ARN with all its tags."""
    filters = [{"Key": name, "Values": [value]} for name, value in stack_tags(state).items()]
    found: dict[str, Tags] = {}
    for region in regions(state):
        with findings.reading(f"tag:GetResources in {region}"):
            pages = clients("resourcegroupstaggingapi", region).get_paginator("get_resources")
            for page in pages.paginate(TagFilters=filters):
                for each in page["ResourceTagMappingList"]:
                    found[each["ResourceARN"]] = {tag["Key"]: tag["Value"] for tag in each.get("Tags", ())}
    return found


def kind_of(arn: str) -> str:
    """The service and the type in an ARN, such as ec2:natgateway, by which resources are alike."""
    service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
    if service in ("s3", "sns", "sqs"):
        return service
    separators = [mark for mark in (rest.find("/"), rest.find(":")) if mark > 0]
    name = rest[: min(separators)] if separators else ""
    if service == "elasticloadbalancing":
        return f"{service}:{'/'.join(rest.split('/')[:2])}"
    return f"{service}:{name}"


def compare_tags(state: State, others: Sequence[State], cloud: Mapping[str, Tags], findings: Findings) -> list[str]:
    """Find what is missing, and return the ARNs that no state has: candidates for orphans.

    A resource is missing when AWS lists others of its kind and not it. The API lists not every kind of resource; what
    it lists none of is not checked.
    """
    kinds = {kind_of(arn) for arn in cloud}
    for each in state.custom:
        if not each.arn or each.deleting or MANAGED_BY not in each.outputs.get("tagsAll", {}):
            continue
        findings.compared += 1
        if each.arn in cloud:
            continue
        if kind_of(each.arn) in kinds:
            remedy = _MISSING_REMEDY
            findings.differences.append(Finding(Kind.MISSING, each.name, found=each.arn, remedy=remedy))
        else:
            findings.unchecked.append(each.name)
    known = set(_arns([state, *others]))
    return sorted(arn for arn in cloud if arn not in known)


def _arns(states: Sequence[State]) -> Iterator[str]:
    for state in states:
        for each in state.custom:
            yield each.arn
            # A log group, for example, has an ARN with :* in other places.
            yield each.arn.removesuffix(":*")
