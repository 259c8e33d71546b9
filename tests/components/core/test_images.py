"""Where images are pulled from: a cache of their registry, and by digest where one is recorded."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.core import images
from components.core.spec import SpecError, parse
from components.facts.versions import RUNTIME_IMAGES, STORAGE_INITIALIZER_IMAGE
from components.serving.serving_platform.kserve import kserve_values
from components.serving.serving_platform.names import Runtime
from components.serving.serving_platform.runtimes import on_demand_runtime, serving_runtime
from components.serving.serving_platform.spec import ServingPlatformSpec
from operations import digests
from operations.registries import RegistryError

HUB = "111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub"
NVIDIA = "111122223333.dkr.ecr.us-east-1.amazonaws.com/nvcr"
CACHES = {"docker.io": HUB, "nvcr.io": NVIDIA}
DIGEST = f"sha256:{'0f' * 32}"


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {STORAGE_INITIALIZER_IMAGE: DIGEST, RUNTIME_IMAGES["triton"]: DIGEST}

    def digests_of() -> Mapping[str, str]:
        return known

    monkeypatch.setattr(images, "digests", digests_of)


def server(runtime: Runtime, caches: Mapping[str, str]) -> list[str]:
    made = (serving_runtime(runtime, caches), on_demand_runtime(runtime, caches))
    return [each["spec"]["containers"][0]["image"] for each in made]


@pytest.mark.parametrize("runtime", list(Runtime))
def test_model_servers_come_from_the_cache_of_their_registry(runtime: Runtime) -> None:
    registry, _, path = RUNTIME_IMAGES[runtime].partition("/")
    assert {each.partition("@")[0] for each in server(runtime, CACHES)} == {f"{CACHES[registry]}/{path}"}
    assert {each.partition("@")[0] for each in server(runtime, {})} == {RUNTIME_IMAGES[runtime]}


@pytest.mark.usefixtures("recorded")
def test_recorded_digest_pins_the_image_wherever_it_comes_from() -> None:
    assert server(Runtime.TRITON, {}) == [f"{RUNTIME_IMAGES['triton']}@{DIGEST}"] * 2
    storage = kserve_values("models.example.com", image_caches=CACHES)["kserve"]["storage"]
    assert f"{storage['image']}:{storage['tag']}" == f"{HUB}/kserve/storage-initializer:v0.20.0@{DIGEST}"


@pytest.mark.parametrize(
    ("caches", "told"),
    [
        ({"quay.io": HUB}, "no image comes from quay.io; name one of docker.io, nvcr.io"),
        ({"docker.io": f"https://{HUB}"}, "without scheme"),
        ({"docker.io": "111122223333.dkr.ecr.us-east-1.amazonaws.com"}, "is no registry with a folder"),
    ],
)
def test_cache_that_leads_nowhere_is_refused(caches: dict[str, str], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        parse(ServingPlatformSpec, {"domain": "models.example.com", "imageCaches": caches}, "platform")


def test_digests_are_of_pinned_images() -> None:
    pinned = set(digests.pinned_images())
    assert STORAGE_INITIALIZER_IMAGE in pinned
    assert RUNTIME_IMAGES["huggingface"] not in pinned
    assert set(images.digests()) <= pinned


def test_digests_are_written_and_a_moved_tag_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "image_digests.json"
    record.write_text("{}")
    answers = dict.fromkeys(digests.pinned_images(), DIGEST)
    monkeypatch.setattr(digests, "digest", answers.__getitem__)
    assert digests.main([], record, tmp_path) == 0
    assert json.loads(record.read_text()) == answers
    assert digests.main(["--check"], record, tmp_path) == 0
    answers[STORAGE_INITIALIZER_IMAGE] = f"sha256:{'aa' * 32}"
    assert digests.main(["--check"], record, tmp_path) == 1
    assert f"{STORAGE_INITIALIZER_IMAGE}: {DIGEST} is now sha256:aa" in capsys.readouterr().out


def test_moved_base_image_is_found_and_written_into_the_dockerfile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record, base = tmp_path / "image_digests.json", "docker.io/library/python:3.13.15-slim-trixie"
    record.write_text("{}")
    dockerfile = tmp_path / "server" / "Dockerfile"
    dockerfile.parent.mkdir()
    dockerfile.write_text(f"FROM {base}@{DIGEST} AS packages\nFROM packages\n")
    moved = f"sha256:{'bb' * 32}"
    answers = {**dict.fromkeys(digests.pinned_images(), DIGEST), base: moved}
    monkeypatch.setattr(digests, "digest", answers.__getitem__)
    assert digests.main(["--check"], record, tmp_path) == 1
    assert f"{base}: {DIGEST} is now {moved}" in capsys.readouterr().out
    assert digests.main([], record, tmp_path) == 0
    assert dockerfile.read_text() == f"FROM {base}@{moved} AS packages\nFROM packages\n"
    assert base not in json.loads(record.read_text())
    assert digests.main(["--check"], record, tmp_path) == 0


def test_registry_that_does_not_answer_leaves_the_record_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "image_digests.json"
    record.write_text("{}")

    def refused(image: str) -> Any:
        raise RegistryError(image)

    monkeypatch.setattr(digests, "digest", refused)
    assert digests.main([], record, tmp_path) == 2
    assert record.read_text() == "{}"
