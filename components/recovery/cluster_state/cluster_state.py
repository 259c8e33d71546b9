"""ClusterState: Velero, which backs up the objects of a cluster to a bucket."""

import pulumi

from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.kms import encryption_key
from ...core.manifest import Manifest, Release
from ...core.network_policies import allow_apis, allow_metrics
from ...core.ordering import after
from ...data.object_store import ObjectStore, ObjectStoreArgs, other_region_problem
from ...facts.versions import VELERO
from . import velero
from .spec import ClusterStateArgs, ClusterStateSpec

_OLD_VERSION_DAYS = 7


class ClusterState(Component[ClusterStateArgs, ClusterStateSpec]):
    """Backups of the objects of a cluster by Velero, in a bucket with a key of its own.

    Secrets and volumes are not backed up: they come from Secrets Manager and AWS Backup. Pass a Kubernetes provider in
    the option `providers`.
    """

    bucket_name: pulumi.Output[str]
    """The bucket of the backups."""
    key_arn: pulumi.Output[str]
    """The key that encrypts them."""
    replica_arn: pulumi.Output[str]
    """The ARN of the second copy of the bucket; empty without one."""
    schedule_name: pulumi.Output[str]
    """The name of Velero's schedule, resolved after Velero runs."""

    def __init__(self, name: str, args: ClusterStateArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ClusterStateArgs, ClusterStateSpec, opts)
        spec, account = self._spec, self._account
        if spec.replica_region and (problem := other_region_problem(account.region, spec.replica_region)):
            self._refuse(f"replicaRegion = {spec.replica_region!r}: {problem}")
        key = encryption_key(
            f"{name}-key",
            f"Backups of the cluster in {spec.bucket}",
            account,
            pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
        )
        kept: ObjectStoreArgs = {
            "bucket": spec.bucket,
            "deletion_protection": spec.deletion_protection,
            # Velero deletes backups that are older than their retention.
            "old_version_days": _OLD_VERSION_DAYS,
            "key_arn": key.arn,
            "log_bucket": args["log_bucket"],
        }
        if spec.replica_region:
            # Deletions are not copied, so the copies expire by their age.
            kept["replica_region"] = spec.replica_region
            kept["expire_days"] = spec.retention_days + _OLD_VERSION_DAYS
        store = ObjectStore(f"{name}-backups", kept, self._child)
        identity = WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": args["cluster_name"],
                "namespace": velero.NAMESPACE,
                "service_account": velero.SERVICE_ACCOUNT,
                "policies": {
                    "objects": key.arn.apply(lambda arn: velero.objects_access(account, spec.bucket, arn)),
                    **({"source": velero.source_access(account, spec.read_from)} if spec.read_from else {}),
                },
            },
            self._child,
        )
        policies = [
            allow_apis(velero.NAMESPACE, {}),
            allow_metrics(velero.NAMESPACE, velero.PODS, velero.METRICS_PORT, spec.monitoring_namespace),
        ]
        namespace = closed_namespace(f"{name}-namespace", velero.NAMESPACE, policies, self)
        rights = [Manifest(f"{name}-{each['kind'].lower()}", each, self._child) for each in velero.reader(spec)]
        release = Release(
            f"{name}-release",
            VELERO,
            after(velero.NAMESPACE, args["cluster_name"]),
            velero.velero_values(spec, account.region, key.arn),
            pulumi.ResourceOptions(parent=self, depends_on=[*namespace, *rights, identity, store]),
        )
        self.bucket_name = store.bucket_name
        self.key_arn = key.arn
        self.replica_arn = store.replica_arn
        self.schedule_name = after(velero.SCHEDULE, release.urn)
        self._publish()
