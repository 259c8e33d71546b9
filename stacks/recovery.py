"""The backups of a stack's stores."""

import pulumi

from components.core.spec import args_of
from components.data.data_buckets import PURPOSES
from components.data.database.database import MySqlDatabase
from components.facts.regions import partition_of
from components.recovery.backup_plans.backup_plans import BackupPlans
from components.recovery.backup_plans.spec import BackupPlansArgs
from components.recovery.cluster_state.cluster_state import ClusterState
from components.recovery.cluster_state.spec import ClusterStateArgs, ClusterStateSpec
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs
from stacks.recovery_section import PIPELINES, REGISTRY, backup_spec, cluster_state_bucket


def make_backup_plans(
    config: StackConfig, base: Foundation, pipelines: MySqlDatabase | None, exports: Outputs
) -> BackupPlans | None:
    """A vault, and a plan for each store that the section names or that has a backup by default."""
    if not config.recovery:
        return None
    spec, store = backup_spec(config.recovery, config), base.store
    prefix = f"arn:{partition_of(config.environment.region)}:s3:::"
    buckets = (store.raw_bucket, store.training_bucket, store.models_bucket, store.offline_bucket)
    known: dict[str, pulumi.Output[str]] = {
        purpose: bucket.apply(lambda name: f"{prefix}{name}") for purpose, bucket in zip(PURPOSES, buckets, strict=True)
    }
    known[REGISTRY] = store.database_arn
    if pipelines:
        known[PIPELINES] = pipelines.arn
    arns = {name: known[name] for name in spec.stores}
    args = args_of(BackupPlansArgs, spec, store_arns=arns, database_subnet_group=store.database_subnet_group)
    plans = BackupPlans("recovery", args, base.aws)
    exports |= {
        "backupVault": plans.vault_name,
        "backupCopyVaultArn": plans.copy_vault_arn,
        "restoreRoleArn": plans.restore_role_arn,
        "backupStores": pulumi.Output.from_input(
            {
                name: {"kind": str(each.kind), "rpoMinutes": each.rpo_minutes, "rtoMinutes": each.rto_minutes}
                for name, each in sorted(spec.stores.items())
            }
        ),
        "backupStoreArns": pulumi.Output.all(**arns).apply(lambda found: dict(found)),
        "databaseSubnetGroup": store.database_subnet_group,
        "databaseSecurityGroupId": store.database_security_group_id,
    }
    return plans


def make_cluster_state(config: StackConfig, base: Foundation, exports: Outputs) -> None:
    """Velero with its bucket, where the section asks for it."""
    section, bucket = config.recovery, cluster_state_bucket(config)
    if not (section and section.cluster_state and bucket):
        return
    settings = section.cluster_state.model_dump(exclude_unset=True)
    spec = ClusterStateSpec(
        **settings, bucket=bucket, deletion_protection=section.deletion_protection, replica_region=section.region
    )
    wired = {"cluster_name": base.cluster.ready, "log_bucket": base.store.log_bucket}
    state = ClusterState("cluster-state", args_of(ClusterStateArgs, spec, **wired), base.kubernetes)
    exports |= {
        "clusterStateBucket": state.bucket_name,
        "clusterStateSchedule": state.schedule_name,
        "clusterStateReplicaArn": state.replica_arn,
        "clusterStateRpoMinutes": pulumi.Output.from_input(spec.rpo_minutes),
    }
