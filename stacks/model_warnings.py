"""Models that are deployed but do not scale as their config says."""

from collections.abc import Iterator, Sequence

from components.serving.model_service.spec import DEFAULT_PROMETHEUS
from components.serving.model_serving_ingress.spec import ModelServingSpec
from stacks.config import StackConfig
from stacks.config_warning import ConfigWarning
from stacks.nodes import Nodes, nodes_of
from stacks.placement import misfit, slots


def model_warnings(config: StackConfig) -> Iterator[ConfigWarning]:
    """Models without a source of metrics, models above what their pools hold, and quotas above what all pools have."""
    if not (config.model_serving and config.gpu_cluster):
        return
    pools = nodes_of(config.gpu_cluster)
    if not config.metrics:
        yield from _without_metrics(config.model_serving)
    yield from _above_the_pools(config.model_serving, pools)
    yield from _gpus_that_no_pool_has(config, pools)


def _without_metrics(serving: ModelServingSpec) -> Iterator[ConfigWarning]:
    """KEDA asks Prometheus how many requests are under way; only `platform.monitoring` says that there is one."""
    if serving.platform.monitoring:
        return
    by_load = [
        model.name
        for model in serving.models
        if not model.scale_to_zero and model.maximum > model.minimum and model.prometheus_url == DEFAULT_PROMETHEUS
    ]
    names = [*by_load, *(model.name for model in serving.delivered_models)]
    if names:
        yield ConfigWarning(
            "modelServing.platform.monitoring",
            False,
            f"No Prometheus counts the requests of {_listed(names)}. Load does not scale them: they have their "
            "minimum, and at scheduled hours that of the schedule.",
            f"Run Prometheus in the namespace {serving.monitoring_namespace} and set this to true, or let schedules "
            "decide.",
        )


def _above_the_pools(serving: ModelServingSpec, pools: Sequence[Nodes]) -> Iterator[ConfigWarning]:
    groups = {group.name: group.nodes for group in serving.platform.model_cache}
    for index, model in enumerate(serving.models):
        cached_on = groups.get(model.cache.group, ()) if model.cache else ()
        room = sum(slots(model, pool, peak=True) for pool in pools if not misfit(model, pool, cached_on))
        if model.maximum > room:
            yield ConfigWarning(
                f"modelServing.models[{index}].maximum",
                model.maximum,
                f"The pools that run {model.name} have room for {room} replicas at their peak. Further ones stay "
                "pending.",
                "Raise the maximum of a pool, or lower that of the model.",
            )


def _gpus_that_no_pool_has(config: StackConfig, pools: Sequence[Nodes]) -> Iterator[ConfigWarning]:
    there = sum(pool.gpu_limit or 0 if not pool.is_managed else pool.shapes[0].gpus * pool.peak for pool in pools)
    for index, team in enumerate(config.delivery.teams if config.delivery else ()):
        if team.quota.gpus > there:
            yield ConfigWarning(
                f"delivery.teams[{index}].quota.gpus",
                team.quota.gpus,
                f"The pools have {there} GPUs at their peak, so team {team.name} never gets all of its quota.",
                "Raise the maximum of a pool with GPUs, or lower the quota.",
            )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
