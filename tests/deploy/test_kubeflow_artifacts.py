"""Who sees a team's artifacts: its members, by a server with the team's own identity, and nobody by the pages."""

import json
import re
from typing import Any

import pytest

from components.core.spec import parse
from components.facts.versions import PIPELINES_PAGES_IMAGE
from components.kubeflow import artifacts, profiles
from components.kubeflow.spec import KubeflowSpec
from tests.support.components.iam import allows
from tests.support.components.kubeflow import CONFIG, kubeflow
from tests.support.components.mocks import Recording
from tests.support.deploy.overlays import Object, containers, delivered, environment, one, without_kustomize

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
TEAMS = parse(KubeflowSpec, CONFIG, "kubeflow").teams


@pytest.fixture(scope="module")
def recording() -> Recording:
    return kubeflow()


def pages() -> Object:
    [found] = containers(one(delivered("pipelines"), "Deployment", "ml-pipeline-ui"))
    return found


def server(recording: Recording, team: str) -> dict[str, Any]:
    made = recording.one(DEPLOYMENT, f"kubeflow-{team}-deployment-{artifacts.NAME}").inputs
    assert made["metadata"]["namespace"] == team
    return made["spec"]["template"]["spec"]


@without_kustomize
def test_pages_fetch_artifacts_from_the_team_server_alone(recording: Recording) -> None:
    install = one(delivered("pipelines"), "ConfigMap", "pipeline-install-config")["data"]
    assert install["ARTIFACTS_PROXY_ENABLED"] == "true"
    variables = environment(pages())
    service = recording.one(SERVICE, f"kubeflow-ranking-service-{artifacts.NAME}").inputs
    assert variables["ARTIFACTS_SERVICE_PROXY_NAME"] == service["metadata"]["name"]
    assert variables["ARTIFACTS_SERVICE_PROXY_PORT"] == str(service["spec"]["ports"][0]["port"])
    allowed = variables["ALLOWED_ARTIFACT_DOMAIN_REGEX"]
    for team in TEAMS:
        assert re.search(allowed, f"http://{service['metadata']['name']}.{team.homes[0]}")
    for elsewhere in (
        "http://dashboard",
        "http://169.254.170.23",
        "https://example.com",
        "http://ml-pipeline-ui-artifact.ranking@evil.example.com",
        "http://ml-pipeline-ui-artifact.ranking.evil.example.com",
        "http://x.ml-pipeline-ui-artifact.ranking",
    ):
        assert not re.search(allowed, elsewhere), elsewhere


@without_kustomize
def test_the_pages_have_nothing_to_read_a_bucket_with(recording: Recording) -> None:
    account = one(delivered("pipelines"), "Deployment", "ml-pipeline-ui")["spec"]["template"]["spec"]
    known = {(each.inputs["namespace"], each.inputs["serviceAccount"]) for each in recording.all(ASSOCIATION)}
    assert ("kubeflow", account["serviceAccountName"]) not in known
    names = {each["name"] for each in pages()["env"]}
    assert not {each for each in names if each.startswith(("AWS_", "MINIO_"))}
    # Logs of a pod that is gone are an artifact; asked for in the bucket itself, they would be refused.
    assert environment(pages())["ARGO_ARCHIVE_LOGS"] == "false"


@without_kustomize
def test_server_and_pages_are_of_one_version() -> None:
    assert pages()["image"] == PIPELINES_PAGES_IMAGE


@pytest.mark.parametrize("team", [each.name for each in TEAMS])
def test_the_server_reads_its_team_s_folder_and_no_other(recording: Recording, team: str) -> None:
    identity = server(recording, team)["serviceAccountName"]
    [association] = [
        each
        for each in recording.all(ASSOCIATION)
        if (each.inputs["namespace"], each.inputs["serviceAccount"]) == (team, identity)
    ]
    assert association.name.startswith(f"kubeflow-{team}-")
    policy = recording.one("aws:iam/rolePolicy:RolePolicy", f"kubeflow-{team}-identity-folders").inputs["policy"]
    root = recording.one("kubernetes:core/v1:ConfigMap", f"kubeflow-{team}-configmap-kfp-launcher").inputs["data"]
    bucket, _, folder = root["defaultPipelineRoot"].removeprefix("s3://").partition("/")
    assert allows(policy, "s3:GetObject", f"arn:aws:s3:::{bucket}/{folder}/run/executor-logs")
    for other in {each.name for each in TEAMS} - {team}:
        assert not allows(policy, "s3:GetObject", f"arn:aws:s3:::{bucket}/{folder.replace(team, other)}/run/model")


def test_artifact_server_has_no_kubernetes_rights(recording: Recording) -> None:
    for team in TEAMS:
        pod = server(recording, team.name)
        assert pod["automountServiceAccountToken"] is False
        [container] = pod["containers"]
        variables = environment(container)
        assert variables["AWS_REGION"] == "us-east-1"
        assert not re.search(variables["ALLOWED_ARTIFACT_DOMAIN_REGEX"], "http://anything")
        # As the pages themselves would, it would hand requests on without end.
        assert "ARTIFACTS_SERVICE_PROXY_ENABLED" not in variables


def test_artifact_server_admits_pages_for_members_alone(recording: Recording) -> None:
    policy = recording.one(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubeflow-ranking-networkpolicy-allow-kubeflow"
    ).inputs["spec"]
    assert {"protocol": "TCP", "port": artifacts.PORT} in policy["ingress"][0]["ports"]
    allowed = recording.all("kubernetes:security.istio.io/v1:AuthorizationPolicy")
    assert allowed
    for each in allowed:
        [rule] = each.inputs["spec"]["rules"]
        assert profiles.PIPELINES_UI in json.dumps(rule["from"])
        assert [condition["key"] for condition in rule["when"]] == ["request.headers[kubeflow-userid]"]


def test_the_server_goes_with_its_profile(recording: Recording) -> None:
    made = recording.one(DEPLOYMENT, f"kubeflow-ranking-deployment-{artifacts.NAME}")
    assert any(each.endswith("::kubeflow-ranking-profile") for each in made.dependencies)
