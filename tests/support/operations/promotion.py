"""A repository with one model in two environments, and what its smoke test would report."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.promote.changes import Wanted
from operations.promote.command import run
from operations.promote.settings import read_settings
from operations.smoke.config import Protocol
from operations.smoke.release import release_of
from operations.smoke.report import NEEDED, Check, Report, Result, digest_of, to_json
from tests.support.operations.github import TOKEN, Files, GitHub, serving

ROOT = Path(__file__).parents[3]
RULES = read_settings(ROOT).smoke
REPOSITORY = "example/mlplatform"
TEAM = "example/senior-engineers"
MODEL = ("risk", "fraud")
STAGING = "deploy/models/risk/fraud/overlays/staging/"
BASE = "deploy/models/risk/fraud/base/"
PROD = "deploy/models/risk/fraud/overlays/prod/"
Output = pytest.CaptureFixture[str]
COMMIT = "c" * 40
DIGEST = "sha256:" + "d" * 64
CHART = "9.0.0"
WANTED = Wanted(COMMIT, model_version="32", chart_version=CHART, image_digest=DIGEST)


def repository_files() -> Files:
    """What the repository delivers, and some of the rest."""
    delivered = (ROOT / "deploy" / "models").rglob("*.yaml")
    return {"README.md": "# Platform\n"} | {str(each.relative_to(ROOT)): each.read_text() for each in delivered}


@contextmanager
def github_with(files: Files | None = None, **options: Any) -> Generator[GitHub]:
    github = GitHub(REPOSITORY, files or repository_files(), **options)
    github.teams[TEAM] = ["ada", "Grace", "edsger", "barbara", "delivery[bot]"]
    with serving(github):
        yield github


def promote(github: GitHub, *arguments: str, **options: Any) -> int:
    """Run the command against the server, as it is run against GitHub."""
    environ = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url}
    root = [] if "--root" in arguments else ["--root", str(ROOT)]
    remote = [] if arguments[0] == "plan" else ["--repository", REPOSITORY]
    return run([*arguments, *root, *remote], environ, **options)


def of_model(model: tuple[str, str] = MODEL) -> list[str]:
    return ["--team", model[0], "--model", model[1]]


def write(root: Path, files: Files) -> Path:
    """The files as a checkout."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    settings = root / "deploy" / "github" / "promotion.yaml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_bytes((ROOT / "deploy" / "github" / "promotion.yaml").read_bytes())
    return root


def report_text(release: str, model: str = "fraud", failed: str | None = None, smoke: str | None = None) -> str:
    """The report of a smoke test that met this release.yaml; `failed` names the check that failed."""
    smoke = (ROOT / STAGING / "smoke.yaml").read_text() if smoke is None else smoke
    checks = tuple(
        Check(
            group="rest",
            name=name,
            result=Result.FAILED if name == failed else Result.PASSED,
            seconds=0.1,
            messages=("it is not",) if name == failed else (),
        )
        for name in NEEDED
    )
    began = datetime(2026, 11, 21, 8, tzinfo=UTC)
    return to_json(
        Report(
            result=Result.FAILED if failed else Result.PASSED,
            model=model,
            url="https://fraud.models.staging.example.com",
            protocols=(Protocol.REST,),
            release=release_of(yaml.safe_load(release), "release.yaml"),
            config_digest=digest_of(smoke.encode()),
            started_at=began,
            finished_at=began + timedelta(minutes=2),
            checks=checks,
        )
    )


def stage(github: GitHub, version: str = "32", digest: str = DIGEST) -> None:
    """A new version of the model reaches staging."""
    github.login = "delivery[bot]"
    arguments = ["--commit", COMMIT, "--model-version", version, "--image-digest", digest]
    assert promote(github, "stage", *of_model(), *arguments) == 0
    github.merge(max(github.pulls))


def own_files(github: GitHub) -> Files:
    """The model's base and staging's overlay, as main has them."""
    return {path: text for path, text in github.files().items() if path.startswith((STAGING, BASE))}


def prove(github: GitHub, tmp: Path, failed: str | None = None) -> None:
    """Staging's smoke test is recorded."""
    github.login = "mlplatform-recorder[bot]"
    root = write(tmp / f"checkout-{len(github.commits)}", own_files(github))
    report = root / "report.json"
    report.write_text(report_text(github.files()[STAGING + "release.yaml"], failed=failed))
    assert promote(github, "record", *of_model(), "--report", str(report), "--root", str(root)) == 0
    github.merge(max(github.pulls))


def opened(github: GitHub, tmp: Path) -> int:
    """A promotion of what staging proved; the number of its pull request."""
    stage(github)
    prove(github, tmp)
    github.login = "delivery[bot]"
    assert promote(github, "open", *of_model()) == 0
    return max(github.pulls)


def verified(github: GitHub, number: int, *arguments: str) -> int:
    return promote(github, "verify", "--pull-request", str(number), *arguments)


def refused(github: GitHub, number: int, output: Output) -> str:
    """What verification says when it refuses."""
    output.readouterr()
    assert verified(github, number) == 1
    said = output.readouterr()
    assert TOKEN not in said.out + said.err
    return said.out


def approved(github: GitHub, tmp: Path) -> int:
    """A promotion that two seniors approved."""
    number = opened(github, tmp)
    for login in ("ada", "grace"):
        github.review(number, login)
    return number


def again(github: GitHub, number: int) -> None:
    """Two seniors approve what it is now."""
    for login in ("ada", "grace"):
        github.review(number, login)
