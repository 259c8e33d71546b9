"""Every stack keeps its own promises, and is taken down in an order that lets each controller clean up first.

Each check is also run on a plan with the fault that it guards against.
"""

from collections.abc import Callable

import pytest

from tests.support.planner import contract, order, pairs, traffic
from tests.support.planner.charts import ADDONS
from tests.support.planner.contract import ADDON, RELEASE
from tests.support.planner.faults import Check, Fault, assert_told, each_fault, put
from tests.support.planner.graph import loose
from tests.support.planner.plans import CLUSTERED, STACKS, Plan, changed, config_of, of_type, plan_of, without
from tests.support.planner.releases import delivered_plan

pytestmark = pytest.mark.slow

CHECKS: list[Check] = [
    order.references_are_in_the_plan,
    contract.unknown_charts,
    contract.homeless,
    contract.mingled,
    contract.unadvertised,
    contract.unadmitted,
    contract.orphaned_identities,
    contract.unheard_news,
    contract.admitted_twice,
    contract.undiscovered,
    contract.unprovisioned,
    contract.missing_secrets,
    contract.unanswered_secrets,
    traffic.silenced,
    traffic.open_namespaces,
    traffic.closed_ports,
    traffic.one_sided,
    traffic.unheard_policies,
    traffic.unscraped,
    pairs.unpaired,
    *order.TURNS,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("stack", STACKS)
def test_every_promise_is_kept(stack: str, check: Check) -> None:
    assert list(check(delivered_plan(stack))) == []


@pytest.mark.parametrize("stack", CLUSTERED)
def test_the_checks_have_something_to_check(stack: str) -> None:
    plan = plan_of(stack)
    assert {"nvidia-device-plugin", "dcgm-exporter", "cluster-autoscaler"} <= {
        order.chart_of(each) for each in of_type(plan, RELEASE)
    }
    config = config_of(stack)
    sections = {"modelServing", "featureServices", "kubeflow", "delivery"} & config.keys()
    assert bool(order.custom(plan)) == ("karpenter" in config["gpuCluster"] or bool(sections))


CONTROLLER = "gpu-cluster-karpenter-controller"
PLUGIN = "gpu-cluster-gpu-software-nvidia-device-plugin"
SCALER = "gpu-cluster-autoscaler-release"
NODE_ROLE = "arn:aws:iam::111122223333:role/gpu-cluster-node-role"
PROFILE = "gpu-cluster-karpenter-nodes-profile"
TRACKING = "feature-services-tracking-servers"
MODEL = "serving-vision-archive-inferenceservice"
ELSEWHERE = '{"nodeSelector": {"mlplatform.io/pool": "other"}}'
SLICED = "gpu-cluster-sliced-nodes"
GPU_TAINT = [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
PASSWORD = put("values", "secretName", value="password")
ENFORCE = ("metadata", "labels", "pod-security.kubernetes.io/enforce")
OTHER = {"karpenter.sh/discovery": "other"}

FAULTS: list[Fault] = [
    (
        contract.unknown_charts,
        lambda plan: changed(plan, CONTROLLER, put("version", value="2.0.0")),
        "is not the version",
    ),
    (
        contract.homeless,
        lambda plan: changed(plan, PLUGIN, put("values", "tolerations", value=GPU_TAINT)),
        "nvidia-device-plugin: does not tolerate the taints of gpu-cluster-sliced-nodes",
    ),
    (
        contract.homeless,
        lambda plan: changed(plan, PLUGIN, put("values", "nodeSelector", value={"gpu": "yes"})),
        "nvidia-device-plugin: no pool has the labels it selects",
    ),
    (
        contract.homeless,
        lambda plan: changed(plan, "gpu-cluster-system-nodes", put("scalingConfig", "minSize", value=1)),
        "karpenter: no pool of two or more nodes runs it",
    ),
    (
        contract.homeless,
        lambda plan: changed(plan, "gpu-cluster-coredns", put("configurationValues", value=ELSEWHERE)),
        "gpu-cluster-coredns: no pool of two or more nodes runs it",
    ),
    (
        contract.mingled,
        lambda plan: changed(plan, "gpu-cluster-coredns", put("configurationValues", value="{}")),
        "gpu-cluster-coredns: may run on gpu-cluster-steady-nodes",
    ),
    (
        contract.mingled,
        lambda plan: changed(plan, SCALER, put("values", "affinity", value={})),
        "cluster-autoscaler: may run on gpu-cluster-steady-nodes",
    ),
    (
        contract.mingled,
        lambda plan: changed(plan, TRACKING, put("spec", "template", "spec", "affinity", value={})),
        "feature-services-tracking-servers: may run on gpu-cluster-steady-nodes",
    ),
    (
        contract.mingled,
        lambda plan: changed(plan, MODEL, put("spec", "predictor", "tolerations", value=[{"operator": "Exists"}])),
        "serving-vision-archive-inferenceservice: may run on gpu-cluster-system-nodes",
    ),
    (
        contract.unadvertised,
        lambda plan: changed(plan, SLICED, put("labels", "mlplatform.io/nvidia-device-plugin", value="no")),
        "gpu-cluster-sliced-nodes: nothing advertises nvidia.com/gpu there",
    ),
    (
        contract.unadvertised,
        lambda plan: changed(plan, SLICED, put("labels", "nvidia.com/device-plugin.config", value="time-slicing-99")),
        "has no configuration time-slicing-99",
    ),
    (
        contract.unadvertised,
        lambda plan: without(plan, "gpu-cluster-gpu-software-aws-efa-k8s-device-plugin"),
        "gpu-cluster-train-nodes: nothing advertises vpc.amazonaws.com/efa there",
    ),
    (
        contract.unadvertised,
        lambda plan: changed(
            plan, "gpu-cluster-mps-nodes", lambda inputs: inputs["labels"].pop("nvidia.com/mps.capable")
        ),
        "the MPS daemon and the configuration mps-8 disagree",
    ),
    (
        contract.unadmitted,
        lambda plan: changed(plan, "gpu-cluster-gpu-software-namespace-namespace", put(*ENFORCE, value="baseline")),
        "dcgm-exporter: gpu-system enforces baseline, it needs privileged",
    ),
    (
        contract.orphaned_identities,
        lambda plan: changed(plan, CONTROLLER, put("values", "serviceAccount", "name", value="other")),
        "karpenter: its service account karpenter/other has no role",
    ),
    (
        contract.orphaned_identities,
        lambda plan: changed(plan, "gpu-cluster-vpc-cni", put("podIdentityAssociations", value=[])),
        "gpu-cluster-vpc-cni: roles for [], but ['aws-node'] call AWS",
    ),
    (
        contract.unheard_news,
        lambda plan: changed(plan, CONTROLLER, put("values", "settings", "interruptionQueue", value="other")),
        "no queue is called other",
    ),
    (
        contract.unheard_news,
        lambda plan: without(plan, "gpu-cluster-karpenter-rebalance-target"),
        "gpu-cluster-karpenter-rebalance: the rule has no target",
    ),
    (
        contract.unheard_news,
        lambda plan: changed(plan, "gpu-cluster-karpenter-queue-policy", put("policy", value='{"Statement": []}')),
        "gpu-cluster-karpenter-queue-policy: lets [] send",
    ),
    (
        contract.admitted_twice,
        lambda plan: changed(plan, "gpu-cluster-access-ops", put("principalArn", value=NODE_ROLE)),
        "gpu-cluster-node-role has 2 access entries",
    ),
    (
        contract.undiscovered,
        lambda plan: changed(
            plan, "gpu-cluster-karpenter-burst-class", put("spec", "subnetSelectorTerms", 0, "tags", value=OTHER)
        ),
        "gpu-cluster-karpenter-burst-class: discovers the subnets [], not the private ones",
    ),
    (
        contract.undiscovered,
        lambda plan: changed(plan, PROFILE, put("role", value="delivery-argocd-role")),
        "or its role is not let into the cluster",
    ),
    (
        contract.unprovisioned,
        lambda plan: without(plan, "gpu-cluster-aws-ebs-csi-driver"),
        "no add-on provisions ebs.csi.aws.com",
    ),
    (
        contract.unprovisioned,
        lambda plan: changed(plan, "gpu-cluster-sliced-peak-start", put("autoscalingGroupName", value="other")),
        "no node group has the scaling group other",
    ),
    (contract.missing_secrets, lambda plan: changed(plan, CONTROLLER, PASSWORD), "nothing makes the secret password"),
    (
        contract.missing_secrets,
        lambda plan: without(plan, "feature-services-tracking-database"),
        "feature-services-tracking-servers: nothing makes the secret mlflow-database",
    ),
    (
        contract.unanswered_secrets,
        lambda plan: without(plan, "feature-services-access-database-mlflow"),
        "nothing makes ml-everything/database/mlflow in Secrets Manager",
    ),
    (
        contract.unanswered_secrets,
        lambda plan: changed(plan, "secrets-store", put("spec", "conditions", 0, "namespaces", value=["feast"])),
        "the store aws-secrets does not answer mlflow",
    ),
    (
        traffic.silenced,
        lambda plan: without(plan, "gpu-cluster-gpu-software-neuron-apis"),
        "neuron-helm-chart: may not reach the Kubernetes API or AWS",
    ),
    (
        traffic.silenced,
        lambda plan: changed(
            plan, "gpu-cluster-autoscaler-apis", put("spec", "egress", 1, "ports", 0, "port", value=8080)
        ),
        "cluster-autoscaler: may not reach the agent that gives it its role",
    ),
    (
        traffic.open_namespaces,
        lambda plan: without(plan, "gpu-cluster-serving-default-deny"),
        "serving: nothing denies what no policy allows",
    ),
    (
        traffic.closed_ports,
        lambda plan: changed(plan, "gpu-cluster-kubelet-and-webhooks-from-cluster", put("toPort", value=10250)),
        "gpu-cluster-nodes-sg: the API server does not reach port 10251",
    ),
    (
        traffic.closed_ports,
        lambda plan: without(plan, "gpu-cluster-nodes-out"),
        "pods of different nodes do not reach each other",
    ),
    (
        traffic.one_sided,
        lambda plan: without(plan, "feature-store-online-clients-out"),
        "feature-store-online-from-clients: who may come in by it may not go there",
    ),
    (
        traffic.unheard_policies,
        lambda plan: changed(
            plan,
            "gpu-cluster-autoscaler-metrics",
            put("spec", "podSelector", "matchLabels", value={"app.kubernetes.io/name": "cluster-autoscaler"}),
        ),
        "no pod of cluster-autoscaler has the labels {'app.kubernetes.io/name': 'cluster-autoscaler'}",
    ),
    (
        traffic.unheard_policies,
        lambda plan: changed(
            plan, "gpu-cluster-gpu-software-metrics", put("spec", "ingress", 0, "ports", 0, "port", value=9401)
        ),
        "nobody it selects listens on 9401",
    ),
    (
        traffic.unheard_policies,
        lambda plan: without(plan, "gpu-cluster-coredns"),
        "no add-on has the labels {'k8s-app': 'kube-dns'}",
    ),
    (
        traffic.unscraped,
        lambda plan: without(plan, "gpu-cluster-gpu-software-metrics"),
        "dcgm-exporter: its metrics are read from [], not from monitoring",
    ),
    (
        pairs.unpaired,
        lambda plan: without(plan, "feature-services-tracking-clients-batch"),
        "feature-services-tracking-namespace-allow-clients: batch {} has no egress rule for 5000 of mlflow",
    ),
    (
        pairs.unpaired,
        lambda plan: without(plan, "feature-services-features-namespace-allow-clients"),
        "feature-services-features-clients-models: feast {'app.kubernetes.io/name': 'feature-server'} has no ingress",
    ),
    (
        # A range is no selector: the VPC CNI judges before the address of a Service is translated.
        pairs.unpaired,
        lambda plan: changed(
            plan,
            "feature-services-tracking-clients-batch",
            put("spec", "egress", 0, "to", value=[{"ipBlock": {"cidr": "0.0.0.0/0"}}]),
        ),
        "batch {} has no egress rule for 5000 of mlflow",
    ),
    (
        pairs.unpaired,
        lambda plan: changed(
            plan,
            "serving-platform-gateway-ingress-allow-models",
            put("spec", "egress", 0, "ports", 0, "port", value=8081),
        ),
        "has no ingress rule for 8081 of istio-ingress",
    ),
    (
        order.definitions_come_first,
        lambda plan: loose(
            loose(plan, "gpu-cluster-karpenter-controller", "gpu-cluster-karpenter-crd"), "x", "network"
        ),
        "gpu-cluster-karpenter-burst-pool does not wait for gpu-cluster-karpenter-crd",
    ),
    (
        order.definitions_come_first,
        lambda plan: without(plan, "gpu-cluster-karpenter-crd"),
        "no release brings definitions of karpenter.sh",
    ),
    (
        order.namespaces_come_first,
        lambda plan: loose(plan, "gpu-cluster-serving-allow-dns", "gpu-cluster-serving-namespace"),
        "gpu-cluster-serving-allow-dns does not wait for gpu-cluster-serving-namespace",
    ),
    (
        order.namespaces_come_first,
        lambda plan: without(plan, "gpu-cluster-batch-namespace"),
        "nothing makes the namespace batch",
    ),
    (
        order.objects_go_to_the_cluster,
        lambda plan: without(plan, "gpu-cluster-kubernetes"),
        "no provider with a kubeconfig of this plan",
    ),
    (order.references_are_in_the_plan, lambda plan: without(plan, "gpu-cluster-coredns"), "which is not in the plan"),
    (
        order.karpenter_cleans_up_first,
        lambda plan: loose(plan, CONTROLLER, "gpu-cluster-karpenter-queue-policy"),
        "gpu-cluster-karpenter-controller does not wait for gpu-cluster-karpenter-queue-policy",
    ),
    (
        order.karpenter_cleans_up_first,
        lambda plan: loose(plan, "gpu-cluster-karpenter-trn-pool", "gpu-cluster-karpenter-trn-class"),
        "gpu-cluster-karpenter-trn-pool does not wait for gpu-cluster-karpenter-trn-class",
    ),
    (
        order.roles_outlive_workloads,
        lambda plan: loose(plan, SCALER, "gpu-cluster-autoscaler-identity-association"),
        "gpu-cluster-autoscaler-release does not wait for gpu-cluster-autoscaler-identity-association",
    ),
    (
        order.software_goes_before_nodes,
        lambda plan: loose(plan, None, "gpu-cluster-system-nodes"),
        "gpu-cluster-autoscaler-release does not wait for gpu-cluster-system-nodes",
    ),
    (
        order.nodes_go_before_what_they_need,
        lambda plan: loose(plan, "gpu-cluster-system-nodes", "gpu-cluster-vpc-cni"),
        "gpu-cluster-system-nodes does not wait for gpu-cluster-vpc-cni",
    ),
]


@each_fault(FAULTS)
def test_a_broken_promise_is_told(check: Check, fault: Callable[[Plan], Plan], told: str) -> None:
    assert_told(check, fault(plan_of("everything")), told)


def test_every_check_is_shown_to_find_a_fault() -> None:
    assert {check for check, *_ in FAULTS} == set(CHECKS)


def test_plan_of_everything_has_every_chart_and_add_on() -> None:
    plan = plan_of("everything")
    cluster = {
        "nvidia-device-plugin",
        "dcgm-exporter",
        "aws-efa-k8s-device-plugin",
        "neuron-helm-chart",
        "cluster-autoscaler",
        "karpenter-crd",
        "karpenter",
    }
    assert {order.chart_of(each) for each in of_type(plan, RELEASE)} >= cluster
    assert {each.inputs["addonName"] for each in of_type(plan, ADDON)} == set(ADDONS)
