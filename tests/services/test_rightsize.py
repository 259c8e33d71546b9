"""Proposals from series that a real Prometheus serves, worked out by hand at list price in us-east-1.

A week in which four GPU nodes work from 08:00 to 20:00 UTC, one of them also at night, and two nodes without GPUs idle.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from operations.rightsize.__main__ import main
from tests.support.services.prometheus import Recorded, openmetrics, prometheus

END = 1_763_337_600
"""2025-11-17T00:00:00Z, a Monday."""
DAYS = 7
START = END - DAYS * 86_400
MIB = 2**20
HOURS = 730


def by_day(day: float, night: float) -> Callable[[int], float]:
    return lambda time: day if 8 <= time // 3600 % 24 < 20 else night


def always(value: float) -> Callable[[int], float]:
    return lambda _: value


def node(name: str, kind: str, group: str, cores: float, memory_mib: int, total_mib: int) -> Iterator[Recorded]:
    labels = {"label_node_kubernetes_io_instance_type": kind, "label_eks_amazonaws_com_nodegroup": group}
    yield Recorded("kube_node_labels", {"node": name, **labels}, always(1))
    yield Recorded("node_cpu_seconds_total", {"node": name, "mode": "user", "cpu": "0"}, always(cores), counter=True)
    yield Recorded("node_cpu_seconds_total", {"node": name, "mode": "idle", "cpu": "0"}, always(9), counter=True)
    yield Recorded("node_memory_MemTotal_bytes", {"node": name}, always(total_mib * MIB))
    yield Recorded("node_memory_MemAvailable_bytes", {"node": name}, always((total_mib - memory_mib) * MIB))


def gpu(name: str, busy: Callable[[int], float], used_mib: float) -> Iterator[Recorded]:
    labels = {"Hostname": name, "gpu": "0", "modelName": "Tesla T4"}
    yield Recorded("DCGM_FI_DEV_GPU_UTIL", labels, busy)
    yield Recorded("DCGM_FI_DEV_FB_USED", labels, always(used_mib))


def week() -> Iterator[Recorded]:
    for number in range(4):
        name = f"gpu-{number}"
        yield from node(name, "g4dn.xlarge", "inference", 1, 4096, 16_384)
        yield from gpu(name, always(20) if number == 0 else by_day(20, 0), 3000)
    for number in range(2):
        yield from node(f"cpu-{number}", "m7i.2xlarge", "features", 2, 6144, 32_768)
    # 40 requests a second by day on five replicas, eight at night on four: a replica has answered eight.
    workload = {"destination_service_namespace": "search", "destination_workload": "ranking", "reporter": "source"}
    yield Recorded("istio_requests_total", workload, by_day(40, 8), counter=True)
    deployment = {"namespace": "search", "deployment": "ranking"}
    yield Recorded("kube_deployment_status_replicas_ready", deployment, by_day(5, 4))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with prometheus(openmetrics(week(), START, END)) as address:
        yield address


def answer(server: str, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["--prometheus", server, "--days", "7", "--end", "2025-11-17T00:00:00+00:00", "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def savings(found: dict[str, Any]) -> dict[tuple[str, str], float | None]:
    return {(each["subject"], each["what"]): each["monthly"] for each in found["proposals"]}


def test_proposals_hold_the_peaks_with_a_quarter_more(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(server, capsys)
    schedule = 'schedules: [{additionalNodes: 2, start: "08:00", end: "20:00", timeZone: Etc/UTC}]'
    assert savings(found) == {
        # 20 % and 3,000 MiB with a quarter more: 25 % of a GPU and 3,750 of 16,384 MiB. Four shares leave one node.
        ("inference", "sharing: {mps: 4}"): pytest.approx(3 * HOURS * 0.526, rel=0.001),
        # One node works at night and is two with a quarter more: two of four leave for half of the day.
        ("inference", f"minimum: 2, {schedule}"): pytest.approx(2 * HOURS / 2 * 0.526, rel=0.001),
        # 2 cores and 6,144 MiB with a quarter more: 2.5 vCPUs and 7,680 MiB. c6a.xlarge is the cheapest that has them.
        ("features", "instanceTypes: [c6a.xlarge] instead of m7i.2xlarge"): pytest.approx(
            2 * HOURS * (0.4032 - 0.153), rel=0.001
        ),
        # 4 of 8 vCPUs on both nodes together, 12 of 32 GiB: with a quarter more 0.625 of a node.
        ("features", "minimum: 1"): pytest.approx(HOURS * 0.4032, rel=0.001),
        # Eight requests with a quarter more, at eight for a replica, are two replicas.
        ("search/ranking", "minimum replicas: 2 instead of 4"): None,
    }
    assert found["unknown"] == []


def test_more_headroom_proposes_less(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = savings(answer(server, capsys, "--headroom", "150"))
    # 50 % of a GPU and 7,500 MiB: two shares. 5 vCPUs and 15,360 MiB: no cheaper type but 2xlarge has them.
    assert ("inference", "sharing: {mps: 2}") in found
    assert found["inference", "sharing: {mps: 2}"] == pytest.approx(2 * HOURS * 0.526, rel=0.001)
    assert ("features", "instanceTypes: [c6a.2xlarge] instead of m7i.2xlarge") in found
    # One node at night is three: one of four leaves for half of the day.
    assert [usd for (subject, what), usd in found.items() if subject == "inference" and "minimum: 3" in what] == [
        pytest.approx(HOURS / 2 * 0.526, rel=0.001)
    ]


def test_text_names_savings_and_reasons(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--prometheus", server, "--days", "7", "--end", "2025-11-17T00:00:00+00:00"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("7 days of recorded utilisation, headroom 25%\n\ninference: sharing: {mps: 4}\n")
    assert "saves 1,151.94 USD a month" in printed
    assert "needs at most 25 % of its time and 3,750 of 16,384 MiB" in printed


def test_window_that_is_not_recorded_is_refused(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--prometheus", server, "--days", "14", "--end", "2025-11-17T00:00:00+00:00"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("rightsize: kube_node_labels is recorded in 50% of the last 14 days, and 95% are needed")


def test_what_is_not_recorded_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    def bare() -> Iterator[Recorded]:
        yield Recorded(
            "kube_node_labels",
            {"node": "gpu-0", "label_node_kubernetes_io_instance_type": "g4dn.xlarge"},
            always(1),
        )
        yield Recorded("kube_node_labels", {"node": "other"}, always(1))
        yield from gpu("stranger", always(5), 100)

    with prometheus(openmetrics(bare(), START, END)) as server:
        found = answer(server, capsys)
    assert found["proposals"] == []
    assert found["unknown"] == [
        "other: its instance type is not in kube_node_labels, so it is left out",
        "stranger: has GPUs, and kube_node_labels does not name it, so its pool and price are not known",
        "no pool: DCGM's series of some GPUs are missing, so sharing cannot be judged",
        "no pool: the node exporter's series of some nodes are missing, so smaller types cannot be judged",
    ]
