"""Alerts on symptoms of the platform, by the part whose exporter must be there."""

from .alerts import Alert, Severity
from .kubeflow_symptoms import OF_KUBEFLOW
from .model_symptoms import OF_MODEL_QUALITY, OF_MODELS
from .signature_symptoms import OF_KYVERNO

KUBERNETES = "kubernetes"
"""Nodes, pods, volumes and jobs, which every cluster exports."""
_MINUTES_OF_A_START = 30

HARDWARE_XIDS = "48|62|63|64|74|79|92|94|95|119|120|140"
"""Codes of XID errors that point to the GPU and not to the program: memory, NVLink, bus and GSP faults.

Source: NVIDIA, "XID Errors", catalog. Codes such as 13, 31, 43 and 45 usually come from the program.
"""

_NODES = (
    Alert(
        "NodeNotReady",
        'kube_node_status_condition{condition="Ready",status="true"} == 0',
        10,
        Severity.CRITICAL,
        "Node {{ $labels.node }} is not ready.",
        "The kubelet of a node has not answered for ten minutes, or reports a problem. Its pods move to other nodes if "
        "there is room; models with one replica have none meanwhile.",
        (
            "Read the node's conditions and events.",
            "Look for a cloud event: an interruption of a spot node, or a failed status check of the instance.",
            "Replace the node if it does not come back: drain it, then terminate the instance.",
        ),
        ("kubectl describe node <node>", "kubectl drain <node> --ignore-daemonsets --delete-emptydir-data"),
    ),
    Alert(
        "NodeDiskFilling",
        "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1",
        15,
        Severity.WARNING,
        "Disk {{ $labels.mountpoint }} of node {{ $labels.node }} has {{ $value | humanizePercentage }} left.",
        "A disk of a node is almost full. At 15 % of free space the kubelet removes unused images, and then evicts "
        "pods.",
        (
            "Find the pods with the most files: model downloads, and emptyDir volumes without a limit.",
            "Give the pool a larger disk, or the model a smaller storageGib.",
        ),
        ("kubectl describe node <node>",),
    ),
    Alert(
        "NodeMemoryShort",
        "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05",
        15,
        Severity.WARNING,
        "Node {{ $labels.node }} has {{ $value | humanizePercentage }} of its memory left.",
        "A node has almost no memory left. The kernel ends processes soon.",
        ("Compare the use of each pod with its request.", "Raise the requests of pods that use more."),
        ("kubectl top pods --all-namespaces --sort-by=memory",),
    ),
    Alert(
        "PodsPending",
        "sum by (namespace) (kube_pod_status_unschedulable) > 0",
        _MINUTES_OF_A_START,
        Severity.WARNING,
        "{{ $value }} pods of namespace {{ $labels.namespace }} find no node.",
        "Pods have waited for a node for half an hour. A node with a GPU needs up to 15 minutes to start, so no node "
        "comes: a limit is reached, AWS has no capacity, or no pool fits.",
        (
            "Read the scheduler's message of a pod.",
            "Compare the pool's maximum, and Karpenter's limits, with the nodes that run.",
            "Look for InsufficientInstanceCapacity in the autoscaler's log. Add instance types or zones to the pool.",
            "Compare the quota of vCPUs in the account with the use.",
        ),
        (
            "kubectl get pods --all-namespaces --field-selector=status.phase=Pending",
            "kubectl -n <namespace> describe pod POD",
        ),
    ),
    Alert(
        "PodCrashLooping",
        "max by (namespace, pod, container) "
        '(max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m])) > 0',
        15,
        Severity.WARNING,
        "Container {{ $labels.container }} of pod {{ $labels.namespace }}/{{ $labels.pod }} keeps failing.",
        "A container ends again and again, so its service has fewer replicas or none.",
        ("Read the log of the container before its last start.", "Look for OOMKilled: raise the memory limit."),
        ("kubectl -n <namespace> logs <pod> -c <container> --previous",),
    ),
    Alert(
        "VolumeAlmostFull",
        "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.05",
        5,
        Severity.CRITICAL,
        "Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage "
        "}} left.",
        "A volume is almost full. Its service stops writing soon.",
        ("Raise the request of the claim: volumes of gp3 grow while they are in use.", "Delete what is not needed."),
        ("kubectl -n <namespace> edit pvc <persistentvolumeclaim>",),
    ),
    Alert(
        "VolumeFilling",
        "predict_linear(kubelet_volume_stats_available_bytes[6h], 4 * 86400) < 0 "
        "and kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.4",
        60,
        Severity.WARNING,
        "Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is full within four days.",
        "A volume fills up. At the rate of the last six hours it is full within four days.",
        ("Find what writes.", "Raise the request of the claim: volumes of gp3 grow while they are in use."),
        ("kubectl -n <namespace> describe pvc <persistentvolumeclaim>",),
    ),
    Alert(
        "JobFailed",
        "sum by (namespace, job_name) (kube_job_status_failed) > 0 "
        'and on (namespace, job_name) kube_job_failed{condition="true"} > 0',
        15,
        Severity.WARNING,
        "Job {{ $labels.namespace }}/{{ $labels.job_name }} failed.",
        "A job has used up its attempts. A scheduled job, such as Feast's materialization, runs again at its "
        "next time.",
        ("Read the log of the job's pods.", "Delete the job after the repair; the alert ends."),
        ("kubectl -n <namespace> logs job/<job_name>", "kubectl -n <namespace> delete job <job_name>"),
    ),
    Alert(
        "AutoscalerAtMaximum",
        "kube_horizontalpodautoscaler_status_desired_replicas >= kube_horizontalpodautoscaler_spec_max_replicas "
        "unless kube_horizontalpodautoscaler_spec_max_replicas == kube_horizontalpodautoscaler_spec_min_replicas",
        30,
        Severity.WARNING,
        "{{ $labels.horizontalpodautoscaler }} of {{ $labels.namespace }} has its most replicas and may need more.",
        "An autoscaler has wanted its maximum of replicas for half an hour. Latency rises if the load grows further.",
        (
            "Compare requests in progress with the target on the dashboard Models.",
            "Raise the maximum, and the quota of the namespace with it.",
        ),
        ("kubectl -n <namespace> describe hpa <horizontalpodautoscaler>",),
    ),
)

_GPUS = (
    Alert(
        "GpuXidError",
        f'DCGM_FI_DEV_XID_ERRORS{{err_code=~"{HARDWARE_XIDS}"}} > 0 '
        f'unless DCGM_FI_DEV_XID_ERRORS{{err_code=~"{HARDWARE_XIDS}"}} offset 30m > 0',
        0,
        Severity.CRITICAL,
        "GPU {{ $labels.gpu }} of node {{ $labels.node }} has XID error {{ $labels.err_code }}.",
        "The driver reports an error of the GPU itself: memory, NVLink or bus. The pod on it fails, or computes wrong "
        "results. The metric keeps the last code, so the alert is about a code of the last half hour.",
        (
            "Look the code up in NVIDIA's XID catalog.",
            "Cordon the node, drain it, and terminate the instance. Another one takes its place.",
            "If the same type fails again within days, open a case with AWS support with the instance id.",
        ),
        (
            "kubectl cordon <node>",
            "kubectl drain <node> --ignore-daemonsets --delete-emptydir-data",
        ),
    ),
    Alert(
        "GpuThrottled",
        "rate(DCGM_FI_DEV_THERMAL_VIOLATION[10m]) / 1e9 > 0.1",
        15,
        Severity.WARNING,
        "GPU {{ $labels.gpu }} of node {{ $labels.node }} is slowed down by heat {{ $value | humanizePercentage }} of "
        "the time.",
        "The GPU lowers its clock because it is too hot. Latency rises while utilisation stays high.",
        (
            "Compare temperature and clock with the other GPUs on the dashboard GPUs.",
            "If one GPU alone is affected, replace its node.",
        ),
        ("kubectl cordon <node>", "kubectl drain <node> --ignore-daemonsets --delete-emptydir-data"),
    ),
    Alert(
        "GpuMemoryFailing",
        "DCGM_FI_DEV_ROW_REMAP_FAILURE > 0",
        0,
        Severity.CRITICAL,
        "GPU {{ $labels.gpu }} of node {{ $labels.node }} cannot replace a broken row of its memory.",
        "The GPU has no spare rows of memory left. NVIDIA replaces such a GPU.",
        ("Cordon the node, drain it, and terminate the instance. Another one takes its place.",),
        ("kubectl cordon <node>",),
    ),
    Alert(
        "GpuMetricsMissing",
        'kube_node_status_allocatable{resource="nvidia_com_gpu"} > 0 unless on (node) DCGM_FI_DEV_GPU_UTIL',
        30,
        Severity.WARNING,
        "Node {{ $labels.node }} has GPUs without metrics.",
        "The exporter of a node with GPUs does not answer, so nobody sees its errors.",
        ("Look at the exporter's pod on the node.",),
        ("kubectl get pods --all-namespaces -l app.kubernetes.io/name=dcgm-exporter -o wide",),
    ),
)

_KEDA = (
    Alert(
        "KedaScalerFailing",
        "sum by (namespace, scaledObject) (rate(keda_scaled_object_errors_total[10m])) > 0",
        15,
        Severity.WARNING,
        "KEDA cannot read the load of {{ $labels.namespace }}/{{ $labels.scaledObject }}.",
        "KEDA gets no value for a trigger: Prometheus or Kafka does not answer, or a query is wrong. The number of "
        "replicas stays as it is.",
        (
            "Read KEDA's log and the conditions of the ScaledObject.",
            "Run the trigger's query in Grafana, Explore.",
            "Until it is repaired, set the minimum to the replicas of a busy hour.",
        ),
        ("kubectl -n <namespace> describe scaledobject <scaledObject>", "kubectl -n keda logs deploy/keda-operator"),
    ),
)

_ARGO_CD = (
    Alert(
        "ApplicationOutOfSync",
        'argocd_app_info{sync_status="OutOfSync"} == 1',
        60,
        Severity.WARNING,
        "Application {{ $labels.name }} has differed from Git for an hour.",
        "The cluster does not have what Git says: a sync waits for approval or fails, or someone changed objects by "
        "hand.",
        ("Read the differences in Argo CD.", "Sync the application, or revert the change in Git."),
        ("kubectl -n argocd get application <name> -o yaml",),
    ),
    Alert(
        "ApplicationSyncFailed",
        'increase(argocd_app_sync_total{phase=~"Error|Failed"}[15m]) > 0',
        0,
        Severity.WARNING,
        "A sync of application {{ $labels.name }} failed.",
        "Argo CD could not apply a delivery. The version before it still runs.",
        ("Read the sync's result in Argo CD.", "Revert the delivery in Git if it cannot be repaired soon."),
        ("kubectl -n argocd get application <name> -o yaml",),
    ),
    Alert(
        "ApplicationDegraded",
        'argocd_app_info{health_status=~"Degraded|Missing"} == 1',
        15,
        Severity.CRITICAL,
        "Application {{ $labels.name }} is {{ $labels.health_status }}.",
        "Objects of an application do not work or do not exist. Its models may not answer.",
        ("Find the object that is not healthy in Argo CD.", "Revert the last delivery if it is the cause."),
        ("kubectl -n argocd get application <name> -o yaml",),
    ),
    Alert(
        "GitUnreachable",
        "sum by (repo) (rate(argocd_git_fetch_fail_total[15m])) > 0 "
        "or sum by (repo) (rate(argocd_git_lsremote_fail_total[15m])) > 0",
        30,
        Severity.WARNING,
        "Argo CD cannot read {{ $labels.repo }}.",
        "Argo CD does not reach a repository, or its credential has expired. Nothing new is delivered.",
        ("Look at the repository's connection in Argo CD.", "Renew the credential in Secrets Manager."),
        (
            "kubectl -n argocd logs deploy/argocd-repo-server --tail=100",
            "kubectl -n argocd get externalsecrets,secrets -l argocd.argoproj.io/secret-type=repository",
        ),
    ),
)

_KUEUE = (
    Alert(
        "JobsStarve",
        'kueue_pending_workloads{status="active"} > 0 '
        "unless on (cluster_queue) sum by (cluster_queue) (increase(kueue_admitted_workloads_total[6h])) > 0",
        60,
        Severity.WARNING,
        "{{ $value }} jobs of queue {{ $labels.cluster_queue }} wait, and none started for six hours.",
        "Jobs wait although the queue is active. Other teams use the shared nodes, or a job asks for more than the "
        "quota.",
        (
            "Compare the request of the first job with the queue's quota.",
            "Look at who uses the shared quota, and for how long.",
            "Raise the quota, or the guarantee of the team.",
        ),
        ("kubectl get workloads --all-namespaces", "kubectl describe clusterqueue <cluster_queue>"),
    ),
    Alert(
        "JobQueueInactive",
        'kueue_cluster_queue_status{status!="active"} == 1',
        15,
        Severity.WARNING,
        "Queue {{ $labels.cluster_queue }} is {{ $labels.status }} and starts no jobs.",
        "The queue misses a flavor or a check, or it is stopped.",
        ("Read the conditions of the queue.",),
        ("kubectl describe clusterqueue <cluster_queue>",),
    ),
)


def features_stale(hours: int) -> Alert:
    """Tells of features that are older than `hours`, which is more than the time between two materializations."""
    return Alert(
        "FeaturesStale",
        f"max by (project, feature_view) (feast_feature_freshness_seconds) > {hours} * 3600",
        30,
        Severity.WARNING,
        "Feature view {{ $labels.feature_view }} was last brought up to date {{ $value | humanizeDuration }} ago.",
        "The scheduled materialization did not bring new features to the online store in time. Models read old values. "
        "The alert waits two hours longer than the longest time between two runs of the schedule.",
        (
            "Read the log of the last materialization job.",
            "Run it again by hand after the repair.",
        ),
        (
            "kubectl -n feast get cronjobs,jobs --sort-by=.metadata.creationTimestamp",
            "kubectl -n feast logs job/JOB --tail=100",
            "kubectl -n feast create job --from=cronjob/feature-materialization by-hand-$(date +%s)",
        ),
    )


HOURLY_FEATURES = 3
"""The hours of `features_stale` for a materialization each hour, which is the default of the feature server."""

_FEATURE_INGEST = (
    Alert(
        "FeatureIngestStalled",
        "sum by (namespace, pod) (feature_ingest_lag_records) > 0 "
        "unless sum by (namespace, pod) (rate(feature_ingest_records_total[10m])) > 0",
        10,
        Severity.CRITICAL,
        "Worker {{ $labels.pod }} writes nothing, and {{ $value }} records wait.",
        "A worker of the ingestion makes no progress. Features of its topic grow old.",
        ("Read the worker's log: Kafka, the schema registry or the online store does not answer.",),
        ("kubectl -n <namespace> logs <pod> --tail=100",),
    ),
    Alert(
        "FeatureIngestFailing",
        "sum by (namespace, pod) (rate(feature_ingest_failures_total[10m])) > 0.1",
        15,
        Severity.WARNING,
        "Worker {{ $labels.pod }} repeats {{ $value | humanize }} attempts a second.",
        "A server that the worker needs refuses or does not answer. Records wait, and none is lost.",
        ("Read the worker's log for the server that fails.",),
        ("kubectl -n <namespace> logs <pod> --tail=100",),
    ),
    Alert(
        "FeatureRecordsRejected",
        'sum by (namespace) (increase(feature_ingest_records_total{outcome="rejected"}[1h])) > 0',
        0,
        Severity.WARNING,
        "{{ $value | humanize }} records of the last hour went to dead letters.",
        "Records do not fit their schema or their feature view. They are in the topic of dead letters, with "
        "the reason.",
        ("Read the reason in the header of a dead letter.", "Ask the producer's team, then write the records again."),
        ("kubectl -n <namespace> get pods", "kubectl -n <namespace> logs POD --tail=100"),
    ),
)

_CERTIFICATES = (
    Alert(
        "CertificateExpiring",
        "certmanager_certificate_expiration_timestamp_seconds - time() < 7 * 86400",
        60,
        Severity.CRITICAL,
        "Certificate {{ $labels.namespace }}/{{ $labels.name }} expires in {{ $value | humanizeDuration }}.",
        "cert-manager renews a certificate after two thirds of its time, so the renewal fails. After the end, webhooks "
        "refuse objects.",
        ("Read the conditions of the certificate and its requests.",),
        ("kubectl -n <namespace> describe certificate <name>",),
    ),
    Alert(
        "CertificateNotReady",
        'certmanager_certificate_ready_status{condition="False"} == 1',
        15,
        Severity.WARNING,
        "Certificate {{ $labels.namespace }}/{{ $labels.name }} is not ready.",
        "cert-manager cannot issue or renew a certificate.",
        ("Read the conditions of the certificate and its requests.",),
        ("kubectl -n <namespace> describe certificate <name>",),
    ),
)

_KARPENTER = (
    Alert(
        "NodeLaunchFailing",
        "sum by (capacity_type, reason) (increase(karpenter_cloudprovider_instance_launch_failures_total[15m])) > 0",
        15,
        Severity.WARNING,
        "Karpenter cannot launch {{ $labels.capacity_type }} instances: {{ $labels.reason }}.",
        "AWS refuses instances: no capacity in a zone, a quota, or a right that the role lacks. Karpenter tries other "
        "types; pods wait if none fits.",
        (
            "Read the reason. For a quota, ask for an increase; for capacity, add types and zones to the pool.",
            "Look whether pods wait: see PodsPending.",
        ),
        ("kubectl get nodeclaims -o wide", "kubectl -n karpenter logs deploy/karpenter --tail=100"),
    ),
    Alert(
        "NodePoolAtLimit",
        "karpenter_nodepools_usage / on (nodepool, resource_type) karpenter_nodepools_limit > 0.9",
        30,
        Severity.WARNING,
        "Pool {{ $labels.nodepool }} uses {{ $value | humanizePercentage }} of its limit of {{ "
        "$labels.resource_type }}.",
        "Karpenter starts no more nodes of a pool when its limit is reached.",
        ("Compare the limit with the load; raise it within the budget.",),
        ("kubectl get nodepool <nodepool> -o yaml",),
    ),
)

_CLUSTER_AUTOSCALER = (
    Alert(
        "ScaleUpFailing",
        "sum by (reason) (increase(cluster_autoscaler_failed_scale_ups_total[15m])) > 0",
        15,
        Severity.WARNING,
        "The cluster autoscaler cannot add nodes: {{ $labels.reason }}.",
        "AWS refuses instances of a pool, or a node did not become ready in time.",
        (
            "Read the activity of the Auto Scaling group.",
            "Look whether pods wait: see PodsPending.",
        ),
        ("kubectl -n kube-system get configmap cluster-autoscaler-status -o yaml",),
    ),
    Alert(
        "AutoscalerPaused",
        "cluster_autoscaler_cluster_safe_to_autoscale == 0",
        15,
        Severity.CRITICAL,
        "The cluster autoscaler adds and removes no nodes.",
        "Too many nodes are not ready, so the autoscaler waits. The number of nodes does not follow the load.",
        ("See NodeNotReady.",),
        ("kubectl get nodes",),
    ),
)

_EXTERNAL_SECRETS = (
    Alert(
        "SecretSyncFailed",
        'externalsecret_status_condition{condition="Ready",status="False"} == 1',
        15,
        Severity.WARNING,
        "Secret {{ $labels.namespace }}/{{ $labels.name }} cannot be read from Secrets Manager.",
        "The operator cannot read a secret. Pods keep the value before, and new pods may not start.",
        ("Read the conditions: the secret does not exist, or the role may not read it.",),
        ("kubectl -n <namespace> describe externalsecret <name>",),
    ),
)


def cluster_state(rpo_minutes: int) -> tuple[Alert, ...]:
    """Alerts of Velero's backups, which may lose `rpo_minutes` of changes."""
    return (
        Alert(
            "ClusterStateBackupFailed",
            'max by (schedule) (velero_backup_last_status{schedule!=""}) == 0',
            5,
            Severity.WARNING,
            "The last backup of schedule {{ $labels.schedule }} failed.",
            "Velero could not back up the objects of the cluster, or some of them. The backup before is still there.",
            ("Read the log of the backup.", "Start one by hand after the repair."),
            (
                "kubectl -n velero get backups --sort-by=.metadata.creationTimestamp",
                "kubectl -n velero logs deploy/velero --since=8h",
            ),
        ),
        Alert(
            "ClusterStateBackupLate",
            'time() - max by (schedule) (velero_backup_last_successful_timestamp{schedule!=""}) '
            f"> {rpo_minutes} * 60",
            15,
            Severity.CRITICAL,
            "Schedule {{ $labels.schedule }} has had no complete backup for {{ $value | humanizeDuration }}.",
            "The objects of the cluster have no backup as young as recovery.clusterState.rpoMinutes asks for.",
            ("See ClusterStateBackupFailed.", "Look whether the schedule is paused and Velero runs."),
            ("kubectl -n velero get schedules,pods",),
        ),
        Alert(
            "ClusterStateBucketUnavailable",
            "max by (backup_location_name) (velero_backup_location_status_gauge) == 0",
            15,
            Severity.CRITICAL,
            "Velero cannot use the backup location {{ $labels.backup_location_name }}.",
            "Velero cannot list its folder of the bucket, so it makes no backups.",
            ("Read the message of the location: the bucket, the key or the role was changed.",),
            ("kubectl -n velero describe backupstoragelocation default",),
        ),
    )


CLUSTER_STATE_MINUTES = 420
"""The default of recovery.clusterState.rpoMinutes."""

_LOAD_BALANCER_CONTROLLER = (
    Alert(
        "LoadBalancerControllerDenied",
        "sum by (service, operation) (increase(aws_api_call_permission_errors_total[30m])) > 0",
        30,
        Severity.WARNING,
        "AWS denies {{ $labels.operation }} of {{ $labels.service }} to the load balancer controller.",
        "The controller lacks a right. New pods of the gateway may not get traffic.",
        ("Compare the role's policy with the controller's version.",),
        ("kubectl -n kube-system logs deploy/aws-load-balancer-controller --tail=100 | grep -i denied",),
    ),
)

_COLLECTOR_OF_NODE = "kubectl -n logging get pods --field-selector spec.nodeName=<node>"
_LOG_OF_COLLECTOR = "kubectl -n logging logs POD --tail=100"
_LOGS = (
    Alert(
        "LogsDropped",
        "sum by (node) (increase(fluentbit_output_dropped_records_total[15m])) > 0",
        0,
        Severity.WARNING,
        "The log collector of node {{ $labels.node }} dropped {{ $value | humanize }} records.",
        "Records of a node are lost: its disk buffer was full, so the oldest went, or AWS refused them.",
        (
            "Read the collector's log for the error of the destination.",
            "Raise logs.bufferMib if an outage was longer than the buffer lasts.",
        ),
        (_COLLECTOR_OF_NODE, _LOG_OF_COLLECTOR),
    ),
    Alert(
        "LogBufferFilling",
        "min by (node) (fluentbit_output_chunk_available_capacity_percent) < 50",
        15,
        Severity.WARNING,
        "The log collector of node {{ $labels.node }} has {{ $value | humanize }} % of its buffer left.",
        "A collector cannot send its records, and keeps them on the node's disk. When the buffer is full, the oldest "
        "are dropped.",
        (
            "Read the collector's log: throttling, a right that the role lacks, or a log group that does not exist.",
            "Look for a pod that writes much more than before.",
        ),
        (_COLLECTOR_OF_NODE, _LOG_OF_COLLECTOR),
    ),
    Alert(
        "LogCollectorStalled",
        "sum by (node) (rate(fluentbit_input_records_total[10m])) > 0 "
        "unless sum by (node) (rate(fluentbit_output_proc_records_total[10m])) > 0",
        15,
        Severity.WARNING,
        "The log collector of node {{ $labels.node }} reads records and sends none.",
        "A collector stands still. Its records wait on the node's disk.",
        ("Read the collector's log.", "Delete the pod; the new one goes on where it stopped."),
        (_COLLECTOR_OF_NODE, _LOG_OF_COLLECTOR, "kubectl -n logging delete pod POD"),
    ),
    Alert(
        "LogCollectorMissing",
        'kube_daemonset_status_number_unavailable{namespace="logging",daemonset="fluent-bit"} > 0',
        30,
        Severity.WARNING,
        "{{ $value }} nodes have no log collector.",
        "The logs of a node stay on it, and are lost with it.",
        ("Read the events of the collector's pods that are not ready.",),
        ("kubectl -n logging get pods -o wide", "kubectl -n logging describe pod POD"),
    ),
)

_TRACES = (
    Alert(
        "SpansRefused",
        "sum by (namespace, pod) (rate(otelcol_receiver_refused_spans[5m])) > 0",
        15,
        Severity.WARNING,
        "Collector {{ $labels.pod }} refuses {{ $value | humanize }} spans a second.",
        "A collector of traces refuses spans, because its memory is nearly full. Senders try again for a while, then "
        "drop them: traces have holes. Requests are not slower.",
        (
            "Compare the spans received a second with those of the days before.",
            "Raise traces.memory or traces.replicas, or shorten traces.sampling.decisionSeconds.",
        ),
        ("kubectl -n <namespace> top pods", "kubectl -n <namespace> logs <pod> --tail=100"),
    ),
    Alert(
        "SpansLost",
        # A counter has no series before its first failure.
        "sum by (namespace, pod) (rate(otelcol_exporter_send_failed_spans[5m])) > 0 "
        "or sum by (namespace, pod) (rate(otelcol_exporter_enqueue_failed_spans[5m])) > 0",
        15,
        Severity.WARNING,
        "Collector {{ $labels.pod }} loses {{ $value | humanize }} spans a second.",
        "A collector cannot hand on spans: the store of traces or the second layer of collectors does not answer or "
        "refuses them. Traces of this time are missing.",
        (
            "Read the collector's log. From X-Ray, 403 means a right that its role lacks, 400 that Transaction Search "
            "is off. Tempo answers 429 beyond traces.tempo.megabytesPerSecond, and 503 while it starts.",
            "Look whether all collectors run.",
        ),
        ("kubectl -n <namespace> logs <pod> --tail=100", "aws xray get-trace-segment-destination"),
    ),
    Alert(
        "TracesDecidedTooEarly",
        "sum by (namespace, pod) (rate(otelcol_processor_tail_sampling_sampling_trace_dropped_too_early[5m])) > 0",
        15,
        Severity.WARNING,
        "Collector {{ $labels.pod }} drops {{ $value | humanize }} traces a second before it decides.",
        "More traces wait for a decision than a collector holds. Traces with errors may be among those it drops.",
        (
            "Look how many traces each collector holds, and whether all collectors run.",
            "Raise traces.replicas, or shorten traces.sampling.decisionSeconds.",
        ),
        (
            "kubectl -n <namespace> get pods -o wide",
            "kubectl -n <namespace> top pods",
            "kubectl -n <namespace> logs <pod> --tail=100",
        ),
    ),
)

_TEMPO = (
    Alert(
        "TempoDiscardsSpans",
        "sum by (namespace, pod, reason) (rate(tempo_discarded_spans_total[5m])) > 0",
        15,
        Severity.WARNING,
        "Tempo discards {{ $value | humanize }} spans a second: {{ $labels.reason }}.",
        "Spans are beyond a limit of Tempo, and traces have holes. Only rate_limited makes collectors send again; the "
        "other reasons lose the spans.",
        (
            "rate_limited: raise traces.tempo.megabytesPerSecond, or lower traces.sampling.",
            "trace_too_large: find the service that puts much work into one trace, or raise "
            "traces.tempo.traceMegabytes.",
            "live_traces_exceeded: too many traces are open at once; raise traces.sampling.spansPerSecond and memory.",
        ),
        ("kubectl -n <namespace> logs <pod> --tail=100",),
    ),
    Alert(
        "TempoCannotWrite",
        "sum by (namespace, pod) (increase(tempo_live_store_local_failed_flushes_total[15m])) > 0 "
        "or sum by (namespace, pod) (increase(tempo_live_store_failed_completions_total[15m])) > 0",
        15,
        Severity.CRITICAL,
        "Tempo {{ $labels.pod }} cannot write blocks of traces to its disk or to the bucket.",
        "Blocks wait on Tempo's disk. Traces are lost when it is full.",
        (
            "Read Tempo's log. AccessDenied means its role, the bucket's policy or the key.",
            "Look at the space of the volume, and raise traces.tempo.storageGib by an expansion of its claim.",
        ),
        (
            "kubectl -n <namespace> logs <pod> --tail=100",
            "kubectl -n <namespace> get pvc",
        ),
    ),
    Alert(
        "TempoMaintenanceFails",
        "sum by (namespace, pod) (increase(tempodb_compaction_errors_total[1h])) > 2 "
        "or sum by (namespace, pod) (increase(tempo_backend_scheduler_jobs_failed_total[1h])) > 2 "
        "or sum by (namespace, pod) (increase(tempodb_retention_errors_total[1h])) > 2",
        60,
        Severity.WARNING,
        "Tempo {{ $labels.pod }} fails to merge blocks or to delete old ones.",
        "Blocks are not merged, so that queries become slow, or old traces are not deleted. The lifecycle of "
        "the bucket deletes what is two days older than the retention.",
        (
            "Read Tempo's log. AccessDenied means a right to read, write or delete objects.",
            "Compare its memory with the limit: a merge needs several hundred MiB. Raise traces.tempo.memory.",
        ),
        ("kubectl -n <namespace> logs <pod> --tail=100", "kubectl -n <namespace> top pods"),
    ),
    Alert(
        "TempoCannotReadBlocks",
        "sum by (namespace, pod) (increase(tempodb_blocklist_poll_errors_total[1h])) > 2",
        15,
        Severity.WARNING,
        "Tempo {{ $labels.pod }} cannot list the blocks in its bucket.",
        "Tempo does not know new blocks, so that queries miss traces that are there.",
        (
            "Read Tempo's log for the answer of S3: a right to list, or a path to S3.",
            "Look whether the network policies and the endpoint of S3 are as deployed.",
        ),
        ("kubectl -n <namespace> logs <pod> --tail=100", "kubectl -n <namespace> get networkpolicies"),
    ),
)

SYMPTOMS: dict[str, tuple[Alert, ...]] = {
    KUBERNETES: _NODES,
    "gpus": _GPUS,
    "fluent-bit": _LOGS,
    "models": OF_MODELS,
    "model-quality": OF_MODEL_QUALITY,
    "keda": _KEDA,
    "argo-cd": _ARGO_CD,
    "kubeflow": OF_KUBEFLOW,
    "kueue": _KUEUE,
    "kyverno": OF_KYVERNO,
    "feast": (features_stale(HOURLY_FEATURES),),
    "feature-ingest": _FEATURE_INGEST,
    "cert-manager": _CERTIFICATES,
    "karpenter": _KARPENTER,
    "cluster-autoscaler": _CLUSTER_AUTOSCALER,
    "cluster-state": cluster_state(CLUSTER_STATE_MINUTES),
    "external-secrets": _EXTERNAL_SECRETS,
    "load-balancer-controller": _LOAD_BALANCER_CONTROLLER,
    "tempo": _TEMPO,
    "traces": _TRACES,
}
"""By the part: its alerts."""
