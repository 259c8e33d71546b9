"""Alerts on symptoms of models: of their servers, of their data, and those that ModelService makes itself."""

from ..serving.serving_platform.names import PREDICTION_LOG_PORT
from .alerts import Alert, Severity

OF_MODELS = (
    Alert(
        "ModelWithoutReplicas",
        'kube_deployment_status_replicas_available{deployment=~".+-predictor(-[0-9]{5}-deployment)?"} == 0 '
        'and kube_deployment_spec_replicas{deployment=~".+-predictor(-[0-9]{5}-deployment)?"} > 0',
        45,
        Severity.CRITICAL,
        "Deployment {{ $labels.namespace }}/{{ $labels.deployment }} of a model has no replica that is ready.",
        "A model does not answer. A new node, its image and the model's download take up to 45 minutes; this "
        "is longer.",
        (
            "Read the events of the model's pods: no node, no image, or a failing download.",
            "Read the log of the container storage-initializer for a wrong address or a missing right.",
            "Return to the version before, in Git.",
        ),
        (
            "kubectl -n <namespace> get pods,inferenceservices",
            "kubectl -n <namespace> logs deploy/<deployment> -c storage-initializer",
        ),
    ),
)

_OF_MODEL = "model_namespace, model"
_TEAM_OF_MODEL = "{{ $labels.model_namespace }}"
"""A namespace of models belongs to the team of the same name."""
_MODEL_REQUESTS = (
    'label_replace(label_replace(rate(istio_requests_total{reporter="source",request_protocol="http",'
    'response_code="200",destination_service_name=~".+-predictor(-[0-9]{5})?"}[1h]), '
    '"model", "$1", "destination_service_name", "(.+?)(-canary)?-predictor(-[0-9]{5})?"), '
    '"model_namespace", "$1", "destination_service_namespace", "(.+)")'
)
"""Successful REST requests of models, by the labels of the collector of predictions."""

OF_MODEL_QUALITY = (
    Alert(
        "ModelDriftDetected",
        f"max by ({_OF_MODEL}) (model_drift_detected) == 1",
        0,
        Severity.WARNING,
        "Requests or predictions of model {{ $labels.model_namespace }}/{{ $labels.model }} differ from its training "
        "data.",
        "The newest window of predictions has another distribution than the training data: one prediction, or a share "
        "of the features. The model may be wrong more often. It still answers.",
        (
            "Read the page of the report: its address is a tag of the run in MLflow, in the model's experiment.",
            "Ask the team whether a change of the data is expected, such as a new product or a season.",
            "Look whether the data are bad (ModelDataBad): then repair the source.",
            "Train the model with new data, and write the new training data to its reference.",
        ),
        ("kubectl -n model-quality get cronjobs,jobs",),
        owner=_TEAM_OF_MODEL,
    ),
    Alert(
        "ModelDataBad",
        f"max by ({_OF_MODEL}, column) (model_quality_data_bad) == 1",
        0,
        Severity.WARNING,
        "Column {{ $labels.column }} of model {{ $labels.model_namespace }}/{{ $labels.model }} has missing, wrong or "
        "unknown values.",
        "More values of a column are missing, out of range, of a wrong type or of an unknown category than "
        "problemShare allows.",
        (
            "Look at the shares on the dashboard Models, row Quality.",
            "Ask the callers' team for the source of the column: a renamed field, a default, a new category.",
            "Read the newest predictions of the model in S3, below the folders of its namespace and name.",
        ),
        (
            "kubectl -n model-quality get cronjobs,jobs --sort-by=.metadata.creationTimestamp | grep <model>",
            "kubectl -n model-quality logs job/JOB --tail=100",
            "kubectl -n <model_namespace> get inferenceservices <model> -o yaml",
        ),
        owner=_TEAM_OF_MODEL,
    ),
    Alert(
        "ModelPerformancePoor",
        f"max by ({_OF_MODEL}) (model_quality_performance_bad) == 1",
        0,
        Severity.WARNING,
        "Predictions of model {{ $labels.model_namespace }}/{{ $labels.model }} are worse than their labels allow.",
        "The labels of the newest window came, and the accuracy or the error is beyond its bound.",
        ("Compare the report with the runs before it in MLflow.", "Train the model with new data."),
        (
            "kubectl -n model-quality get cronjobs,jobs --sort-by=.metadata.creationTimestamp | grep <model>",
            "kubectl -n model-quality logs job/JOB --tail=100",
        ),
        owner=_TEAM_OF_MODEL,
    ),
    Alert(
        "PredictionsNotLogged",
        f"sum by ({_OF_MODEL}) ({_MODEL_REQUESTS}) > 0 "
        f"and on ({_OF_MODEL}) max by ({_OF_MODEL}) (prediction_log_sample_percent) "
        f"unless on ({_OF_MODEL}) sum by ({_OF_MODEL}) (rate(prediction_log_events_total[1h])) > 0",
        60,
        Severity.WARNING,
        "Model {{ $labels.model_namespace }}/{{ $labels.model }} answers, and none of its predictions is logged.",
        "The gateway counts successful REST requests of a model, and the collector gets no events. Drift is not seen.",
        (
            "Look whether the model's values have predictionLogs, and its pods a container agent.",
            "Read the log of that container for errors of sending.",
            "Look whether the collector is ready.",
        ),
        (
            "kubectl -n <model_namespace> logs -l mlplatform.io/model=<model> -c agent --tail=50",
            "kubectl -n model-quality get pods",
        ),
        owner=_TEAM_OF_MODEL,
    ),
    Alert(
        "PredictionLogFailing",
        f"sum by ({_OF_MODEL}) (rate(prediction_log_write_failures_total[30m])) > 0 "
        f'or sum by ({_OF_MODEL}) (rate(prediction_log_events_total{{outcome="dropped"}}[30m])) > 0',
        30,
        Severity.WARNING,
        "Predictions of model {{ $labels.model_namespace }}/{{ $labels.model }} cannot be written to S3.",
        "The collector cannot write, or gets more than it can keep until it writes. Predictions are lost; the model is "
        "not affected.",
        (
            "Read the collector's log: its role, the key or the endpoint of S3.",
            "Raise replicas, or lower samplePercent of the model.",
        ),
        ("kubectl -n model-quality logs deploy/prediction-log --tail=100",),
    ),
    Alert(
        "PredictionsRejected",
        f'sum by ({_OF_MODEL}) (rate(prediction_log_events_total{{outcome="rejected"}}[1h])) '
        f"/ sum by ({_OF_MODEL}) (rate(prediction_log_events_total[1h])) > 0.1",
        60,
        Severity.WARNING,
        "{{ $value | humanizePercentage }} of the events of model {{ $labels.model_namespace }}/{{ $labels.model }} "
        "are rejected.",
        "The collector cannot read events: tensors in binary form, more than 1000 rows or 1 MiB, or no JSON of "
        "protocol V2. An event without a model's name is of a model that modelQuality does not list.",
        ("Look at the reasons: prediction_log_rejected_total.", "Send JSON, or fewer rows in a request."),
        (
            f"kubectl -n model-quality port-forward deploy/prediction-log 9000:{PREDICTION_LOG_PORT} &",
            "curl -s localhost:9000/metrics | grep prediction_log_rejected_total",
            "kubectl -n model-quality logs deploy/prediction-log --tail=100",
        ),
    ),
    Alert(
        "DriftJobLate",
        f"time() - max by ({_OF_MODEL}) (model_quality_evaluated_timestamp_seconds) "
        f"> max by ({_OF_MODEL}) (model_quality_late_after_seconds)",
        30,
        Severity.WARNING,
        "The newest quality report of model {{ $labels.model_namespace }}/{{ $labels.model }} is "
        "{{ $value | humanizeDuration }} old.",
        "The scheduled comparison did not finish. Drift since then is not seen. Exit code 2 means wrong settings, 3 "
        "training data that are missing or do not fit, 4 that S3 or MLflow did not answer.",
        (
            "Read the log of the last job.",
            "Run it again by hand after the repair. A window that is done already changes nothing.",
        ),
        (
            "kubectl -n model-quality get cronjobs,jobs --sort-by=.metadata.creationTimestamp | grep <model>",
            "kubectl -n model-quality logs job/JOB --tail=100",
            "kubectl -n model-quality create job --from=cronjob/CRONJOB by-hand-$(date +%s)",
        ),
        owner=_TEAM_OF_MODEL,
    ),
)

OF_MODEL_SERVICE = (
    Alert(
        "ModelNotReady",
        "",
        30,
        Severity.CRITICAL,
        "",
        "A model that ModelService or its chart deploys has no replica that is ready.",
        (
            "Read the events of the model's pods: no node, no image, or a failing download.",
            "Return to the version before, in Git.",
        ),
        ("kubectl -n <namespace> get pods,inferenceservices",),
    ),
    Alert(
        "ModelFailing",
        "",
        10,
        Severity.CRITICAL,
        "",
        "More requests of a model fail than errorPercent allows.",
        ("Read the log of the model's pods.", "Return to the version before, in Git."),
        ("kubectl -n <namespace> logs -l serving.kserve.io/inferenceservice=<model> --tail=100",),
    ),
    Alert(
        "ModelSlow",
        "",
        10,
        Severity.WARNING,
        "",
        "One request in a hundred takes longer than latencyMilliseconds.",
        (
            "Compare requests in progress with targetConcurrency on the dashboard Models.",
            "Look whether replicas share a GPU that is busy, on the dashboard GPUs.",
        ),
        (
            "kubectl -n <namespace> top pods -l serving.kserve.io/inferenceservice=<model>",
            "kubectl -n <namespace> get scaledobjects,horizontalpodautoscalers",
        ),
    ),
    Alert(
        "ModelNoCapacity",
        "",
        15,
        Severity.WARNING,
        "",
        "Replicas of a model find no node with room for them.",
        ("See PodsPending.",),
        ("kubectl -n <namespace> get events --field-selector reason=FailedScheduling",),
    ),
    Alert(
        "ModelAtMaximum",
        "",
        15,
        Severity.WARNING,
        "",
        "A model has its most replicas and may need more.",
        ("See AutoscalerAtMaximum.",),
        ("kubectl -n <namespace> get scaledobjects,horizontalpodautoscalers",),
    ),
)
