"""What runs in the cluster: namespaces, identities, device plugins, the exporter, the autoscaler."""

import json
from typing import Any

import pulumi
import pytest
import yaml

from components.cluster.accelerator_software import METRICS_PORT as GPU_METRICS
from components.cluster.accelerator_software import device_plugin_configs
from components.cluster.cluster_autoscaler import METRICS_PORT, ClusterAutoscaler, scaling_policy
from components.cluster.gpu_software import GpuSoftware
from components.cluster.node_pool.sharing import LARGEST_REPLICAS
from components.cluster.secure_namespace import SecureNamespace
from components.cluster.workload_identity import WorkloadIdentity
from components.core.spec import SpecError
from components.facts.versions import CLUSTER_AUTOSCALER_IMAGE, KubernetesVersion
from tests.support.components.clusters import NAMESPACE, NETWORK_POLICY, RELEASE, ROLE, needs, statements
from tests.support.components.mocks import ACCOUNT, Recording, run

ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"


def namespace(**args: Any) -> Recording:
    return run(lambda: SecureNamespace("team", {"namespace": "team-a", **args}))  # pyright: ignore[reportArgumentType]


def software(**args: Any) -> Recording:
    return run(lambda: GpuSoftware("gpu", {"cluster_name": "ml", **args}))  # pyright: ignore[reportArgumentType]


def autoscaler(version: str = "1.36", **args: Any) -> Recording:
    given = {"cluster_name": "ml", "kubernetes_version": version, **args}
    return run(lambda: ClusterAutoscaler("scaler", given))  # pyright: ignore[reportArgumentType]


def specs(recording: Recording) -> dict[str, dict[str, Any]]:
    return {each.inputs["metadata"]["name"]: each.inputs["spec"] for each in recording.all(NETWORK_POLICY)}


def values(recording: Recording, chart: str) -> dict[str, Any]:
    [release] = [each for each in recording.all(RELEASE) if each.inputs["name"] == chart]
    return release.inputs["values"]


@pytest.mark.parametrize("level", ["restricted", "baseline", "privileged"])
def test_a_namespace_enforces_a_pod_security_standard(level: str) -> None:
    labels = namespace(pod_security=level).one(NAMESPACE).inputs["metadata"]["labels"]
    assert labels == {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "audit", "warn")}


def test_a_namespace_is_restricted_by_default() -> None:
    found = namespace(labels={"team": "a"}).one(NAMESPACE).inputs["metadata"]["labels"]
    assert (found["team"], found["pod-security.kubernetes.io/enforce"]) == ("a", "restricted")


def test_a_label_cannot_undo_the_pod_security_of_a_namespace() -> None:
    with pytest.raises(SpecError, match="is set by podSecurity; remove it here"):
        namespace(labels={"pod-security.kubernetes.io/enforce": "privileged"})


def test_pods_of_a_namespace_reach_each_other_and_dns_alone() -> None:
    recording = namespace()
    found = specs(recording)
    assert found["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert found["allow-within"]["ingress"] == [{"from": [{"podSelector": {}}]}]
    assert found["allow-within"]["egress"] == [{"to": [{"podSelector": {}}]}]
    [dns] = found["allow-dns"]["egress"]
    assert {(port["protocol"], port["port"]) for port in dns["ports"]} == {("UDP", 53), ("TCP", 53)}
    assert dns["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ]
    assert set(found) == {"default-deny", "allow-dns", "allow-within"}


def test_namespace_output_waits_for_its_policies() -> None:
    recording = Recording()

    def program() -> None:
        made = SecureNamespace("team", {"namespace": "team-a"})
        SecureNamespace("next", {"namespace": "b"}, pulumi.ResourceOptions(depends_on=[made]))
        pulumi.CustomResource("test:index:Reader", "reader", {"namespace": made.namespace})

    run(program, recording)
    reader = recording.one("test:index:Reader")
    assert {"team-default-deny", "team-allow-dns", "team-allow-within"} <= needs(recording, reader)


def identity(**args: Any) -> Recording:
    given = {"cluster_name": "ml", "namespace": "serving", "service_account": "model", **args}
    return run(lambda: WorkloadIdentity("model", given))  # pyright: ignore[reportArgumentType]


def test_an_identity_is_for_one_service_account_of_one_cluster() -> None:
    recording = identity(policies={"read": json.dumps({"Version": "2012-10-17", "Statement": []})})
    association = recording.one(ASSOCIATION).inputs
    assert (association["clusterName"], association["namespace"], association["serviceAccount"]) == (
        "ml",
        "serving",
        "model",
    )
    [trust] = json.loads(recording.one(ROLE).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/ml"},
    }


def test_workload_after_its_identity_has_permissions() -> None:
    recording = identity(
        policies={"read": "{}"}, managed_policies=["service-role/AmazonEBSCSIDriverPolicy", "ReadOnlyAccess"]
    )
    attached = {each.name: each.inputs["policyArn"] for each in recording.all(ATTACHMENT)}
    assert attached == {
        "model-AmazonEBSCSIDriverPolicy": "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
        "model-ReadOnlyAccess": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    }
    assert {"model-read", *attached} <= needs(recording, recording.one(ASSOCIATION))


ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def test_every_sharing_has_a_plugin_configuration() -> None:
    configs = device_plugin_configs()
    assert len(configs) == 2 + 3 * (LARGEST_REPLICAS - 1)
    for name, text in configs.items():
        config = yaml.safe_load(text)
        assert config["version"] == "v1"
        assert config["flags"]["migStrategy"] == ("single" if name.startswith("mig") else "none")
        for mode in config.get("sharing", {}).values():
            [shared] = mode["resources"]
            assert shared["name"] == "nvidia.com/gpu"
            assert name.endswith(f"-{shared['replicas']}")


def test_the_device_plugin_shares_nothing_unless_a_node_says_so() -> None:
    config = values(software(), "nvidia-device-plugin")["config"]
    assert config["default"] == "exclusive"
    assert "sharing" not in yaml.safe_load(config["map"]["exclusive"])


def test_gpu_daemons_tolerate_every_taint_of_a_pool() -> None:
    recording = software(fabric=True, neuron=True)
    found = {each.inputs["name"]: each.inputs["values"] for each in recording.all(RELEASE)}
    assert set(found) == {
        "nvidia-device-plugin",
        "dcgm-exporter",
        "aws-efa-k8s-device-plugin",
        "neuron-helm-chart",
    }
    neuron = found.pop("neuron-helm-chart")["devicePlugin"]
    for chart in (*found.values(), neuron):
        assert chart["tolerations"] == [{"operator": "Exists"}]


def test_each_daemon_runs_on_the_nodes_of_its_hardware_alone() -> None:
    recording = software(fabric=True, neuron=True)
    assert values(recording, "dcgm-exporter")["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert values(recording, "aws-efa-k8s-device-plugin")["nodeSelector"] == {"mlplatform.io/efa": "true"}
    assert values(recording, "neuron-helm-chart")["devicePlugin"]["nodeSelector"] == {"mlplatform.io/neuron": "true"}


def test_the_exporter_runs_as_its_makers_do() -> None:
    """Any other user names no pods, sees no MIG instance and fails on the profiling counters of the default list."""
    context = values(software(), "dcgm-exporter")["securityContext"]
    assert (context["runAsUser"], context["runAsNonRoot"]) == (0, False)
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"], "add": ["SYS_ADMIN"]}


def test_metrics_name_each_pod_that_shares_a_gpu() -> None:
    variables = {each["name"]: each["value"] for each in values(software(), "dcgm-exporter")["extraEnv"]}
    assert variables == {"KUBERNETES_VIRTUAL_GPUS": "true"}


def test_root_runs_only_in_the_namespace_that_is_excepted() -> None:
    recording = software()
    namespace = recording.one(NAMESPACE).inputs["metadata"]
    assert namespace["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"
    [release] = [each for each in recording.all(RELEASE) if each.inputs["name"] == "dcgm-exporter"]
    assert release.inputs["namespace"] == namespace["name"] == "gpu-system"


def test_service_monitor_needs_its_definition() -> None:
    assert values(software(), "dcgm-exporter")["serviceMonitor"] == {"enabled": False}
    assert values(software(service_monitor=True), "dcgm-exporter")["serviceMonitor"] == {"enabled": True}


def test_gpu_metrics_are_read_by_the_monitoring_namespace_alone() -> None:
    found = specs(software(monitoring_namespace="observability"))["allow-metrics"]
    assert found["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "dcgm-exporter"}}
    assert found["ingress"] == [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}],
            "ports": [{"protocol": "TCP", "port": GPU_METRICS}],
        }
    ]


def test_only_plugins_that_ask_the_kubernetes_api_may_reach_it() -> None:
    assert "allow-neuron-apis" not in specs(software())
    found = specs(software(neuron=True))
    selectors = [found[name]["podSelector"]["matchLabels"] for name in ("allow-apis", "allow-neuron-apis")]
    assert selectors == [
        {"app.kubernetes.io/name": "nvidia-device-plugin"},
        {"app.kubernetes.io/name": "neuron-device-plugin"},
    ]


@pytest.mark.parametrize("version", list(KubernetesVersion))
def test_the_autoscaler_is_of_the_clusters_version(version: KubernetesVersion) -> None:
    found = values(autoscaler(version), "cluster-autoscaler")
    assert found["image"]["tag"] == CLUSTER_AUTOSCALER_IMAGE[version]
    assert found["image"]["tag"].startswith(f"v{version}.")


def test_the_autoscaler_moves_the_clusters_own_groups_alone() -> None:
    found = {each["Sid"]: each for each in json.loads(scaling_policy("ml"))["Statement"]}
    assert found["Move"]["Action"] == [
        "autoscaling:SetDesiredCapacity",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
    ]
    assert found["Move"]["Condition"] == {
        "StringEquals": {
            "aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true",
            "aws:ResourceTag/k8s.io/cluster-autoscaler/ml": "owned",
        }
    }
    assert all(":Describe" in action or ":Get" in action for action in found["Plan"]["Action"])


def test_the_autoscaler_knows_its_cluster_region_and_account() -> None:
    recording = autoscaler()
    found = values(recording, "cluster-autoscaler")
    assert found["autoDiscovery"] == {"clusterName": "ml"}
    assert found["awsRegion"] == "us-east-1"
    association = recording.one(ASSOCIATION).inputs
    assert found["rbac"]["serviceAccount"]["name"] == association["serviceAccount"]
    assert recording.one(RELEASE).inputs["namespace"] == association["namespace"]
    assert statements(recording.one("aws:iam/rolePolicy:RolePolicy"))["Move"]


def test_a_pod_with_an_empty_dir_does_not_keep_its_node() -> None:
    arguments = values(autoscaler(), "cluster-autoscaler")["extraArgs"]
    assert arguments["skip-nodes-with-local-storage"] is False
    assert arguments["skip-nodes-with-system-pods"] is False


def test_the_autoscaler_survives_a_node_and_is_hardened() -> None:
    found = values(autoscaler(), "cluster-autoscaler")
    assert (found["replicaCount"], found["podDisruptionBudget"]) == (2, {"maxUnavailable": 1})
    assert found["securityContext"]["runAsNonRoot"] is True
    assert found["containerSecurityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(found["resources"]) == {"requests", "limits"}


def test_autoscaler_waits_for_identity_and_network_policies() -> None:
    recording = autoscaler()
    needed = needs(recording, recording.one(RELEASE))
    assert {"scaler-identity-association", "scaler-identity-scaling", "scaler-apis", "scaler-metrics"} <= needed
    assert specs(recording)["allow-metrics"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": METRICS_PORT}]


def test_the_way_to_the_apis_leaves_out_instance_metadata() -> None:
    https, credentials = specs(autoscaler())["allow-apis"]["egress"]
    assert https["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}]
    assert https["ports"] == [{"protocol": "TCP", "port": 443}]
    assert credentials["to"] == [{"ipBlock": {"cidr": "169.254.170.23/32"}}]
    assert credentials["ports"] == [{"protocol": "TCP", "port": 80}]


@pytest.mark.parametrize("build", [software, autoscaler])
def test_releases_are_pinned_atomic_and_after_their_namespace(build: Any) -> None:
    recording = build()
    for release in recording.all(RELEASE):
        inputs = release.inputs
        assert inputs["version"]
        assert (inputs["atomic"], inputs["cleanupOnFail"]) == (True, True)
        assert any(name.endswith("-default-deny") for name in needs(recording, release))
