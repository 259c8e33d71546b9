"""Volumes are gp3: a fifth cheaper than gp2, with speed that doesn't depend on size."""

from collections.abc import Iterator

from policies.engine.frameworks import finops
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import read, text
from policies.volumes import STORAGE_CLASS, VOLUME_TYPES, volumes
from pricing.resource import UNKNOWN, Resource

_OLD = ("gp2", "standard", "io1")


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == STORAGE_CLASS:
        yield from _storage_class(resource)
        return
    for volume in volumes(resource):
        kind = text(read(volume.values, volume.type_field))
        if kind is UNKNOWN:
            yield Undecided(f"{volume.path}.{volume.type_field}".lstrip("."))
        elif kind in _OLD:
            yield Finding(f"{volume.label} is {kind}")
        elif kind is None and volume.defaults_to_gp2:
            yield Finding(f"{volume.label} has no type, which EC2 takes as gp2")


def _storage_class(resource: Resource) -> Iterator[Result]:
    kind = text(read(resource.inputs, "parameters", "type"))
    provisioner = read(resource.inputs, "provisioner")
    if provisioner not in ("ebs.csi.aws.com", "kubernetes.io/aws-ebs"):
        return
    if kind is UNKNOWN:
        yield Undecided("parameters.type")
    elif kind in _OLD:
        yield Finding(f"makes {kind} volumes")
    elif kind is None and provisioner == "kubernetes.io/aws-ebs":
        yield Finding("makes gp2 volumes, the default of this provisioner")


RULE = Rule(
    name="volume-type",
    title="Volumes are gp3, not gp2 or older",
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=(finops("Workload Optimization"), finops("Rate Optimization")),
    remediation="Set the volume type to gp3 (io2 where a database needs it); 3,000 IOPS and 125 MB/s are included.",
    field="volume type",
    types=VOLUME_TYPES | {STORAGE_CLASS},
    check=_check,
)
