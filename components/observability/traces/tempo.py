"""Grafana Tempo on the cluster: its bucket, its identity and its pod."""

from typing import Any

import pulumi

from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.account import Account
from ...core.manifest import Manifest
from ...data.object_store import ObjectStore
from . import tempo_objects
from .pipelines import as_text
from .spec import TracingArgs, TracingSpec
from .tempo_config import tempo_config
from .tempo_spec import TEMPO, TEMPO_NAMESPACE, TempoSpec

_OLD_VERSION_DAYS = 1
"""Objects are written once. What Tempo deletes is gone a day later."""
_DAYS_AFTER_TEMPO = 2
"""Tempo deletes a block when its newest span is too old. What it leaves behind ends this much later."""


def trace_store(
    name: str, spec: TracingSpec, tempo: TempoSpec, args: TracingArgs, account: Account, parent: pulumi.Resource
) -> tuple[ObjectStore, Manifest]:
    """The bucket of traces, and Tempo's pod, which answers once it is ready."""
    child = pulumi.ResourceOptions(parent=parent)
    key_arn = pulumi.Output.from_input(args.get("key_arn", ""))
    store = ObjectStore(
        f"{name}-spans",
        {
            "bucket": tempo.bucket,
            "key_arn": key_arn,
            "log_bucket": args.get("log_bucket", ""),
            "expire_days": tempo.retention_days + _DAYS_AFTER_TEMPO,
            "old_version_days": _OLD_VERSION_DAYS,
            "deletion_protection": tempo.deletion_protection,
        },
        child,
    )
    identity = WorkloadIdentity(
        f"{name}-tempo-identity",
        {
            "cluster_name": args["cluster_name"],
            "namespace": TEMPO_NAMESPACE,
            "service_account": TEMPO,
            "policies": {
                "traces": key_arn.apply(lambda arn: tempo_objects.objects_access(account, tempo.bucket, arn)),
            },
        },
        child,
    )
    namespace = closed_namespace(
        f"{name}-tempo-namespace", TEMPO_NAMESPACE, tempo_objects.policies(spec, tempo), parent
    )

    def made(role: str, manifest: dict[str, Any], needed: list[pulumi.Resource]) -> Manifest:
        options = pulumi.ResourceOptions(parent=parent, depends_on=needed)
        return Manifest(f"{name}-tempo-{role}", manifest, options)

    config = as_text(tempo_config(tempo, account.region, spec.sampling.spans_per_second))
    around = [
        made("account", tempo_objects.service_account(), namespace),
        made("config", tempo_objects.config_map(config), namespace),
        made("service", tempo_objects.service(), namespace),
    ]
    return store, made("pods", tempo_objects.stateful_set(tempo, config), [*namespace, *around, identity, store])
