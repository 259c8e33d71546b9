"""A training job on a real API server, which has no controllers: the test writes the status that they would."""

import json
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import yaml

from operations.train.__main__ import main
from tests.support.cluster.server import Cluster
from tests.support.operations.training import JOB, OUTPUTS

NAMESPACE = "risk-jobs"


@pytest.fixture
def submitted(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """Runs a command for a job whose name only this test has."""
    name = f"job-{crc32(request.node.name.encode())}"
    cluster.create([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}])
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    (tmp_path / "platform.json").write_text(json.dumps(OUTPUTS), encoding="utf-8")
    files = ["--on", "kubernetes", "--job", str(tmp_path / "job.yaml"), "--platform", str(tmp_path / "platform.json")]

    def command(action: str, *options: str, **changes: Any) -> int:
        text = yaml.safe_dump({**JOB, "name": name, **changes})
        (tmp_path / "job.yaml").write_text(text, encoding="utf-8")
        return main([action, *files, *options])

    return command


def objects(cluster: Cluster, kind: str, name: str) -> list[dict[str, Any]]:
    """The objects of a job's name."""
    selector = f"app.kubernetes.io/name={name}"
    listed = cluster.kubectl("get", kind, "--namespace", NAMESPACE, "--selector", selector, "-o=json")
    return json.loads(listed.stdout)["items"]


def finish(cluster: Cluster, found: dict[str, Any], *conditions: str) -> None:
    """Write what the Job controller writes when a Job ends."""
    now = found["metadata"]["creationTimestamp"]
    told = [
        {"type": each, "status": "True", "reason": each, "message": "as told", "lastTransitionTime": now}
        for each in conditions
    ]
    ended = {"completionTime": now} if "Complete" in conditions else {}
    status = {"status": {"startTime": now, "conditions": told, **ended}}
    patched = cluster.kubectl(
        "patch", "--namespace", NAMESPACE, "job", found["metadata"]["name"],
        "--subresource=status", "--type=merge", f"--patch={json.dumps(status)}",
    )  # fmt: skip
    assert patched.returncode == 0, patched.stderr


def name_of(found: dict[str, Any]) -> str:
    return found["metadata"]["labels"]["app.kubernetes.io/name"]


def test_a_description_is_one_job_however_often_it_is_submitted(
    cluster: Cluster, submitted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert submitted("status") == 1
    assert submitted("submit") == 0
    assert submitted("submit") == 0
    said = capsys.readouterr().out
    assert "nothing was submitted" in said
    name = said.split("submitted as ")[1].split()[0]
    [made] = objects(cluster, "jobs", name.rpartition("-")[0].rpartition("-")[0])
    assert (made["metadata"]["name"], made["metadata"]["namespace"]) == (name, NAMESPACE)
    assert submitted("status") == 0
    assert capsys.readouterr().out == f"attempt 1: {name} running\n"


def test_a_job_that_failed_is_submitted_once_more(
    cluster: Cluster, submitted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert submitted("submit") == 0
    first = capsys.readouterr().out.split()[-1]
    job = first.rpartition("-")[0].rpartition("-")[0]
    [made] = objects(cluster, "jobs", job)
    finish(cluster, made, "FailureTarget", "Failed")
    assert submitted("status") == 1
    assert capsys.readouterr().out == f"attempt 1: {first} failed: as told\n"
    assert submitted("submit") == 0
    second = capsys.readouterr().out.split()[-1]
    assert second == first.removesuffix("1") + "2"
    [again] = [each for each in objects(cluster, "jobs", job) if each["metadata"]["name"] == second]
    finish(cluster, again, "SuccessCriteriaMet", "Complete")
    assert submitted("status") == 0
    assert submitted("submit") == 0
    assert len(objects(cluster, "jobs", job)) == 2


def test_a_stopped_job_is_deleted_once(cluster: Cluster, submitted: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert submitted("submit") == 0
    first = capsys.readouterr().out.split()[-1]
    job = first.rpartition("-")[0].rpartition("-")[0]
    assert submitted("stop") == 0
    assert capsys.readouterr().out == f"attempt 1: {first} running until now; it is being stopped\n"
    assert [each for each in objects(cluster, "jobs", job) if "deletionTimestamp" not in each["metadata"]] == []
    cluster.kubectl("delete", "job", first, "--namespace", NAMESPACE, "--ignore-not-found")
    assert submitted("stop") == 0
    assert "nothing was stopped" in capsys.readouterr().out


def test_a_job_that_its_queue_has_not_admitted_is_queued(
    cluster: Cluster, submitted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert submitted("submit") == 0
    name = capsys.readouterr().out.split()[-1]
    suspended = ("patch", "job", name, "--namespace", NAMESPACE, "--type=merge", '--patch={"spec": {"suspend": true}}')
    assert cluster.kubectl(*suspended).returncode == 0
    assert submitted("status") == 0
    assert capsys.readouterr().out == f"attempt 1: {name} queued\n"
    assert submitted("logs") == 0


def test_a_job_on_several_machines_is_one_train_job(
    cluster: Cluster, submitted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    several = {"resources": {**JOB["resources"], "nodes": 2}}
    for _ in range(2):
        assert submitted("submit", **several) == 0
    name = capsys.readouterr().out.split("submitted as ")[1].split()[0]
    [made] = objects(cluster, "trainjobs", name.rpartition("-")[0].rpartition("-")[0])
    assert (made["metadata"]["name"], made["spec"]["trainer"]["numNodes"]) == (name, 2)
    assert submitted("status", **several) == 0
    assert capsys.readouterr().out == f"attempt 1: {name} running\n"


def test_a_schedule_is_one_cron_job_that_follows_its_description(
    cluster: Cluster, submitted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for schedule in ("30 3 * * *", "0 5 * * 1"):
        assert submitted("submit", schedule=schedule) == 0
    job = capsys.readouterr().out.split("the schedule of risk-")[1].split()[0]
    [made] = objects(cluster, "cronjobs", job)
    assert (made["spec"]["schedule"], made["spec"]["timeZone"]) == ("0 5 * * 1", "Etc/UTC")
    [container] = made["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    variables = {each["name"]: each.get("value") for each in container["env"]}
    assert variables["MLPLATFORM_OUTPUT"] == "s3://ml-models/risk/fraud/$(MLPLATFORM_RUN)/"
    names = [each["name"] for each in container["env"]]
    assert names.index("MLPLATFORM_RUN") < names.index("MLPLATFORM_OUTPUT"), "Kubernetes fills in earlier variables"


def test_what_the_server_refuses_is_said(submitted: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert submitted("submit", environment={"A": "x" * 2_000_000}) == 1
    assert capsys.readouterr().err.startswith("train: kubectl: ")
