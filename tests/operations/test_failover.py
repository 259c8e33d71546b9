"""A move of the names checks both regions, waits for people, changes one metric, and can be run again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operations.failover.__main__ import main
from operations.failover.names import probe
from operations.failover.plan import Side
from operations.restore.steps import RestoreError
from operations.settings import SettingsError
from tests.support.operations.failover import FIRST, NAMES, SECOND, Regions, regions
from tests.support.operations.recovery import Faults

STEPS = ["records", "targets", "writers-stopped", "data-ready", "switch", "answers"]


@pytest.fixture
def aws() -> Iterator[Regions]:
    with regions() as found:
        yield found


def log(folder: Path, side: Side) -> list[tuple[str, str]]:
    lines = (folder / f"failover-to-{side}.jsonl").read_text().splitlines()
    return [(each["event"], each["step"]) for each in map(json.loads, lines)]


def test_a_move_waits_for_people_before_it_writes(aws: Regions, tmp_path: Path) -> None:
    waiting = aws.run(tmp_path, Side.SECOND, confirm=[])
    assert waiting
    assert waiting.name == "writers-stopped"
    waiting = aws.run(tmp_path, Side.SECOND, confirm=["writers-stopped"])
    assert waiting
    assert waiting.name == "data-ready"
    assert aws.cloudwatch.written == []


def test_the_names_move_and_stay_until_they_are_moved_back(aws: Regions, tmp_path: Path) -> None:
    before = aws.records()
    assert aws.run(tmp_path, Side.SECOND) is None
    assert aws.resolver()(probe(NAMES[1])) == {aws.hosts(SECOND)}
    assert [step for event, step in log(tmp_path, Side.SECOND) if event in ("done", "confirmed")] == STEPS
    assert aws.run(tmp_path, Side.FIRST) is None
    assert aws.resolver()(NAMES[0]) == {aws.hosts(FIRST)}
    assert aws.cloudwatch.written == [1.0, 0.0]
    assert aws.records() == before


def test_a_finished_move_does_nothing_again(aws: Regions, tmp_path: Path) -> None:
    aws.run(tmp_path, Side.SECOND)
    counting = Faults()
    assert aws.run(tmp_path, Side.SECOND, counting) is None
    assert counting.calls == 0


@pytest.mark.slow
@pytest.mark.parametrize("side", list(Side))
def test_a_fault_at_any_call_is_mended_by_a_second_run(side: Side, tmp_path: Path) -> None:
    with regions() as aws:
        counting = Faults()
        aws.run(tmp_path / "whole", side, counting)
    assert counting.calls >= 6
    for number in range(1, counting.calls + 1):
        for late in (False, True):
            folder = tmp_path / f"{number}-{late}"
            with regions() as aws:
                before = aws.records()
                with pytest.raises(RestoreError):
                    aws.run(folder, side, Faults(number, after=late))
                assert aws.run(folder, side) is None
                assert aws.resolver()(NAMES[0]) == {aws.hosts(SECOND if side is Side.SECOND else FIRST)}
                assert set(aws.cloudwatch.written) == {1.0 if side is Side.SECOND else 0.0}
                assert aws.records() == before


def test_a_second_region_without_healthy_targets_gets_no_traffic(aws: Regions, tmp_path: Path) -> None:
    aws.drain(SECOND)
    with pytest.raises(RestoreError, match="models: no target of rest is healthy; the names would lead to nothing"):
        aws.run(tmp_path, Side.SECOND)
    assert aws.cloudwatch.written == []


def test_targets_that_are_lost_while_people_work_stop_the_move(aws: Regions, tmp_path: Path) -> None:
    aws.run(tmp_path, Side.SECOND, confirm=[])
    aws.drain(SECOND)
    with pytest.raises(RestoreError, match="switch: models: no target of rest is healthy"):
        aws.run(tmp_path, Side.SECOND)
    assert aws.cloudwatch.written == []


def test_a_pilot_light_without_records_gets_no_traffic(aws: Regions, tmp_path: Path) -> None:
    aws.record(NAMES[1], "secondary", SECOND, "DELETE")
    with pytest.raises(RestoreError, match=r"\*.models.example.com has no secondary record; deploy the second stack"):
        aws.run(tmp_path, Side.SECOND)
    assert aws.cloudwatch.written == []


def test_a_record_that_leads_elsewhere_stops_the_move(aws: Regions, tmp_path: Path) -> None:
    aws.record(NAMES[0], "secondary", FIRST)
    aws.record(NAMES[1], "primary", FIRST, HealthCheckId="00000000-0000-0000-0000-000000000000")
    with pytest.raises(RestoreError) as error:
        aws.run(tmp_path, Side.SECOND)
    assert "the secondary record of models.example.com does not lead to models of the second region" in str(error.value)
    assert "the primary record of *.models.example.com does not follow the switch" in str(error.value)


def test_the_api_of_route_53_is_not_needed(aws: Regions, tmp_path: Path) -> None:
    aws.route53 = None
    assert aws.run(tmp_path, Side.SECOND, skip_records=True) is None
    assert aws.run(tmp_path, Side.FIRST) is None


def test_an_alarm_that_does_not_follow_is_told(aws: Regions, tmp_path: Path) -> None:
    aws.cloudwatch.follows = False
    with pytest.raises(
        RestoreError, match=r"the alarm ml-failover-switch is .* after 15 minutes, and may still follow"
    ):
        aws.run(tmp_path, Side.SECOND)
    aws.cloudwatch.follows = True
    assert aws.run(tmp_path, Side.SECOND) is None


def test_without_apply_nothing_is_called(aws: Regions, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = aws.outputs(tmp_path)
    given = ["--run", "f1", "--to", "second", "--first", str(first), "--second", str(second), "--folder", str(tmp_path)]
    assert main(given) == 0
    told = capsys.readouterr().out
    assert [line.split()[2].rstrip(":") for line in told.splitlines()[:-1]] == STEPS
    assert "nothing was called; add --apply to do it" in told
    assert not (tmp_path / "failover-f1.json").exists()


def test_a_run_keeps_its_direction(aws: Regions, tmp_path: Path) -> None:
    aws.run(tmp_path, Side.SECOND, confirm=[], name="f1")
    with pytest.raises(SettingsError, match="to = 'first': the run f1 began with 'second'; name another run"):
        aws.run(tmp_path, Side.FIRST, name="f1")
    assert aws.cloudwatch.written == []


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        ("role", "primary", "failover.role = 'primary': this must be the stack with the secondary records"),
        ("zoneId", "Z9", "failover.zoneId = 'Z9': the first stack has the zone"),
        ("loadBalancers", {}, "failover.loadBalancers.models = null: the first stack has models.example.com"),
        (
            "loadBalancers",
            {
                "kubeflow": {
                    "arn": "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/a/b",
                    "names": [],
                }
            },
            "failover.loadBalancers = 'kubeflow': the first stack has no such load balancer",
        ),
    ],
)
def test_stacks_that_are_no_pair_are_refused(
    aws: Regions, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, value: Any, problem: str
) -> None:
    first, second = aws.outputs(tmp_path)
    document = json.loads(second.read_text())
    document["failover"][place] = value
    second.write_text(json.dumps(document))
    given = ["--run", "f1", "--to", "second", "--first", str(first), "--second", str(second), "--apply"]
    assert main(given) == 2
    assert problem in capsys.readouterr().err


def test_a_stack_without_a_failover_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "prod.json"
    path.write_text(json.dumps({"region": FIRST}))
    assert main(["--run", "f1", "--to", "first", "--first", str(path), "--second", str(path)]) == 2
    assert "failover is missing: the stack has no recovery.failover" in capsys.readouterr().err


def test_a_first_stack_without_names_is_refused(
    aws: Regions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = aws.outputs(tmp_path)
    for path in (first, second):
        document = json.loads(path.read_text())
        document["failover"]["loadBalancers"] = {}
        path.write_text(json.dumps(document))
    assert main(["--run", "f1", "--to", "second", "--first", str(first), "--second", str(second)]) == 2
    assert "failover.loadBalancers = {}: the stack has no names that move" in capsys.readouterr().err


def test_a_run_that_was_done_before_says_that_it_moves_nothing(
    aws: Regions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.run(tmp_path, Side.SECOND, name="f1")
    first, second = aws.outputs(tmp_path)
    given = ["--run", "f1", "--to", "second", "--first", str(first), "--second", str(second), "--folder", str(tmp_path)]
    assert main([*given, "--apply"]) == 0
    told = capsys.readouterr().out
    assert "the run f1 was done before, and nothing was called; name another run to move again" in told
    assert "all steps are done" not in told
