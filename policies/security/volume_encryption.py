"""Volumes are encrypted."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, flag, given, read
from policies.instances import INSTANCE, LAUNCH_TEMPLATE, NODE_GROUP
from policies.volumes import STORAGE_CLASS, VOLUME_TYPES, volumes
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == STORAGE_CLASS:
        if read(resource.inputs, "provisioner") in ("ebs.csi.aws.com", "kubernetes.io/aws-ebs"):
            encrypted = read(resource.inputs, "parameters", "encrypted")
            yield from require(encrypted, True, "parameters.encrypted", "makes volumes that are not encrypted")
        return
    if resource.type == NODE_GROUP:
        if not given(read(resource.inputs, "launchTemplate")):
            yield Finding("has no launch template, so EKS gives its nodes volumes that are not encrypted")
        return
    if resource.type == LAUNCH_TEMPLATE and not each(read(resource.inputs, "blockDeviceMappings")):
        yield Finding("names no blockDeviceMappings, so the root volume is as the AMI has it: not encrypted")
    for volume in volumes(resource):
        encrypted = read(volume.values, "encrypted")
        if flag(encrypted) is None and given(read(volume.values, "snapshotId")) and resource.type != INSTANCE:
            yield Undecided(f"{volume.label}: whether its snapshot is encrypted")
        else:
            path = f"{volume.path}.encrypted".lstrip(".")
            yield from require(encrypted, True, path, f"{volume.label} is not encrypted")


RULE = Rule(
    name="volume-encryption",
    title="Volumes are encrypted",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("EC2.3"), fsbp("EC2.181"), cis_aws("2.2.1"), well_architected("SEC08-BP02")),
    remediation="Set encrypted to true on every volume, in launch templates in blockDeviceMappings[].ebs, and give a "
    "kmsKeyId.",
    field="encrypted",
    types=VOLUME_TYPES | {STORAGE_CLASS, NODE_GROUP},
    check=_check,
)
