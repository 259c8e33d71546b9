"""The section `starter`: a machine with Docker Compose, its buckets, its sign-in and its backups."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.core.spec import args_of
from components.data.data_buckets import DataBuckets, DataBucketsArgs
from components.data.feature_store.feature_store import FeatureStore
from components.delivery.user_pool import UserPool, UserPoolArgs
from components.network.network import Network
from components.recovery.backup_plans.backup_plans import BackupPlans
from components.recovery.backup_plans.schedule import StoreKind
from components.starter.spec import StarterArgs
from components.starter.starter import Starter
from components.training.batch_queue.batch_queue import BatchQueue
from stacks.config import StackConfig
from stacks.foundation import Outputs
from stacks.starter_section import STARTER_CLIENT
from stacks.training import batch_queue_over

DATA = "starter-data"
"""The name of the buckets while no feature store has taken them over."""


@dataclass(frozen=True, slots=True)
class StarterStores:
    """The buckets of a stack with a starter."""

    raw_bucket: pulumi.Output[str]
    training_bucket: pulumi.Output[str]
    models_bucket: pulumi.Output[str]
    offline_bucket: pulumi.Output[str]
    log_bucket: pulumi.Output[str]
    key_arn: pulumi.Output[str]


def make_starter_alone(
    config: StackConfig, network: Network, options: pulumi.ResourceOptions, provider: aws.Provider, exports: Outputs
) -> None:
    """The starter in a stack without a cluster: it makes the buckets, the sign-in and the queues of jobs itself."""
    section = config.starter
    if not (section and config.user_pool):
        return
    made = DataBuckets(DATA, args_of(DataBucketsArgs, section.data), options)
    stores = StarterStores(
        made.raw_bucket,
        made.training_bucket,
        made.models_bucket,
        made.offline_bucket,
        made.log_bucket,
        made.key_arn,
    )
    args = args_of(UserPoolArgs, config.user_pool, secret_prefix=section.name, secrets_key_arn=made.key_arn)
    pool = UserPool("user-pool", args, options)
    exports |= {
        "userPoolId": pool.user_pool_id,
        "signInUrl": pool.sign_in_url,
        "rawBucket": made.raw_bucket,
        "trainingBucket": made.training_bucket,
        "modelsBucket": made.models_bucket,
        "offlineBucket": made.offline_bucket,
    }
    batch = batch_queue_over(config, network, made.training_bucket, made.models_bucket, made.key_arn, options, exports)
    make_starter(config, network, stores, pool, made.key_arn, batch, options, provider, exports)


def make_starter_beside(
    config: StackConfig,
    network: Network,
    store: FeatureStore,
    pool: UserPool | None,
    pool_key_arn: pulumi.Output[str] | None,
    batch: BatchQueue | None,
    options: pulumi.ResourceOptions,
    provider: aws.Provider,
    exports: Outputs,
) -> None:
    """The starter beside the platform that takes over from it, on the buckets of the feature store."""
    if not (config.starter and pool and pool_key_arn is not None):
        return
    stores = StarterStores(
        store.raw_bucket,
        store.training_bucket,
        store.models_bucket,
        store.offline_bucket,
        store.log_bucket,
        store.data_key_arn,
    )
    make_starter(config, network, stores, pool, pool_key_arn, batch, options, provider, exports)


def make_starter(
    config: StackConfig,
    network: Network,
    stores: StarterStores,
    pool: UserPool,
    pool_key_arn: pulumi.Output[str],
    batch: BatchQueue | None,
    options: pulumi.ResourceOptions,
    provider: aws.Provider,
    exports: Outputs,
) -> None:
    """The machine, and daily snapshots of its volume in a vault of AWS Backup."""
    section = config.starter
    if not section:
        return
    zone = aws.route53.get_zone_output(
        name=section.zone_name, private_zone=False, opts=pulumi.InvokeOutputOptions(provider=provider)
    )
    further: dict[str, object] = {}
    if batch:
        further |= {
            "failed_queue_url": batch.failed_queue_url,
            "undelivered_queue_url": batch.undelivered_queue_url,
        }
    args = args_of(
        StarterArgs,
        section,
        vpc_id=network.vpc_id,
        public_subnet_id=network.public_subnet_ids.apply(lambda ids: ids[0]),
        zone=network.zones.apply(lambda zones: zones[0]),
        zone_id=zone.zone_id,
        issuer=pool.issuer,
        client_id=pool.client_ids[STARTER_CLIENT],
        client_secret_name=pool.secret_names[STARTER_CLIENT],
        client_secret_key_arn=pool_key_arn,
        log_bucket=stores.log_bucket,
        results_bucket=stores.training_bucket,
        results_key_arn=stores.key_arn,
        **further,
    )
    starter = Starter("starter", args, options)
    BackupPlans(
        "starter-snapshots",
        {
            "stores": {"machine": {"kind": StoreKind.VOLUME, "retention_days": section.backup_days}},
            "vault_name": section.name,
            "emails": list(section.emails),
            "deletion_protection": section.deletion_protection,
            "store_arns": {"machine": starter.volume_arn},
        },
        options,
    )
    exports |= {
        "starterAddress": starter.address,
        "starterInstanceId": starter.instance_id,
        "starterVolumeId": starter.volume_id,
        "starterBackupBucket": starter.backup_bucket,
        "starterServicesSecret": starter.services_secret_name,
        "starterSessionDocument": starter.session_document,
        "starterAdministerPolicy": starter.administer_policy,
        "starterSecurityGroupId": starter.security_group_id,
        "starterDatabases": pulumi.Output.from_input(list(section.databases)),
        "starterUrls": pulumi.Output.from_input([f"https://{host}" for host in section.hosts]),
    }


def taken_over(config: StackConfig, options: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """The options of a feature store, whose buckets are those that the starter made before, if there is one.

    Pulumi then finds them under their former name, and neither replaces nor copies them.
    """
    if not config.starter:
        return options

    def known_before(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != "mlplatform:index:DataBuckets":
            return None
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=DATA, parent=pulumi.ROOT_STACK_RESOURCE)])
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, former))

    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(transformations=[known_before]))
