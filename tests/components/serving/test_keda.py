"""KEDA: who reaches it, whom it reaches, and that nothing of it comes too early."""

from typing import Any

import pulumi
import pytest

from components.core.spec import SpecError
from components.serving.keda import Keda, keda_values
from tests.support.components.clusters import NETWORK_POLICY, RELEASE, needs
from tests.support.components.mocks import Recording, run
from tests.support.planner.charts import CHARTS

READER = "test:index:Reader"
VPC = "10.40.0.0/16"
OPERATOR, METRICS_API, WEBHOOKS = (each.labels for each in CHARTS["keda"].pods)


def keda(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {"cluster_name": "ml", "vpc_cidr": VPC, **args}

    def program() -> None:
        pulumi.CustomResource(READER, "reader", {"ready": Keda("keda", given).ready})

    return run(program, recording)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return keda(monitoring_namespace="metrics", prometheus_port=9091)


def allowed(recording: Recording, labels: Any, direction: str) -> set[tuple[str, int]]:
    """Whom the policies of these pods let in or out, by range or namespace, and at which port."""
    peers = {"ingress": "from", "egress": "to"}
    return {
        (
            peer["ipBlock"]["cidr"]
            if "ipBlock" in peer
            else "".join(peer["namespaceSelector"]["matchLabels"].values()),
            port,
        )
        for policy in recording.all(NETWORK_POLICY)
        if "release" not in policy.name
        and policy.inputs["spec"]["podSelector"].get("matchLabels", {}).items() <= labels.items()
        for rule in policy.inputs["spec"].get(direction, [])
        for peer in rule[peers[direction]]
        if "ipBlock" in peer or "namespaceSelector" in peer
        for port in [each["port"] for each in rule["ports"]]
    }


def test_the_api_server_asks_for_metrics_and_for_admission(recording: Recording) -> None:
    assert allowed(recording, METRICS_API, "ingress") == {(VPC, 6443)}
    assert allowed(recording, WEBHOOKS, "ingress") == {(VPC, 9443)}
    # What reads its metrics.
    assert {port for _, port in allowed(recording, OPERATOR, "ingress")} == {8080}


def test_only_the_operator_asks_prometheus(recording: Recording) -> None:
    always = {("0.0.0.0/0", 443), ("169.254.170.23/32", 80), ("kube-system", 53)}
    assert allowed(recording, OPERATOR, "egress") == {*always, ("metrics", 9091)}
    assert allowed(recording, METRICS_API, "egress") == always
    assert allowed(recording, WEBHOOKS, "egress") == always


def test_it_is_the_chart_whose_templates_were_read(recording: Recording) -> None:
    assert recording.one(RELEASE).inputs["version"] == CHARTS["keda"].version


def test_each_part_is_there_twice_bounded_and_goes_one_at_a_time() -> None:
    values = keda_values()
    for part in ("operator", "metricsServer", "webhooks"):
        assert values[part]["replicaCount"] == 2
        assert values["topologySpreadConstraints"][part]
    for part in ("operator", "metricServer", "webhooks"):
        assert set(values["resources"][part]) == {"requests", "limits"}
        assert values["podDisruptionBudget"][part] == {"maxUnavailable": 1}


def test_it_reads_no_secret_of_others() -> None:
    permissions = keda_values()["permissions"]
    assert all(part["restrict"]["secret"] for part in permissions.values())


def test_who_needs_it_waits_for_it_and_it_for_its_namespace(recording: Recording) -> None:
    release = recording.one(RELEASE)
    policies = {each.name for each in recording.all(NETWORK_POLICY)}
    assert policies <= needs(recording, release)
    assert release.name in needs(recording, recording.one(READER))


def test_a_wrong_port_is_refused() -> None:
    recording = Recording()
    with pytest.raises(SpecError, match="prometheus_port = 0: "):
        keda(recording, prometheus_port=0)
    assert not recording.resources
