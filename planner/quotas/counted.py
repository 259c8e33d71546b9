"""Quotas of resources that AWS counts by account and region."""

from collections import defaultdict
from collections.abc import Iterator

from planner.quotas.quota import Limit, Quota, quota
from resources.index import ResourceIndex
from resources.inputs import read, text
from resources.resource import Resource

# Defaults of a new account. Sources: AWS General Reference, "AWS Backup endpoints and quotas", "AWS X-Ray endpoints and
# quotas" and "Amazon Managed Grafana endpoints and quotas"; CloudWatch Logs user guide, "CloudWatch Logs quotas"; user
# guide of Amazon Managed Service for Prometheus, "Service quotas".
_COUNTED = {
    "aws:amp/workspace:Workspace": ("aps", Limit("by name", "Workspaces per region per account", 25)),
    "aws:backup/plan:Plan": ("backup", Limit("L-BD69F607", "Backup plans per Region per account", 300)),
    "aws:backup/vault:Vault": ("backup", Limit("L-7705D2CB", "Backup vaults per Region per account", 300)),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", Limit("L-C7B9AAAB", "Log groups", 1_000_000)),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (
        "logs",
        Limit("by name", "Resource policies", 10, "join their statements in one policy"),
    ),
    "aws:grafana/workspace:Workspace": ("grafana", Limit("L-2C2D5119", "Number of workspaces", 5)),
    "aws:xray/group:Group": (
        "xray",
        Limit("by name", "Groups in an account", 25, "join the filter expressions of groups"),
    ),
    "aws:xray/samplingRule:SamplingRule": ("xray", Limit("L-8C0C998A", "Custom sampling rules per region", 25)),
}


def counted_quotas(index: ResourceIndex) -> Iterator[Quota]:
    """The quotas of resources that a region of the plan has too many of."""
    for kind, (service, limit) in _COUNTED.items():
        by_region: dict[str, list[Resource]] = defaultdict(list)
        for each in index.of_type(kind):
            by_region[str(text(read(each.inputs, "region")) or "")].append(each)
        if most := max(by_region.values(), key=len, default=None):
            yield from _beyond(service, limit, most)


def _beyond(service: str, limit: Limit, found: list[Resource]) -> Iterator[Quota]:
    if len(found) > limit.default:
        first, last = (sorted(each.name for each in found)[place] for place in (0, -1))
        yield quota(service, limit, len(found), f"{len(found)} in one region, from {first} to {last}")
