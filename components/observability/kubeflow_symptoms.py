"""Alerts on symptoms of Kubeflow: its pages, pipelines, schedules, notebooks, experiments and controllers."""

from .alerts import Alert, Severity

OF_KUBEFLOW = (
    Alert(
        "KubeflowPagesFailing",
        'sum by (destination_service_name) (rate(istio_requests_total{job="kubeflow-gateway",response_code=~"5.."}'
        "[10m])) / sum by (destination_service_name) "
        '(rate(istio_requests_total{job="kubeflow-gateway"}[10m])) > 0.2',
        15,
        Severity.CRITICAL,
        "{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service_name }} of Kubeflow fail.",
        "A page or an API of Kubeflow answers with errors. Notebooks and runs that have started go on.",
        (
            "Look at the pods behind the service, and their last starts.",
            "Read the server's log. Pipelines, experiments and the model registry need their databases.",
        ),
        (
            "kubectl -n kubeflow get pods,endpointslices",
            "kubectl -n kubeflow logs POD --all-containers --tail=100",
        ),
    ),
    Alert(
        "WorkflowControllerBehind",
        'max by (queue_name) (argo_workflows_queue_depth_gauge{queue_name="workflow_queue"}) > 100',
        15,
        Severity.WARNING,
        "{{ $value }} changes of workflows wait for the workflow controller.",
        "The workflow controller is slower than the steps of pipelines change. New steps start late.",
        (
            "Compare the controller's CPU and memory with its limits.",
            "Find a team that starts very many runs or steps at once.",
        ),
        (
            "kubectl -n kubeflow top pods -l app=workflow-controller",
            "kubectl get workflows --all-namespaces --sort-by=.metadata.creationTimestamp",
        ),
    ),
    Alert(
        "WorkflowControllerPanics",
        'increase(argo_workflows_error_count{cause="OperationPanic"}[15m]) > 0',
        0,
        Severity.WARNING,
        "The workflow controller met a programming error {{ $value | humanize }} times.",
        "The controller cannot handle a workflow. Its run does not go on; others do.",
        ("Find the workflow in the controller's log, next to the stack trace.", "Terminate its run."),
        ("kubectl -n kubeflow logs deploy/workflow-controller -c workflow-controller --tail=500 | grep -A20 -i panic",),
    ),
    Alert(
        "PipelineRunsBroken",
        'sum by (namespace) (increase(argo_workflows_total_count{phase="Error"}[1h])) > 2',
        0,
        Severity.WARNING,
        "{{ $value | humanize }} runs of {{ $labels.namespace }} ended with an error of the platform in an hour.",
        "Workflows ended in the phase Error: a pod was deleted or evicted, an artifact could not be read or written, "
        "or the definition is wrong. A program of the team that fails ends in the phase Failed, which is not counted.",
        (
            "Read the messages of the workflows.",
            "Look for interrupted nodes, and for AccessDenied from S3.",
        ),
        (
            "kubectl -n <namespace> get workflows --sort-by=.metadata.creationTimestamp",
            "kubectl -n <namespace> get workflow WORKFLOW -o jsonpath='{.status.message}'",
        ),
    ),
    Alert(
        "ScheduledRunsFailing",
        'sum(rate(process_scheduled_workflow_duration_seconds_count{status="error"}[15m])) '
        "/ sum(rate(process_scheduled_workflow_duration_seconds_count[15m])) > 0.5",
        15,
        Severity.WARNING,
        "{{ $value | humanizePercentage }} of the attempts to handle recurring runs fail.",
        "The controller of recurring runs cannot read or submit them. Scheduled pipelines do not start.",
        (
            "Read the controller's log for the server that refuses: the API of pipelines, or the API server.",
            "After the repair, schedules with catch-up start the runs that they missed.",
        ),
        (
            "kubectl -n kubeflow logs deploy/ml-pipeline-scheduledworkflow --all-containers --tail=100",
            "kubectl get scheduledworkflows --all-namespaces",
        ),
    ),
    Alert(
        "PipelineRunsReportedLate",
        "histogram_quantile(0.9, sum by (le) (rate(resource_manager_recurring_run_report_gap_bucket[1h]))) > 120",
        30,
        Severity.WARNING,
        "Recurring runs appear in the pages of pipelines {{ $value | humanizeDuration }} after they start.",
        "The persistence agent copies the state of workflows to the database late. The pages show old states; the runs "
        "themselves are not affected.",
        (
            "Read the log of the persistence agent. It exports no metrics of its own.",
            "Look at the load of the pipelines' database.",
        ),
        (
            "kubectl -n kubeflow logs deploy/ml-pipeline-persistenceagent --all-containers --tail=100",
            "kubectl -n kubeflow logs deploy/ml-pipeline --all-containers --tail=100",
        ),
    ),
    Alert(
        "NotebooksNotCreated",
        "sum by (namespace) (increase(notebook_create_failed_total[15m])) > 0",
        0,
        Severity.WARNING,
        "Notebooks of {{ $labels.namespace }} could not be created.",
        "The API server refuses the StatefulSet of a notebook: an admission rule or a webhook that does not answer.",
        ("Read the notebook's events and the controller's log.",),
        (
            "kubectl -n <namespace> get events --sort-by=.lastTimestamp",
            "kubectl -n kubeflow logs deploy/notebook-controller-deployment -c manager --tail=100",
        ),
    ),
    Alert(
        "TrialsWithoutMetrics",
        "sum by (namespace) (increase(katib_trial_metrics_unavailable_total[1h])) > 2",
        0,
        Severity.WARNING,
        "{{ $value | humanize }} trials of {{ $labels.namespace }} ended without their metric in an hour.",
        "Trials finish, and Katib finds no value of the objective. The experiment learns nothing from them.",
        (
            "Compare the objective's metric name with what the program prints.",
            "Look whether the database manager of Katib answers.",
        ),
        (
            "kubectl -n <namespace> get experiments,trials",
            "kubectl -n kubeflow logs deploy/katib-db-manager --tail=100",
        ),
    ),
    Alert(
        "KubeflowControllerFailing",
        'sum by (job, controller) (rate(controller_runtime_reconcile_errors_total{job=~"kubeflow-.+"}[10m])) '
        '/ sum by (job, controller) (rate(controller_runtime_reconcile_total{job=~"kubeflow-.+"}[10m])) > 0.5',
        15,
        Severity.WARNING,
        "{{ $value | humanizePercentage }} of the attempts of controller {{ $labels.controller }} fail "
        "({{ $labels.job }}).",
        "A controller of Kubeflow cannot bring its objects to the wanted state. New objects of its kind do not start.",
        ("Read the controller's log. The label job names the part.",),
        (
            "kubectl get pods --all-namespaces | grep -E 'controller|webhook'",
            "kubectl -n kubeflow logs POD --all-containers --tail=100",
        ),
    ),
)
