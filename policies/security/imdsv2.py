"""Instance credentials are out of reach of pods and of forged requests."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import cis_aws, eks_guide, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import first, given, number, read, text
from policies.instances import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, NODE_CLASS, NODE_GROUP
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == NODE_GROUP:
        if not given(read(resource.inputs, "launchTemplate")):
            yield Finding("has no launch template, so EKS gives its nodes a hop limit of 2, which pods reach")
        return
    if resource.type == NODE_CLASS:
        path, options = "spec.metadataOptions", read(resource.inputs, "spec", "metadataOptions")
        # Karpenter's own defaults are IMDSv2 and one hop.
        defaults = ("required", 1.0)
    else:
        path, options = "metadataOptions", read(resource.inputs, "metadataOptions")
        defaults = (None, None)
    yield from _judge(path, options, defaults)


def _judge(path: str, options: Any, defaults: tuple[str | None, float | None]) -> Iterator[Result]:
    if text(read(options, "httpEndpoint")) == "disabled":
        return
    tokens = first(text(read(options, "httpTokens")), defaults[0])
    hops = first(number(read(options, "httpPutResponseHopLimit")), defaults[1])
    if tokens is UNKNOWN:
        yield Undecided(f"{path}.httpTokens")
    elif tokens != "required":
        yield Finding(f"{path}.httpTokens is {tokens or 'absent'}: IMDSv1 answers too")
    if hops is UNKNOWN:
        yield Undecided(f"{path}.httpPutResponseHopLimit")
    elif hops != 1:
        shown = "absent, and the AMI may ask for 2" if hops is None else f"{hops:g}"
        yield Finding(f"{path}.httpPutResponseHopLimit is {shown}: pods reach the node's credentials")


RULE = Rule(
    name="imdsv2",
    title="Instances ask for IMDSv2 with one hop",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("EC2.8"), fsbp("EC2.170"), cis_aws("5.6"), eks_guide("Security: restrict access to IMDS")),
    remediation="Set metadataOptions to httpTokens required and httpPutResponseHopLimit 1.",
    field="metadataOptions",
    types=frozenset({LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE, NODE_CLASS, NODE_GROUP}),
    check=_check,
)
