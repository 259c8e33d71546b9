"""Charts are pulled with a login that is had by an identity, renewed in time, and good for pulling alone."""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.delivery.argo_cd.charts import CONFIG, ChartRegistry, login_script
from tests.support.components.clusters import RELEASE, needs, statements
from tests.support.components.delivered import EXTERNAL_SECRET, delivery, named
from tests.support.components.mocks import ACCOUNT, Recording
from tests.support.planner.charts import CHARTS

HOST = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return delivery(chart_registry=f"{HOST}/platform")


def server(recording: Recording) -> Any:
    return recording.one(RELEASE).inputs["values"]["repoServer"]


def test_chart_identity_pulls_its_folder_and_pushes_nothing(recording: Recording) -> None:
    [policy] = recording.all("aws:iam/rolePolicy:RolePolicy")
    found = statements(policy)
    assert found["Login"]["Action"] == ["ecr:GetAuthorizationToken"]
    assert found["Pull"]["Resource"] == [f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/platform/*"]
    actions = {action for each in found.values() for action in each["Action"]}
    assert not [action for action in actions if "Put" in action or "Upload" in action or "*" in action]


def test_it_is_that_of_the_pods_that_render(recording: Recording) -> None:
    association = recording.one(ASSOCIATION)
    [pods] = [pods for pods in CHARTS["argo-cd"].pods if "repo-server" in pods.account]
    assert (association.inputs["namespace"], association.inputs["serviceAccount"]) == ("argocd", pods.account)
    assert association.name in needs(recording, recording.one(RELEASE))


def test_repo_server_starts_with_a_registry_login(recording: Recording) -> None:
    [sidecar], [variable], [volume] = (
        server(recording)["initContainers"],
        server(recording)["env"],
        server(recording)["volumes"],
    )
    # Kubernetes starts what follows only once such a container's startup probe passes.
    assert sidecar["restartPolicy"] == "Always"
    [mount] = sidecar["volumeMounts"]
    assert variable["value"] == f"{mount['mountPath']}/{CONFIG}" == sidecar["startupProbe"]["exec"]["command"][-1]
    assert mount["name"] == volume["name"] == server(recording)["volumeMounts"][0]["name"]
    # On no disk.
    assert volume["emptyDir"]["medium"] == "Memory"
    assert sidecar["securityContext"]["readOnlyRootFilesystem"] is True
    assert sidecar["securityContext"]["runAsNonRoot"] is True


def test_kustomize_pulls_charts_with_and_without_login(recording: Recording) -> None:
    for each in (recording, delivery()):
        configs = each.one(RELEASE).inputs["values"]["configs"]
        assert configs["cm"]["kustomize.buildOptions"] == "--enable-helm"


def test_nothing_in_it_is_a_template_of_helm_s(recording: Recording) -> None:
    # The chart fills in whatever stands in two braces.
    assert "{{" not in yaml.safe_dump(server(recording)["initContainers"])


def test_no_password_is_kept_for_it(recording: Recording) -> None:
    assert set(named(recording, EXTERNAL_SECRET)) == {"argocd-sso"}


def test_failed_login_keeps_the_last_one(tmp_path: Path) -> None:
    tools, home = tmp_path / "bin", tmp_path / "home"
    tools.mkdir()
    home.mkdir()
    # AWS answers once.
    answers = f"#!/bin/sh\ntest -e {tmp_path}/asked && exit 255\ntouch {tmp_path}/asked\necho k3V-token\n"
    for name, text in (("aws", answers), ("sleep", "#!/bin/sh\n")):
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(0o755)
    variables = {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(home), "REGISTRY": HOST}
    command = server(delivery(chart_registry=f"{HOST}/platform"))["initContainers"][0]["command"]
    assert command[-1] == login_script()
    ended = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 255
    [(host, login)] = json.loads((home / CONFIG).read_text(encoding="utf-8"))["auths"].items()
    assert host == HOST
    assert base64.b64decode(login["auth"]) == b"AWS:k3V-token"


def test_without_a_registry_that_asks_there_is_no_login_at_all() -> None:
    plain = delivery()
    assert not {"env", "volumes", "initContainers"} & set(server(plain))
    assert not plain.all(ASSOCIATION)


@pytest.mark.parametrize(
    ("address", "on_aws"),
    [
        (f"{HOST}/platform", True),
        (HOST, True),
        ("ghcr.io/example/charts", False),
        ("dkr.ecr.eu-west-1.amazonaws.com.example.com", False),
    ],
)
def test_only_aws_is_asked_for_a_login_by_identity(address: str, on_aws: bool) -> None:
    assert ChartRegistry.of(address).on_aws is on_aws
