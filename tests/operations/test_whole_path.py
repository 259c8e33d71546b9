"""From a model repository's merge to production: staging, Argo CD's event, smoke test, promotion with two approvals.

The commands are those of the workflows, run as they stand there; the event is what Argo CD's template makes of the
Application. GitHub and the model are servers on this machine.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.promote.overlay import Environment, OverlayLocation, read_overlay
from operations.promote.trees import LocalTree
from tests.support.operations.events import application_of, event_of, trigger_of, variables
from tests.support.operations.github import TOKEN, GitHub
from tests.support.operations.model_standin import Behavior, serving
from tests.support.operations.promotion import (
    COMMIT,
    DIGEST,
    PROD,
    REPOSITORY,
    ROOT,
    STAGING,
    github_with,
    repository_files,
    verified,
)
from tests.support.operations.workflows import checkout, run_step
from tests.support.programs import require

pytestmark = pytest.mark.slow

EXAMPLE = "examples/model-repo"
SMOKE = ".github/workflows/smoke.yaml"
KEEP = "Keep only code that seniors guard, because Python imports modules that lie beside it"
TAKE = "Read the deployed revision, which may be older than main"
RESOLVER = """
import socket
found = socket.getaddrinfo
here = lambda host: "127.0.0.1" if host == "fraud.localhost" else host
socket.getaddrinfo = lambda host, *more, **named: found(here(host), *more, **named)
"""
"""Names below localhost are this machine (RFC 6761); not every system knows them."""
VERSION, CHART = "32", "9.0.0"
"""Versions of model and chart that no overlay has."""


def environ(github: GitHub, **more: str) -> dict[str, str]:
    return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": REPOSITORY, **more}


def merge_of_the_model(github: GitHub, folder: Path) -> None:
    """The model repository's workflow after a merge, and its request merged."""
    model = (ROOT / EXAMPLE / "model.yaml").read_text()
    changed = re.sub(r'modelVersion: "\d+"', f'modelVersion: "{VERSION}"', model)
    folder.mkdir()
    (folder / "model.yaml").write_text(re.sub(r"chartVersion: .+", f"chartVersion: {CHART}", changed))
    checkout(folder / "platform", {})
    outputs = run_step(
        f"{EXAMPLE}/.github/workflows/merge.yaml",
        "staging",
        "Give staging this version",
        folder,
        environ(github, GITHUB_SHA=COMMIT, DIGEST=DIGEST, PLATFORM=REPOSITORY),
    )
    number = int(outputs["url"].rpartition("/")[2])
    assert verified(github, number) == 0
    github.merge(number)


def delivered_to_staging(files: dict[str, str], main: Path) -> dict[str, Any]:
    """Argo CD brings staging to main, which goes on meanwhile; the event by which it tells."""
    checkout(main, {path: text for path, text in files.items() if path.startswith("deploy/")})
    who = ["-c", "user.name=it", "-c", "user.email=it@example.com", "-c", "commit.gpgsign=false"]

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *who, *arguments], cwd=main, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch", "main")
    git("add", "deploy")
    git("commit", "--quiet", "--message", "merged")
    (main / "yaml.py").write_text("raise SystemExit('this was run with the recorder's rights')\n")
    git("add", "yaml.py")
    git("commit", "--quiet", "--message", "one reviewer was enough")
    event = event_of(application_of(STAGING, "staging", git("rev-parse", "HEAD")), "staging")
    git("rm", "--quiet", "--cached", "-r", "deploy/models")
    git("commit", "--quiet", "--message", "later")
    return event


def rules_of_this_machine(text: str, port: int) -> str:
    """The rules of seniors, for a model on this machine that is slow."""
    rules = yaml.safe_load(text)
    rules["smoke"] |= {"domain": f"localhost:{port}", "minimumRequests": 10, "longestMilliseconds": 60_000}
    return yaml.safe_dump(rules)


def smoke_of_staging(github: GitHub, folder: Path, behavior: Behavior) -> int:
    """This repository's workflow once staging is delivered, and its request merged; the smoke test's exit code."""
    main = folder / "main"
    folder.mkdir()
    with serving(folder, behavior, "fraud.localhost") as model:
        config = yaml.safe_load(github.files()[STAGING + "smoke.yaml"])
        config["url"] = f"https://fraud.localhost:{model.port}"
        config["latency"] = {"requests": 10, "percentile": 90, "maximumMilliseconds": 60_000}
        github.push("main", {STAGING + "smoke.yaml": yaml.safe_dump(config)})
        event = delivered_to_staging(github.files(), main)
        assert event["event_type"] in trigger_of(SMOKE)["repository_dispatch"]["types"]
        (main / "build").mkdir()
        rules = main / "deploy" / "github" / "promotion.yaml"
        rules.write_text(rules_of_this_machine(rules.read_text(), model.port))
        (folder / "sitecustomize.py").write_text(RESOLVER)
        trust = {
            "PYTHONPATH": str(folder),
            "SSL_CERT_FILE": str(folder / "ca.pem"),
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(folder / "ca.pem"),
        }
        given = {**variables(SMOKE, "smoke", event), "SECONDS_TO_WAIT": "0"}
        for name in ("Refuse malformed names, because paths contain them", KEEP, TAKE):
            run_step(SMOKE, "smoke", name, main, environ(github, **given))
        outputs = run_step(SMOKE, "smoke", "Call the model", main, environ(github, **trust, **given))
    github.login = "mlplatform-recorder[bot]"
    gh = main / ".venv" / "bin" / "gh"
    gh.write_text('#!/bin/sh\necho "$@" > gh-was-asked\n')
    gh.chmod(0o755)
    path = f"{gh.parent}:{os.environ['PATH']}"
    run_step(SMOKE, "smoke", "Record the result", main, environ(github, PATH=path, **given))
    asked = (main / "gh-was-asked").read_text().split()
    assert asked[:4] == ["pr", "merge", "--auto", "--squash"]
    number = int(asked[4].rpartition("/")[2])
    assert verified(github, number) == 0
    github.merge(number)
    github.login = "delivery[bot]"
    return int(outputs["code"])


def opened_promotion(github: GitHub, folder: Path, main: Path) -> int:
    """The model repository's workflow that opens a promotion."""
    folder.mkdir()
    shutil.copy(ROOT / EXAMPLE / "model.yaml", folder)
    checkout(folder / "platform", {path: text for path, text in github.files().items() if path.startswith("deploy/")})
    shutil.copy(main / "deploy" / "github" / "promotion.yaml", folder / "platform" / "deploy" / "github")
    workflow = f"{EXAMPLE}/.github/workflows/promote.yaml"
    for name in ("Show what would change, or why nothing may", "Open the request"):
        run_step(workflow, "open", name, folder, environ(github, PLATFORM=REPOSITORY))
    return max(github.pulls)


def rendered(files: dict[str, str], folder: Path) -> dict[tuple[str, str], Any]:
    """What Argo CD would apply of production's overlay; the one chart to be had is the promoted version."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copytree(folder / "deploy", folder / "with-chart" / "deploy")
    folder = folder / "with-chart"
    chart = folder / PROD / "charts" / f"model-service-{CHART}" / "model-service"
    shutil.copytree(ROOT / "charts" / "model-service", chart)
    declared = chart / "Chart.yaml"
    declared.write_text(re.sub(r"(?m)^version: .+$", f"version: {CHART}", declared.read_text()))
    built = subprocess.run(
        ["kustomize", "build", "--enable-helm", str(folder / PROD)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(built.stdout)}


def test_merge_reaches_production_with_two_approvals(tmp_path: Path) -> None:
    require("kustomize", "helm")
    with github_with(repository_files()) as github:
        merge_of_the_model(github, tmp_path / "merge")
        assert f"fraud/{VERSION}/" in github.files()[STAGING + "values.yaml"]
        assert f"version: {CHART}" in github.files()[STAGING + "kustomization.yaml"]
        assert "fraud/31/" in github.files()[PROD + "values.yaml"]

        assert smoke_of_staging(github, tmp_path / "smoke", Behavior()) == 0
        rules = ["--root", str(tmp_path / "smoke" / "main")]
        number = opened_promotion(github, tmp_path / "promote", tmp_path / "smoke" / "main")
        assert verified(github, number, *rules) == 1
        github.review(number, "ada")
        assert verified(github, number, *rules) == 1
        github.review(number, "grace")
        assert verified(github, number, *rules) == 0
        github.merge(number)

        objects = rendered(github.files(), tmp_path / "rendered")
    model = objects["InferenceService", "fraud"]["spec"]["predictor"]["model"]
    assert model["storageUri"] == f"s3://ml-prod-models-111122223333/fraud/{VERSION}/"
    [container] = objects["Deployment", "fraud-scorer"]["spec"]["template"]["spec"]["containers"]
    assert container["image"].partition("@")[2] == DIGEST
    tree = LocalTree(tmp_path / "rendered")
    staging, prod = (read_overlay(tree, OverlayLocation("risk", "fraud", each)).recorded() for each in Environment)
    assert prod.smoke == staging.smoke
    assert prod.smoke
    assert prod.smoke.measured.model_dump() == staging.model_dump(exclude={"smoke"})
    assert (prod.chart_version, prod.model_version, prod.commit) == (CHART, VERSION, COMMIT)


def test_failed_smoke_test_keeps_a_version_from_production(tmp_path: Path) -> None:
    require("kustomize")
    with github_with(repository_files()) as github:
        merge_of_the_model(github, tmp_path / "merge")
        lying = Behavior(change=lambda answer: answer.update(model_name="ranking"))
        assert smoke_of_staging(github, tmp_path / "smoke", lying) == 1
        with pytest.raises(AssertionError, match="failed; fix the model"):
            opened_promotion(github, tmp_path / "promote", tmp_path / "smoke" / "main")
