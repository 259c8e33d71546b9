"""Which lines of a plan and which charges of a bill are the same thing, and which usage key the amount comes from.

FOCUS 1.2 has no usage type on AWS. The texts of charges (ChargeDescription) are those of AWS's price list, which says
what a unit is: "$0.045 per GB Data Processed by NAT Gateways".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from .bill import Charge

_KIND = re.compile(
    r"\b((?:cache|db|ml|kafka)\.)?([a-z]+\d[a-z0-9-]*\.(?:\d+x?large|x?large|medium|small|micro|nano|metal[\w-]*))\b"
)


@dataclass(frozen=True, slots=True)
class Meter:
    """Something that is counted and billed.

    `items` matches the items of plan lines, `codes` the service codes of charges (any, where empty) and `words` their
    descriptions. A unit of the bill is `factor` units of the plan. The amount comes from `key` of the usage section,
    of which one unit of the plan is `scale`; with `each`, the key counts for every resource.
    """

    name: str
    items: str
    codes: tuple[str, ...]
    words: str
    factor: float = 1.0
    key: str = ""
    scale: float = 1.0
    each: bool = False


_S3 = ("AmazonS3",)
_VPC = ("AmazonVPC", "AmazonEC2")
_TRANSFER = ("AWSDataTransfer", "AmazonEC2", "AmazonVPC", "AmazonS3", "AWSELB")
_WATCH = ("AmazonCloudWatch",)
_THOUSAND, _MILLION = 1e-3, 1e-6

METERS = (
    Meter("s3 frequent tier", r"s3 intelligent-frequent.*", _S3, r"intelligent-tiering, frequent"),
    Meter("s3 infrequent tier", r"s3 intelligent-infrequent", _S3, r"intelligent-tiering, infrequent"),
    Meter("s3 monitored objects", r"s3 intelligent-monitoring", _S3, r"monitor", _THOUSAND),
    Meter("s3 archive", r"s3 glacier-instant-retrieval", _S3, r"storage used in .*glacier instant"),
    Meter(
        "s3 moved objects",
        r"s3 (ia|glacier-instant)-put",
        _S3,
        r"transition|requests to .*(infrequent|glacier)",
        _THOUSAND,
    ),
    Meter("s3 retrieval", r"s3 (ia|glacier-instant-data)-retrieval", _S3, r"retriev"),
    Meter("s3 infrequent access", r"s3 standard-ia", _S3, r"storage used in .*infrequent"),
    Meter("s3 writes and lists", r"s3 standard-put.*", _S3, r"put, copy, post", _THOUSAND),
    Meter("s3 reads", r"s3 standard-get.*", _S3, r"\bget\b", _THOUSAND),
    Meter("s3 standard storage", r"s3 standard-(first|next|over).*", _S3, r"storage used"),
    Meter("nat data", r"vpc nat-gateway-data", _VPC, r"data processed by nat", key="natGb"),
    Meter("nat hours", r"vpc nat-gateway-hour", _VPC, r"nat gateway hour"),
    Meter(
        "endpoint data",
        r"vpc interface-endpoint-data.*",
        _VPC,
        r"data processed by vpc endpoint",
        key="interfaceEndpointGb",
    ),
    Meter("endpoint hours", r"vpc interface-endpoint-az-hour", _VPC, r"vpc endpoint hour"),
    Meter("public addresses", r"vpc public-ipv4-hour", _VPC, r"public ipv4"),
    Meter(
        "data between zones",
        r"data-transfer inter-az.*",
        _TRANSFER,
        r"regional data transfer",
        key="interZoneGb",
        scale=0.5,
    ),
    Meter(
        "data to the internet", r"data-transfer out-internet.*", _TRANSFER, r"data transfer out", key="internetOutGb"
    ),
    Meter("data to regions", r"data-transfer inter-region.*", _TRANSFER, r"data transfer to|to .* region"),
    Meter("load balancer hours", r"elbv2 alb-hour", (), r"application loadbalancer-hour"),
    Meter(
        "load balancer capacity",
        r"elbv2 alb-lcu",
        (),
        r"application load balancer capacity unit",
        key="webRequests, loadBalancerGb or newConnectionShare",
        scale=0,
    ),
    Meter("firewall requests", r"wafv2 requests.*", ("awswaf",), r"requests", _MILLION, "webRequests", 1e6),
    Meter("firewall rules", r"wafv2 rule", ("awswaf",), r"\brule\b"),
    Meter("firewalls", r"wafv2 web-acl", ("awswaf",), r"web acl"),
    Meter("logs of AWS", r"cloudwatch logs-vended.*", _WATCH, r"vended", key="flowLogGb and firewallLogGb", scale=0),
    Meter("logs written", r"cloudwatch logs-ingestion.*", _WATCH, r"log data ingested", key="logGb", each=True),
    Meter("logs kept", r"cloudwatch logs-storage", _WATCH, r"log storage"),
    Meter("alarms", r"cloudwatch alarm.*", _WATCH, r"alarm"),
    Meter("metrics", r"cloudwatch metric.*", _WATCH, r"metric"),
    Meter("disks", r"ebs gp3-storage", ("AmazonEC2",), r"gp3.*storage"),
    Meter("clusters", r"eks control-plane.*", ("AmazonEKS",), r"cluster"),
    Meter("keys", r"kms customer-key", ("awskms",), r"\bkey\b"),
    Meter("requests to keys", r"kms requests.*", ("awskms",), r"requests", 1e-4, "kmsRequests", 1e4, each=True),
    Meter("secrets", r"secretsmanager secret", ("AWSSecretsManager",), r"per secret"),
    Meter(
        "reads of secrets",
        r"secretsmanager api-calls",
        ("AWSSecretsManager",),
        r"api",
        1e-4,
        "secretRequests",
        1e4,
        each=True,
    ),
    Meter(
        "requests to queues",
        r"sqs requests.*",
        ("AWSQueueService",),
        r"request",
        _MILLION,
        "queueRequests",
        1e6,
        each=True,
    ),
    Meter("queries", r"athena data-scanned", ("AmazonAthena",), r"scanned", key="scannedTb", each=True),
    Meter(
        "images", r"ecr private-storage.*", ("AmazonECR",), r"storage", key="cachedImageGb and repositoryGb", scale=0
    ),
    Meter("cache backups", r"elasticache backup-storage", ("AmazonElastiCache",), r"backup", key="cacheGb", scale=0),
    Meter(
        "database backups", r"rds-\w+ backup-storage.*", ("AmazonRDS",), r"backup", key="databaseBackupGb", each=True
    ),
    Meter("database storage", r"rds-\w+ gp3-storage.*", ("AmazonRDS",), r"storage"),
    Meter("broker storage", r"msk provisioned-storage", ("AmazonMSK",), r"gb-month of storage"),
    Meter("spark cpu", r"emr-serverless vcpu-hour.*", ("ElasticMapReduce",), r"vcpu", key="spark.vcpuHours"),
    Meter("spark memory", r"emr-serverless gb-hour.*", ("ElasticMapReduce",), r"memory", key="spark.memoryGbHours"),
    Meter("spark disks", r"emr-serverless storage.*", ("ElasticMapReduce",), r"storage", key="spark.storageGbHours"),
    Meter("backups", r"backup .*", ("AWSBackup",), r"."),
    Meter("threat detection", r"guardduty .*", ("AmazonGuardDuty",), r"."),
    Meter("trails", r"cloudtrail .*", ("AWSCloudTrail",), r"."),
    Meter("Prometheus", r"amp .*", ("AmazonPrometheus",), r"."),
    Meter("notifications", r"sns .*", ("AmazonSNS",), r"."),
    Meter("streams", r"kinesis .*", ("AmazonKinesis",), r"."),
    Meter("users who sign in", r"cognito user.*", ("AmazonCognito",), r"active user", key="signedInUsers"),
)
"""The first that matches counts."""

_MACHINES = {
    "AmazonElastiCache": "cache nodes",
    "AmazonRDS": "database hours",
    "AmazonMSK": "broker hours",
    "AmazonSageMaker": "training",
}
_MACHINE_ITEMS = (
    (re.compile(r"ec2 (.+) ON_DEMAND \w+"), "ec2 on demand"),
    (re.compile(r"ec2 (.+) SPOT \w+"), "ec2 spot"),
    (re.compile(r"elasticache (cache\.\S+) for \w+"), "cache nodes"),
    (re.compile(r"rds-\w+ (db\.\S+) \S+"), "database hours"),
    (re.compile(r"msk (kafka\.\S+)"), "broker hours"),
    (re.compile(r"sagemaker (ml\.\S+) training spot"), "training spot"),
    (re.compile(r"sagemaker (ml\.\S+) training"), "training"),
)


@cache
def meter_of_item(item: str) -> Meter | None:
    """The meter of a plan's item that is not for machine hours."""
    return next((meter for meter in METERS if re.fullmatch(meter.items, item)), None)


def machines_of_item(item: str) -> tuple[str, list[str]] | None:
    """The purchase option and the types of machines of a plan's item for machine hours."""
    for pattern, option in _MACHINE_ITEMS:
        if found := pattern.fullmatch(item):
            return option, found[1].split(" or ")
    return None


def machine_meter(option: str, kinds: Iterable[str]) -> Meter:
    """The hours of machines of these types, bought in this way."""
    named = sorted(kinds)
    keys = {
        "ec2 on demand": "averageNodes",
        "ec2 spot": "averageNodes",
        "training": f"sagemaker.jobHours.{named[0]}",
        "training spot": f"sagemaker.spotJobHours.{named[0]}",
    }
    return Meter(f"{option}: {' or '.join(named)}", "", (), "", key=keys.get(option, ""))


def machine_of(charge: Charge) -> tuple[str, str] | None:
    """The purchase option and the type of machine of a charge for machine hours."""
    text = charge.description
    if not re.search(r"hour|instance applied|covered by|nodeusage", text, re.IGNORECASE):
        return None
    found = _KIND.search(text)
    kind = charge.instance_type or (found[0] if found else "")
    if not kind:
        return None
    spot = charge.pricing == "Dynamic" or "spot" in text.lower()
    if charge.code == "AmazonEC2":
        return ("ec2 spot" if spot else "ec2 on demand", kind)
    name = _MACHINES.get(charge.code)
    if name is None:
        return None
    return ("training spot" if name == "training" and spot else name, kind)


def meter_of_charge(charge: Charge) -> Meter | None:
    """The meter of a charge that is not for machine hours."""
    text = charge.description.lower()
    for meter in METERS:
        if (not meter.codes or charge.code in meter.codes) and re.search(meter.words, text):
            return meter
    return None
