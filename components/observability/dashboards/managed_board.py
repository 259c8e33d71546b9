"""The dashboard of managed services, from CloudWatch: load balancers, caches, databases, streams and jobs."""

from .panels import Dashboard, Row, Statistic, Unit, watched

_CACHE, _DATABASE, _BALANCER = ("CacheClusterId", "CacheNodeId"), ("DBInstanceIdentifier",), ("LoadBalancer",)
_CLUSTER, _BATCH, _SPARK = ("Cluster Name", "Broker ID"), ("JobQueueName",), ("ApplicationId", "ApplicationName")

MANAGED = Dashboard(
    "managed",
    "Managed services",
    (
        Row(
            "Entrance",
            (
                watched(
                    "Requests", "AWS/ApplicationELB RequestCount", _BALANCER, Unit.COUNT, "entrance", Statistic.SUM
                ),
                watched(
                    "Errors of targets",
                    "AWS/ApplicationELB HTTPCode_Target_5XX_Count",
                    _BALANCER,
                    Unit.COUNT,
                    "entrance",
                    Statistic.SUM,
                ),
                watched(
                    "Blocked by the firewall",
                    "AWS/WAFV2 BlockedRequests",
                    ("WebACL", "Region", "Rule"),
                    Unit.COUNT,
                    "entrance",
                    Statistic.SUM,
                ),
                watched(
                    "Ports that NAT lacked",
                    "AWS/NATGateway ErrorPortAllocation",
                    ("NatGatewayId",),
                    Unit.COUNT,
                    "nat",
                    Statistic.SUM,
                ),
            ),
        ),
        Row(
            "Caches",
            (
                watched(
                    "Memory in use", "AWS/ElastiCache DatabaseMemoryUsagePercentage", _CACHE, Unit.PERCENT, "caches"
                ),
                watched("Engine CPU", "AWS/ElastiCache EngineCPUUtilization", _CACHE, Unit.PERCENT, "caches"),
                watched("Hit rate", "AWS/ElastiCache CacheHitRate", _CACHE, Unit.PERCENT, "caches"),
                watched("Evictions", "AWS/ElastiCache Evictions", _CACHE, Unit.COUNT, "caches", Statistic.SUM),
                watched(
                    "Replication lag",
                    "AWS/ElastiCache ReplicationLag",
                    _CACHE,
                    Unit.SECONDS,
                    "caches",
                    Statistic.MAXIMUM,
                ),
            ),
        ),
        Row(
            "Databases",
            (
                watched("CPU", "AWS/RDS CPUUtilization", _DATABASE, Unit.PERCENT, "database"),
                watched(
                    "Free storage", "AWS/RDS FreeStorageSpace", _DATABASE, Unit.BYTES, "database", Statistic.MINIMUM
                ),
                watched(
                    "Connections", "AWS/RDS DatabaseConnections", _DATABASE, Unit.COUNT, "database", Statistic.MAXIMUM
                ),
            ),
        ),
        Row(
            "Streams and jobs",
            (
                watched("Kafka data logs", "AWS/Kafka KafkaDataLogsDiskUsed", _CLUSTER, Unit.PERCENT, "kafka"),
                watched(
                    "Lag of consumers",
                    "AWS/Kafka EstimatedMaxTimeLag",
                    ("Cluster Name", "Consumer Group", "Topic"),
                    Unit.SECONDS,
                    "kafka",
                    Statistic.MAXIMUM,
                ),
                watched(
                    "Age of the oldest Kinesis record",
                    "AWS/Kinesis GetRecords.IteratorAgeMilliseconds",
                    ("StreamName",),
                    Unit.MILLISECONDS,
                    "kinesis",
                    Statistic.MAXIMUM,
                ),
                watched("Failed Batch jobs", "AWS/Batch JobsMovedToFailed", _BATCH, Unit.COUNT, "batch", Statistic.SUM),
                watched(
                    "Failed Spark jobs",
                    "AWS/EMRServerless FailedJobs",
                    _SPARK,
                    Unit.COUNT,
                    "emr-serverless",
                    Statistic.SUM,
                ),
            ),
        ),
    ),
    refresh="5m",
)
