"""The metrics that AWS services send to CloudWatch, and the sets of dimensions that each metric has.

CloudWatch creates an alarm on any other name or set of dimensions without an error, and it never gets a value.
Read 2026-11-29.
"""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple


class _Published(NamedTuple):
    """Metrics of a namespace that have the same sets of dimensions, and the page that lists them."""

    namespace: str
    source: str
    dimensions: tuple[tuple[str, ...], ...]
    names: str


_PUBLISHED = (
    _Published(
        "AWS/EC2",
        "EC2 user guide, CloudWatch metrics that are available for your instances",
        (("InstanceId",),),
        "StatusCheckFailed StatusCheckFailed_Instance StatusCheckFailed_System",
    ),
    _Published("Starter", "components/starter/host/common.sh, report_success", (("Machine",),), "backup restore_check"),
    _Published(
        "AWS/ElastiCache",
        "ElastiCache user guide, Metrics for Valkey and Redis OSS",
        (("CacheClusterId", "CacheNodeId"),),
        """
    DatabaseCapacityUsagePercentage DatabaseCapacityUsageCountedForEvictPercentage SuccessfulReadRequestLatency
    SuccessfulWriteRequestLatency TrafficManagementActive
    """,
    ),
    _Published(
        "AWS/ElastiCache",
        "ElastiCache user guide, Metrics for Valkey and Redis OSS",
        (("ReplicationGroupId",), ("NodeGroupId", "ReplicationGroupId"), ("ReplicationGroupId", "Role")),
        """
    EngineCPUUtilization DatabaseMemoryUsageCountedForEvictPercentage DatabaseCapacityUsageCountedForEvictPercentage
    """,
    ),
    _Published(
        "AWS/ElastiCache",
        "ElastiCache user guide, Metrics for Valkey and Redis OSS; Host-level metrics",
        (("CacheClusterId",), ("CacheClusterId", "CacheNodeId")),
        """
    CPUUtilization CPUCreditBalance CPUCreditUsage FreeableMemory NetworkBytesIn NetworkBytesOut NetworkPacketsIn
    NetworkPacketsOut NetworkBandwidthInAllowanceExceeded NetworkConntrackAllowanceExceeded
    NetworkLinkLocalAllowanceExceeded NetworkBandwidthOutAllowanceExceeded NetworkPacketsPerSecondAllowanceExceeded
    SwapUsage ActiveDefragHits AuthenticationFailures BytesUsedForCache CacheHits CacheMisses
    CommandAuthorizationFailures CacheHitRate ChannelAuthorizationFailures CurrConnections CurrItems
    CurrVolatileItems DatabaseMemoryUsagePercentage DatabaseMemoryUsageCountedForEvictPercentage DB0AverageTTL
    EngineCPUUtilization Evictions GlobalDatastoreReplicationLag IamAuthenticationExpirations
    IamAuthenticationThrottling IsMaster KeyAuthorizationFailures KeysTracked MasterLinkHealthStatus
    MemoryFragmentationRatio NewConnections NumItemsReadFromDisk NumItemsWrittenToDisk Reclaimed ReplicationBytes
    ReplicationLag SaveInProgress AllocatorFragmentationBytes AllocatorFragmentationRatio BlockedConnections
    BytesReadFromDisk BytesWrittenToDisk CurrItemsWithVolatileFields DatabaseAuthorizationFailures DurabilityLag
    ErrorCount NonKeyTypeCmds ProcessedCommands RejectedConnections ReclaimedFields UsedMemoryDataset
    ClusterBasedCmds ClusterBasedCmdsLatency EvalBasedCmds EvalBasedCmdsLatency GeoSpatialBasedCmds
    GeoSpatialBasedCmdsLatency GetTypeCmds GetTypeCmdsLatency HashBasedCmds HashBasedCmdsLatency
    HyperLogLogBasedCmds HyperLogLogBasedCmdsLatency JsonBasedCmds JsonBasedCmdsLatency KeyBasedCmds
    KeyBasedCmdsLatency ListBasedCmds ListBasedCmdsLatency PubSubBasedCmds PubSubBasedCmdsLatency SetBasedCmds
    SetBasedCmdsLatency SetTypeCmds SetTypeCmdsLatency SortedSetBasedCmds SortedSetBasedCmdsLatency StringBasedCmds
    StringBasedCmdsLatency StreamBasedCmds StreamBasedCmdsLatency
    """,
    ),
    _Published(
        "AWS/ElastiCache",
        "ElastiCache user guide, Metrics for serverless caches",
        (("clusterId",),),
        """
    BytesUsedForCache ElastiCacheProcessingUnits CacheHits CacheMisses CacheHitRate CurrConnections CurrItems
    Evictions NewConnections ThrottledCmds SuccessfulReadRequestLatency SuccessfulWriteRequestLatency TotalCmdsCount
    NetworkBytesIn NetworkBytesOut AuthenticationFailures
    """,
    ),
    _Published(
        "AWS/RDS",
        "RDS user guide, Amazon CloudWatch metrics for Amazon RDS",
        (
            ("DBInstanceIdentifier",),
            ("DatabaseClass",),
            ("EngineName",),
            ("SourceRegion",),
            ("DBClusterIdentifier",),
            ("DBClusterIdentifier", "Role"),
            ("ProxyName",),
        ),
        """
    BinLogDiskUsage BurstBalance CheckpointLag ConnectionAttempts CPUUtilization CPUCreditUsage CPUCreditBalance
    DatabaseConnections DiskQueueDepth FailedSQLServerAgentJobsCount FreeableMemory FreeLocalStorage
    FreeStorageSpace MaximumUsedTransactionIDs NetworkReceiveThroughput NetworkTransmitThroughput
    OldestReplicationSlotLag ReadIOPS ReadIOPSLocalStorage ReadLatency ReadLatencyLocalStorage ReadThroughput
    ReadThroughputLocalStorage ReplicaLag ReplicationSlotDiskUsage SwapUsage TransactionLogsDiskUsage
    TransactionLogsGeneration WriteIOPS WriteIOPSLocalStorage WriteLatency WriteLatencyLocalStorage WriteThroughput
    WriteThroughputLocalStorage
    """,
    ),
    _Published(
        "AWS/ApplicationELB",
        "User guide for Application Load Balancers, CloudWatch metrics",
        (("LoadBalancer", "TargetGroup"), ("TargetGroup", "AvailabilityZone", "LoadBalancer")),
        """
    HealthyHostCount UnHealthyHostCount HealthyStateDNS HealthyStateRouting UnhealthyRoutingRequestCount
    UnhealthyStateDNS UnhealthyStateRouting
    """,
    ),
    _Published(
        "AWS/ApplicationELB",
        "User guide for Application Load Balancers, CloudWatch metrics",
        (
            ("LoadBalancer",),
            ("LoadBalancer", "AvailabilityZone"),
            ("LoadBalancer", "TargetGroup"),
            ("TargetGroup", "AvailabilityZone", "LoadBalancer"),
        ),
        """
    ActiveConnectionCount ClientTLSNegotiationErrorCount ConsumedLCUs
    DesyncMitigationMode_NonCompliant_Request_Count DroppedInvalidHeaderRequestCount
    ForwardedInvalidHeaderRequestCount GrpcRequestCount HTTP_Fixed_Response_Count HTTP_Redirect_Count
    HTTP_Redirect_Url_Limit_Exceeded_Count HTTPCode_ELB_3XX_Count HTTPCode_ELB_4XX_Count HTTPCode_ELB_5XX_Count
    HTTPCode_ELB_500_Count HTTPCode_ELB_502_Count HTTPCode_ELB_503_Count HTTPCode_ELB_504_Count IPv6ProcessedBytes
    IPv6RequestCount NewConnectionCount NonStickyRequestCount ProcessedBytes RejectedConnectionCount RequestCount
    RuleEvaluations HTTPCode_Target_2XX_Count HTTPCode_Target_3XX_Count HTTPCode_Target_4XX_Count
    HTTPCode_Target_5XX_Count RequestCountPerTarget TargetConnectionErrorCount TargetResponseTime
    TargetTLSNegotiationErrorCount LambdaInternalError LambdaTargetProcessedBytes LambdaUserError ELBAuthError
    ELBAuthFailure ELBAuthLatency ELBAuthRefreshTokenSuccess ELBAuthSuccess ELBAuthUserClaimsSizeExceeded
    """,
    ),
    _Published(
        "AWS/WAFV2",
        "AWS WAF developer guide, Monitoring with Amazon CloudWatch",
        (
            ("WebACL", "Region", "Rule"),
            ("WebACL", "Rule"),
            ("WebACL", "Region", "RuleGroup", "Rule"),
            ("WebACL", "Region", "LabelNamespace", "Label"),
            ("WebACL", "Region", "BotCategory"),
        ),
        """
    AllowedRequests BlockedRequests CountedRequests CaptchaRequests RequestsWithValidCaptchaToken ChallengeRequests
    RequestsWithValidChallengeToken PassedRequests SampleAllowedRequests SampleBlockedRequests
    """,
    ),
    _Published(
        "AWS/NATGateway",
        "VPC user guide, NAT gateway metrics and dimensions",
        (("NatGatewayId",),),
        """
    ActiveConnectionCount BytesInFromDestination BytesInFromSource BytesOutToDestination BytesOutToSource
    ConnectionAttemptCount ConnectionEstablishedCount ErrorPortAllocation IdleTimeoutCount PacketsDropCount
    PacketsInFromDestination PacketsInFromSource PacketsOutToDestination PacketsOutToSource PeakBytesPerSecond
    PeakPacketsPerSecond
    """,
    ),
    _Published(
        "AWS/Kafka",
        "Amazon MSK developer guide, Monitor consumer lags",
        (("Cluster Name", "Consumer Group", "Topic"), ("Cluster Name", "Consumer Group", "Topic", "Partition")),
        """
    EstimatedMaxTimeLag MaxOffsetLag SumOffsetLag EstimatedTimeLag OffsetLag
    """,
    ),
    _Published(
        "AWS/Kafka",
        "Amazon MSK developer guide, Metrics for monitoring Standard brokers with CloudWatch",
        (
            ("Cluster Name",),
            ("Cluster Name", "Broker ID"),
            ("Cluster Name", "Broker ID", "Topic"),
            ("Cluster Name", "Broker ID", "Client Authentication"),
        ),
        """
    ActiveControllerCount BurstBalance BytesInPerSec BytesOutPerSec ClientConnectionCount ConnectionCount
    CPUCreditBalance CpuIdle CpuIoWait CpuSystem CpuUser GlobalPartitionCount GlobalTopicCount KafkaAppLogsDiskUsed
    KafkaDataLogsDiskUsed LeaderCount MemoryBuffered MemoryCached MemoryFree HeapMemoryAfterGC MemoryUsed
    MessagesInPerSec NetworkRxDropped NetworkRxErrors NetworkRxPackets NetworkTxDropped NetworkTxErrors
    NetworkTxPackets OfflinePartitionsCount PartitionCount ProduceTotalTimeMsMean RequestBytesMean RequestTime
    RootDiskUsed SwapFree SwapUsed TrafficShaping UnderMinIsrPartitionCount UnderReplicatedPartitions
    ZooKeeperRequestLatencyMsMean ZooKeeperSessionState BwInAllowanceExceeded BwOutAllowanceExceeded
    ConnTrackAllowanceExceeded ConnectionCloseRate ConnectionCreationRate CpuCreditUsage
    FetchConsumerLocalTimeMsMean FetchConsumerRequestQueueTimeMsMean FetchConsumerResponseQueueTimeMsMean
    FetchConsumerResponseSendTimeMsMean FetchConsumerTotalTimeMsMean FetchFollowerLocalTimeMsMean
    FetchFollowerRequestQueueTimeMsMean FetchFollowerResponseQueueTimeMsMean FetchFollowerResponseSendTimeMsMean
    FetchFollowerTotalTimeMsMean FetchMessageConversionsPerSec FetchThrottleByteRate FetchThrottleQueueSize
    FetchThrottleTime NetworkProcessorAvgIdlePercent PpsAllowanceExceeded ProduceLocalTimeMsMean
    ProduceMessageConversionsPerSec ProduceMessageConversionsTimeMsMean ProduceRequestQueueTimeMsMean
    ProduceResponseQueueTimeMsMean ProduceResponseSendTimeMsMean ProduceThrottleByteRate ProduceThrottleQueueSize
    ProduceThrottleTime ReplicationBytesInPerSec ReplicationBytesOutPerSec RequestExemptFromThrottleTime
    RequestHandlerAvgIdlePercent RequestThrottleQueueSize RequestThrottleTime TcpConnections TrafficBytes
    VolumeQueueLength VolumeReadBytes VolumeReadOps VolumeTotalReadTime VolumeTotalWriteTime VolumeWriteBytes
    VolumeWriteOps
    """,
    ),
    _Published(
        "AWS/Kinesis",
        "Kinesis Data Streams developer guide, Monitor with CloudWatch",
        (("StreamName", "ConsumerName"),),
        """
    SubscribeToShard.RateExceeded SubscribeToShard.Success SubscribeToShardEvent.Bytes
    SubscribeToShardEvent.MillisBehindLatest SubscribeToShardEvent.Records SubscribeToShardEvent.Success
    """,
    ),
    _Published(
        "AWS/Kinesis",
        "Kinesis Data Streams developer guide, Monitor with CloudWatch",
        (("StreamName",), ("StreamName", "ShardId")),
        """
    GetRecords.Bytes GetRecords.IteratorAge GetRecords.IteratorAgeMilliseconds GetRecords.Latency GetRecords.Records
    GetRecords.Success IncomingBytes IncomingRecords PutRecord.Bytes PutRecord.Latency PutRecord.Success
    PutRecords.Bytes PutRecords.Latency PutRecords.Records PutRecords.Success PutRecords.TotalRecords
    PutRecords.SuccessfulRecords PutRecords.FailedRecords PutRecords.ThrottledRecords
    ReadProvisionedThroughputExceeded WriteProvisionedThroughputExceeded IteratorAgeMilliseconds OutgoingBytes
    OutgoingRecords
    """,
    ),
    _Published(
        "AWS/EMRServerless",
        "EMR Serverless user guide, Monitoring applications and jobs: from release 7.10 on only these",
        (
            ("ApplicationId", "ApplicationName"),
            ("ApplicationId", "ApplicationName", "CapacityAllocationType", "WorkerType"),
            ("ApplicationId", "ApplicationName", "CapacityAllocationType", "JobId", "JobName", "WorkerType"),
        ),
        """
    SubmittedJobs PendingJobs ScheduledJobs RunningJobs SuccessJobs FailedJobs CancellingJobs CancelledJobs
    RunningWorkerCount IdleWorkerCount CPUAllocated MemoryAllocated StorageAllocated WorkerCpuAllocated
    WorkerCpuUsed WorkerMemoryAllocated WorkerMemoryUsed WorkerEphemeralStorageAllocated WorkerEphemeralStorageUsed
    WorkerStorageReadBytes WorkerStorageWriteBytes PendingCreationWorkerCount TotalWorkerCount MaxCPUAllowed
    MaxMemoryAllowed MaxStorageAllowed
    """,
    ),
    _Published(
        "AWS/Batch",
        "AWS Batch user guide, Using CloudWatch metrics",
        (("JobQueueName",),),
        """
    JobsSubmitted JobsMovedToPending JobsMovedToRunnable JobsMovedToStarting JobsMovedToRunning JobsMovedToSucceeded
    JobsMovedToFailed JobsCancelled JobsTerminated JobsRetried JobSubmittedToRunnableDuration
    JobSubmittedToFirstStartingDuration JobAttemptRunnableToStartingDuration JobAttemptStartingToRunningDuration
    JobAttemptExecutionDuration JobAttemptDuration JobsMovedToScheduled JobsPreempted
    JobSubmittedToFirstScheduledDuration JobAttemptRunnableToScheduledDuration JobAttemptScheduledToStartingDuration
    """,
    ),
    _Published(
        "AWS/S3",
        "S3 user guide, Metrics and dimensions: storage",
        (("BucketName", "StorageType"),),
        """
    BucketSizeBytes NumberOfObjects
    """,
    ),
    _Published(
        "AWS/S3",
        "S3 user guide, Metrics and dimensions: replication",
        (("SourceBucket", "DestinationBucket", "RuleId"),),
        """
    ReplicationLatency BytesPendingReplication OperationsPendingReplication OperationsFailedReplication
    """,
    ),
    _Published(
        "AWS/S3",
        "S3 user guide, Metrics and dimensions: requests, with a metrics configuration of the bucket alone",
        (("BucketName", "FilterId"),),
        """
    AllRequests GetRequests PutRequests DeleteRequests HeadRequests PostRequests SelectRequests SelectBytesScanned
    SelectBytesReturned ListRequests BytesDownloaded BytesUploaded 4xxErrors 5xxErrors FirstByteLatency
    TotalRequestLatency
    """,
    ),
    _Published(
        "AWS/SQS",
        "SQS developer guide, Available CloudWatch metrics",
        (("QueueName",),),
        """
    ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesDelayed ApproximateNumberOfMessagesNotVisible
    ApproximateNumberOfMessagesVisible NumberOfEmptyReceives NumberOfMessagesDeleted NumberOfMessagesReceived
    NumberOfMessagesSent SentMessageSize
    """,
    ),
    _Published(
        "AWS/Backup",
        "AWS Backup developer guide, CloudWatch metrics",
        (("BackupVaultName",), ("BackupVaultName", "ResourceType")),
        """
    NumberOfBackupJobsCompleted NumberOfBackupJobsCreated NumberOfBackupJobsExpired NumberOfBackupJobsFailed
    NumberOfBackupJobsPartial NumberOfBackupJobsPending NumberOfBackupJobsRunning NumberOfCopyJobsCompleted
    NumberOfCopyJobsCreated NumberOfCopyJobsFailed NumberOfCopyJobsRunning NumberOfRecoveryPointsCold
    NumberOfRecoveryPointsCompleted NumberOfRecoveryPointsCreating NumberOfRecoveryPointsDeleting
    NumberOfRecoveryPointsExpired NumberOfRecoveryPointsPartial NumberOfRestoreJobsCompleted
    NumberOfRestoreJobsFailed NumberOfRestoreJobsPending NumberOfRestoreJobsRunning
    """,
    ),
    _Published(
        "AWS/Logs",
        "CloudWatch Logs user guide, Monitoring with CloudWatch metrics",
        (("LogGroupName",), ()),
        """
    IncomingBytes IncomingLogEvents
    """,
    ),
    _Published(
        "AWS/AOSS",
        "OpenSearch Service developer guide, Monitoring OpenSearch Serverless with Amazon CloudWatch",
        (
            ("ClientId", "CollectionId", "CollectionName"),
            ("ClientId", "CollectionId", "CollectionName", "IndexId", "IndexName"),
        ),
        """
    IngestionDataRate IngestionDocumentErrors IngestionDocumentRate
    """,
    ),
    _Published(
        "AWS/Route53",
        "Route 53 developer guide, Monitoring health checks using CloudWatch",
        (("HealthCheckId",),),
        "ChildHealthCheckHealthyCount HealthCheckPercentageHealthy HealthCheckStatus",
    ),
    _Published(
        "AWS/SNS",
        "aws-cdk-lib 2.233.0, aws-sns/lib/sns-canned-metrics",
        (("TopicName",),),
        """
    NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed PublishSize
    """,
    ),
    _Published(
        "AWS/Usage",
        "CloudWatch user guide, AWS usage metrics; AWS Security Blog, Manage your AWS KMS API request rates",
        (("Class", "Resource", "Service", "Type"), ("Class", "Resource", "ResourceId", "Service", "Type")),
        """
    CallCount ResourceCount ThrottleCount
    """,
    ),
    _Published(
        "AWS/Prometheus",
        "Amazon Managed Service for Prometheus user guide, CloudWatch metrics",
        (("Workspace",), ("Workspace", "RuleGroup"), ("Workspace", "LabelSet")),
        """
    AlertManagerAlertsReceived AlertManagerNotificationsFailed AlertManagerNotificationsThrottled DiscardedSamples
    DiscardedSeries DiscardedSamplesPerLabelSet ActiveSeriesPerLabelSet ActiveSeriesLimitPerLabelSet
    IngestionRatePerLabelSet OutOfOrderIngestionRate OutOfOrderSampleAge QuerySamplesProcessed RuleEvaluations
    RuleEvaluationFailures RuleGroupIterationsMissed RuleGroupLastEvaluationDuration
    """,
    ),
)


def metric_problem(namespace: str, name: str, dimensions: Iterable[str]) -> str | None:
    """Why no value has these names; None when the metric exists, or when the namespace is not one of ours."""
    metrics = _metrics().get(namespace)
    if metrics is None:
        return None
    if name not in metrics:
        return f"{namespace} has no metric {name}"
    wanted = frozenset(dimensions)
    if wanted not in metrics[name]:
        known = " or ".join(sorted("+".join(sorted(each)) for each in metrics[name]))
        return f"{name} of {namespace} has the dimensions {known}, not {'+'.join(sorted(wanted)) or 'none'}"
    return None


def namespaces() -> list[str]:
    """The namespaces whose metrics are known."""
    return sorted(_metrics())


@cache
def _metrics() -> dict[str, dict[str, set[frozenset[str]]]]:
    found: dict[str, dict[str, set[frozenset[str]]]] = {}
    for each in _PUBLISHED:
        for name in each.names.split():
            sets = found.setdefault(each.namespace, {}).setdefault(name, set())
            sets.update(map(frozenset, each.dimensions))
    return found
