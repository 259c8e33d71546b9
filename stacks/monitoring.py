"""The rules and dashboards of a stack, for the component that stores metrics."""

from collections.abc import Iterator

from components.data.streaming.event_stream.spec import StreamEngine
from components.facts.cron import KUBERNETES, longest_gap_hours, parse_cron
from components.network.network_args import NatMode
from components.observability.costs import NodePrice, cost_groups
from components.observability.dashboards.boards import OBJECTIVES, dashboard_files
from components.observability.objectives.rule_files import rule_files
from components.observability.objectives.spec import ObjectivesSpec
from components.observability.symptoms import CLUSTER_STATE_MINUTES, HOURLY_FEATURES
from pricing.table import load_table
from stacks.config import StackConfig
from stacks.metrics import exporters
from stacks.objectives import objectives_of, runbooks_of, served_models


def stack_rules(config: StackConfig) -> dict[str, str]:
    """The rule files of a stack by their names: objectives, alerts, and what nodes, pods and models cost."""
    section = config.objectives or ObjectivesSpec()
    costs = cost_groups(node_prices(config), served_models(config))
    backups = config.recovery.cluster_state if config.recovery else None
    return rule_files(
        objectives_of(config),
        exporters(config),
        section.owner,
        runbooks_of(config),
        costs,
        _feature_hours(config),
        backups.rpo_minutes if backups else CLUSTER_STATE_MINUTES,
    )


def stack_dashboards(config: StackConfig) -> dict[str, str]:
    """The dashboards of a stack as JSON, by their names."""
    promised = [OBJECTIVES] if objectives_of(config) else []
    return dashboard_files([*exporters(config), *_managed_services(config), *promised])


def _feature_hours(config: StackConfig) -> int:
    """The age in hours at which features are late: two hours more than the longest time between materializations."""
    server = config.feature_services.feature_server if config.feature_services else None
    schedule = server.materialization.schedule if server and server.materialization else None
    return longest_gap_hours(parse_cron(schedule, KUBERNETES)) + 2 if schedule else HOURLY_FEATURES


def _managed_services(config: StackConfig) -> Iterator[str]:
    """The managed services of a stack that have panels."""
    store, stream, spark = config.feature_store, config.event_stream, config.spark_cluster
    engine = stream.engine if stream else None
    has = {
        "entrance": config.model_serving or config.kubeflow,
        "nat": config.network.nat is not NatMode.NONE,
        "caches": store,
        "database": store,
        "kafka": engine in {StreamEngine.MSK_PROVISIONED, StreamEngine.MSK_SERVERLESS},
        "kinesis": engine is StreamEngine.KINESIS,
        "batch": config.batch_queue,
        "emr-serverless": spark,
    }
    yield from (part for part, section in has.items() if section)


def node_prices(config: StackConfig) -> dict[str, NodePrice]:
    """The list price of each instance type that the cluster's pools may use, where the region has one."""
    cluster, table = config.gpu_cluster, load_table(config.environment.region)
    pools = (*cluster.node_pools, *(cluster.karpenter.pools if cluster.karpenter else ())) if cluster else ()
    kinds = {kind for pool in pools for kind in pool.instance_types}
    found = {kind: table.find("ec2", kind) for kind in sorted(kinds)}
    return {
        kind: NodePrice(price.on_demand, price.on_demand if price.spot is None else price.spot)
        for kind, price in found.items()
        if price
    }
