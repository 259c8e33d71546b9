"""What stays in the account after the stack is destroyed, and how to remove it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resources.index import ResourceIndex
from resources.inputs import display, read
from resources.resource import Resource

_KEY = "aws:kms/key:Key"
_COST_TAG = "aws:costexplorer/costAllocationTag:CostAllocationTag"
_SNAPSHOT = "aws:rds/snapshot:Snapshot"
_VOLUME = "aws:ebs/volume:Volume"
_DATABASE = "aws:rds/instance:Instance"
_CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
_PLAN = "aws:guardduty/detectorFeature:DetectorFeature"
_STUDIO = "aws:sagemaker/domain:Domain"
_LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
_SPANS = "aws:xray/traceSegmentDestination:TraceSegmentDestination"
_SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type's name


@dataclass(frozen=True, slots=True)
class Remains:
    """Something that a destroy leaves. `how` is the command that removes it."""

    what: str
    why: str
    how: str


def remains(resources: Sequence[Resource]) -> tuple[Remains, ...]:
    """Everything that stays of `resources` by design, kinds that belong together one after the other."""
    index = ResourceIndex(resources)
    return (
        *_snapshots(index),
        *_keys(index),
        *_kept(index),
        *_files(index),
        *_vaults(index),
        *_agents(index),
        *_spans(index),
        *_secrets(index),
    )


def _snapshots(index: ResourceIndex) -> Iterator[Remains]:
    # Sources: RDS user guide, "Deleting a DB instance" and "Retaining automated backups"; ElastiCache user guide,
    # "Creating a final backup".
    for each in index.of_type(_DATABASE):
        name = _name(each, "identifier")
        if not each.inputs.get("skipFinalSnapshot"):
            why = "The last state of each database and store, which AWS keeps until it is deleted and charges for."
            yield Remains(
                f"{name}-final-<id>", why, "aws rds delete-db-snapshot --db-snapshot-identifier <name of the snapshot>"
            )
    for each in index.of_type(_CACHE):
        if "finalSnapshotIdentifier" in each.inputs:
            why = "The last state of each database and store, which AWS keeps until it is deleted and charges for."
            name = _name(each, "replicationGroupId")
            yield Remains(f"{name}-final-<id>", why, "aws elasticache delete-snapshot --snapshot-name <name>")


def _name(of: Resource, key: str) -> str:
    """The name in AWS; that in the program where only the deployment decides it."""
    name = of.inputs.get(key)
    return name if isinstance(name, str) else of.name


def _keys(index: ResourceIndex) -> Iterator[Remains]:
    for each in index.of_type(_KEY):
        if each.retain_on_delete:
            yield Remains(
                each.name,
                "The keys of last snapshots, and of volumes and backups that stay, which cannot be read without them.",
                "aws kms schedule-key-deletion --key-id <key> --pending-window-in-days 30",
            )


def _kept(index: ResourceIndex) -> Iterator[Remains]:
    for each in index.resources:
        if each.retain_on_delete and each.type != _KEY:
            if each.type == _COST_TAG:
                yield _cost_tag(each)
                continue
            if each.type == _VOLUME:
                why = "A volume with data, which EC2 keeps and charges for."
                yield Remains(each.name, why, "aws ec2 delete-volume --volume-id <id>")
                continue
            how = "aws rds delete-db-snapshot --db-snapshot-identifier <name>" if each.type == _SNAPSHOT else "by hand"
            yield Remains(each.name, "Kept by the program on purpose.", how)


def _cost_tag(tag: Resource) -> Remains:
    # Source: hashicorp/terraform-provider-aws, internal/service/ce/cost_allocation_tag.go: a deletion deactivates.
    return Remains(
        tag.name,
        "An active cost allocation tag, which the whole organization uses.",
        "aws ce update-cost-allocation-tags-status --cost-allocation-tags-status "
        f"TagKey={display(tag.inputs.get('tagKey'))},Status=Inactive",
    )


def _files(index: ResourceIndex) -> Iterator[Remains]:
    # Source: SageMaker developer guide, "Delete an Amazon SageMaker AI domain".
    for each in index.of_type(_STUDIO):
        if read(each.inputs, "retentionPolicy", "homeEfsFileSystem") != "Delete":
            name = _name(each, "domainName")
            yield Remains(
                f"home folders of the Studio domain {name}",
                "The file system with the home folders, which EFS keeps and charges for. Its mount targets and the "
                "security groups of SageMaker keep the VPC from being deleted.",
                "aws efs delete-file-system --file-system-id <id, after its mount targets>",
            )


def _vaults(index: ResourceIndex) -> Iterator[Remains]:
    # Source: AWS Backup developer guide, "AWS Backup Vault Lock".
    for each in index.of_type(_LOCK):
        if "changeableForDays" in each.inputs:
            days = display(each.inputs["changeableForDays"])
            yield Remains(
                f"the vault of {each.name} with its recovery points",
                f"A lock that nobody can remove from {days} days after its creation. The "
                "destroy fails at the vault, and the account pays until each retention has ended.",
                "aws backup delete-backup-vault --backup-vault-name <name>, after the last retention",
            )


def _agents(index: ResourceIndex) -> Iterator[Remains]:
    # Source: GuardDuty user guide, "Disabling, uninstalling and resource cleanup in Runtime Monitoring".
    for each in index.of_type(_PLAN):
        if each.inputs.get("name") == "RUNTIME_MONITORING" and each.inputs.get("status") == "ENABLED":
            yield Remains(
                "the VPC endpoint of GuardDuty's agent and its security group",
                "GuardDuty makes them in the VPC of each monitored cluster. They keep the VPC from being deleted.",
                "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids <id>, then aws ec2 delete-security-group",
            )


def _spans(index: ResourceIndex) -> Iterator[Remains]:
    # Source: hashicorp/terraform-provider-aws v6.58.0, aws_xray_trace_segment_destination: a deletion changes nothing.
    for each in index.of_type(_SPANS):
        if each.inputs.get("destination") == "CloudWatchLogs":
            yield Remains(
                "X-Ray's destination CloudWatchLogs and the log group aws/spans",
                "A setting of the account and region, and the spans, until the retention of their log group ends.",
                "aws xray update-trace-segment-destination --destination XRay, then aws logs delete-log-group "
                "--log-group-name aws/spans",
            )


def _secrets(index: ResourceIndex) -> Iterator[Remains]:
    for each in index.of_type(_SECRET):
        days = each.inputs.get("recoveryWindowInDays")
        days = display(30 if days is None else days)
        if days != "0":
            yield Remains(
                each.name,
                f"Secrets that can be restored for {days} days, in which no other secret can have their names.",
                "aws secretsmanager delete-secret --secret-id <name> --force-delete-without-recovery",
            )
