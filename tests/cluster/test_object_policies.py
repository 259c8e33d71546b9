"""What the policies of a stack about objects admit: a real API server judges by them. Skipped where there is none."""

from collections.abc import Generator
from typing import Any

import pytest

from policies.engine.admission import Excused
from policies.engine.settings import Level, PolicySettings
from stacks.admission import object_policies
from tests.support.cluster.server import Cluster, namespaces
from tests.support.planner.plans import CLUSTERED, of_type, plan_of

ADMISSION = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
RELEASE = "kubernetes:helm.sh/v3:Release"
RBAC = "rbac.authorization.k8s.io"
TEAM, PLATFORM = "object-team", "object-platform"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
ARGO_CD = "system:serviceaccount:argocd:argocd-application-controller"
OF_HELM = {"meta.helm.sh/release-name": "app", "meta.helm.sh/release-namespace": PLATFORM}
FREE = '--patch={"metadata":{"finalizers":null}}'
REFUSED_IN_THE_PLAN = "host-path: gives /var/lib/model-cache of the node"
"""The model cache of the stack `everything`, which has no exception."""


def namespace(name: str, **labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def role(name: str = "reads-secrets", verbs: tuple[str, ...] = ("get",), **metadata: Any) -> dict[str, Any]:
    rules = [{"apiGroups": [""], "resources": ["secrets"], "verbs": list(verbs)}]
    return {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name, **metadata}, "rules": rules}


def node_port(space: str) -> dict[str, Any]:
    spec = {"type": "NodePort", "ports": [{"name": "http", "port": 80}]}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "app", "namespace": space},
        "spec": spec,
    }


def helms(made: dict[str, Any]) -> dict[str, Any]:
    """The object as Helm installs it."""
    return {**made, "metadata": {**made["metadata"], "annotations": OF_HELM}}


def told_as(cluster: Cluster, user: str, *objects: dict[str, Any]) -> str:
    """What the server says of these objects when a user with every right creates them."""
    options = ("--server-side", "--dry-run=server", f"--as={user}", "--as-group=system:masters")
    return cluster.kubectl("apply", *options, "-f", "-", objects=objects).stderr


def install(cluster: Cluster, made: list[dict[str, Any]]) -> None:
    """Replace the policies about objects, and wait until the server judges by them."""
    remove(cluster)
    cluster.create(made)
    cluster.wait_until(lambda: "denied request" in str(cluster.refusals([node_port("default")])))


def remove(cluster: Cluster) -> None:
    kinds = "validatingadmissionpolicies,validatingadmissionpolicybindings"
    cluster.kubectl("delete", kinds, "object-rules", "object-advice", "--ignore-not-found")
    cluster.wait_until(lambda: "denied request" not in str(cluster.refusals([node_port("default")])))


@pytest.fixture
def clean(cluster: Cluster) -> Generator[Cluster]:
    """The cluster, without the policies about objects before and after."""
    remove(cluster)
    yield cluster
    remove(cluster)


@pytest.fixture(scope="module")
def places(cluster: Cluster) -> None:
    """A namespace of a team, and one of the platform."""
    cluster.create([namespace(TEAM, **RESTRICTED, **{"mlplatform.io/team": "true"}), namespace(PLATFORM, **RESTRICTED)])


@pytest.fixture
def judging(clean: Cluster, places: None) -> Cluster:
    """The cluster with the policies as a stack has them."""
    install(clean, policies())
    return clean


def policies(
    *excused: Excused,
    kubeflow: bool = False,
    production: bool = True,
    tags: tuple[str, ...] = ("owner",),
    **levels: Level,
) -> list[dict[str, Any]]:
    chosen = {name.replace("_", "-"): level for name, level in levels.items()}
    settings = PolicySettings.model_validate({"levels": chosen, "requiredTags": list(tags)})
    made = object_policies(settings, excused, kubeflow=kubeflow, production=production)
    return [each for policy in made for each in policy]


@pytest.mark.parametrize("stack", CLUSTERED)
def test_policies_of_a_stack_admit_its_own_objects(clean: Cluster, stack: str) -> None:
    plan = plan_of(stack)
    objects = [dict(each.inputs) for each in plan if each.type.startswith("kubernetes:") and each.type != RELEASE]
    clean.create(namespaces(objects))
    install(clean, [dict(each.inputs) for each in of_type(plan, ADMISSION, f"{ADMISSION}Binding") if ruling(each.name)])
    assert [each for each in clean.refusals(objects) if REFUSED_IN_THE_PLAN not in each] == []


def test_right_to_restore_can_be_bound_by_its_one_name(clean: Cluster) -> None:
    def bound(name: str) -> dict[str, Any]:
        return {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": "velero-server", "namespace": "velero"}],
        }

    made = of_type(plan_of("prod"), ADMISSION, f"{ADMISSION}Binding")
    install(clean, [dict(each.inputs) for each in made if ruling(each.name)])
    assert clean.refusals([bound("velero-restore")]) == []
    assert "rbac-wildcard" in str(clean.refusals([bound("another")]))


def ruling(name: str) -> bool:
    return name.startswith("admission-object")


@pytest.mark.parametrize("user", ["eks:addon-manager", "system:apiserver", "system:serviceaccount:kube-system:any"])
def test_the_control_plane_is_not_judged(judging: Cluster, user: str) -> None:
    assert "denied" not in told_as(judging, user, role())
    assert "denied request: rbac-secrets" in told_as(judging, "somebody", role())


def test_what_helm_installs_is_admitted_outside_of_teams(judging: Cluster) -> None:
    assert "denied" not in told_as(judging, "deployer", helms(role()), helms(node_port(PLATFORM)))
    assert "service-node-port" in told_as(judging, "deployer", helms(node_port(TEAM)))
    told = told_as(judging, ARGO_CD, helms(role()), helms(node_port(PLATFORM)))
    assert "rbac-secrets" in told
    assert "service-node-port" in told


def test_argo_cd_delivers_kubeflow_outside_of_teams_only(clean: Cluster, places: None) -> None:
    install(clean, policies(kubeflow=True))
    assert "denied" not in told_as(clean, ARGO_CD, role(), node_port(PLATFORM))
    assert "service-node-port" in told_as(clean, ARGO_CD, node_port(TEAM))
    assert "rbac-secrets" in told_as(clean, "somebody", role())


def test_exception_admits_one_object_for_one_rule(clean: Cluster, places: None) -> None:
    install(clean, policies(Excused("rbac-secrets", "ClusterRole/reads-secrets", "9999-12-31")))
    assert clean.refusals([role()]) == []
    assert "rbac-secrets" in str(clean.refusals([role("other")]))
    assert "rbac-wildcard" in str(clean.refusals([role(verbs=("*",))]))


def test_exception_ends_after_its_day(clean: Cluster, places: None) -> None:
    install(clean, policies(Excused("rbac-secrets", "ClusterRole/reads-secrets", "2020-01-01")))
    assert "rbac-secrets" in str(clean.refusals([role()]))


def test_exception_of_an_older_object_ends_for_its_changes(clean: Cluster, places: None) -> None:
    clean.create([role("aging")])
    install(clean, policies(Excused("rbac-secrets", "ClusterRole/aging", "2020-01-01")))
    assert "rbac-secrets" in str(clean.refusals([role("aging", ("get", "list"))]))
    install(clean, policies(Excused("rbac-secrets", "ClusterRole/aging", "9999-12-31")))
    assert clean.refusals([role("aging", ("get", "list"))]) == []


def test_exception_does_not_hold_without_a_day(clean: Cluster, places: None) -> None:
    """A client may remove the times of all changes, by which the server knows the day."""
    clean.create([role("timeless")])
    install(clean, policies(Excused("rbac-secrets", "ClusterRole/timeless", "9999-12-30")))
    assert clean.refusals([role("timeless", ("get", "list"))]) == []
    stripped = role("timeless", ("get", "list"), managedFields=[{}])
    told = clean.kubectl("replace", "--dry-run=server", "-f", "-", objects=[stripped])
    assert "rbac-secrets" in told.stderr, told


def test_object_that_is_being_deleted_is_judged(judging: Cluster) -> None:
    """It works until its last finalizer is removed."""
    ports = [{"name": "http", "port": 80}]
    metadata = {"name": "lasting", "namespace": TEAM, "finalizers": ["example.com/wait"]}
    made = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": ports}}
    judging.create([made])
    judging.kubectl("delete", "service", "lasting", f"--namespace={TEAM}", "--wait=false")
    told = str(judging.refusals([{**made, "spec": {"ports": ports, "externalIPs": ["192.0.2.1"]}}]))
    assert "service-external-ips" in told
    freed = judging.kubectl("patch", "service", "lasting", f"--namespace={TEAM}", "--type=merge", FREE)
    assert freed.returncode == 0, freed.stderr


def test_level_of_the_stack_holds_in_the_cluster(clean: Cluster, places: None) -> None:
    install(clean, policies(rbac_secrets=Level.ADVISORY))
    assert clean.refusals([role()]) == []
    assert "rbac-wildcard" in str(clean.refusals([role(verbs=("*",))]))


def test_older_bad_object_can_be_labelled_and_deleted(clean: Cluster, places: None) -> None:
    clean.create([role("old", finalizers=["example.com/wait"])])
    install(clean, policies())
    assert "denied" not in clean.kubectl("label", "clusterrole", "old", "ready=true").stderr
    assert "rbac-secrets" in str(clean.refusals([role("old", ("get", "list"), finalizers=["example.com/wait"])]))
    clean.kubectl("delete", "clusterrole", "old", "--wait=false")
    freed = clean.kubectl("patch", "clusterrole", "old", "--type=merge", FREE)
    assert freed.returncode == 0, freed.stderr
    clean.wait_until(lambda: clean.kubectl("get", "clusterrole", "old").returncode != 0)


def test_role_with_many_rules_stays_within_the_cost_budget(judging: Cluster) -> None:
    rules = [
        {
            "apiGroups": [f"group-{index}.example.com"],
            "resources": [f"kind-{each}" for each in range(20)],
            "verbs": ["get"],
        }
        for index in range(300)
    ]
    assert judging.refusals([{**role("large"), "rules": rules}]) == []


def application_set() -> dict[str, Any]:
    git = {"repoURL": "https://github.com/example/models", "revision": "main", "directories": [{"path": "models/*"}]}
    destination = {"server": "https://kubernetes.default.svc", "namespace": PLATFORM}
    template = {"metadata": {"name": "it"}, "spec": {"project": "risk", "destination": destination}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "models", "namespace": PLATFORM},
        "spec": {"generators": [{"git": git}], "template": template},
    }


def test_a_rule_about_production_holds_there_alone(clean: Cluster, places: None) -> None:
    install(clean, policies())
    assert "model-deletion" in str(clean.refusals([application_set()]))
    install(clean, policies(production=False))
    assert clean.refusals([application_set()]) == []


def open_project(name: str) -> dict[str, Any]:
    every = {"group": "*", "kind": "*"}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": name, "namespace": PLATFORM},
        "spec": {
            "sourceRepos": ["*"],
            "destinations": [{"server": "*", "namespace": "*"}],
            "clusterResourceWhitelist": [every],
        },
    }


def test_argo_cds_server_creates_its_own_project_and_no_other(judging: Cluster) -> None:
    server = "system:serviceaccount:argocd:argocd-server"
    assert "denied" not in told_as(judging, server, open_project("default"))
    assert "argo-cd-project" in told_as(judging, server, open_project("another"))
    assert "argo-cd-project" in told_as(judging, "somebody", open_project("default"))


def node_class(**tags: str) -> dict[str, Any]:
    chosen = [{"tags": {"karpenter.sh/discovery": "it"}}]
    spec = {"role": "nodes", "subnetSelectorTerms": chosen, "securityGroupSelectorTerms": chosen, "tags": tags}
    return {
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": {"name": "it"},
        "spec": {**spec, "amiSelectorTerms": [{"alias": "al2023@v20260901"}]},
    }


def test_node_classes_have_the_tags_of_the_stack(clean: Cluster, places: None) -> None:
    install(clean, policies(tags=("owner", "team")))
    assert clean.refusals([node_class(owner="ml", team="risk")]) == []
    told = str(clean.refusals([node_class(owner="ml")]))
    assert "launched-tags: instances and volumes it starts lack team in tags" in told


@pytest.mark.parametrize("text", ["a=root\n" * 2340, "a=1\n" * 4096, "x" * 16_384, "x: y\n" * 40_000])
def test_large_configuration_stays_within_the_cost_budget(judging: Cluster, text: str) -> None:
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "it", "namespace": PLATFORM}}
    assert judging.refusals([{**made, "data": {"settings": text}}]) == []


def test_large_secret_stays_within_the_cost_budget(judging: Cluster) -> None:
    made = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "it", "namespace": PLATFORM}}
    many = {f"password-{index}": "k3V" * 9 for index in range(3000)}
    some = {f"password-{index}": "k3V" * 9 for index in range(500)}
    assert judging.refusals([{**made, "stringData": some}]) == []
    assert judging.refusals([{**made, "stringData": many}, {**made, "stringData": {"it": "k3V" * 300_000}}]) == []
