"""KubeflowCluster: the order in which it comes and goes, who gets in, and where each team is."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
import yaml

from components.core.spec import SpecError, parse
from components.kubeflow import profiles
from components.kubeflow.kubeflow_cluster import KubeflowCluster
from components.kubeflow.notebooks import IMAGES
from components.kubeflow.project import CLUSTER_KINDS, KINDS
from components.kubeflow.settings import sign_out_path, wave_settings
from components.kubeflow.spec import KubeflowSpec
from components.kubeflow.waves import WAVES, chosen
from policies.engine.evaluate import evaluate
from policies.engine.registry import RULES
from resources.resource import Resource
from tests.support.components.clusters import NAMESPACE, NETWORK_POLICY, RELEASE, needs, statements
from tests.support.components.definitions import ROOT, faults
from tests.support.components.kubeflow import COMPUTED, CONFIG, FRAUD, RANKING, REVISION, TARGETS, WIRING, kubeflow
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context

SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject"
PROFILE = "kubernetes:kubeflow.org/v1:Profile"
LOCAL_QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:LocalQueue"
CLUSTER_QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
FLAVOR = "kubernetes:kueue.x-k8s.io/v1beta2:ResourceFlavor"
ALLOWED = "kubernetes:security.istio.io/v1:AuthorizationPolicy"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SNAPSHOT = "aws:rds/snapshot:Snapshot"
CUSTOM = ("argoproj.io", "kubeflow.org", "kueue.x-k8s.io", "security.istio.io")


@pytest.fixture(scope="module")
def recording() -> Recording:
    return kubeflow()


def spec(**changes: Any) -> KubeflowSpec:
    return parse(KubeflowSpec, {**CONFIG, **changes}, "kubeflow")


def patches(application_set: Resource) -> dict[str, dict[str, str]]:
    """The settings that each wave is given."""
    [generator] = application_set.inputs["spec"]["generators"]
    given = {each["wave"]: each["settings"] for each in generator["list"]["elements"]}
    return {wave: yaml.safe_load(patch)["data"] for wave, patch in given.items() if patch}


def test_every_object_fits_its_definition(recording: Recording) -> None:
    objects = [each for each in recording.resources if each.type.startswith("kubernetes:") and each.type != RELEASE]
    custom = [each for each in objects if each.inputs["apiVersion"].partition("/")[0] in CUSTOM]
    assert {each.type for each in custom} == {SET, PROJECT, PROFILE, LOCAL_QUEUE, CLUSTER_QUEUE, FLAVOR, ALLOWED}
    for each in objects:
        assert not faults(each.inputs), each.name


def test_every_mandatory_rule_holds(recording: Recording) -> None:
    # What a stack brings: the provider with its tags and its account, and the alarms.
    of_the_stack = {"required-tags", "provider-account", "store-alarms"}
    said = evaluate(recording.resources, context())
    assert [each for each in said if each.level == "mandatory" and each.policy not in of_the_stack] == []


def test_teams_come_after_the_last_wave_and_so_go_before_it(recording: Recording) -> None:
    waves = recording.one(SET).name
    for type_ in (PROFILE, LOCAL_QUEUE, CLUSTER_QUEUE, FLAVOR, ALLOWED):
        for each in recording.all(type_):
            assert waves in needs(recording, each), each.name
    for team in ("ranking", "fraud"):
        assert waves in needs(recording, recording.one(NAMESPACE, f"kubeflow-{team}-namespace"))


def test_a_namespace_is_closed_before_anything_can_run_in_it(recording: Recording) -> None:
    for team in ("ranking", "fraud"):
        needed = needs(recording, recording.one(PROFILE, f"kubeflow-{team}-profile"))
        closing = {each.name for each in recording.all(NETWORK_POLICY) if each.inputs["metadata"]["namespace"] == team}
        assert f"kubeflow-{team}-networkpolicy-default-deny" in closing
        assert closing <= needed
        assert f"kubeflow-{team}-identity-association" in needed


def test_work_can_be_queued_once_its_queue_is_there(recording: Recording) -> None:
    for queue in recording.all(LOCAL_QUEUE):
        needed = needs(recording, queue)
        team = queue.inputs["metadata"]["namespace"]
        assert {f"kubeflow-queue-{team}", "kubeflow-flavor-training", f"kubeflow-{team}-profile"} <= needed


def test_a_queue_is_taken_away_after_what_runs_in_it(recording: Recording) -> None:
    queues = {each.name for type_ in (CLUSTER_QUEUE, FLAVOR) for each in recording.all(type_)}
    for team in ("ranking", "fraud"):
        assert queues <= needs(recording, recording.one(NAMESPACE, f"kubeflow-{team}-namespace"))


def test_waves_wait_for_what_they_need(recording: Recording) -> None:
    needed = needs(recording, recording.one(SET))
    releases = {each.name for each in recording.all(RELEASE)}
    assert {"kubeflow-certificates-release", "kubeflow-targets-release"} == releases
    assert releases <= needed
    assert {"kubeflow-pipelines-association", "kubeflow-project"} <= needed


def test_existing_controllers_are_used_and_bind_the_gateway() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/targets-role-1a2b3c4"
    recording = kubeflow(controllers_ready="serving", controller_role_arn=role)
    assert not recording.all(RELEASE)
    grant = recording.one("aws:iam/rolePolicy:RolePolicy", "kubeflow-targets")
    assert grant.inputs["role"] == "targets-role-1a2b3c4"
    assert statements(grant)["Bind"]["Resource"] == [TARGETS]
    assert grant.name in needs(recording, recording.one(SET))


def test_ready_waits_for_waves_and_team_namespaces(recording: Recording) -> None:
    reader = "test:index:Reader"
    assert recording.one(SET).name in needs(recording, recording.one(reader, "reader"))
    assert {each.name for each in recording.all(PROFILE)} <= needs(recording, recording.one(reader, "places"))


def test_each_wave_is_waited_for_at_the_wanted_revision(recording: Recording) -> None:
    annotations = recording.one(SET).inputs["metadata"]["annotations"]
    gates: list[str] = json.loads(annotations["pulumi.com/waitFor"])
    for wave in chosen(shared_serving=False):
        about = [gate for gate in gates if f"'kubeflow-{wave.name}'" in gate]
        assert [gate.rpartition("=")[2] for gate in about] == [REVISION, "Healthy"]
    # Each path is one that the status has: its fields, by a filter over its Applications.
    one = r"\.status\.applicationStatus\[\?\(@\.application=='[a-z-]+'\)\]"
    form = rf"jsonpath=\{{{one}\.(status|targetRevisions\[0\])\}}=\w+"
    assert all(re.fullmatch(form, gate) for gate in gates)


def test_the_page_of_models_comes_with_a_shared_kserve_alone(recording: Recording) -> None:
    def waves(made: Recording) -> list[str]:
        [generator] = made.one(SET).inputs["spec"]["generators"]
        return [each["wave"] for each in generator["list"]["elements"]]

    assert "models" not in waves(recording)
    assert waves(kubeflow(models=True)) == [wave.name for wave in WAVES]


def test_every_setting_of_an_overlay_is_given_and_no_other(recording: Recording) -> None:
    wanted: dict[str, set[str]] = {}
    for wave in chosen(shared_serving=False):
        file = ROOT / wave.path / "settings.yaml"
        if file.exists():
            wanted[wave.name] = set(yaml.safe_load(file.read_text(encoding="utf-8"))["data"])
    assert {wave: set(given) for wave, given in patches(recording.one(SET)).items()} == wanted


def test_settings_are_those_of_the_platform(recording: Recording) -> None:
    given = patches(recording.one(SET))
    assert given["mesh"] == {"host": "kubeflow.example.com", "targetGroupArn": TARGETS}
    assert given["namespaces"] == {"monitoringNamespace": "monitoring", "vpcCidr": "10.60.0.0/16"}
    assert given["sign-in"]["redirectUrl"] == "https://kubeflow.example.com/oauth2/callback"
    assert given["sign-in"]["signInDomain"] == "acme-ml.auth.us-east-1.amazoncognito.com"
    assert given["sign-in"]["issuer"] == WIRING["issuer"]
    assert given["pipelines"]["databaseHost"] == "pipelines.example.internal"
    assert given["pipelines"]["bucket"] == "acme-training"
    assert json.loads(given["notebooks"]["notebookImages"])["options"] == [*IMAGES]
    assert (
        given["experiments"]["databaseHost"] == given["model-registry"]["databaseHost"] == "metadata.example.internal"
    )


def test_signing_out_ends_both_sessions_and_comes_back() -> None:
    path = sign_out_path("https://acme.auth.us-east-1.amazoncognito.com", "client-1", "kubeflow.example.com")
    assert path == (
        "/oauth2/sign_out?rd=https%3A%2F%2Facme.auth.us-east-1.amazoncognito.com%2Flogout%3Fclient_id%3Dclient-1"
        "%26logout_uri%3Dhttps%253A%252F%252Fkubeflow.example.com%252F"
    )


def test_a_secret_that_the_sign_in_does_not_read_is_refused() -> None:
    known = {**WIRING, "target_group_arn": TARGETS, "client_secret_name": "ml-kubeflow/sign-in/kubeflow"}
    with pytest.raises(ValueError, match="the sign-in reads ml-kubeflow/kubeflow/sign-in"):
        wave_settings(WAVES, "kubeflow.example.com", "us-east-1", known)


def test_the_project_takes_one_repository_to_the_waves_namespaces(recording: Recording) -> None:
    wanted = recording.one(PROJECT).inputs["spec"]
    assert wanted["sourceRepos"] == ["https://github.com/acme/platform"]
    places = {each["namespace"] for each in wanted["destinations"]}
    assert places == {"kube-system", *(wave.namespace for wave in WAVES)}
    assert not {"ranking", "fraud"} & places
    assert ("argoproj.io", "Application") not in {*CLUSTER_KINDS, *KINDS}
    assert recording.one(SET).inputs["spec"]["template"]["spec"]["project"] == "kubeflow"


def test_no_user_or_password_comes_with_it(recording: Recording) -> None:
    owners = {each.inputs["spec"]["owner"]["name"] for each in recording.all(PROFILE)}
    assert owners == {"ada@example.com", "alan@example.com"}
    assert not recording.all("kubernetes:core/v1:Secret")
    rules = {"default-login", "plain-text-secrets"}
    assert rules <= RULES.keys()
    assert not [each for each in evaluate(recording.resources, context()) if each.policy in rules]


def test_first_member_owns_the_profile_others_contribute(recording: Recording) -> None:
    [binding] = [each.inputs for each in recording.all(BINDING) if each.inputs["metadata"]["namespace"] == "ranking"]
    [allowed] = [each.inputs for each in recording.all(ALLOWED)]
    assert binding["metadata"]["name"] == "user-grace-hopper-example-com-clusterrole-edit"
    assert binding["metadata"] == allowed["metadata"]
    assert binding["metadata"]["annotations"] == {"user": "grace.hopper@example.com", "role": "edit"}
    assert binding["roleRef"]["name"] == "kubeflow-edit"
    assert [each["name"] for each in binding["subjects"]] == ["grace.hopper@example.com"]
    [rule] = allowed["spec"]["rules"]
    assert rule["when"] == [{"key": "request.headers[kubeflow-userid]", "values": ["grace.hopper@example.com"]}]
    # Anyone could write the header; only the gateway, which checks the token, is believed.
    assert rule["from"][0]["source"]["principals"] == [profiles.GATEWAY, profiles.PIPELINES_UI]


def test_a_namespace_is_its_owner_s_bounded_and_kept(recording: Recording) -> None:
    namespace = recording.one(NAMESPACE, "kubeflow-ranking-namespace")
    assert namespace.protect
    assert namespace.inputs["metadata"]["annotations"] == {"owner": "ada@example.com"}
    labels = namespace.inputs["metadata"]["labels"]
    assert labels["istio-injection"] == "enabled"
    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
    hard = recording.one(PROFILE, "kubeflow-ranking-profile").inputs["spec"]["resourceQuotaSpec"]["hard"]
    assert hard["requests.nvidia.com/gpu"] == "6"
    assert (hard["requests.cpu"], hard["requests.memory"], hard["requests.storage"]) == ("64", "256Gi", "500Gi")
    unprotected = kubeflow(deletion_protection=False).one(NAMESPACE, "kubeflow-ranking-namespace")
    assert not unprotected.protect


def test_pods_of_a_team_reach_no_other_team(recording: Recording) -> None:
    named: set[str] = set()
    for policy in recording.all(NETWORK_POLICY):
        if policy.inputs["metadata"]["namespace"] != "ranking":
            continue
        rules = [*policy.inputs["spec"].get("ingress", []), *policy.inputs["spec"].get("egress", [])]
        for peer in (peer for rule in rules for peer in (*rule.get("from", ()), *rule.get("to", ()))):
            selected = peer.get("namespaceSelector")
            assert selected != {}, policy.name
            named |= {selected["matchLabels"]["kubernetes.io/metadata.name"]} if selected else set()
    assert named == {"kubeflow", "istio-system", "kube-system"}
    shared = kubeflow(services=["mlflow"]).one(NETWORK_POLICY, "kubeflow-ranking-networkpolicy-allow-services")
    assert "mlflow" in json.dumps(shared.inputs["spec"])


def test_pipelines_write_below_the_team_s_folder_without_a_key(recording: Recording) -> None:
    launcher = recording.one(CONFIG_MAP, "kubeflow-ranking-configmap-kfp-launcher").inputs["data"]
    assert launcher["defaultPipelineRoot"] == "s3://acme-training/ranking/pipelines"
    assert yaml.safe_load(launcher["providers"])["s3"]["default"]["credentials"] == {"fromEnv": True}
    logs = recording.one(CONFIG_MAP, "kubeflow-fraud-configmap-artifact-repositories").inputs
    repository = json.loads(logs["data"]["default-namespaced"])["s3"]
    assert repository["keyFormat"].startswith("fraud/")
    assert repository["useSDKCreds"]
    assert not {"accessKeySecret", "secretKeySecret"} & repository.keys()
    assert "workflows.argoproj.io/default-artifact-repository" in logs["metadata"]["annotations"]


BACKED_UP: dict[str, Any] = {
    "database_identifier": "ml-kubeflow",
    "pipelines_database_identifier": "ml-kubeflow-pipelines",
    "databases_ready": "made",
}


def backups(version: int = 1, **args: Any) -> tuple[Recording, dict[str, Resource]]:
    """The snapshots of a Kubeflow by what they are of, made when its revision was changed for the `version`th time."""
    computed = {"aws:ssm/parameter:Parameter": {"name": "kubeflow-revision-1a2b3c4", "version": version}}
    recording = kubeflow(Recording(computed={**COMPUTED, **computed}), **BACKED_UP, **args)
    return recording, {each.inputs["dbInstanceIdentifier"]: each for each in recording.all(SNAPSHOT)}


def test_databases_are_backed_up_before_a_revision() -> None:
    recording, made = backups()
    assert {*made} == {"ml-kubeflow", "ml-kubeflow-pipelines"}
    _, others = backups(revision="2e" * 20)
    for instance, snapshot in made.items():
        assert snapshot.retain_on_delete
        assert REVISION[:12] in snapshot.name
        assert snapshot.name in needs(recording, recording.one(SET))
        # With the same name it would be left as it is.
        assert others[instance].name != snapshot.name
    assert kubeflow().all(SNAPSHOT) == []


def test_rollback_is_backed_up_under_another_name() -> None:
    first, again = (
        [each.inputs["dbSnapshotIdentifier"] for each in backups(version)[1].values()] for version in (1, 3)
    )
    assert len({*first, *again}) == 4
    assert all(re.fullmatch(r"[a-z](-?[a-z0-9])*", each) for each in (*first, *again))


def test_a_database_is_backed_up_once_it_is_there() -> None:
    reader = "test:index:Reader"

    def program() -> None:
        logins = pulumi.CustomResource(reader, "logins", {})
        KubeflowCluster("kubeflow", {**CONFIG, **WIRING, **BACKED_UP, "databases_ready": logins.urn})  # pyright: ignore[reportArgumentType]

    recording = run(program, Recording(computed=COMPUTED))
    assert len(recording.all(SNAPSHOT)) == 2
    assert all("logins" in needs(recording, each) for each in recording.all(SNAPSHOT))


def test_it_stands_behind_a_firewall_that_lets_notebooks_work(recording: Recording) -> None:
    [association] = recording.all("aws:wafv2/webAclAssociation:WebAclAssociation")
    assert association.property_dependencies["webAclArn"]
    made = spec()
    assert {"PUT", "PATCH", "DELETE"} <= set(made.firewall.allowed_methods)
    assert "multipart/form-data" in made.firewall.allowed_content_types
    assert made.firewall.requests_per_window == 3000
    own = spec(firewall={"requests_per_window": 500})
    assert (own.firewall.requests_per_window, own.firewall.allowed_methods) == (500, made.firewall.allowed_methods)


def test_browsers_have_one_target_group_and_a_name_of_the_zone(recording: Recording) -> None:
    assert len(recording.all("aws:lb/targetGroup:TargetGroup")) == 1
    assert recording.outputs("kubeflow")["url"] == "https://kubeflow.example.com"
    assert recording.outputs("kubeflow")["namespaces"] == {"ranking": "ranking", "fraud": "fraud"}


def test_a_preview_knows_the_shape_before_anything_is_made() -> None:
    recording = kubeflow(Recording(preview=True))
    assert {each.name for each in recording.all(PROFILE)} == {"kubeflow-ranking-profile", "kubeflow-fraud-profile"}


def without(base: Mapping[str, Any], *fields: str) -> dict[str, Any]:
    return {key: value for key, value in base.items() if key not in fields}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"domain": "kubeflow.example.org"}, "outside the zone example.com"),
        ({"revision": "main"}, "revision = 'main'"),
        ({"repository": "https://*"}, "repository = "),
        ({"teams": []}, "teams = "),
        ({"notebook_images": []}, "notebook_images = "),
        ({"notebook_images": ["ghcr.io/acme/lab:latest"]}, "is not a valid image reference"),
        ({"notebook_images": ["ghcr.io/acme/lab"]}, "is not a valid image reference"),
        ({"teams": [RANKING, RANKING]}, "the team ranking is named more than once"),
        ({"teams": [{**RANKING, "namespaces": ["one", "two"]}]}, "has 2 namespaces, but a profile has one"),
        ({"teams": [{**RANKING, "namespaces": ["kubeflow"]}]}, "the namespace kubeflow belongs to a component"),
        ({"teams": [{**RANKING, "name": "kubeflow-system"}]}, "the namespace kubeflow-system belongs to a component"),
        ({"teams": [{**RANKING, "name": "store-access"}]}, "the namespace store-access belongs to a component"),
        ({"teams": [{**without(RANKING, "emails"), "groups": ["ranking"]}]}, "has no emails"),
        ({"teams": [{**FRAUD, "quota": {"gpus": 1}}]}, "has no quota.storageGib"),
        (
            {"teams": [{**FRAUD, "iam_roles": ["arn:aws:iam::123456789012:role/dev"]}]},
            "grant the roles in gpuCluster.access",
        ),
        (
            {"services": ["fraud"]},
            "services = 'fraud': this is a team's namespace, and teams cannot reach each other; remove it",
        ),
        ({"controllers_ready": "serving"}, "controllersReady and controllerRoleArn belong together"),
        ({"pools": None}, "teams ranking, fraud have quotas of GPUs, but pools is empty"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(wrong: dict[str, Any], problem: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError, match=problem):
        kubeflow(recording, **wrong)
    assert not recording.resources
