"""Versions and addresses that the pages name are those that the project has."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.facts import versions
from tests.support.docs.pages import ROOT, Shown, commands, pages
from tests.support.planner.plans import STACKS, plan_of

LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[\w-]+))?\)")
IN_CLUSTER = re.compile(r"(?P<service>[\w-]+)\.(?P<namespace>[\w-]+)\.svc\.cluster\.local(?::(?P<port>\d+))?")
NAMED = {
    "NVIDIA device plugin": versions.NVIDIA_DEVICE_PLUGIN.version,
    "DCGM exporter": versions.DCGM_EXPORTER.version,
    "EFA device plugin": versions.EFA_DEVICE_PLUGIN.version,
    "Neuron chart": versions.NEURON.version,
    "Karpenter": versions.KARPENTER.version,
    "cert-manager": versions.CERT_MANAGER.version,
    "Istio": versions.ISTIOD.version,
    "Knative Serving": versions.KNATIVE_SERVING,
    "KServe": versions.KSERVE.version,
    "KEDA": versions.KEDA.version,
    "Argo CD": versions.ARGO_CD.release,
    "External Secrets": versions.EXTERNAL_SECRETS.version,
    "community-distribution": versions.KUBEFLOW.release,
    "kueue": versions.KUEUE.release,
}
"""What the pages call the software that is pinned, and its pin."""

OTHER_PINS = {("docs/kubeflow.md", "Istio")}
"""Kubeflow's own manifests bring another Istio; the tests of its overlays hold that."""

ADD = "pulumi package add <this repository>.git/components"


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub forms them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def broken(texts: Mapping[str, str]) -> Iterator[str]:
    """The links to a file or a heading that is not there."""
    for page, text in texts.items():
        for match in LINK.finditer(text):
            path = (ROOT / page).parent / match["path"] if match["path"] else ROOT / page
            if not path.exists():
                yield f"{page}: {match['path']} is not there"
            elif match["anchor"] and match["anchor"] not in anchors(path.read_text(encoding="utf-8")):
                yield f"{page}: {match['path']} has no heading for #{match['anchor']}"


def outdated(texts: Mapping[str, str]) -> Iterator[str]:
    """Versions of pinned software that differ from its pin: in a table at all, elsewhere by the minor version."""
    for page, text in texts.items():
        for name, pin in NAMED.items():
            for match in re.finditer(rf"^(?P<table>\|?).*?\b{name} v?(?P<version>\d+(?:\.\d+)+)", text, re.MULTILINE):
                told, known = match["version"].split("."), pin.removeprefix("v").split(".")
                compared = len(told) if match["table"] else min(2, len(told))
                if (page, name) not in OTHER_PINS and told[:compared] != known[:compared]:
                    yield f"{page}: {name} {match['version']} is pinned to {pin}"


def services() -> dict[tuple[str, str], set[int]]:
    """The ports of each service that a stack makes, by its name and namespace."""
    found: dict[tuple[str, str], set[int]] = {}
    for stack in STACKS:
        for each in plan_of(stack):
            if each.type == "kubernetes:core/v1:Service":
                metadata: Mapping[str, Any] = each.inputs["metadata"]
                ports = {port["port"] for port in each.inputs["spec"].get("ports", ())}
                found.setdefault((metadata["name"], metadata["namespace"]), set()).update(ports)
    return found


def test_every_link_leads_somewhere() -> None:
    assert [*broken(pages())] == []


def test_every_version_is_the_pinned_one() -> None:
    assert [*outdated(pages())] == []
    told = {name for name in NAMED for text in pages().values() if re.search(rf"\b{name} v?\d+\.\d+", text)}
    assert len(told) >= 8


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("KServe 0.19 makes routes", "p.md: KServe 0.19 is pinned to"),
        ("| Karpenter 1.14.0 | nodes |", "p.md: Karpenter 1.14.0 is pinned to"),
        ("Argo CD 3.3.9, `x.go`", "p.md: Argo CD 3.3.9 is pinned to"),
    ],
)
def test_a_version_that_is_not_pinned_is_told(text: str, fault: str) -> None:
    [found] = outdated({"p.md": text})
    assert found.startswith(fault)


def test_a_broken_link_is_told() -> None:
    text = "[a](README.md) [b](README.md#contributing-licence) [c](no.md) [d](README.md#nowhere) [e](https://x.example)"
    assert [*broken({"CHANGELOG.md": text})] == [
        "CHANGELOG.md: no.md is not there",
        "CHANGELOG.md: README.md has no heading for #nowhere",
    ]


def test_an_address_in_the_cluster_is_one_of_a_service() -> None:
    known = services()
    made = {name for name, _ in known}
    found = [
        (page, match)
        for page, text in pages().items()
        for match in IN_CLUSTER.finditer(text)
        # What a stack does not make, such as a Prometheus, is named as an example.
        if match["service"] in made
    ]
    assert len(found) >= 3
    for page, match in found:
        ports = known.get((match["service"], match["namespace"]))
        assert ports, f"{page}: {match[0]}"
        assert match["port"] is None or int(match["port"]) in ports, f"{page}: {match[0]}"


def test_package_is_added_from_the_folder_of_the_components() -> None:
    """Without a version, as the first one is not published: Pulumi then takes the newest release or commit."""
    added: list[Shown] = [each for each in commands() if each.text.startswith("pulumi package add")]
    assert len(added) >= 2
    assert {each.text for each in added} == {ADD}
    # The engine looks for this file where the command points.
    assert (ROOT / "components" / "PulumiPlugin.yaml").is_file()
