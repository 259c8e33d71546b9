"""What the proposals of `operations.rightsize` refuse, and how GPUs with MIG are shared."""

import json

import httpx
import pytest

from components.facts.instances import InstanceType, instance_type
from operations.rightsize.__main__ import main
from operations.rightsize.fleet import Fleet, Gpu, Node, Pool
from operations.rightsize.prices import read_prices
from operations.rightsize.prometheus import Window
from operations.rightsize.proposals import propose

WINDOW = Window(end=1_763_337_600, days=7)


def known(name: str) -> InstanceType:
    found = instance_type(name)
    assert found
    return found


def pool(kind: str, busy: float, used_mib: float, gpus: int) -> Fleet:
    """A node of a kind with equal GPUs."""
    times = WINDOW.times
    node = Node("node", frozenset(times), dict.fromkeys(times, 1.0), dict.fromkeys(times, 1024.0))
    each = [Gpu("node", dict.fromkeys(times, busy), dict.fromkeys(times, used_mib)) for _ in range(gpus)]
    return Fleet(WINDOW, [Pool("training", known(kind), False, [node, node], [*each, *each])], [], [])


def sharing(kind: str, busy: float, used_mib: float, gpus: int, headroom: float = 0.25) -> list[str]:
    found, _ = propose(pool(kind, busy, used_mib, gpus), read_prices("us-east-1"), headroom)
    return [each.what for each in found if each.what.startswith("sharing")]


def test_mig_is_preferred_where_hardware_can_separate_as_many() -> None:
    # 10 % and 7,000 MiB with a quarter more: 12.5 % and 8,750 MiB fit in a seventh of an A100 with 10 GB.
    assert sharing("p4de.24xlarge", 10, 7000, 8) == ["sharing: {migProfile: 1g.10gb}"]


def test_mig_profile_holds_work_and_memory() -> None:
    # 30 % with a quarter more is 37.5 %: a seventh is too little, three of seven are enough for two instances.
    assert sharing("p4de.24xlarge", 30, 7000, 8) == ["sharing: {migProfile: 3g.40gb}"]


def test_busy_gpu_is_not_shared() -> None:
    assert sharing("g4dn.xlarge", 45, 1000, 1) == []


def test_full_memory_is_not_shared() -> None:
    assert sharing("g4dn.xlarge", 5, 7000, 1) == []


def test_idle_gpus_are_not_judged() -> None:
    _, unknown = propose(pool("g4dn.xlarge", 0, 0.0, 1), read_prices("us-east-1"), 0.25)
    assert "training: its GPUs did not work in the window, so what pods need of them is not known" in unknown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--days", "6"], "--days 6: a shorter window misses peaks of the week"),
        (["--days", "36"], "--days 36:"),
        (["--end", "yesterday"], "--end yesterday: must be a time, such as 2026-11-30T00:00:00+00:00"),
        (["--headroom", "-1"], "--headroom -1: must be 0 to 300 percent of a peak"),
        (["--headroom", "nan"], "--headroom nan: must be 0 to 300 percent of a peak"),
        (["--region", "mars-1"], "--region mars-1: has no price table; name one of eu-central-1"),
        ([], "--prometheus http://127.0.0.1:9: cannot be read"),
    ],
)
def test_refused(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--prometheus", "http://127.0.0.1:9", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (400, json.dumps({"status": "error", "error": "bad_data"}), "bad_data"),
        (403, json.dumps({"message": "Missing Authentication Token"}), "403"),
        (200, "[]", "200"),
        (502, "<html>", "cannot be read"),
    ],
)
def test_answer_that_is_no_result_is_told(
    status: int, body: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(*_: object, **__: object) -> httpx.Response:
        return httpx.Response(status, text=body)

    monkeypatch.setattr(httpx, "post", answer)
    assert main(["--prometheus", "http://prometheus"]) == 2
    assert message in capsys.readouterr().err
