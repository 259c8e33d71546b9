"""The registry of facilities: what is provisioned, where, how large, who owns it, what it costs, how it comes back."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.difference_text import short_type
from planner.plan import Plan
from planner.stateful import HOLDS, guard_of
from reports.registries.sizes import KINDS, size_of
from reports.registries.table import Cell, Column, Row, Table
from resources.existing import existing_buckets, existing_clusters, existing_networks
from resources.index import COMPONENT_PREFIX, ResourceIndex
from resources.inputs import display, elements, entries, number, read, text
from resources.resource import Resource
from resources.tags import default_tags, known_tags

_COLUMNS = (
    Column("name", "name"),
    Column("what", "what"),
    Column("called", "name at AWS or in Kubernetes"),
    Column("purpose", "purpose"),
    Column("region", "region"),
    Column("zones", "zones"),
    Column("place", "network or namespace"),
    Column("size", "size"),
    Column("owner", "owner"),
    Column("monthly_usd", "USD a month", number=True),
    Column("holds", "holds"),
    Column("data_class", "data class"),
    Column("rpo_minutes", "RPO, minutes", number=True),
    Column("rto_minutes", "RTO, minutes", number=True),
    Column("recovery", "recovery"),
    Column("guards", "guards against deletion"),
)
NOT_STATED = "not stated"
"""The data class of a store that no tag gives one."""
DATA_CLASS_TAG = "data-class"
_OWNER_TAGS = ("team", "owner")
"""The tags that name an owner, the narrowest first."""
_SUBNET = "aws:ec2/subnet:Subnet"
_SUBNETS = (
    ("subnetIds",),
    ("subnetId",),
    ("subnets",),
    ("privateSubnetIds",),
    ("brokerNodeGroupInfo", "clientSubnets"),
    ("computeResources", "subnets"),
    ("networkConfiguration", "subnetIds"),
    ("networkConfiguration", "subnets"),
)
"""Where inputs name subnets."""
_SUBNET_GROUPS = {
    "dbSubnetGroupName": "aws:rds/subnetGroup:SubnetGroup",
    "subnetGroupName": "aws:elasticache/subnetGroup:SubnetGroup",
}
_NAMES = ("bucket", "identifier", "replicationGroupId", "clusterName", "domainName", "repositoryName", "name", "alias")
_WITHOUT_CLASS = ("aws:kms/", "aws:scheduler/", "aws:eks/", "eks:", "kubernetes:")
"""Types that keep a state, but no data of their own that a class would describe."""
_PLAN = "aws:backup/plan:Plan"
_SELECTION = "aws:backup/selection:Selection"
_VERSIONING = ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")
_REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
_CLUSTERS = ("eks:index:Cluster", "aws:eks/cluster:Cluster")


@dataclass(frozen=True, slots=True)
class _Recovery:
    """How a store comes back. Minutes are those of its backup plan."""

    rpo: float | None
    rto: float | None
    ways: tuple[str, ...]


def facilities(plan: Plan) -> Table:
    """Every provisioned facility of a plan, by its name, and each resource that costs money.

    The costs add up to the month's cost of the plan.
    """
    index = ResourceIndex(plan.resources)
    costs: defaultdict[str, float] = defaultdict(float)
    for line in plan.estimate.lines:
        costs[line.urn] += line.monthly
    listed = [each for each in plan.resources if each.type in KINDS or costs.get(each.urn)]
    rows = [_row(each, index, plan, costs.pop(each.urn, None)) for each in listed]
    rows += [row for each in existing_networks(plan.resources) for row in _existing_rows(each, index)]
    rows += [
        {
            "name": bucket,
            "what": f"S3 bucket ({_ELSEWHERE})",
            "called": bucket,
            "purpose": f"{component.name}: {purpose}",
            "region": _region(component, index),
            "owner": NOT_STATED,
            "holds": HOLDS["aws:s3/bucket:Bucket"],
            "data_class": NOT_STATED,
            "guards": [_ELSEWHERE],
        }
        for bucket, (purpose, component) in existing_buckets(plan.resources).items()
    ]
    rows += [
        {
            "name": display(read(each.inputs, "clusterName")),
            "what": f"EKS cluster ({_ELSEWHERE})",
            "called": display(read(each.inputs, "clusterName")),
            "purpose": each.name,
            "region": _region(each, index),
            "owner": NOT_STATED,
            "guards": [_ELSEWHERE],
        }
        for each in existing_clusters(plan.resources)
    ]
    # What no resource of the plan bears, such as an amount for the stack as a whole.
    rows += [{"name": urn, "what": "cost", "monthly_usd": monthly} for urn, monthly in costs.items() if monthly]
    further = sum(each.custom for each in plan.resources) - sum(each.custom for each in listed)
    unclassed = sum(row.get("data_class") == NOT_STATED for row in rows)
    about = (
        f"What the stack {plan.stack} provisions. {further} further resources only configure these. "
        f"The data class is the tag {DATA_CLASS_TAG}: {unclassed} stores have none. Costs are those of the plan, at "
        "list price; a cost of zero is shared with another row or depends on use that the config states as none. "
        "AWS assigns ids and some names at the deployment, so a plan shows names only where the config states them."
    )
    return Table("facilities", f"Facilities of {plan.stack}", about, _COLUMNS, tuple(sorted(rows, key=_order)))


_ELSEWHERE = "existing, not made here"


def _existing_rows(network: Resource, index: ResourceIndex) -> Iterator[Row]:
    """The VPC that a network uses, and its subnets. The stack neither makes nor deletes them."""
    vpc = display(read(network.inputs, "existing", "vpcId"))
    common = {"purpose": network.name, "region": _region(network, index), "owner": NOT_STATED, "guards": [_ELSEWHERE]}
    own = [each for each in index.existing_subnets.values() if each.parent == network.urn]
    zones = sorted({display(read(each.inputs, "availabilityZone")) for each in own})
    yield {"name": vpc, "what": f"VPC ({_ELSEWHERE})", "called": vpc, "zones": zones, **common}
    for each in own:
        yield {
            "name": each.name,
            "what": f"subnet ({_ELSEWHERE})",
            "called": each.name,
            "zones": [display(read(each.inputs, "availabilityZone"))],
            "place": [f"VPC {vpc}"],
            "size": display(read(each.inputs, "cidrBlock")),
            **common,
        }


def _order(row: Row) -> tuple[str, str]:
    return str(row["what"]), str(row["name"])


def _row(resource: Resource, index: ResourceIndex, plan: Plan, monthly: float | None) -> dict[str, Cell]:
    tags = tags_of(resource, index)
    holds = HOLDS.get(resource.type)
    stored = holds and not resource.type.startswith(_WITHOUT_CLASS)
    subnets = _subnets(resource, index)
    recovery = _recovery(resource, index, plan)
    return {
        "name": resource.name,
        "what": KINDS[resource.type].what if resource.type in KINDS else short_type(resource.type),
        "called": _called(resource),
        "purpose": _purpose(resource, index),
        "region": _region(resource, index),
        "zones": sorted({display(read(each.inputs, "availabilityZone")) for each in subnets}),
        "place": _place(resource, index, subnets),
        "size": size_of(resource),
        "owner": _team_of(resource, index) or next((tags[key] for key in _OWNER_TAGS if key in tags), NOT_STATED),
        "monthly_usd": None if monthly is None else round(monthly, 4),
        "holds": holds,
        "data_class": tags.get(DATA_CLASS_TAG, NOT_STATED) if stored else None,
        "rpo_minutes": None if recovery.rpo is None else round(recovery.rpo),
        "rto_minutes": None if recovery.rto is None else round(recovery.rto),
        "recovery": recovery.ways,
        "guards": _guards(resource),
    }


def _team_of(resource: Resource, index: ResourceIndex) -> str | None:
    """The team whose namespace a resource is, or is in: the one group of people that the namespace's roles name."""
    if not resource.type.startswith("kubernetes:"):
        return None
    own = resource.type == "kubernetes:core/v1:Namespace"
    namespace = read(resource.inputs, "metadata", "name" if own else "namespace")
    teams = {
        display(read(subject, "name")).rpartition(":")[2]
        for binding in index.of_type("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding")
        if namespace and read(binding.inputs, "metadata", "namespace") == namespace
        for subject in elements(read(binding.inputs, "subjects"))
        if read(subject, "kind") == "Group"
    }
    return teams.pop() if len(teams) == 1 else None


def tags_of(resource: Resource, index: ResourceIndex) -> dict[str, str]:
    """The tags of a resource: those of its provider, then its own; for an object in Kubernetes its labels.

    An object in Kubernetes, and a component, has the tags of the default AWS provider below its own.
    """
    own = read(resource.inputs, "tags") or read(resource.inputs, "metadata", "labels")
    labels = {key.removeprefix("mlplatform.io/"): value for key, value in entries(own) if isinstance(value, str)}
    # A label such as mlplatform.io/team=true marks a kind of namespace and names no team.
    named = {key: value for key, value in labels.items() if value not in ("true", "false")}
    provider = index.provider(resource)
    if provider is None or provider.type != "pulumi:providers:aws":
        provider = next(iter(index.of_type("pulumi:providers:aws")), None)
    return known_tags(default_tags(provider), named)


def _called(resource: Resource) -> Cell:
    metadata = read(resource.inputs, "metadata", "name")
    if isinstance(metadata, str):
        return metadata
    found = (text(resource.inputs.get(key)) for key in _NAMES)
    return next((each for each in found if isinstance(each, str)), None)


def _purpose(resource: Resource, index: ResourceIndex) -> str:
    """What a resource says of itself, and the innermost and the outermost component that it belongs to."""
    described = text(resource.inputs.get("description"))
    chain = [each for each in (resource, *index.ancestors(resource)) if each.type.startswith(COMPONENT_PREFIX)]
    ends = dict.fromkeys(
        f"{each.type.removeprefix(COMPONENT_PREFIX)} {each.name}" for each in (*chain[:1], *chain[-1:])
    )
    return "; ".join(each for each in (described, " of ".join(ends)) if isinstance(each, str) and each)


def _region(resource: Resource, index: ResourceIndex) -> Cell:
    own = text(resource.inputs.get("region"))
    if isinstance(own, str):
        return own
    provider = index.provider(resource)
    stated = text(provider.inputs.get("region")) if provider and provider.type == "pulumi:providers:aws" else None
    if isinstance(stated, str):
        return stated
    default = next(iter(index.of_type("pulumi:providers:aws")), None)
    region = text(default.inputs.get("region")) if default else None
    return region if isinstance(region, str) else None


def _subnets(resource: Resource, index: ResourceIndex) -> list[Resource]:
    if resource.type == _SUBNET:
        return [resource]
    named = [value for path in _SUBNETS for value in elements(read(resource.inputs, *path))]
    for key, kind in _SUBNET_GROUPS.items():
        group = index.named(resource.inputs.get(key), kind) or index.source(resource, key, kind)
        named += elements(read(group.inputs, "subnetIds")) if group else []
    found = (index.named(each, _SUBNET) for each in named)
    return sorted({each.urn: each for each in found if each}.values(), key=lambda each: each.name)


def _is_real(vpc: Any) -> bool:
    """Whether an input has the id of a VPC that the stack does not make."""
    return isinstance(vpc, str) and re.fullmatch(r"vpc-[0-9a-f]{8,17}", vpc) is not None


def _place(resource: Resource, index: ResourceIndex, subnets: list[Resource]) -> list[str]:
    namespace = read(resource.inputs, "metadata", "namespace") or (
        resource.type.startswith("kubernetes:") and read(resource.inputs, "namespace")
    )
    if resource.type.startswith("kubernetes:"):
        cluster = _cluster_of(resource, index)
        return [*([f"cluster {cluster}"] if cluster else []), *([f"namespace {namespace}"] if namespace else [])]
    vpcs = [resource.inputs.get("vpcId"), *(each.inputs.get("vpcId") for each in subnets)]
    found = (index.named(each, "aws:ec2/vpc:Vpc") for each in vpcs)
    names = sorted({f"VPC {each.name}" for each in found if each} | {f"VPC {each}" for each in vpcs if _is_real(each)})
    return [*names, *(f"subnet {each.name}" for each in subnets if each is not resource)]


def _cluster_of(resource: Resource, index: ResourceIndex) -> str | None:
    provider = index.provider(resource)
    cluster = index.source(provider, "kubeconfig", *_CLUSTERS) if provider else None
    name = read(cluster.inputs, "name") if cluster else None
    return name if isinstance(name, str) else None


def _recovery(resource: Resource, index: ResourceIndex, plan: Plan) -> _Recovery:
    plans = list(_backup_plans(resource, index))
    minutes = [(number(tags.get("rpo-minutes")), number(tags.get("rto-minutes"))) for _, tags in plans]
    rpos = [rpo for rpo, _ in minutes if isinstance(rpo, float)]
    rtos = [rto for _, rto in minutes if isinstance(rto, float)]
    if resource.type in _CLUSTERS:
        objects = plan.outputs.get("clusterStateRpoMinutes")
        rpos += [float(objects)] if isinstance(objects, int | float) else []
    return _Recovery(
        min(rpos, default=None),
        min(rtos, default=None),
        (*(way for way, _ in plans), *_own_ways(resource, index, plan)),
    )


def _backup_plans(resource: Resource, index: ResourceIndex) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each plan of AWS Backup that has a resource in its selection, in words, and the plan's tags."""
    arn = resource.outputs.get("arn")
    for selection in index.of_type(_SELECTION):
        if not isinstance(arn, str) or arn not in elements(selection.inputs.get("resources")):
            continue
        plan = index.named(selection.inputs.get("planId"), _PLAN) or index.source(selection, "planId", _PLAN)
        if plan is None:
            continue
        for rule in elements(plan.inputs.get("rules")):
            kept = display(read(rule, "lifecycle", "deleteAfter"))
            copies = [display(read(each, "destinationVaultArn")) for each in elements(read(rule, "copyActions"))]
            regions = ", ".join(sorted({each.split(":")[3] for each in copies if each.count(":") > 3}))
            when = display(read(rule, "schedule"))
            copied = f", copied to {regions}" if regions else ""
            way = f"AWS Backup plan {display(plan.inputs.get('name'))}: {when}, kept for {kept} days{copied}"
            yield way, dict(entries(plan.inputs.get("tags")))


def _own_ways(resource: Resource, index: ResourceIndex, plan: Plan) -> Iterator[str]:
    """What a service itself keeps of a store."""
    days = number(resource.inputs.get("backupRetentionPeriod"))
    if isinstance(days, float) and days:
        yield f"RDS restores any second of {days:g} days"
    if resource.inputs.get("multiAz") is True or resource.inputs.get("multiAzEnabled") is True:
        yield "standby in another zone"
    snapshots = number(resource.inputs.get("snapshotRetentionLimit"))
    if isinstance(snapshots, float):
        yield f"a snapshot a day, kept for {snapshots:g} days" if snapshots else "no snapshot: it is filled again"
    if resource.type.startswith("aws:s3/bucket"):
        for each in index.referrers(resource, "bucket", *_VERSIONING):
            if read(each.inputs, "versioningConfiguration", "status") == "Enabled":
                yield "old versions of objects"
        for each in index.referrers(resource, "bucket", _REPLICATION):
            for rule in elements(each.inputs.get("rules")):
                yield f"copied to {display(read(rule, 'destination', 'bucket'))}"
    window = first_number(resource, "deletionWindowInDays", "recoveryWindowInDays")
    if window:
        yield f"{window:g} days to undo a deletion"
    schedule = plan.outputs.get("clusterStateSchedule")
    if resource.type in _CLUSTERS and isinstance(schedule, str):
        yield f"Velero saves its objects, schedule {schedule}"


def first_number(resource: Resource, *keys: str) -> float | None:
    """The first of these inputs that is a number."""
    found = (number(resource.inputs.get(key)) for key in keys)
    return next((each for each in found if isinstance(each, float)), None)


def _guards(resource: Resource) -> list[str]:
    guard = guard_of(resource.type, resource.inputs)
    return [
        *(["protect of Pulumi"] if resource.protect else []),
        *(["kept when removed from the program"] if resource.retain_on_delete else []),
        *([guard.removesuffix(",")] if guard else []),
    ]
