"""The logs of a stack's containers."""

from components.core.spec import args_of
from components.observability.logs.log_pipeline import LogPipeline
from components.observability.logs.spec import LogDestination, LogPipelineArgs
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs
from stacks.log_section import logs_spec


def make_logs(config: StackConfig, base: Foundation, exports: Outputs) -> LogPipeline | None:
    """A collector on each node, and where its records are kept."""
    if not config.logs:
        return None
    spec = logs_spec(config.logs, config)
    further: dict[str, object] = {}
    if spec.destination is LogDestination.OPENSEARCH:
        further = {
            "vpc_id": base.network.vpc_id,
            "subnet_ids": base.network.private_subnet_ids,
            "node_security_group_id": base.cluster.node_security_group_id,
        }
    args = args_of(LogPipelineArgs, spec, **further, cluster_name=base.cluster.ready)
    logs = LogPipeline("logs", args, base.kubernetes)
    exports |= {"logGroups": logs.log_groups}
    if spec.destination is LogDestination.OPENSEARCH:
        exports |= {"logDashboardUrl": logs.dashboard_endpoint}
    return logs
