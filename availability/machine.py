"""The machine of a starter: one EC2 instance, its volume, and the name that leads to it."""

from collections.abc import Iterator

from availability.drafts import Draft
from availability.parts import Kind, Part
from availability.site import Site, regional, urns
from availability.spread import Spread
from availability.stores import VOLUME
from resources.inputs import read, text
from resources.resource import Resource

_STARTER = "mlplatform:index:Starter"
_INSTANCE = "aws:ec2/instance:Instance"
_ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment"
_ADDRESS = "aws:ec2/eip:Eip"
_RECORD = "aws:route53/record:Record"
_RETURNS = "a person replaces it in another zone, with its volume from a snapshot"


def machines(site: Site) -> Iterator[Draft]:
    """The services of each starter. Sign-in, the registry and the buckets are not parts of a request."""
    for starter in site.of_type(_STARTER):
        for instance in site.of_type(_INSTANCE):
            if starter in site.ancestors(instance):
                yield _machine(site, starter, instance)


def _machine(site: Site, starter: Resource, instance: Resource) -> Draft:
    draft = Draft(Kind.MACHINE, f"services of {starter.name}")
    for record in site.of_type(_RECORD):
        if any(starter in site.ancestors(each) for each in site.sources(record, "records", _ADDRESS)):
            draft.address = str(read(record.inputs, "name"))
            draft.needs(regional("route53", f"Route 53 record of {draft.address}", record))
    if not draft.address:
        draft.gaps.append(f"no DNS record of the plan leads to {instance.name}")
    zones = site.zones_of(instance, "subnetId")
    alone = Spread("ec2-instance", "ec2-region", zones)
    draft.needs(Part(f"machine {instance.name}", alone, "1 instance", (instance.urn,), returns=_RETURNS))
    for attachment in site.referrers(instance, "instanceId", _ATTACHMENT):
        for volume in site.sources(attachment, "volumeId", VOLUME):
            draft.needs(_volume(volume))
    draft.starts_with(regional("ecr"), regional("s3", "Amazon S3"), regional("secrets-manager"), regional("kms"))
    draft.starts_with(regional("cognito"))
    draft.notes.append("EC2 moves the instance to other hardware of its zone when that fails.")
    return draft


def _volume(volume: Resource) -> Part:
    zone = text(read(volume.inputs, "availabilityZone"))
    spread = Spread("ebs-volume", "ebs-volumes", (zone,) if isinstance(zone, str) else ())
    return Part(f"volume {volume.name}", spread, "1 volume", urns([volume]), returns=_RETURNS)
