"""The Dockerfiles of `images`: hadolint's rules and ours, and a breach of each rule, which is found."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.images.dockerfiles import DOCKERFILES, ROOT, parse, problems

HADOLINT = Path(sys.executable).parent / "hadolint"
SERVER = (ROOT / "images" / "model-server" / "Dockerfile").read_text(encoding="utf-8")
USER = "USER 65532:65532\n"
ASKS = 'CMD ["python3", "-m", "model_server.health"]'
HEALTH = f"HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 {ASKS}"

every_image = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)


@every_image
def test_hadolint_finds_nothing(path: Path) -> None:
    found = subprocess.run([HADOLINT, "--no-color", path], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


@every_image
def test_dockerfile_keeps_the_rules_of_images(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


@every_image
def test_libraries_of_an_image_send_no_telemetry(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    locks = re.findall(r"^COPY (\S+requirements\.lock) ", text, re.MULTILINE)
    assert locks
    locked = "".join((ROOT / lock).read_text(encoding="utf-8") for lock in locks)
    # Teams add libraries to the base image of training.
    base = path.parent.name == "training"
    for library, setting in (("mlflow", "MLFLOW_DISABLE_TELEMETRY=true"), ("onnxruntime", "ORT_DISABLE_TELEMETRY=1")):
        assert f"ENV {setting}\n" in text or not (base or re.search(rf"^{library}\b", locked, re.MULTILINE)), library


@pytest.mark.parametrize(
    ("was", "is_now", "told"),
    [
        pytest.param("@sha256:8ee2", "-8ee2", "has no registry, tag and digest", id="base by tag"),
        pytest.param("gcr.io/distroless/", "distroless/", "has no registry", id="base without registry"),
        pytest.param("debian13:nonroot@", "debian13:latest@", "a tag without a version", id="latest"),
        pytest.param("# syntax=docker.io/docker/dockerfile:1.25.0", "# 1.25.0", "syntax directive", id="no syntax"),
        pytest.param("# syntax=docker.io/", "# syntax=", "has no registry", id="syntax without registry"),
        pytest.param(USER, "", "USER must be two numbers", id="no user"),
        pytest.param(USER, "USER nonroot\n", "USER must be two numbers", id="user by name"),
        pytest.param(USER, "USER 0:0\n", "USER must be two numbers", id="root"),
        pytest.param(USER, "USER 65532:65532\nUSER 0\n", "USER must be two numbers", id="root again"),
        pytest.param("WORKDIR /app\n", f"WORKDIR /app\n{USER}", "", id="user twice is right"),
        pytest.param(f"{USER}EXPOSE", f"{USER}RUN id\nEXPOSE", "USER comes before", id="step of the process"),
        pytest.param(
            "COPY --chown=0:0 images/model-server/model_server/",
            "ADD https://example.com/model_server",
            "ADD fetches",
            id="ADD of a URL",
        ),
        pytest.param("COPY --chown=0:0 images", "COPY images", "must have --chown=0:0", id="copy without owner"),
        pytest.param("COPY --chown=0:0 images", "COPY --chown=65532 images", "--chown=0:0", id="code of the process"),
        pytest.param(USER, f"ARG PIP_TOKEN\n{USER}", "ARG PIP_TOKEN looks like a secret", id="secret argument"),
        pytest.param(
            "PYTHONUNBUFFERED=1", "DB_PASSWORD=hunter2", "ENV DB_PASSWORD looks like a secret", id="secret in ENV"
        ),
        pytest.param("FROM docker.io", "ARG AWS_SECRET_ACCESS_KEY\nFROM docker.io", "looks like", id="secret first"),
        pytest.param(HEALTH, "", "HEALTHCHECK is missing", id="no health check"),
        pytest.param(HEALTH, "HEALTHCHECK NONE", "must ask it", id="no health check of a server"),
        pytest.param(ASKS, "CMD curl localhost", "exec form", id="shell health"),
        pytest.param("EXPOSE 8080 9000\n", "", "that EXPOSE does not name", id="no port"),
        pytest.param("--require-hashes ", "", "without --require-hashes", id="no hashes"),
        pytest.param("--mount=type=cache,target=/root/.cache/pip ", "", "without a cache mount", id="no cache"),
        pytest.param("type=cache,target=/root/.cache/pip", "type=secret,id=pip", "takes a secret", id="secret mount"),
        pytest.param("COPY images", "COPY . /src\nCOPY images", "before the lock", id="source first"),
        pytest.param('ENTRYPOINT ["python3", "-m", "model_server", ', "ENTRYPOINT python3 ", "shell form", id="shell"),
        pytest.param("image.licenses", "image.license", "image.licenses is missing", id="no licence"),
        pytest.param("PYTHONDONTWRITEBYTECODE=1", "A=1", "PYTHONDONTWRITEBYTECODE", id="bytecode at run time"),
    ],
)
def test_each_breach_of_a_rule_is_found(was: str, is_now: str, told: str) -> None:
    assert was in SERVER
    found = problems(SERVER.replace(was, is_now))
    assert any(told in each for each in found) if told else not found


def test_image_of_one_stage_is_found() -> None:
    builder, image = SERVER.split("\n# Debian 13's")
    assert any("one stage" in each for each in problems(f"{builder.splitlines()[0]}\n#{image}"))


def test_hadolint_reports_what_it_has_a_rule_for(tmp_path: Path) -> None:
    broken = tmp_path / "Dockerfile"
    broken.write_text(SERVER.replace("python3 -m compileall", "cd /packages && sudo python3 -m compileall"))
    found = subprocess.run([HADOLINT, "--no-color", broken], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "DL3004" in found.stdout


@every_image
def test_build_context_has_only_what_is_copied(path: Path) -> None:
    first, *patterns = path.with_name("Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()[1:]
    assert first == "*"
    kept = {each.removeprefix("!").rstrip("/") for each in patterns if each.startswith("!")}
    file = parse(path.read_text(encoding="utf-8"))
    copied = {
        word.rstrip("/")
        for stage in file.stages
        for each in stage.all("COPY")
        if "from" not in each.flags
        for word in each.words()[:-1]
    }
    assert kept == copied, "the context and the copied files differ"
    assert all((ROOT / each).exists() for each in kept)


def locks(path: Path) -> list[Path]:
    """The locks that a Dockerfile installs."""
    file = parse(path.read_text(encoding="utf-8"))
    copied = [word for stage in file.stages for each in stage.all("COPY") for word in each.words()[:-1]]
    return [ROOT / word for word in copied if word.endswith(".lock")]


@every_image
def test_lock_pins_each_package_with_hashes(path: Path) -> None:
    [lock] = locks(path)
    lines = lock.read_text(encoding="utf-8").splitlines()
    wanted = lock.with_suffix(".in").read_text(encoding="utf-8").splitlines()
    named = {re.split(r"==|\[", line)[0] for line in wanted if line[:1].isalpha()}
    pinned = {line.split("==")[0] for line in lines if not line.startswith(" ")}
    assert named <= pinned
    assert all("==" in line and line.endswith("\\") for line in lines if not line.startswith(" "))
    assert not [line for line in lines if "://" in line]


def test_server_loads_what_the_training_image_saves() -> None:
    pins = [
        {line.partition(" ")[0] for line in (ROOT / "images" / image / "requirements.lock").read_text().splitlines()}
        for image in ("model-server", "training")
    ]
    for package in ("scikit-learn", "skops"):
        [served], [trained] = ([pin for pin in each if pin.startswith(f"{package}==")] for each in pins)
        assert served == trained


def test_mlflow_client_has_the_version_of_the_server() -> None:
    from components.facts.versions import MLFLOW_IMAGE

    version = MLFLOW_IMAGE.rpartition(":")[2].removeprefix("v").removesuffix("-full")
    assert f"mlflow-skinny=={version} " in (ROOT / "images" / "training" / "requirements.lock").read_text()
