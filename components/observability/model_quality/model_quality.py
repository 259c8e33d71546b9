"""ModelQuality: logged predictions of models, and their comparison with training data."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pulumi

from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.manifest import Manifest
from ...core.ordering import after
from ...data.object_store import ObjectStore
from ...serving.serving_platform.names import PREDICTION_LOG_URL
from . import objects
from .access import PREDICTIONS, REPORTS, collector_access, job_access
from .objects import COLLECTOR, JOB, NAMESPACE
from .settings import settings_document
from .spec import ModelQualityArgs, ModelQualitySpec, job_name

_OLD_VERSION_DAYS = 1
"""Predictions are written once. What is deleted is gone a day later."""


class ModelQuality(Component[ModelQualityArgs, ModelQualitySpec]):
    """What stores predictions of models in S3, compares them with training data, and tells Prometheus and MLflow.

    KServe sends requests and responses of models with `predictionLogs` to a collector, which stores the columns of the
    config and nothing else. A scheduled job for each model compares a window. Pass a Kubernetes provider in the option
    `providers`.
    """

    bucket_name: pulumi.Output[str]
    """The bucket of predictions and reports."""
    collector_url: pulumi.Output[str]
    """Where models send events; known after the collector answers there."""
    job_names: pulumi.Output[dict[str, str]]
    """The CronJob of each model, by <namespace>/<name>."""

    def __init__(self, name: str, args: ModelQualityArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ModelQualityArgs, ModelQualitySpec, opts)
        spec = self._spec
        store = self._store()
        document = settings_document(spec)
        tracking = "tracking_address" in args
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, objects.policies(spec, tracking=tracking), self)
        identities = [self._identity(COLLECTOR, store), self._identity(JOB, store)]
        basis = self._make(
            {
                "settings": objects.config_map(document),
                "collector-account": objects.service_account(COLLECTOR),
                "job-account": objects.service_account(JOB),
            },
            namespace,
        )
        needed = [*namespace, *identities, *basis, store]
        digest = sha256(document.encode()).hexdigest()[:16]
        collector = self._make(
            {
                "collector": objects.deployment(spec, self._account.region, digest),
                "service": objects.service(),
                "budget": objects.disruption_budget(),
            },
            needed,
        )
        jobs = self._jobs(needed)
        self.bucket_name = store.bucket_name
        self.collector_url = after(PREDICTION_LOG_URL, *(made.urn for made in collector))
        names = {f"{each.namespace}/{each.name}": job_name(each) for each in spec.models}
        self.job_names = pulumi.Output.all(*(made.urn for made in jobs)).apply(lambda _: names)
        self._publish()

    def _store(self) -> ObjectStore:
        spec = self._spec
        return ObjectStore(
            f"{self._name}-predictions",
            {
                "bucket": spec.bucket,
                "key_arn": self._args["key_arn"],
                "log_bucket": self._args["log_bucket"],
                "expiring_prefixes": {PREDICTIONS: spec.retention_days, REPORTS: spec.report_days},
                "old_version_days": _OLD_VERSION_DAYS,
                "deletion_protection": spec.deletion_protection,
            },
            self._child,
        )

    def _identity(self, account: str, store: ObjectStore) -> WorkloadIdentity:
        place, references = self._account, self._spec.references
        known = pulumi.Output.all(store.bucket_name, self._args["key_arn"])
        policy = known.apply(
            lambda found: (
                collector_access(place, found[0], found[1])
                if account == COLLECTOR
                else job_access(place, found[0], found[1], references)
            )
        )
        return WorkloadIdentity(
            f"{self._name}-{account}-identity",
            {
                "cluster_name": self._args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": account,
                "policies": {"store": policy},
            },
            self._child,
        )

    def _jobs(self, needed: list[pulumi.Resource]) -> list[Manifest]:
        spec, address = self._spec, self._args.get("tracking_address")
        further: list[Manifest] = []
        if address is not None:
            policy = objects.tracking_policy()
            policy["metadata"]["namespace"] = after(policy["metadata"]["namespace"], address)
            further = self._make({"tracking-policy": policy}, needed)
        jobs = {
            f"{job_name(each)}-job": objects.cron_job(spec, each, self._account.region, address)
            for each in sorted(spec.models, key=lambda each: (each.namespace, each.name))
        }
        return self._make(jobs, [*needed, *further])

    def _make(self, manifests: Mapping[str, dict[str, Any]], needed: list[pulumi.Resource]) -> list[Manifest]:
        options = pulumi.ResourceOptions(parent=self, depends_on=needed)
        return [Manifest(f"{self._name}-{role}", manifest, options) for role, manifest in manifests.items()]
