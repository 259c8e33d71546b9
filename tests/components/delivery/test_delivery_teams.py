"""What a team may deliver, where, and who may do what there: by Argo CD's word and by Kubernetes' own."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core.spec import parse
from components.delivery.argo_cd.kinds import HARMLESS
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from tests.support.components.definitions import definitions
from tests.support.components.delivered import APPLICATION_SET, PLATFORM, PROJECT, delivery, may, named, permits
from tests.support.components.mocks import Recording

RANKING_REPOSITORY = "https://github.com/example/ranking"
CONTROLLER, SERVER = "argocd-application-controller", "argocd-server"
PEOPLE = "mlplatform:ranking"
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")
MODEL = ("serving.kserve.io", "InferenceService")


@pytest.fixture(scope="module")
def recording() -> Recording:
    return delivery()


def project(recording: Recording, team: str) -> Any:
    return named(recording, PROJECT)[team].inputs


def test_a_team_delivers_from_its_repositories_to_its_namespaces(recording: Recording) -> None:
    ranking = project(recording, "ranking")
    for repository in (PLATFORM, RANKING_REPOSITORY):
        for namespace in ("ranking", "ranking-batch"):
            assert permits(ranking, repository, namespace, *MODEL)


def test_a_team_delivers_nothing_else(recording: Recording) -> None:
    ranking, fraud = project(recording, "ranking"), project(recording, "fraud")
    assert not permits(ranking, PLATFORM, "fraud", *MODEL)
    assert not permits(ranking, PLATFORM, "argocd", *MODEL)
    assert not permits(ranking, PLATFORM, "kube-system", *MODEL)
    assert not permits(ranking, "https://github.com/example/other", "ranking", *MODEL)
    assert not permits(fraud, RANKING_REPOSITORY, "fraud", *MODEL)


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("", "Secret"),
        ("", "ResourceQuota"),
        ("", "LimitRange"),
        ("rbac.authorization.k8s.io", "Role"),
        ("rbac.authorization.k8s.io", "RoleBinding"),
        ("external-secrets.io", "ExternalSecret"),
        ("argoproj.io", "Application"),
        ("networking.k8s.io", "Ingress"),
    ],
)
def test_kinds_that_grant_access_are_not_allowed(recording: Recording, group: str, kind: str) -> None:
    assert not permits(project(recording, "ranking"), PLATFORM, "ranking", group, kind)


def test_nothing_of_the_whole_cluster_is_let_through(recording: Recording) -> None:
    for each in recording.all(PROJECT):
        assert each.inputs["spec"]["clusterResourceWhitelist"] == []


def test_default_project_of_argo_cd_is_closed(recording: Recording) -> None:
    default = project(recording, "default")
    assert not permits(default, PLATFORM, "ranking", *MODEL)
    assert default["metadata"]["annotations"] == {"pulumi.com/patchForce": "true"}
    opened = {**default["spec"], "sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]}
    # Even with a place and a repository nothing goes by it.
    assert not permits({"spec": opened}, PLATFORM, "ranking", *MODEL)


def test_all_that_a_model_s_chart_renders_is_let_through(recording: Recording) -> None:
    wanted = {
        "name": "ranker",
        "namespace": "ranking",
        "domain": "models.example.com",
        "model_uri": "s3://models/ranking/1/",
        "runtime": "triton",
        "cpu": "2000m",
        "memory": "8Gi",
        "minimum": 2,
        "maximum": 4,
        "target_concurrency": 8,
        "monitoring": True,
        "canary": {"model_uri": "s3://models/ranking/2/", "percent": 10},
    }
    found = {
        (each["apiVersion"], each["kind"]) for each in model_service_objects(parse(ModelServiceSpec, wanted, "model"))
    }
    assert len(found) >= 6
    for version, kind in found:
        group = version.rpartition("/")[0]
        assert permits(project(recording, "ranking"), PLATFORM, "ranking", group, kind), kind


def test_rights_name_kinds_as_kubernetes_does(recording: Recording) -> None:
    ours = [each for each in HARMLESS if "." in each.group and not each.group.endswith("k8s.io")]
    assert len(ours) >= 5
    for each in ours:
        assert definitions(each.group)[f"{each.plural}.{each.group}"]["kind"] == each.kind


def test_argo_cd_may_change_what_projects_allow_alone(recording: Recording) -> None:
    for each in HARMLESS:
        for verb in VERBS:
            assert may(recording, CONTROLLER, verb, each.group, each.plural, "ranking"), each
            assert not may(recording, CONTROLLER, verb, each.group, each.plural, "argocd")
            assert not may(recording, CONTROLLER, verb, each.group, each.plural, "models")
    for verb in VERBS:
        assert not may(recording, CONTROLLER, verb, "", "secrets", "ranking")
        assert not may(recording, CONTROLLER, verb, "rbac.authorization.k8s.io", "roles", "ranking")
    assert may(recording, CONTROLLER, "list", "", "pods", "ranking")
    assert not may(recording, CONTROLLER, "delete", "", "pods", "ranking")


@pytest.mark.parametrize("who", [PEOPLE, SERVER])
def test_people_and_the_server_look_and_change_nothing(recording: Recording, who: str) -> None:
    looked = [(each.group, each.plural) for each in HARMLESS] + [("", "pods"), ("", "pods/log"), ("", "events")]
    for group, plural in looked:
        assert may(recording, who, "get", group, plural, "ranking")
        for verb in ("create", "update", "patch", "delete"):
            assert not may(recording, who, verb, group, plural, "ranking")
    assert not may(recording, who, "get", "", "secrets", "ranking")
    assert not may(recording, who, "create", "", "pods/exec", "ranking")


def test_people_of_one_team_see_nothing_of_another(recording: Recording) -> None:
    assert not may(recording, PEOPLE, "get", "", "pods", "fraud")
    assert may(recording, "mlplatform:fraud", "get", "", "pods", "fraud")


def test_in_argo_cd_members_look_at_their_own_and_sync_it(recording: Recording) -> None:
    [role] = project(recording, "ranking")["spec"]["roles"]
    assert role["groups"] == ["ranking-engineers", "ada@example.com"]
    granted = {tuple(part.strip() for part in each.split(",")) for each in role["policies"]}
    subject = "proj:ranking:member"
    assert granted == {
        ("p", subject, "applications", "get", "ranking/*", "allow"),
        ("p", subject, "applications", "sync", "ranking/*", "allow"),
        ("p", subject, "logs", "get", "ranking/*", "allow"),
    }


def test_argo_cd_manages_the_teams_namespaces_alone(recording: Recording) -> None:
    values = recording.one("kubernetes:helm.sh/v3:Release").inputs["values"]
    assert values["createClusterRoles"] is False
    [cluster] = values["configs"]["clusterCredentials"].values()
    assert cluster["namespaces"] == "ranking,ranking-batch,fraud"
    assert "clusterResources" not in cluster
    # It watches what it may list, and does not stop at what it may not.
    assert values["configs"]["cm"]["resource.respectRBAC"] == "normal"
    destinations = {place["server"] for place in project(recording, "ranking")["spec"]["destinations"]}
    assert {cluster["server"]} == destinations


def test_where_the_whole_cluster_is_its_to_change_that_is_said() -> None:
    wide = delivery(cluster_wide=True)
    values = wide.one("kubernetes:helm.sh/v3:Release").inputs["values"]
    assert values["createClusterRoles"] is True
    assert "clusterCredentials" not in values["configs"]
    # Kubeflow's waves have no order without it.
    assert values["configs"]["params"]["applicationsetcontroller.enable.progressive.syncs"] is True
    # The chart's own rights are all it has then.
    assert not may(wide, CONTROLLER, "get", "apps", "deployments", "ranking")


def test_a_team_s_namespaces_have_its_quota_each(recording: Recording) -> None:
    quotas = {
        each.inputs["metadata"]["namespace"]: each.inputs["spec"]["hard"]
        for each in recording.all("kubernetes:core/v1:ResourceQuota")
    }
    assert set(quotas) == {"ranking", "ranking-batch", "fraud"}
    assert quotas["ranking"] == quotas["ranking-batch"]
    assert quotas["ranking"]["requests.cpu"] == "40"
    assert quotas["ranking"]["requests.memory"] == quotas["ranking"]["limits.memory"] == "160Gi"
    assert quotas["ranking"]["requests.nvidia.com/gpu"] == "8"
    assert quotas["fraud"]["requests.nvidia.com/gpu"] == "0"
    assert quotas["fraud"]["requests.storage"] == "0Gi"


def test_no_service_becomes_a_load_balancer(recording: Recording) -> None:
    for each in recording.all("kubernetes:core/v1:ResourceQuota"):
        hard = each.inputs["spec"]["hard"]
        assert (hard["services.loadbalancers"], hard["services.nodeports"]) == ("0", "0")


def test_quota_counts_containers_without_requests(recording: Recording) -> None:
    counted = {"requests.cpu": "defaultRequest", "requests.memory": "defaultRequest", "limits.memory": "default"}
    ranges = {
        each.inputs["metadata"]["namespace"]: each.inputs["spec"]["limits"][0]
        for each in recording.all("kubernetes:core/v1:LimitRange")
    }
    for each in recording.all("kubernetes:core/v1:ResourceQuota"):
        given = ranges[each.inputs["metadata"]["namespace"]]
        for what, where in counted.items():
            assert what in each.inputs["spec"]["hard"]
            assert given[where][what.partition(".")[2]]


def applications(recording: Recording, team: str) -> Any:
    return named(recording, APPLICATION_SET)[f"models-{team}"].inputs["spec"]


def generated(spec: Any, folder: str) -> str | None:
    """The name of the Application that a set generates for a folder of the repository, or nothing."""
    [generator] = spec["generators"]
    [directory] = generator["git"]["directories"]
    # Without these a template is another language's, and what is missing in one becomes a name.
    assert (spec["goTemplate"], spec["goTemplateOptions"]) == (True, ["missingkey=error"])
    segments = folder.split("/")
    # Argo CD's * goes no deeper than one folder, as fnmatch's does.
    if len(segments) != len(directory["path"].split("/")) or not fnmatch(folder, directory["path"]):
        return None
    name = spec["template"]["metadata"]["name"]
    return re.sub(r"{{index \.path\.segments (\d)}}", lambda found: segments[int(found[1])], name)


def test_each_model_with_an_overlay_is_an_application(recording: Recording) -> None:
    ranking, fraud = applications(recording, "ranking"), applications(recording, "fraud")
    assert generated(ranking, "deploy/models/ranking/ranker/overlays/prod") == "ranking-ranker"
    assert generated(fraud, "deploy/models/fraud/scorer/overlays/prod") == "fraud-scorer"
    assert generated(ranking, "deploy/models/fraud/scorer/overlays/prod") is None
    assert generated(ranking, "deploy/models/ranking/ranker/overlays/staging") is None
    assert generated(ranking, "deploy/models/ranking/ranker/base") is None
    staging = delivery(environment="staging")
    assert generated(applications(staging, "fraud"), "deploy/models/fraud/scorer/overlays/staging") == "fraud-scorer"


def test_what_a_set_generates_its_project_lets_through(recording: Recording) -> None:
    for team in ("ranking", "fraud"):
        template = applications(recording, team)["template"]["spec"]
        assert template["project"] == team
        place = template["destination"]["namespace"]
        assert permits(project(recording, team), template["source"]["repoURL"], place, *MODEL)
        # No folder's name has a say in where something goes.
        assert "{{" not in json.dumps([template["project"], template["destination"]])


def test_what_an_application_delivered_is_deleted_with_it(recording: Recording) -> None:
    template = applications(recording, "ranking")["template"]
    assert template["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]


def test_confirmed_removal_is_kept_until_it_is_read(recording: Recording) -> None:
    # By default a set keeps those of notifications and of refreshes alone.
    # Source: Argo CD v3.4.4, applicationset/controllers/applicationset_controller.go, defaultPreservedAnnotations.
    kept = applications(recording, "ranking")["preservedFields"]["annotations"]
    assert "argocd.argoproj.io/deletion-approved" in kept


def test_drift_is_healed_and_pruning_comes_last(recording: Recording) -> None:
    policy = applications(recording, "ranking")["template"]["spec"]["syncPolicy"]
    assert policy["automated"] == {"prune": True, "selfHeal": True, "allowEmpty": False}
    assert {"PruneLast=true", "CreateNamespace=false"} <= set(policy["syncOptions"])
    assert policy["retry"]["limit"] > 0


def test_changes_keep_to_the_hours_that_are_named() -> None:
    night = {"kind": "deny", "schedule": "0 22 * * *", "hours": 8, "time_zone": "Europe/Rome"}
    [window] = project(delivery(sync_windows=[night]), "ranking")["spec"]["syncWindows"]
    assert (window["kind"], window["schedule"], window["duration"]) == ("deny", "0 22 * * *", "8h")
    assert (window["timeZone"], window["manualSync"]) == ("Europe/Rome", True)
    assert window["applications"] == ["*"]


REPOSITORY = Path(__file__).parents[3]
MODELS = REPOSITORY / "deploy" / "models"


def test_every_kind_in_deploy_models_is_allowed() -> None:
    found = [
        (path.relative_to(MODELS).parts[0], each)
        for path in MODELS.glob("*/*/base/*.yaml")
        if path.name != "kustomization.yaml"
        for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    assert found
    teams = sorted({team for team, _ in found})
    recording = delivery(teams=[{"name": team, "groups": [team]} for team in teams])
    for team, each in found:
        group = each["apiVersion"].rpartition("/")[0]
        assert permits(project(recording, team), PLATFORM, team, group, each["kind"]), (team, each["kind"])


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_each_overlay_is_an_application_of_its_team(environment: str) -> None:
    overlays = [path.relative_to(REPOSITORY) for path in MODELS.glob(f"*/*/overlays/{environment}")]
    assert overlays
    teams = sorted({path.parts[2] for path in overlays})
    recording = delivery(environment=environment, teams=[{"name": team, "groups": [team]} for team in teams])
    for path in overlays:
        names = {team: generated(applications(recording, team), path.as_posix()) for team in teams}
        assert {team: name for team, name in names.items() if name} == {path.parts[2]: "-".join(path.parts[2:4])}
