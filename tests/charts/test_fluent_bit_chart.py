"""The published chart of Fluent Bit renders, with our values, what the platform expects of it.

`published/fluent-bit` has the templates and defaults of fluent/helm-charts at the tag `fluent-bit-0.58.1`, under the
license beside it. The ids are those that Git has of them there.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from components.facts.versions import FLUENT_BIT
from components.observability.logs.collector import (
    CONFIG_FILE,
    CONFIG_FOLDER,
    LOG_FOLDER,
    METRICS_PORT,
    NAME,
    PODS,
    SCRIPT_FILE,
    STATE_FOLDER,
    chart_values,
    config,
    config_map,
    script,
)
from components.observability.logs.spec import NAMESPACE, LogPipelineSpec
from tests.support.charts.helm import KUBERNETES, helm
from tests.support.components.definitions import faults
from tests.support.git_ids import git_id
from tests.support.planner.chart_rights import bound, recorded
from tests.support.planner.charts import CHARTS
from tests.support.programs import needs

CHART = Path(__file__).parent / "published" / "fluent-bit"
PUBLISHED = {
    "templates": "8999ccd0296de9bc28637984783bd6b64607fbec",
    "Chart.yaml": "dc0d8d02f63a5327794686864d71df5c71ca54dd",
    "values.yaml": "bcd8982f0a31afb3b816d829b816e69114112cae",
}
SPEC = LogPipelineSpec(name="ml-test")

needs_helm = needs("helm")


@cache
def objects() -> tuple[dict[str, Any], ...]:
    options = ("--kube-version", KUBERNETES, "--namespace", NAMESPACE, "--values", "-")
    made = helm("template", NAME, str(CHART), *options, given=chart_values("0123456789abcdef"))
    assert made.returncode == 0, made.stderr
    return tuple(each for each in yaml.load_all(made.stdout, yaml.CSafeLoader) if each)


def one(kind: str) -> dict[str, Any]:
    [found] = [each for each in objects() if each["kind"] == kind]
    return found


def pod() -> dict[str, Any]:
    return one("DaemonSet")["spec"]["template"]


def container() -> dict[str, Any]:
    [found] = pod()["spec"]["containers"]
    return found


def test_the_chart_is_the_published_one_of_the_pinned_version() -> None:
    assert {name: git_id(CHART / name) for name in PUBLISHED} == PUBLISHED
    about = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert about["version"] == FLUENT_BIT.version


def unknown(values: dict[str, Any], defaults: dict[str, Any], path: str = "") -> Iterator[str]:
    """Values that the chart does not have. Below an empty default, everything is the user's."""
    for key, value in values.items():
        if key not in defaults:
            yield f"{path}{key}"
        elif isinstance(value, dict) and defaults[key]:
            yield from unknown(cast(dict[str, Any], value), defaults[key], f"{path}{key}.")


def test_the_chart_knows_each_of_our_values() -> None:
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    # Probes and the strategy are copied as they are.
    free: dict[str, dict[str, str]] = {"livenessProbe": {}, "readinessProbe": {}, "updateStrategy": {}}
    # The chart's values say these in comments alone, and its templates read them.
    read = {"existingConfigMap": "", "terminationGracePeriodSeconds": 10, "priorityClassName": ""}
    assert list(unknown(chart_values("a"), {**read, **defaults, **free})) == []
    assert list(unknown({"service": {"prot": 1}}, defaults)) == ["service.prot"]


@needs_helm
def test_kubernetes_takes_each_object() -> None:
    assert {each["kind"] for each in objects()} == {
        "ClusterRole",
        "ClusterRoleBinding",
        "DaemonSet",
        "Service",
        "ServiceAccount",
    }
    assert {f"{each['kind']}: {fault}" for each in objects() for fault in faults(each)} == set()


@needs_helm
def test_the_pod_is_the_one_that_policies_and_prometheus_select() -> None:
    [facts] = CHARTS[NAME].pods
    assert PODS.items() <= pod()["metadata"]["labels"].items()
    assert facts.labels.items() <= pod()["metadata"]["labels"].items()
    assert [each["containerPort"] for each in container()["ports"]] == [METRICS_PORT] == [*facts.ports]
    assert pod()["spec"]["serviceAccountName"] == one("ServiceAccount")["metadata"]["name"] == NAME


@needs_helm
def test_the_account_has_the_recorded_rights() -> None:
    [variant] = recorded()[NAME]["variants"]
    assert bound(list(objects()), NAMESPACE) == variant["rights"]


@needs_helm
def test_the_collector_starts_with_our_files() -> None:
    files = config_map(config(SPEC, {}), script(SPEC))
    volumes = {each["name"]: each for each in pod()["spec"]["volumes"]}
    places = {each["mountPath"]: volumes[each["name"]] for each in container()["volumeMounts"]}
    assert places[CONFIG_FOLDER]["configMap"]["name"] == files["metadata"]["name"]
    assert files["metadata"]["namespace"] == one("DaemonSet")["metadata"]["namespace"]
    assert {*files["data"]} == {CONFIG_FILE, SCRIPT_FILE}
    assert container()["args"] == [f"--config={CONFIG_FOLDER}/{CONFIG_FILE}"]
    assert pod()["metadata"]["annotations"]["mlplatform/config"] == "0123456789abcdef"


@needs_helm
def test_the_collector_reads_and_writes_where_the_configuration_says() -> None:
    sections = json.loads(config(SPEC, {}))
    tail = sections["pipeline"]["inputs"][0]
    paths = {each["mountPath"]: each for each in container()["volumeMounts"]}
    assert (tail["path"].startswith(f"{LOG_FOLDER}/"), paths[LOG_FOLDER]["readOnly"]) == (True, True)
    for written in (tail["db"], sections["service"]["storage.path"]):
        assert written.startswith(f"{STATE_FOLDER}/")
    assert not paths[STATE_FOLDER].get("readOnly")
    assert {*paths} == {CONFIG_FOLDER, LOG_FOLDER, STATE_FOLDER}


@needs_helm
def test_the_container_is_confined() -> None:
    security = container()["securityContext"]
    assert security["readOnlyRootFilesystem"]
    assert not security["privileged"]
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert not pod()["spec"]["hostNetwork"]


@needs_helm
def test_it_runs_on_every_node_and_answers_its_probes() -> None:
    assert {"operator": "Exists"} in pod()["spec"]["tolerations"]
    assert "nodeSelector" not in pod()["spec"]
    assert "affinity" not in pod()["spec"]
    [port] = container()["ports"]
    for probe in ("livenessProbe", "readinessProbe"):
        assert container()[probe]["httpGet"] == {"path": "/", "port": port["name"]}
