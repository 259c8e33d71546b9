"""The runtime of KServe that the page shows: accepted by KServe's definition, and true of the image."""

from typing import Any

import yaml

from tests.support.components.definitions import faults
from tests.support.docs.pages import blocks
from tests.support.images.dockerfiles import ROOT, parse

IMAGE = parse((ROOT / "images" / "model-server" / "Dockerfile").read_text(encoding="utf-8")).final


def runtime() -> dict[str, Any]:
    [found] = [
        each.text for each in blocks("yaml") if each.page == "docs/images.md" and "ClusterServingRuntime" in each.text
    ]
    return yaml.safe_load(found)


def test_kserve_accepts_the_runtime() -> None:
    assert faults(runtime()) == []


def test_runtime_has_the_ports_and_the_user_of_the_image() -> None:
    [container] = runtime()["spec"]["containers"]
    ports = [word for each in IMAGE.all("EXPOSE") for word in each.words()]
    assert [str(each["containerPort"]) for each in container["ports"]] == ports
    user = IMAGE.last("USER")
    assert user
    assert user.value.partition(":")[0] == str(container["securityContext"]["runAsUser"])
    # `args` take the place of CMD, so ENTRYPOINT names the ports.
    entrypoint = IMAGE.last("ENTRYPOINT")
    assert entrypoint
    assert [word.partition("=")[2] for word in entrypoint.words() if "_port=" in word] == ports
