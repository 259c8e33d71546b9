"""What AWS commits to in its service level agreements (SLA), and what a prediction assumes without one.

A monthly uptime commitment is the share below which AWS pays service credits. It is not a measurement: most months are
better, and a month may be worse. https://aws.amazon.com/legal/service-level-agreements/ lists all agreements.
"""

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Where a figure comes from."""

    PUBLISHED = "published"
    """The text of AWS's own page, or of a copy of it, was read. `version` is the day of its "Last Updated"."""
    QUOTED = "quoted"
    """Others quote AWS's page, which was not read itself. `version` is the day of the quotation."""
    ASSUMED = "assumed"
    """AWS publishes no agreement, or none that covers this use."""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """The monthly uptime of one service under one condition."""

    key: str
    service: str
    """The service's name in AWS's documentation."""
    percent: float
    """The monthly uptime percentage, above 0 and at most 100."""
    condition: str
    """What the commitment covers, or why there is none."""
    basis: Basis
    address: str
    """The page of the agreement; for an assumption, AWS's list of agreements."""
    version: str
    """YYYY-MM-DD."""

    @property
    def share(self) -> float:
        """The uptime as a share from 0 to 1."""
        return self.percent / 100


_AWS = "https://aws.amazon.com"
_LIST = f"{_AWS}/legal/service-level-agreements/"
_LOWEST_REGIONAL = 99.9
"""What is assumed without an agreement: as for most of AWS's regional services in this table."""
_READ = "2026-11-30"


def _published(key: str, service: str, percent: float, condition: str, page: str, version: str) -> ServiceLevel:
    return ServiceLevel(key, service, percent, condition, Basis.PUBLISHED, f"{_AWS}/{page}", version)


def _quoted(key: str, service: str, percent: float, condition: str, page: str, version: str) -> ServiceLevel:
    return ServiceLevel(key, service, percent, condition, Basis.QUOTED, f"{_AWS}/{page}", version)


def _assumed(key: str, service: str, why: str, percent: float = _LOWEST_REGIONAL) -> ServiceLevel:
    return ServiceLevel(key, service, percent, why, Basis.ASSUMED, _LIST, _READ)


_LEVELS = (
    _published("eks", "Amazon EKS", 99.95, "the Kubernetes endpoint of each cluster", "eks/sla/", "2022-05-04"),
    _published(
        "ec2-region",
        "Amazon EC2",
        99.99,
        "instances in two or more zones (region-level SLA)",
        "compute/sla/historical/",
        "2022-05-05",
    ),
    _quoted("ec2-instance", "Amazon EC2", 99.5, "one instance (instance-level SLA)", "compute/sla/", "2022-05-25"),
    _published("ebs-volume", "Amazon EBS", 99.9, "one volume (volume-level SLA)", "ebs/sla/", "2022-05-31"),
    _published(
        "ebs-volumes",
        "Amazon EBS",
        99.99,
        "volumes in two or more zones (region-level SLA)",
        "ebs/sla/",
        "2022-05-31",
    ),
    _published("efs", "Amazon EFS", 99.99, "Standard storage classes", "efs/sla/", "2022-05-04"),
    _published(
        "elb-zones",
        "Elastic Load Balancing",
        99.99,
        "a load balancer in two or more zones",
        "elasticloadbalancing/sla/",
        "2022-07-25",
    ),
    _published(
        "elb-zone",
        "Elastic Load Balancing",
        99.9,
        "a load balancer in one zone",
        "elasticloadbalancing/sla/",
        "2022-07-25",
    ),
    _published("waf", "AWS WAF", 99.95, "each region", "waf/sla/", "2022-05-05"),
    _quoted("route53", "Amazon Route 53", 100, "answers to DNS queries", "route53/sla/", "2025-05-27"),
    _published("rds-zones", "Amazon RDS", 99.95, "Multi-AZ DB instances and clusters", "rds/sla/", "2024-01-22"),
    _published("rds-zone", "Amazon RDS", 99.5, "a single DB instance", "rds/sla/", "2024-01-22"),
    _quoted(
        "elasticache-zones",
        "Amazon ElastiCache",
        99.99,
        "Valkey and Redis with Multi-AZ and automatic failover",
        "elasticache/sla/",
        "2024-10-16",
    ),
    _quoted(
        "elasticache-zone", "Amazon ElastiCache", 99.5, "every other configuration", "elasticache/sla/", "2024-10-16"
    ),
    _published("s3", "Amazon S3", 99.9, "S3 Standard", "s3/sla/", "2023-11-28"),
    _published(
        "s3-infrequent",
        "Amazon S3",
        99.0,
        "Intelligent-Tiering, Standard-IA, One Zone-IA, Glacier Instant Retrieval",
        "s3/sla/",
        "2023-11-28",
    ),
    _quoted("msk-zones", "Amazon MSK", 99.9, "clusters in two or more zones", "msk/sla/", "2026-09-27"),
    _published("kinesis", "Amazon Kinesis Data Streams", 99.9, "each region", "kinesis/sla/", "2024-02-09"),
    _quoted("sns", "Amazon SNS", 99.9, "each region", "messaging/sla/", "2025-05-27"),
    _quoted("sqs", "Amazon SQS", 99.9, "each region", "messaging/sla/", "2025-05-27"),
    _published("kms", "AWS KMS", 99.999, "each region", "kms/sla/", "2022-11-29"),
    _quoted("secrets-manager", "AWS Secrets Manager", 99.9, "each region", "secrets-manager/sla/", "2019-01-31"),
    _quoted("cognito", "Amazon Cognito", 99.9, "each region", "cognito/sla/", "2019-01-31"),
    _quoted("ecr", "Amazon ECR", 99.9, "each region", "ecr/sla/", "2019-01-31"),
    _published("prometheus", "Amazon Managed Prometheus", 99.9, "each region", "prometheus/sla/", "2021-09-29"),
    _published("cloudwatch", "Amazon CloudWatch", 99.9, "metrics, logs and alarms", "cloudwatch/sla/", "2023-12-21"),
    _published("emr", "Amazon EMR", 99.9, "EMR Serverless, on EC2 and on EKS", "emr/sla/", "2023-02-14"),
    _published("athena", "Amazon Athena", 99.9, "each region", "athena/sla/", "2022-05-05"),
    _published("glue", "AWS Glue", 99.9, "Data Catalog and Schema Registry", "glue/sla/", "2022-05-02"),
    _assumed("msk-zone", "Amazon MSK", "a cluster in one zone: the agreement covers Multi-AZ alone", 99.5),
    _assumed("nat-zone", "NAT gateway", "no agreement; one gateway is redundant within its zone"),
    _assumed("nat-zones", "NAT gateway", "no agreement; one gateway in each of two or more zones", 99.99),
    _assumed("endpoint", "AWS PrivateLink", "no agreement of interface endpoints was found"),
    _assumed("sts", "AWS STS and EKS Pod Identity", "no agreement of temporary credentials was found"),
    _assumed("opensearch", "Amazon OpenSearch Serverless", "the text of its agreement was not found"),
    _assumed("xray", "AWS X-Ray", "as in the agreement of AWS's regions in China; that of other regions was not found"),
    _assumed("batch", "AWS Batch", "no agreement: Batch has no price of its own"),
    _assumed("sagemaker-training", "SageMaker training jobs", "the agreement covers inference and batch transform"),
    _assumed("git", "the Git repository that Argo CD reads", "outside the stack"),
)

SERVICE_LEVELS = {level.key: level for level in _LEVELS}
"""Each level by its key."""
