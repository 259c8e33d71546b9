"""Amazon ECR: what repositories hold, their copies in other regions, and scanning by Amazon Inspector."""

from collections.abc import Iterator, Mapping
from typing import Any

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import section, sections, text
from resources.resource import Resource

_REPOSITORY = "aws:ecr/repository:Repository"
_STORAGE = "private-storage"


@prices(_REPOSITORY)
def repository(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The images it holds. Pulling within the region is free; data out to the internet is the network's."""
    yield stack.charge(resource, "ecr", _STORAGE, stack.usage.repository_gb, "images held")


@prices("aws:ecr/pullThroughCacheRule:PullThroughCacheRule")
def cache(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Its share of what the repositories hold that ECR makes when images are pulled through."""
    held = stack.share(resource, stack.usage.cached_image_gb)
    yield stack.charge(resource, "ecr", _STORAGE, held, "images pulled through and kept")


@prices("aws:ecr/replicationConfiguration:ReplicationConfiguration")
def replication(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """For each other region the transfer of what is pushed, and the storage of the copies at that region's price."""
    pushed = stack.share(resource, stack.usage.pushed_image_gb)
    for rule in sections(section(resource.inputs, "replicationConfiguration"), "rules"):
        copied = _copied(rule, stack)
        for destination in sections(rule, "destinations"):
            region = text(destination, "region")
            yield stack.charge(resource, "data-transfer", "inter-region-out", pushed, f"images copied to {region}")
            held = copied * stack.usage.repository_gb
            what = f"copies of {copied} repositories held in {region}"
            yield stack.charge(resource, "ecr", _STORAGE, held, what, region=region)


@prices("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration")
def scanning(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Basic scanning is free; enhanced costs for each image pushed, and for each time that it is looked at again."""
    if text(resource.inputs, "scanType") == "BASIC":
        return
    usage = stack.usage
    yield stack.charge(resource, "inspector", "image-scan", usage.pushed_images, "images scanned on push")
    frequencies = [rule.get("scanFrequency") for rule in sections(resource.inputs, "rules")]
    if "CONTINUOUS_SCAN" in frequencies:
        yield stack.charge(resource, "inspector", "image-rescan", usage.image_rescans, "images scanned again")


def _copied(rule: Mapping[str, Any], stack: PricedStack) -> int:
    """How many repositories of the stack a rule copies: those whose names begin with one of its filters, or all."""
    prefixes = tuple(text(each, "filter") for each in sections(rule, "repositoryFilters"))
    names = (text(each.inputs, "name", "") for each in stack.of_type(_REPOSITORY))
    return sum(name.startswith(prefixes or "") for name in names)
