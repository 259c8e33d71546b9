"""The workflow `images`: every image is built, started without rights and scanned before it is pushed."""

from typing import Any

import pytest
import yaml

from tests.support.images.dockerfiles import DOCKERFILES, ROOT

JOBS: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "images.yaml").read_text())["jobs"]
IMAGES = sorted(path.parent.name for path in DOCKERFILES)


def actions(job: str) -> list[str]:
    return [step.get("uses", step.get("name", "")).partition("@")[0] for step in JOBS[job]["steps"]]


def with_of(job: str, action: str) -> dict[str, Any]:
    [step] = [each for each in JOBS[job]["steps"] if each.get("uses", "").startswith(f"{action}@")]
    return step["with"]


def test_each_image_is_built_and_pushed() -> None:
    assert sorted(each["image"] for each in JOBS["build"]["strategy"]["matrix"]["include"]) == IMAGES
    assert sorted(JOBS["push"]["strategy"]["matrix"]["image"]) == IMAGES


def test_registry_of_prod_has_a_repository_for_each_image() -> None:
    config = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"]
    [platform] = [each for each in config["mlplatform:imageRegistry"]["teams"] if each["team"] == "platform"]
    assert {*IMAGES} <= {*platform["images"]}


def test_nothing_is_pushed_that_was_not_started_and_scanned() -> None:
    build, scan = actions("build").index("docker/build-push-action"), actions("build").index("anchore/scan-action")
    [start] = [at for at, step in enumerate(JOBS["build"]["steps"]) if "docker run" in step.get("run", "")]
    assert build < start < scan
    assert with_of("build", "anchore/scan-action") | {"image": ""} == {
        "image": "",
        "severity-cutoff": "high",
        "only-fixed": True,
        "output-format": "table",
    }
    assert JOBS["push"]["needs"] == "build"


@pytest.mark.parametrize("right", ["--read-only", "--cap-drop ALL", "--network none", "no-new-privileges"])
def test_images_start_without_rights(right: str) -> None:
    [start] = [step["run"] for step in JOBS["build"]["steps"] if "docker run" in step.get("run", "")]
    assert right in start


def test_only_a_merge_to_main_pushes_with_a_record_of_its_build() -> None:
    push = JOBS["push"]
    assert (push["if"], push["environment"]) == ("${{ github.event_name == 'push' }}", "registry")
    assert "environment" not in JOBS["build"]
    assert JOBS["build"]["permissions"] == {"contents": "read"}
    given = with_of("push", "docker/build-push-action")
    assert (given["provenance"], given["sbom"]) == ("mode=max", True)
    assert "rewrite-timestamp=true" in given["outputs"]
    assert with_of("push", "docker/build-push-action")["file"] == with_of("build", "docker/build-push-action")["file"]
    for job in JOBS.values():
        assert any("SOURCE_DATE_EPOCH" in step.get("run", "") for step in job["steps"])
