"""What comes back after the loss of the region: from which copy, and how much of it is lost."""

from collections.abc import Iterator

from availability.parts import Recovery
from availability.site import Site
from availability.stores import BUCKET, CACHE, DATABASE, KAFKA, STREAM, VOLUME
from resources.inputs import elements, number, read, text
from resources.resource import Resource

_PLAN = "aws:backup/plan:Plan"
_SELECTION = "aws:backup/selection:Selection"
_VAULT = "aws:backup/vault:Vault"
_REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
_IMAGES = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
_REPOSITORY = "aws:ecr/repository:Repository"
_RECORD = "aws:route53/record:Record"
_LOG_MARKS = ("logs", "log")
_STORES = (DATABASE, BUCKET, VOLUME)


def recoveries_of(site: Site) -> tuple[Recovery, ...]:
    """Every store of the stack, those with a backup first."""
    backups = {urn: recovery for recovery, urns in _backups(site) for urn in urns}
    stores = [each for each in site.of_type(*_STORES) if each.urn not in backups and not _elsewhere(each)]
    found = [*dict.fromkeys(backups.values()), *(_bare(site, each) for each in stores)]
    return (*sorted(found, key=lambda each: (not each.region, each.store)), *_rebuilt(site))


def standby_of(site: Site) -> str:
    """What runs in a second region, as the plan shows it."""
    switched = [each for each in site.of_type(_RECORD) if elements(read(each.inputs, "failoverRoutingPolicies"))]
    copies = sorted({region for each in recoveries_of(site) if (region := each.region)})
    if switched:
        return "Failover records lead to a second region. A person moves them with operations.failover."
    if copies:
        return (
            f"Copies are in {', '.join(copies)}; nothing of this stack answers there. A person deploys the second "
            "region's stack at full size, restores the stores and changes the records."
        )
    return "No copy is in another region: all that is not in Git is lost with the region."


def _backups(site: Site) -> Iterator[tuple[Recovery, list[str]]]:
    for plan in site.of_type(_PLAN):
        tags = read(plan.inputs, "tags")
        rpo, rto = (_minutes(read(tags, key)) for key in ("rpo-minutes", "rto-minutes"))
        selections = site.referrers(plan, "planId", _SELECTION)
        stores = [one for each in selections for one in site.sources(each, "resources", *_STORES)]
        region = next((region for rule in elements(read(plan.inputs, "rules")) if (region := _copy(site, rule))), "")
        name = text(read(tags, "store"))
        # A copy is as old as the snapshot; a moment between two snapshots comes from the region that is lost.
        lost = max(rpo or 0, _DAY) if rpo is not None else None
        how = f"restored from the vault's copy in {region}" if region else "its backups are in the region that is lost"
        store = name if isinstance(name, str) else plan.name
        yield Recovery(store, how, lost if region else None, rto if region else None, region), [e.urn for e in stores]


_DAY = 25 * 60
"""A snapshot each day, and the hour in which it starts."""


_TIMED_MINUTES = 15
"""S3 Replication Time Control. Source: https://aws.amazon.com/s3/sla-rtc/ of 2022-05-04."""


def _copy(site: Site, rule: object) -> str:
    """The region of a copy: from the ARN of its vault, or from a vault of the stack in another region."""
    for action in elements(read(rule, "copyActions")):
        arn = text(read(action, "destinationVaultArn"))
        if isinstance(arn, str):
            return arn.split(":")[3] if arn.count(":") > 3 else ""
        found = [read(each.inputs, "region") for each in site.of_type(_VAULT)]
        return next((each for each in found if isinstance(each, str) and each), "")
    return ""


def _bare(site: Site, resource: Resource) -> Recovery:
    """A store without a backup: a replicated bucket, or one that is lost."""
    for each in site.referrers(resource, "bucket", _REPLICATION):
        for rule in elements(read(each.inputs, "rules")):
            replica = site.named(_bucket_of(read(rule, "destination", "bucket")), BUCKET)
            region = read(replica.inputs, "region") if replica else None
            where = region if isinstance(region, str) and region else "another region"
            timed = read(rule, "destination", "replicationTime", "status") == "Enabled"
            return Recovery(resource.name, "read from its replica", _TIMED_MINUTES if timed else None, 0, where)
    kind = {BUCKET: "bucket", DATABASE: "database", VOLUME: "volume"}[resource.type]
    return Recovery(resource.name, f"the {kind} has no copy in another region", None, None, "")


def _bucket_of(arn: object) -> str | None:
    return arn.rpartition(":::")[2] if isinstance(arn, str) else None


def _elsewhere(resource: Resource) -> bool:
    """Whether a bucket is itself a copy in another region, or keeps only access logs."""
    return isinstance(read(resource.inputs, "region"), str) or any(
        resource.name.endswith(f"-{mark}-bucket") for mark in _LOG_MARKS
    )


def _rebuilt(site: Site) -> Iterator[Recovery]:
    for each in site.of_type(CACHE):
        how = "rebuilt from the offline store, or fills itself"
        yield Recovery(each.name, how, None, None, "")
    for each in site.of_type(KAFKA, STREAM):
        yield Recovery(each.name, "records that are not yet archived in S3 are lost", None, None, "")
    if site.of_type(_REPOSITORY):
        regions = [
            region
            for each in site.of_type(_IMAGES)
            for rule in elements(read(each.inputs, "replicationConfiguration", "rules"))
            for target in elements(read(rule, "destinations"))
            if isinstance(region := read(target, "region"), str)
        ]
        how = "pulled from their copies" if regions else "built again from Git"
        yield Recovery("images", how, None, 0 if regions else None, next(iter(regions), ""))


def _minutes(value: object) -> int | None:
    found = number(value)
    return int(found) if isinstance(found, float) else None
