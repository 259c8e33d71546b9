"""What the stack will use that no resource states: the `mlplatform:usage` section."""

from pydantic import Field

from pricing.alarm_usage import AlarmUsage
from pricing.audit_usage import AuditUsage
from pricing.backup_usage import BackupUsage
from pricing.batch_usage import BatchUsage
from pricing.emr_usage import SparkUsage
from pricing.log_usage import LogUsage
from pricing.metrics_usage import MetricsUsage
from pricing.sagemaker_usage import SageMakerUsage
from pricing.service_usage import ServiceUsage
from pricing.spec import Amount, Section, Share
from pricing.spend_usage import SpendUsage
from pricing.stream_usage import StreamUsage
from pricing.traces_usage import TraceUsage


class BucketUsage(Section):
    """What one bucket holds and serves in a month."""

    stored_tb: Amount = Field(
        default=0.1,
        description="Objects it holds, in TB (1,024 GB), old versions included; when left out of a bucket of access "
        "logs, what the requests of its sources write while the logs are kept.",
    )
    infrequent_share: Share = Field(
        default=0.3, description="Share (0 to 1) not read for 30 days: the infrequent tier, where a lifecycle has one."
    )
    archive_share: Share = Field(
        default=0.0, description="Share (0 to 1) in Glacier Instant Retrieval, where a lifecycle has it."
    )
    objects_million: Amount = Field(
        default=1, description="Objects of 128 KB and more that intelligent tiering watches, in millions."
    )
    moved_million: Amount | None = Field(
        default=None,
        description="Objects that a lifecycle moves to another class, in millions a month; when left out a twelfth of "
        "objectsMillion, as if all were renewed in a year.",
    )
    put_million: Amount = Field(default=1, description="Writes and lists, in millions a month.")
    get_million: Amount = Field(default=10, description="Reads, in millions a month.")
    retrieved_gb: Amount = Field(
        default=0,
        description="Data read from infrequent access, or from an archive that has none before it, in GB a month.",
    )
    replicated_gb: Amount = Field(default=100, description="New data copied to a second region, in GB a month.")

    @property
    def moved(self) -> float:
        """Objects moved to another class, in millions a month."""
        return self.objects_million / 12 if self.moved_million is None else self.moved_million


class Usage(Section):
    """A month's use, as it is assumed until the bills say otherwise.

    Amounts "of the stack" are shared evenly by its resources of that kind; amounts "each" count for every one of them.
    """

    nat_gb: Amount = Field(
        default=1000,
        description="Data that the NAT gateways of the stack process, in GB a month. Images and models pulled through "
        "them count; traffic to S3 does not if the VPC has a gateway endpoint.",
    )
    interface_endpoint_gb: Amount = Field(
        default=500, description="Data through the interface endpoints of the stack, in GB a month."
    )
    inter_zone_gb: Amount = Field(
        default=1000,
        description="Data that crosses from one zone of the stack to another, in GB a month, counted once. "
        "It is charged twice: going out of one zone and coming into the other.",
    )
    internet_out_gb: Amount = Field(
        default=500,
        description="Data out to the internet from the stack, in GB a month, counted once whether it leaves through "
        "NAT gateways, load balancers or public addresses. The 100 GB that an account has free are not deducted.",
    )
    control_plane_log_gb: Amount = Field(
        default=30, description="Logs of each EKS control plane with all log types on, in GB a month."
    )
    flow_log_gb: Amount = Field(default=50, description="VPC flow logs of the stack, in GB a month.")
    log_gb: Amount = Field(
        default=10,
        description="Logs written to each log group that holds neither control-plane nor flow logs, nor "
        "logs of containers, in GB a month.",
    )
    kms_signatures: Amount = Field(
        default=0, description="Signatures and verifications by each KMS key of elliptic curves in a month."
    )
    kms_requests: Amount = Field(
        default=100_000, description="Requests to each customer key, a month. The free 20,000 are not deducted."
    )
    queue_requests: Amount = Field(
        default=200_000,
        description="Requests to each SQS queue, a month; polling an empty queue every 20 seconds takes 131,400. "
        "The free million is not deducted.",
    )
    streams: StreamUsage = Field(default_factory=StreamUsage, description="What streams of events carry in a month.")
    secret_requests: Amount = Field(default=10_000, description="Reads of each secret in Secrets Manager, a month.")
    cache_gb: dict[str, Amount] = Field(
        default_factory=dict[str, float],
        description="Data that an ElastiCache cluster holds over the month, in GB without replicas, by the cluster's "
        "name, where it is known. It sizes snapshots, which are priced as if the cluster were full without it, and "
        "shows clusters that are too large.",
    )
    serverless_cache_gb: Amount = Field(
        default=10, description="Data that the serverless caches of the stack hold over the month on average, in GB."
    )
    serverless_cache_million_ecpus: Amount = Field(
        default=1000,
        description="ElastiCache processing units (ECPU) that requests to the serverless caches of the stack take, in "
        "millions a month. Reading or writing up to 1 KB takes one.",
    )
    buckets: dict[str, BucketUsage] = Field(
        default_factory=dict[str, BucketUsage],
        description="What buckets hold and serve in a month, by the end of their component's name, such as raw, or by "
        "* for each without an entry; the defaults of an entry hold for buckets that are not named.",
    )
    database_backup_gb: Amount = Field(
        default=50,
        description="Backups of each database beyond the free amount, its own size, in GB over the month.",
    )
    catalog_objects: Amount = Field(
        default=100_000,
        description="Tables and partitions in the Glue catalog over the month; the first million are free.",
    )
    scanned_tb: Amount = Field(default=1, description="Data that queries of each Athena workgroup scan, in TB a month.")
    catalog_requests: Amount = Field(
        default=1_000_000, description="Requests to the Glue catalog, a month; the first million are free."
    )
    repository_gb: Amount = Field(
        default=20,
        description="Images that each ECR repository holds over the month, in GB compressed; a layer that several "
        "images share counts once.",
    )
    cached_image_gb: Amount = Field(
        default=50, description="Images that the pull-through caches of the stack hold over the month, in GB."
    )
    pushed_image_gb: Amount = Field(
        default=50,
        description="New images that pipelines push, in GB a month; replication copies them to each further region.",
    )
    pushed_images: Amount = Field(
        default=500, description="Images pushed or pulled through, a month; enhanced scanning is charged for each."
    )
    image_rescans: Amount = Field(
        default=5000, description="Times that continuous enhanced scanning looks at an image again, a month."
    )
    web_requests: Amount = Field(
        default=30_000_000,
        description="Requests to the load balancers of the stack, a month; the firewalls of the stack inspect them.",
    )
    load_balancer_gb: Amount = Field(
        default=500, description="Data through the load balancers of the stack, requests and answers, in GB a month."
    )
    access_log_bytes: Amount = Field(
        default=600,
        description="Bytes that S3 writes to an access log for a request, to be kept for every month of the log "
        "bucket's retention. S3 does not compress these logs.",
    )
    load_balancer_log_bytes: Amount = Field(
        default=150,
        description="Bytes that a load balancer writes to an access log for a request, compressed, to be kept for "
        "every month of the log bucket's retention.",
    )
    new_connection_share: Share = Field(
        default=0.1, description="Share (0 to 1) of requests to a load balancer that open a new connection."
    )
    connection_seconds: Amount = Field(
        default=60, description="Seconds that a connection to a load balancer stays open, on average over the month."
    )
    firewall_log_gb: Amount = Field(
        default=5,
        description="Logs of the firewalls of the stack, in GB a month; a record takes 1 to 2 KB. The 500 MB that each "
        "million requests have free are not deducted.",
    )
    dns_queries: Amount = Field(
        default=1_000_000,
        description="Queries to the hosted zones of the stack, a month. Those for an alias of AWS are free and don't "
        "count.",
    )
    signed_in_users: Amount = Field(
        default=100, description="Users who sign in to the user pools of the stack in a month."
    )
    burst_share: Share = Field(
        default=1.0,
        description="Share (0 to 1) of the nodes above a pool's base that run while a schedule allows them. "
        "1 is the worst case: all of them, in every hour that is allowed.",
    )
    spot_share: Share = Field(
        default=0.9,
        description="Share (0 to 1) of burst hours that the savings advice moves to spot; the rest is kept on demand, "
        "for the hours in which spot capacity is interrupted or missing.",
    )
    karpenter_limit_share: Share = Field(
        default=0.5,
        description="Share (0 to 1) of its limits that a Karpenter pool uses on average over the month.",
    )
    average_nodes: dict[str, Amount] = Field(
        default_factory=dict[str, float],
        description="Nodes on average over the month, by pool name, where it is known. It replaces the desired size "
        "and the burst, or for a Karpenter pool the share of its limits.",
    )
    spark: SparkUsage = Field(default=SparkUsage(), description="What Spark jobs on EMR use in a month.")
    sagemaker: SageMakerUsage = Field(
        default_factory=SageMakerUsage, description="What training jobs and Studio use on Amazon SageMaker in a month."
    )
    metrics: MetricsUsage = Field(
        default_factory=MetricsUsage, description="What metrics in Prometheus and users of Grafana do in a month."
    )
    logs: LogUsage = Field(default=LogUsage(), description="What the containers of the stack log in a month.")
    batch: BatchUsage = Field(default=BatchUsage(), description="What jobs on AWS Batch use in a month.")
    backup: BackupUsage = Field(
        default_factory=BackupUsage, description="What the vaults of AWS Backup hold over the month."
    )
    audit: AuditUsage = Field(default=AuditUsage(), description="What is recorded in the account in a month.")
    traces: TraceUsage = Field(default=TraceUsage(), description="What traces in AWS X-Ray do in a month.")
    spend: SpendUsage = Field(default_factory=SpendUsage, description="What the reports on spend use in a month.")
    services: ServiceUsage = Field(
        default=ServiceUsage(), description="What each resource of further services does in a month."
    )
    alarms: AlarmUsage = Field(default=AlarmUsage(), description="What alarms send in a month.")
