"""Models on the disks of nodes: who puts them there, who reads them, and what is refused."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from components.core.node_labels import NVIDIA_TAINT, POOL_LABEL
from components.core.spec import SpecError
from components.serving.serving_platform import names as agreed
from policies.engine.evaluate import evaluate
from resources.resource import UNKNOWN, Resource
from tests.support.components.clusters import NAMESPACE, NETWORK_POLICY, RELEASE, needs
from tests.support.components.definitions import faults
from tests.support.components.mocks import Recording
from tests.support.components.models import objects as model_objects
from tests.support.components.serving import MODELS, platform
from tests.support.policies.cases import context

POLICY = '{"Version": "2012-10-17", "Statement": []}'
GROUPS = [{"name": "inference", "storage_gib": 60}, {"name": "steady", "pools": ["cpu", "arm"], "storage_gib": 10}]
WHERE, DOWNLOADS = "kserve", "kserve-localmodel-jobs"
KSERVE = "kubernetes:serving.kserve.io/v1alpha1:"
PREDICTOR_USER = 1000


def cached(recording: Recording | None = None, **args: Any) -> Recording:
    return platform(recording, **{"model_cache": GROUPS, "cache_policy": POLICY, **args})


@pytest.fixture(scope="module")
def recording() -> Recording:
    return cached()


def by_name(recording: Recording, kind: str) -> dict[str, Any]:
    return {each.inputs["metadata"]["name"]: each.inputs for each in recording.all(kind)}


def agent(recording: Recording) -> Any:
    return recording.one("kubernetes:apps/v1:DaemonSet").inputs["spec"]["template"]["spec"]


def claims(recording: Recording) -> dict[tuple[str, str], Any]:
    """The volume of each claim, by its namespace and name; each names the other."""
    volumes = by_name(recording, "kubernetes:core/v1:PersistentVolume")
    found = recording.all("kubernetes:core/v1:PersistentVolumeClaim")
    assert len(found) == len(volumes)
    paired: dict[tuple[str, str], Any] = {}
    for each in found:
        where, volume = each.inputs["metadata"], volumes[each.inputs["spec"]["volumeName"]]["spec"]
        owner = volume["claimRef"]
        assert (owner["namespace"], owner["name"]) == (where["namespace"], where["name"])
        assert volume["accessModes"] == each.inputs["spec"]["accessModes"]
        paired[where["namespace"], where["name"]] = volume
    return paired


def nodes_of(volume: Mapping[str, Any]) -> Any:
    [term] = volume["nodeAffinity"]["required"]["nodeSelectorTerms"]
    [rule] = term["matchExpressions"]
    assert rule["key"] == POOL_LABEL
    return rule.get("values", rule["operator"])


def test_without_a_group_there_is_nothing_of_it() -> None:
    found = platform()
    assert not found.all("kubernetes:core/v1:PersistentVolume")
    assert not [each for each in found.resources if "cache" in each.name or "localmodel" in str(each.inputs)]


def test_no_namespace_is_privileged_and_one_volume_is_excepted(recording: Recording) -> None:
    levels = {
        each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        for each in recording.all(NAMESPACE)
    }
    assert {WHERE, DOWNLOADS} <= set(levels)
    assert set(levels.values()) == {"restricted"}
    about = [each.urn for each in recording.resources if "serving-model-cache" in each.name]
    told = [f"{each.policy}: {each.message}" for each in evaluate(recording.resources, context()) if each.urn in about]
    assert [each for each in told if not each.startswith("required-tags")] == [
        "host-path: gives /var/lib/model-cache of the node to Pods as a persistent volume",
        # KServe's downloads run under the default service account of their own namespace.
        "identity-default-account: gives its role to the default service account, which every Pod without one of its "
        "own uses",
    ]


def test_agent_runs_on_all_nodes_of_the_groups_despite_taints(recording: Recording) -> None:
    spec = agent(recording)
    required = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert nodes_of({"nodeAffinity": {"required": required}}) == ["inference", "cpu", "arm"]
    assert spec["tolerations"] == [{"operator": "Exists"}]
    labels = recording.one("kubernetes:apps/v1:DaemonSet").inputs["spec"]
    assert labels["selector"]["matchLabels"] == labels["template"]["metadata"]["labels"]


def test_the_agent_takes_a_directory_by_claims_and_is_not_root(recording: Recording) -> None:
    spec = agent(recording)
    [container] = spec["containers"]
    assert {frozenset(volume) for volume in spec["volumes"]} == {frozenset({"name", "persistentVolumeClaim"})}
    named = {each["name"]: each["persistentVolumeClaim"]["claimName"] for each in spec["volumes"]}
    mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    kept = claims(recording)[WHERE, named["kept"]]
    made = claims(recording)[WHERE, named["made"]]
    # Only a volume of kind local gets a group, and only one of kind hostPath is made where it is missing.
    assert made["hostPath"] == {"path": kept["local"]["path"], "type": "DirectoryOrCreate"}
    assert mounted["kept"] == "/mnt/models"
    assert spec["securityContext"]["fsGroup"] == spec["securityContext"]["runAsUser"] == PREDICTOR_USER
    assert nodes_of(kept) == nodes_of(made) == "Exists"


def test_agent_of_the_chart_runs_on_no_node(recording: Recording) -> None:
    [found] = [each for each in recording.all(RELEASE) if each.inputs["name"] == "kserve-localmodel"]
    assert found.inputs["values"]["kserve"]["localmodelnode"]["controller"]["nodeSelector"] == {
        "kserve/localmodel": "none"
    }
    # Source: kserve v0.20.0, charts/kserve-localmodel-resources/files/resources.yaml, Certificate.
    assert found.inputs["namespace"] == "kserve"


def test_agent_reads_no_secret_and_makes_jobs_for_downloads_only(recording: Recording) -> None:
    rbac = "kubernetes:rbac.authorization.k8s.io/v1:"
    [everywhere] = recording.all(f"{rbac}ClusterRole")
    rules = everywhere.inputs["rules"]
    granted = {(kind, verb) for rule in rules for kind in rule["resources"] for verb in rule["verbs"]}
    assert not [kind for kind, _ in granted if kind in ("secrets", "serviceaccounts", "nodes", "pods")]
    assert {verb for kind, verb in granted if kind == "jobs"} == {"get", "list", "watch"}
    roles = {each.inputs["metadata"]["namespace"]: each.inputs["rules"] for each in recording.all(f"{rbac}Role")}
    assert [rule["verbs"] for rule in roles[DOWNLOADS]] == [["create", "delete"]]
    assert [rule["resourceNames"] for rule in roles[WHERE]] == [["inferenceservice-config"]]
    account = agent(recording)["serviceAccountName"]
    for each in (*recording.all(f"{rbac}RoleBinding"), *recording.all(f"{rbac}ClusterRoleBinding")):
        [subject] = each.inputs["subjects"]
        assert (subject["namespace"], subject["name"]) == (WHERE, account)


def test_kserve_leaves_volumes_of_models_to_the_platform(recording: Recording) -> None:
    def told(found: Recording) -> Any:
        [kserve] = [each for each in found.all(RELEASE) if each.inputs["name"] == "kserve"]
        return kserve.inputs["values"]["kserve"].get("localmodel")

    # It stays unaware of copies itself: a model that asks for none gets none because another one has it.
    assert told(recording) == {"jobNamespace": DOWNLOADS, "disableVolumeManagement": True}
    assert told(platform()) is None


def test_models_read_what_the_agent_keeps_and_write_nothing(recording: Recording) -> None:
    found = claims(recording)
    kept = next(volume for (where, _), volume in found.items() if where == WHERE and "local" in volume)
    for namespace in MODELS:
        for group, pools in (("inference", ["inference"]), ("steady", ["cpu", "arm"])):
            volume = found[namespace, f"{agreed.MODEL_CACHE_CLAIM}{group}"]
            assert volume["mountOptions"] == ["ro"]
            assert volume["accessModes"] == ["ReadOnlyMany"]
            assert nodes_of(volume) == pools
            # KServe's agent puts models into the folder `models` of what it mounts.
            assert volume["local"]["path"] == f"{kept['local']['path']}/models"


def test_downloads_go_to_the_directory_of_the_agent(recording: Recording) -> None:
    groups = by_name(recording, f"{KSERVE}LocalModelNodeGroup")
    assert {name: each["spec"]["storageLimit"] for name, each in groups.items()} == {
        "inference": "60Gi",
        "steady": "10Gi",
    }
    kept = next(volume for (where, _), volume in claims(recording).items() if where == WHERE and "local" in volume)
    for name, pools in (("inference", ["inference"]), ("steady", ["cpu", "arm"])):
        volume = groups[name]["spec"]["persistentVolumeSpec"]
        assert volume["local"] == kept["local"]
        assert nodes_of(volume) == pools


def test_no_claim_waits_for_a_driver(recording: Recording) -> None:
    specs = [each.inputs["spec"] for each in recording.all("kubernetes:core/v1:PersistentVolumeClaim")]
    specs += [
        each.inputs["spec"]["persistentVolumeClaimSpec"] for each in recording.all(f"{KSERVE}LocalModelNodeGroup")
    ]
    assert {each["storageClassName"] for each in specs} == {""}


def test_downloads_come_onto_gpu_nodes_without_taking_a_gpu(recording: Recording) -> None:
    spec = recording.one(f"{KSERVE}ClusterStorageContainer").inputs["spec"]
    assert spec["workloadType"] == "localModelDownloadJob"
    assert [each["prefix"] for each in spec["supportedUriFormats"]] == ["s3://"]
    for amounts in spec["container"]["resources"].values():
        assert amounts[NVIDIA_TAINT] == "0"
    security = spec["container"]["securityContext"]
    assert security["runAsNonRoot"]
    assert security["runAsUser"] == PREDICTOR_USER


@pytest.mark.parametrize("code", [0, 1])
def test_a_model_is_marked_once_it_is_all_there(recording: Recording, tmp_path: Path, code: int) -> None:
    container = recording.one(f"{KSERVE}ClusterStorageContainer").inputs["spec"]["container"]
    initializer = tmp_path / "initializer"
    initializer.write_text(f'#!/bin/sh\nprintf %s "$1" > "$2/model" && exit {code}\n')
    initializer.chmod(0o755)
    kept = tmp_path / "kept"
    kept.mkdir()
    original = "/storage-initializer/scripts/initializer-entrypoint"
    command = [each.replace(original, str(initializer)) for each in container["command"]]
    assert command != container["command"]
    done = subprocess.run([*command, "s3://acme/fraud/3/", str(kept)], check=False, timeout=30)
    assert done.returncode == code
    assert (kept / "model").read_text() == "s3://acme/fraud/3/"
    assert (kept / agreed.CACHED).exists() is (code == 0)


def test_downloads_have_the_identity_that_reads_models(recording: Recording) -> None:
    [found] = [
        each
        for each in recording.all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if each.inputs["namespace"] == DOWNLOADS
    ]
    # KServe gives the pods of its downloads no account.
    assert found.inputs["serviceAccount"] == "default"
    [policy] = [each for each in recording.all("aws:iam/rolePolicy:RolePolicy") if "model-cache" in each.name]
    assert policy.inputs["policy"] == POLICY


def test_downloads_reach_https_and_their_credentials_alone(recording: Recording) -> None:
    found = {
        each.inputs["metadata"]["name"]: each.inputs["spec"]
        for each in recording.all(NETWORK_POLICY)
        if each.inputs["metadata"]["namespace"] == DOWNLOADS
    }
    assert set(found) == {"default-deny", "allow-dns", "allow-within", "allow-apis"}
    assert [rule["ports"][0]["port"] for rule in found["allow-apis"]["egress"]] == [443, 80]
    assert not [name for name, spec in found.items() if name != "allow-within" and spec.get("ingress")]


def test_only_monitoring_reads_the_metrics_of_agents() -> None:
    found = {
        each.inputs["metadata"]["name"]: each.inputs["spec"]
        for each in cached(monitoring_namespace="watch").all(NETWORK_POLICY)
        if each.inputs["metadata"]["namespace"] == WHERE and "model-cache" in each.name
    }
    agents, controller = {"app.kubernetes.io/name": "model-cache-agent"}, "kserve-localmodel-controller-manager"
    [metrics] = found["allow-agent-metrics"]["ingress"]
    assert metrics["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "watch"}}}]
    assert found["allow-agent-metrics"]["podSelector"]["matchLabels"] == agents
    [webhook] = found["allow-cache-webhook"]["ingress"]
    assert (webhook["from"], webhook["ports"][0]["port"]) == ([{"ipBlock": {"cidr": "10.40.0.0/16"}}], 9443)
    for name in ("allow-cache-webhook", "allow-cache-apis"):
        assert found[name]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": controller}
    assert found["allow-agent-apis"]["podSelector"]["matchLabels"] == agents
    assert len(found) == 4


AGENT, CONTROLLER = "serving-model-cache-agent", "serving-model-cache-controller"


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("serving-model-cache-crd", {"serving-kserve-controller", "serving-certificates-release"}),
        (
            CONTROLLER,
            {"serving-model-cache-crd", "serving-model-cache-allow-cache-webhook", "serving-kserve-controller"},
        ),
        (CONTROLLER, {"serving-kserve-namespace-default-deny", "serving-model-cache-allow-cache-apis"}),
        (AGENT, {CONTROLLER, "serving-model-cache-allow-agent-apis", "serving-model-cache-downloads-default-deny"}),
        ("serving-model-cache-download", {CONTROLLER, "serving-model-cache-identity-association"}),
        ("serving-model-cache-inference-group", {AGENT, CONTROLLER, "serving-model-cache-download"}),
        ("reader", {"serving-model-cache-inference-group", "serving-model-cache-steady-group"}),
    ],
)
def test_nothing_starts_before_what_it_needs_nor_outlives_it(
    recording: Recording, later: str, earlier: set[str]
) -> None:
    [resource] = [each for each in recording.resources if each.name == later and not each.type.startswith("mlp")]
    assert earlier <= needs(recording, resource)


def test_models_wait_for_their_claims_and_claims_for_namespaces(recording: Recording) -> None:
    [reader] = [each for each in recording.resources if each.name == "reader"]
    for each in recording.all("kubernetes:core/v1:PersistentVolumeClaim"):
        namespace = each.inputs["metadata"]["namespace"]
        if namespace in MODELS:
            assert each.name in needs(recording, reader)
            assert f"serving-{namespace}-default-deny" in needs(recording, each)
    agents = [each for each in recording.resources if each.type.endswith(":DaemonSet")]
    rights_and_volumes = ("model-cache-agent", "model-cache-directory")
    own = {
        each.name
        for each in objects(recording)
        if each.inputs["metadata"]["name"] in rights_and_volumes and each is not agents[0]
    }
    assert len(own) == 11
    assert own <= needs(recording, agents[0])


def objects(recording: Recording) -> list[Resource]:
    return [
        each
        for each in recording.resources
        if "serving-model-cache" in each.name and each.type.startswith("kubernetes:") and each.type != RELEASE
    ]


def test_every_object_of_kubernetes_is_one_that_it_accepts(recording: Recording) -> None:
    judged = [each for each in objects(recording) if "kserve.io" not in each.type and "cert-manager" not in each.type]
    assert len(judged) > 20
    for each in judged:
        assert faults(each.inputs) == []


def test_every_custom_resource_fits_its_published_definition(recording: Recording) -> None:
    judged = [each for each in objects(recording) if "kserve.io" in each.type or "cert-manager" in each.type]
    assert len(judged) == 3
    assert [told for each in judged for told in faults(each.inputs)] == []


def test_a_preview_knows_every_object() -> None:
    for each in objects(cached(Recording(preview=True))):
        assert not [value for value in each.inputs.values() if value is UNKNOWN], each.name


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"cache_policy": None}, "modelCache is set and cachePolicy is not; say by which policy it reads models"),
        ({"model_cache": [{"name": "a", "storage_gib": 0}]}, "storage_gib = 0: "),
        ({"model_cache": [{"name": "a"}]}, "is missing; it is required"),
        ({"model_cache": [{"name": "A", "storage_gib": 1}]}, "name = 'A': "),
        ({"model_cache": [{"name": "a", "storage_gib": 1, "pools": ["a", "a"]}]}, "a is named more than once"),
        ({"model_cache": [{"name": "a", "storage_gib": 1}] * 2}, "a is named more than once; name each once"),
        (
            {"model_cache": [{"name": "a", "storage_gib": 1}, {"name": "b", "pools": ["a"], "storage_gib": 1}]},
            "pool a is in the groups a and b, which would share its disks",
        ),
        (
            {"model_namespaces": [DOWNLOADS]},
            f"the namespace {DOWNLOADS} belongs to a component of the platform",
        ),
    ],
)
def test_wrong_model_caches_register_nothing(args: dict[str, Any], message: str) -> None:
    given = {"model_cache": GROUPS, "cache_policy": POLICY, **args}
    recording = Recording()
    with pytest.raises(SpecError) as error:
        platform(recording, **{key: value for key, value in given.items() if value is not None})
    assert message in str(error.value)
    assert not recording.resources


def test_a_waiting_model_starts_once_it_is_all_there(tmp_path: Path) -> None:
    """Its command, with a stand-in for `sleep` that finishes the download meanwhile."""
    [waiting] = model_objects(cache={"group": "inference", "sizeGib": 5})["InferenceService", "fraud"]["spec"][
        "predictor"
    ]["initContainers"]
    [mount] = waiting["volumeMounts"]
    folder = tmp_path / waiting["command"][3]
    folder.mkdir()
    (folder / "model").write_text("half")
    sleep = tmp_path / "sleep"
    sleep.write_text(f'#!/bin/sh\ntouch "{folder}/{agreed.CACHED}" "{tmp_path}/slept"\n')
    sleep.chmod(0o755)
    command = [each.replace(mount["mountPath"], str(tmp_path)) for each in waiting["command"]]
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(cast(list[str], command), env={"PATH": path}, check=False, timeout=30)
    assert done.returncode == 0
    assert (tmp_path / "slept").exists()
