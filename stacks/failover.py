"""The switch between the records of a stack and those of its second region."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.core.spec import args_of, completed
from components.kubeflow.kubeflow_cluster import KubeflowCluster
from components.kubeflow.spec import KubeflowSpec
from components.network.load_balancer.failover_spec import FailoverRole
from components.network.load_balancer.spec import ServingLoadBalancerSpec
from components.recovery.failover_switch.failover_switch import DIMENSION, METRIC, NAMESPACE, FailoverSwitch
from components.recovery.failover_switch.spec import FailoverSwitchArgs, FailoverSwitchSpec
from components.serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
from components.serving.model_serving_ingress.spec import ModelServingSpec
from stacks.config import StackConfig
from stacks.foundation import Outputs


def make_failover_switch(config: StackConfig, options: pulumi.ResourceOptions) -> FailoverSwitch | None:
    """The switch, in the stack that has the primary records."""
    recovery = config.recovery
    failover = recovery.failover if recovery else None
    if not (recovery and failover and recovery.region and failover.role is FailoverRole.PRIMARY):
        return None
    spec = FailoverSwitchSpec(
        name=recovery.vault_name,
        standby_region=recovery.region,
        emails=recovery.emails,
    )
    return FailoverSwitch("failover", args_of(FailoverSwitchArgs, spec), options)


def switched(switch: FailoverSwitch | None) -> Mapping[str, Any]:
    """What a load balancer needs of the switch."""
    return {"failover_health_check_id": switch.health_check_id} if switch else {}


def failing_over(config: StackConfig, balancer: ServingLoadBalancerSpec) -> ServingLoadBalancerSpec:
    """The load balancer of models or of Kubeflow with its part of the failover."""
    failover = config.recovery.failover if config.recovery else None
    if not failover:
        return balancer
    return completed(balancer, "loadBalancer", failover={"role": failover.role})


def models_failing_over(config: StackConfig, spec: ModelServingSpec) -> ModelServingSpec:
    """The section of models with the failover of their load balancer."""
    return spec.model_copy(update={"load_balancer": failing_over(config, spec.load_balancer)})


def kubeflow_failing_over(config: StackConfig, spec: KubeflowSpec) -> KubeflowSpec:
    """The section of Kubeflow with the failover of its load balancer."""
    return spec.model_copy(update={"load_balancer": failing_over(config, spec.load_balancer)})


def export_failover(
    config: StackConfig,
    ingress: Mapping[str, Any],
    switch: FailoverSwitch | None,
    serving: ModelServingIngress | None,
    kubeflow: KubeflowCluster | None,
    exports: Outputs,
) -> None:
    """What `operations.failover` reads of the stack: its names, its load balancers and the switch."""
    recovery = config.recovery
    failover = recovery.failover if recovery else None
    if not failover:
        return
    balancers: dict[str, pulumi.Output[Any]] = {}
    if serving and config.model_serving:
        names = list(config.model_serving.load_balancer.names)
        balancers["models"] = pulumi.Output.all(names=names, arn=serving.load_balancer_arn)
    if kubeflow and config.kubeflow:
        names = list(config.kubeflow.load_balancer.names)
        balancers["kubeflow"] = pulumi.Output.all(names=names, arn=kubeflow.load_balancer_arn)
    known: dict[str, Any] = {
        "role": str(failover.role),
        "zoneId": ingress["zone_id"],
        "loadBalancers": balancers,
    }
    if switch and recovery and recovery.region:
        known["switch"] = {
            "region": recovery.region,
            "namespace": NAMESPACE,
            "metric": METRIC,
            "dimension": DIMENSION,
            "value": recovery.vault_name,
            "alarm": switch.alarm_name,
            "healthCheckId": switch.health_check_id,
        }
    exports |= {"failover": pulumi.Output.from_input(known)}
