"""What the section `modelQuality` needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.data.data_buckets import PURPOSES
from components.observability.model_quality.spec import ModelQualitySpec, MonitoredModelSpec
from components.serving.model_service.spec import LoggedEvents
from stacks.names import nearest
from stacks.objectives import served_models
from stacks.recovery_section import cluster_state_bucket

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("modelQuality",)


def model_quality_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where logged predictions have no model, no collector or no training data."""
    yield from _logged_without_collector(config)
    spec = config.model_quality
    if not spec:
        return
    if not (config.model_serving and config.feature_store):
        yield Problem(_AT, spec.bucket, "it needs modelServing and featureStore, whose models it watches; add them")
        return
    if owner := _other_buckets(config).get(spec.bucket):
        yield Problem((*_AT, "bucket"), spec.bucket, f"{owner} has a bucket of this name; choose another")
    for index, model in enumerate(spec.models):
        for problem in _model_problems(config, model):
            yield problem.within(*_AT, "models", index)


def _model_problems(config: "StackConfig", model: MonitoredModelSpec) -> Iterator[Problem]:
    served = [f"{each.namespace}/{each.name}" for each in served_models(config)]
    wanted = f"{model.namespace}/{model.name}"
    if wanted not in served:
        remedy = f"modelServing has no model {wanted}; name one of its models or deliveredModels"
        yield Problem(("name",), wanted, remedy + nearest(wanted, served))
    own = config.model_serving.models if config.model_serving else ()
    for logs in (each.prediction_logs for each in own if (each.namespace, each.name) == (model.namespace, model.name)):
        if not logs:
            yield Problem(("name",), wanted, "the model has no predictionLogs, so nothing comes; add them with a mode")
        elif lacking := lacking_side(model, logs.mode):
            remedy = f"predictionLogs of the model has mode {logs.mode}; write mode: all there, or remove {lacking}"
            yield Problem((lacking,), [each.name for each in getattr(model, lacking)], remedy)
    if not model.reference.startswith("s3://") and not _tracks(config):
        remedy = "it is an artifact of MLflow; add featureServices.trackingServer, or name a file in S3"
        yield Problem(("reference",), model.reference, remedy)
    places = {("reference",): model.reference, ("labels", "uri"): model.labels.uri if model.labels else ""}
    buckets = _buckets(config)
    for place, uri in places.items():
        bucket = uri.removeprefix("s3://").partition("/")[0]
        if uri.startswith("s3://") and bucket not in buckets:
            remedy = f"the job reads the buckets of featureStore alone, by their key; write one of {', '.join(buckets)}"
            yield Problem(place, uri, remedy)


def lacking_side(model: MonitoredModelSpec, mode: str) -> str:
    """The columns that never come because a model logs the other side alone; empty where there are none."""
    if mode == LoggedEvents.REQUEST and model.predictions:
        return "predictions"
    return "features" if mode == LoggedEvents.RESPONSE and model.features else ""


def _logged_without_collector(config: "StackConfig") -> Iterator[Problem]:
    if not config.model_serving:
        return
    known = _keys(config.model_quality) if config.model_quality else set[tuple[str, str]]()
    for index, model in enumerate(config.model_serving.models):
        if model.prediction_logs and (model.namespace, model.name) not in known:
            remedy = (
                f"modelQuality.models has no {model.namespace}/{model.name}, so its events are refused; add it there"
            )
            yield Problem(("modelServing", "models", index, "predictionLogs"), str(model.prediction_logs.mode), remedy)


def _keys(spec: ModelQualitySpec) -> set[tuple[str, str]]:
    return {(each.namespace, each.name) for each in spec.models}


def _tracks(config: "StackConfig") -> bool:
    return bool(config.feature_services and config.feature_services.tracking_server)


def _other_buckets(config: "StackConfig") -> dict[str, str]:
    """The section of each bucket of the stack."""
    account, store = config.environment.account, config.feature_store
    found = dict.fromkeys(_buckets(config), "featureStore")
    if store:
        found[f"{store.data.prefix}-logs-{account}"] = "featureStore"
    if config.spend and config.spend.export:
        found[f"{config.spend.name}-costs-{account}"] = "spend"
    if config.audit:
        found[f"{config.audit.name}-trail-{account}"] = "audit"
    if state := cluster_state_bucket(config):
        found[state] = "recovery"
    return found


def _buckets(config: "StackConfig") -> list[str]:
    if not config.feature_store:
        return []
    data, account = config.feature_store.data, config.environment.account
    return [data.bucket_name(purpose, account) for purpose in PURPOSES]
