"""The queries to the Price List API, and the SKU of ours for each product in its answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from components.facts.instances import instance_type
from components.facts.sagemaker import training_types
from pricing.table import load_table, regions

_PREFIX = r"(?:[A-Z]{2,}[0-9]*-|[a-z]{2}-[a-z]+-[0-9]-)?"


@dataclass(frozen=True, slots=True)
class Item:
    """A sku of ours. Its price of a `unit` is the product's in the range that begins at `begin`, times `factor`."""

    service: str
    sku: str
    unit: str
    factor: str = "1"
    begin: str = "0"


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the API: a service code, filters on attributes, and what to take from each product.

    `items` are by usage type without the region's prefix; `named` makes items of a product's attributes instead.
    """

    code: str
    filters: Mapping[str, str]
    items: Mapping[str, tuple[Item, ...]] = field(default_factory=dict[str, tuple[Item, ...]])
    named: Callable[[Mapping[str, str]], tuple[Item, ...]] | None = None
    region_field: str = "regionCode"

    def matches(self, attributes: Mapping[str, str]) -> tuple[Item, ...]:
        """Our skus of a product with these attributes; none for what the table doesn't hold."""
        if self.named:
            return self.named(attributes)
        usage = attributes.get("usagetype", "")
        return next((items for name, items in self.items.items() if _is_usage(usage, name)), ())


def _is_usage(usage: str, name: str) -> bool:
    return re.fullmatch(_PREFIX + re.escape(name), usage) is not None


def _one(service: str, sku: str, unit: str, factor: str = "1", begin: str = "0") -> tuple[Item, ...]:
    return (Item(service, sku, unit, factor, begin),)


def _instance(attributes: Mapping[str, str]) -> tuple[Item, ...]:
    kind = attributes.get("instanceType", "")
    return _one("ec2", kind, "instance-hour") if kind in _KINDS else ()


def _cache(attributes: Mapping[str, str]) -> tuple[Item, ...]:
    kind, engine = attributes.get("instanceType", ""), attributes.get("cacheEngine", "")
    if not kind.startswith(("cache.r", "cache.m", "cache.t")) or engine not in ("Redis", "Valkey"):
        return ()
    return _one("elasticache", f"{kind} ({engine})", "node-hour")


def _broker(attributes: Mapping[str, str]) -> tuple[Item, ...]:
    found = re.fullmatch(rf"{_PREFIX}(Kafka|Express)\.([a-z0-9]+\.[a-z0-9]+)", attributes.get("usagetype", ""))
    kind = f"{found[1].lower()}.{found[2]}" if found else ""
    return _one("msk", kind, "broker-hour") if kind in _BROKERS else ()


def _spark_instance(attributes: Mapping[str, str]) -> tuple[Item, ...]:
    """What EMR adds to the price of an instance. Other software than EMR's own has another usage type."""
    found = re.fullmatch(rf"{_PREFIX}BoxUsage:(.+)", attributes.get("usagetype", ""))
    return _one("emr", f"uplift {found[1]}", "instance-hour") if found and found[1] in _KINDS else ()


def _training(attributes: Mapping[str, str]) -> tuple[Item, ...]:
    found = re.fullmatch(rf"{_PREFIX}Train:(ml\..+)", attributes.get("usagetype", ""))
    known = found is not None and found[1] in training_types()
    return _one("sagemaker", f"{found[1]} training", "instance-hour") if found and known else ()


def _database(attributes: Mapping[str, str]) -> tuple[Item, ...]:
    deployment, kind = attributes.get("deploymentOption", ""), attributes.get("instanceType", "")
    if deployment not in ("Single-AZ", "Multi-AZ"):
        return ()
    return _of_engine(attributes, f"{kind} {deployment}", "instance-hour")


def _database_storage(attributes: Mapping[str, str]) -> tuple[Item, ...]:
    usage = attributes.get("usagetype", "")
    found = (sku for name, sku in _DATABASE_STORAGE.items() if _is_usage(usage, name))
    return next((_of_engine(attributes, sku, "GB-month") for sku in found), ())


def _of_engine(attributes: Mapping[str, str], sku: str, unit: str) -> tuple[Item, ...]:
    """A sku of the engine that a product is for; of each of ours where it is for any."""
    engine = attributes.get("databaseEngine", "")
    return tuple(Item(service, sku, unit) for name, service in _ENGINES.items() if engine in (name, "Any"))


_KINDS = frozenset(sku for region in regions() for sku in load_table(region).skus("ec2") if instance_type(sku))
_BROKERS = frozenset(sku for region in regions() for sku in load_table(region).skus("msk") if "." in sku)
_ENGINES = {"PostgreSQL": "rds-postgresql", "MySQL": "rds-mysql"}
_DATABASE_STORAGE = {
    "RDS:GP3-Storage": "gp3-storage Single-AZ",
    "RDS:Multi-AZ-GP3-Storage": "gp3-storage Multi-AZ",
    "RDS:ChargedBackupUsage": "backup-storage-over-100%",
}


def _tiers(service: str, unit: str, *steps: tuple[str, str]) -> tuple[Item, ...]:
    return tuple(Item(service, sku, unit, begin=begin) for begin, sku in steps)


def _requests(sku: str, *usages: str) -> Mapping[str, tuple[Item, ...]]:
    return dict.fromkeys(usages, _one("sqs", sku, "1M-requests", "1000000", "1000000"))


def _millions(sku: str, step: str) -> tuple[Item, ...]:
    """Events of GuardDuty in the first two steps of their price, of so many millions each."""
    first = Item("guardduty", f"{sku}-first-{step}M", "1M-events", "1000000")
    return first, Item("guardduty", f"{sku}-next-{step}M", "1M-events", "1000000", f"{step}000000")


_LINUX = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "marketoption": "OnDemand",
}
_MIBPS_OF_GIBPS = "0.0009765625"
_OUT = _tiers(
    "data-transfer",
    "GB",
    ("0", "out-internet-first-10TB"),
    ("10240", "out-internet-next-40TB"),
    ("51200", "out-internet-next-100TB"),
    ("153600", "out-internet-over-150TB"),
)
_VENDED = _tiers(
    "cloudwatch",
    "GB",
    ("0", "logs-vended-first-10TB"),
    ("10240", "logs-vended-next-20TB"),
    ("30720", "logs-vended-next-20TB-more"),
    ("51200", "logs-vended-over-50TB"),
)
_BUCKETS = _tiers(
    "s3",
    "GB-month",
    ("0", "standard-first-50TB"),
    ("51200", "standard-next-450TB"),
    ("512000", "standard-over-500TB"),
)

_S3 = {
    "TimedStorage-ByteHrs": _BUCKETS,
    "TimedStorage-SIA-ByteHrs": _one("s3", "standard-ia", "GB-month"),
    "TimedStorage-GIR-ByteHrs": _one("s3", "glacier-instant-retrieval", "GB-month"),
    "TimedStorage-INT-FA-ByteHrs": _one("s3", "intelligent-frequent-first-50TB", "GB-month"),
    "TimedStorage-INT-IA-ByteHrs": _one("s3", "intelligent-infrequent", "GB-month"),
    "Monitoring-Automation-INT": _one("s3", "intelligent-monitoring", "1000-objects-month", "1000"),
    "Requests-Tier1": _one("s3", "standard-put-copy-post-list", "1000-requests", "1000"),
    "Requests-Tier2": _one("s3", "standard-get-select", "1000-requests", "1000"),
    "Requests-SIA-Tier1": _one("s3", "ia-put", "1000-requests", "1000"),
    "Requests-SIA-Tier2": _one("s3", "ia-get", "1000-requests", "1000"),
    "Requests-GIR-Tier1": _one("s3", "glacier-instant-put", "1000-requests", "1000"),
    "Retrieval-SIA": _one("s3", "ia-retrieval", "GB"),
    "Retrieval-GIR": _one("s3", "glacier-instant-data-retrieval", "GB"),
}

EXTENDED_SURCHARGE = "control-plane-extended-surcharge"
"""What the price list has for extended support: an addition to the standard price, which our sku includes."""

QUERIES: tuple[Query, ...] = (
    Query("AmazonEC2", {"productFamily": "Compute Instance", **_LINUX}, named=_instance),
    Query(
        "AmazonEKS",
        {},
        {
            "AmazonEKS-Hours:perCluster": _one("eks", "control-plane-standard-support", "cluster-hour"),
            "AmazonEKS-Hours:extendedSupport": _one("eks", EXTENDED_SURCHARGE, "cluster-hour"),
        },
    ),
    Query(
        "ElasticMapReduce",
        {},
        {
            "EMR-SERVERLESS-vCPUHours": _one("emr-serverless", "vcpu-hour", "vCPU-hour"),
            "EMR-SERVERLESS-MemoryGBHours": _one("emr-serverless", "gb-hour", "GB-hour"),
            "EMR-SERVERLESS-ARM-vCPUHours": _one("emr-serverless", "vcpu-hour-arm", "vCPU-hour"),
            "EMR-SERVERLESS-ARM-MemoryGBHours": _one("emr-serverless", "gb-hour-arm", "GB-hour"),
            "EMR-SERVERLESS-StorageGBHours": _one("emr-serverless", "storage-gb-hour", "GB-hour"),
        },
    ),
    Query(
        "AmazonEC2",
        {"productFamily": "NAT Gateway"},
        {
            "NatGateway-Hours": _one("vpc", "nat-gateway-hour", "hour"),
            "NatGateway-Bytes": _one("vpc", "nat-gateway-data", "GB"),
        },
    ),
    Query(
        "AmazonVPC",
        {},
        {
            "PublicIPv4:InUseAddress": _one("vpc", "public-ipv4-hour", "hour"),
            "VpcEndpoint-Hours": _one("vpc", "interface-endpoint-az-hour", "hour"),
            "VpcEndpoint-Bytes": _one("vpc", "interface-endpoint-data-first-1PB", "GB"),
        },
    ),
    Query(
        "AmazonEC2",
        {"productFamily": "Storage"},
        {f"EBS:VolumeUsage.{kind}": _one("ebs", f"{kind}-storage", "GB-month") for kind in ("gp3", "st1", "sc1", "io2")}
        | {
            "EBS:VolumeUsage.gp2": _one("ebs", "gp2-storage", "GB-month"),
            "EBS:VolumeUsage.piops": _one("ebs", "io1-storage", "GB-month"),
        },
    ),
    Query(
        "AmazonEC2",
        {"productFamily": "System Operation"},
        {
            "EBS:VolumeP-IOPS.gp3": _one("ebs", "gp3-iops-over-3000", "IOPS-month"),
            "EBS:VolumeP-IOPS.piops": _one("ebs", "io1-iops", "IOPS-month"),
            "EBS:VolumeP-IOPS.io2": _one("ebs", "io2-iops-first-32000", "IOPS-month"),
        },
    ),
    Query(
        "AmazonEC2",
        {"productFamily": "Provisioned Throughput"},
        {"EBS:VolumeP-Throughput.gp3": _one("ebs", "gp3-throughput-over-125MiBps", "MiBps-month", _MIBPS_OF_GIBPS)},
    ),
    Query(
        "AmazonEC2",
        {"productFamily": "Storage Snapshot"},
        {"EBS:SnapshotUsage": _one("ebs", "snapshot", "GB-month")},
    ),
    Query(
        "AWSDataTransfer",
        {},
        {
            "DataTransfer-Out-Bytes": _OUT,
            "DataTransfer-Regional-Bytes": _one("data-transfer", "inter-az-each-direction", "GB"),
        },
        region_field="fromRegionCode",
    ),
    Query(
        "AmazonCloudWatch",
        {},
        {
            "DataProcessing-Bytes": _one("cloudwatch", "logs-ingestion-standard", "GB"),
            "DataProcessingIA-Bytes": _one("cloudwatch", "logs-ingestion-infrequent-access", "GB"),
            "DataProtection-Bytes": _one("cloudwatch", "logs-data-protection-scan", "GB"),
            "TimedStorage-ByteHrs": _one("cloudwatch", "logs-storage", "GB-month"),
            "VendedLog-Bytes": _VENDED,
            "CW:AlarmMonitorUsage": _one("cloudwatch", "alarm-standard", "alarm-month"),
            "CW:CompositeAlarmMonitorUsage": _one("cloudwatch", "alarm-composite", "alarm-month"),
            "CW:HighResAlarmMonitorUsage": _one("cloudwatch", "alarm-high-resolution", "alarm-month"),
            "CW:MetricMonitorUsage": _one("cloudwatch", "metric-custom-first-10k", "metric-month"),
            # Source: CloudWatch user guide, "Analyzing, optimizing, and reducing CloudWatch costs", usage types.
            "Application-Signals-Bytes": _one("xray", "spans-ingested", "GB"),
            "XRay-Spans-Indexed": _one("xray", "traces-indexed", "1M-traces", "1000000"),
        },
    ),
    # Source: CloudTrail user guide, "Managing CloudTrail trail costs", usage types.
    Query(
        "AWSCloudTrail",
        {},
        {
            "DataEventsRecorded": _one("cloudtrail", "data-events", "100k-events", "100000"),
            "PaidEventsRecorded": _one("cloudtrail", "management-events-extra-copy", "100k-events", "100000"),
        },
    ),
    Query(
        "AmazonGuardDuty",
        {},
        {
            "PaidEventsAnalyzed": _one("guardduty", "cloudtrail-management-events", "1M-events", "1000000"),
            "PaidEventsAnalyzed-Bytes": _tiers(
                "guardduty", "GB", ("0", "vpc-flow-dns-first-500GB"), ("500", "vpc-flow-dns-next-2000GB")
            ),
            "PaidKubernetesAuditLogsAnalyzed": _millions("eks-audit-log", "100"),
            "PaidS3DataEventsAnalyzed": _millions("s3-data-events", "500"),
            "PaidEKSvCPUMonitored": _tiers(
                "guardduty", "vCPU-month", ("0", "runtime-first-500-vcpu"), ("500", "runtime-next-4500-vcpu")
            ),
            "PaidRDSvCPUMonitored": _one("guardduty", "rds-protection", "vCPU-month"),
            "PaidMalwareProtectionEBSDataScanned": _one("guardduty", "malware-ebs-scan", "GB"),
        },
    ),
    Query(
        "awskms",
        {},
        {
            "KMS-Keys": _one("kms", "customer-key", "key-month"),
            "KMS-Requests": _one("kms", "requests-symmetric", "10k-requests", "10000", "20000"),
            "KMS-Requests-Asymmetric": _one("kms", "requests-asymmetric", "10k-requests", "10000"),
        },
    ),
    Query(
        "AWSSecretsManager",
        {},
        {
            "AWSSecretsManager-Secrets": _one("secretsmanager", "secret", "secret-month"),
            "AWSSecretsManagerAPIRequest": _one("secretsmanager", "api-calls", "10k-requests", "10000"),
        },
    ),
    Query(
        "AWSQueueService", {"queueType": "Standard"}, _requests("requests-standard", "Requests-RBP", "Requests-Tier1")
    ),
    Query(
        "AWSQueueService",
        {"queueType": "FIFO (first-in, first-out)"},
        _requests("requests-fifo", "Requests-FIFO-RBP", "Requests-FIFO-Tier1"),
    ),
    Query(
        "AWSELB",
        {"productFamily": "Load Balancer-Application"},
        {
            "LoadBalancerUsage": _one("elbv2", "alb-hour", "hour"),
            "LCUUsage": _one("elbv2", "alb-lcu", "LCU-hour"),
        },
    ),
    Query(
        "AWSELB",
        {"productFamily": "Load Balancer-Network"},
        {
            "LoadBalancerUsage": _one("elbv2", "nlb-hour", "hour"),
            "LCUUsage": _one("elbv2", "nlb-nlcu", "NLCU-hour"),
        },
    ),
    Query(
        "awswaf",
        {},
        {
            "WebACLV2": _one("wafv2", "web-acl", "month"),
            "RuleV2": _one("wafv2", "rule", "month"),
            "RequestV2-Tier1": _one("wafv2", "requests", "1M-requests", "1000000"),
        },
    ),
    Query("AmazonECR", {}, {"TimedStorage-ByteHrs": _one("ecr", "private-storage", "GB-month")}),
    Query("AmazonS3", {}, _S3),
    Query("AWSBackup", {}, {"WarmStorage-ByteHrs-S3": _one("backup", "s3-warm", "GB-month")}),
    Query("AmazonElastiCache", {"productFamily": "Cache Instance"}, named=_cache),
    Query("AmazonElastiCache", {}, {"ElastiCache:BackupUsage": _one("elasticache", "backup-storage", "GB-month")}),
    Query(
        "AmazonKinesis",
        {},
        {
            "Storage-ShardHour": _one("kinesis", "shard-hour", "hour"),
            "PutRequestPayloadUnits": _one("kinesis", "put-payload-units", "1M-units", "1000000"),
            "OnDemand-StreamHour": _one("kinesis", "on-demand-stream-hour", "hour"),
            "OnDemand-BilledIncomingBytes": _one("kinesis", "on-demand-ingest", "GB"),
            "OnDemand-BilledOutgoingBytes": _one("kinesis", "on-demand-retrieve", "GB"),
            "OnDemand-BilledOutgoingEFOBytes": _one("kinesis", "on-demand-efo-retrieve", "GB"),
            "OnDemand-ExtendedRetention-ByteHrs": _one("kinesis", "on-demand-extended-retention-24h-7d", "GB-month"),
            "EnhancedFanoutHour": _one("kinesis", "enhanced-fanout-shard-hour", "hour"),
            "ReadBytes": _one("kinesis", "enhanced-fanout-data", "GB"),
            "Extended-ShardHour": _one("kinesis", "extended-retention-shard-hour", "hour"),
            "LongTermRetention-ByteHrs": _one("kinesis", "long-term-retention", "GB-month"),
        },
    ),
    Query("ElasticMapReduce", {"productFamily": "Elastic Map Reduce Instance"}, named=_spark_instance),
    Query("AmazonMSK", {}, named=_broker),
    Query(
        "AmazonMSK",
        {},
        {
            "Kafka.Storage.GP2": _one("msk", "provisioned-storage", "GB-month"),
            "Kafka.Storage.Tiered": _one("msk", "tiered-storage", "GB-month"),
            "Kafka.DataRetrieval.Tiered": _one("msk", "tiered-storage-retrieval", "GB"),
        },
    ),
    Query(
        "AmazonPrometheus",
        {},
        {
            "AMP:MetricSampleCount": _one("amp", "ingest-first-2B-samples", "10M-samples", "10000000", "40000000"),
            "AMP:MetricStorageByteHrs": _one("amp", "storage", "GB-month", "1", "10"),
            "AMP:QuerySamplesProcessed": _one("amp", "query-samples", "1B-samples", "1000000000"),
        },
    ),
    Query(
        "AmazonSNS",
        {},
        {
            "Requests-Tier1": _one("sns", "api-requests", "1M-requests", "1000000", "1000000"),
            "DeliveryAttempts-SMTP": _one("sns", "email-notifications", "100k", "100000", "1000"),
        },
    ),
    Query("AmazonSageMaker", {}, named=_training),
    Query("AmazonAthena", {}, {"DataScannedInTB": _one("athena", "data-scanned", "TB")}),
    Query("AmazonRDS", {"productFamily": "Database Storage"}, named=_database_storage),
    Query("AmazonRDS", {"productFamily": "Storage Snapshot"}, named=_database_storage),
    Query("AmazonRDS", {"productFamily": "Database Instance", "databaseEngine": "PostgreSQL"}, named=_database),
    Query("AmazonRDS", {"productFamily": "Database Instance", "databaseEngine": "MySQL"}, named=_database),
)
