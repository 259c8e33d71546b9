"""`python -m planner` from the outside: what it prints, what it writes, and how it ends."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from planner.command import main
from planner.plan import Plan
from tests.support.planner.command import TODAY, platform, run
from tests.support.planner.plans import built

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments of the command for staging, whose plan was built before: for what the command does with a plan."""

    def known(*_: object, **__: object) -> Plan:
        return built("staging")

    monkeypatch.setattr("planner.command.build_plan", known)
    return ["staging", "--root", str(ROOT)]


def small(folder: Path) -> Path:
    """A project that takes no time to plan, and whose plan is longer than a pipe's buffer."""
    root = platform(folder, usage={}, availability={})
    (root / "__main__.py").write_text(
        "import pulumi\n"
        "for number in range(300):\n"
        "    pulumi.ComponentResource('sample:index:Part', f'part-{number}')\n"
    )
    return root


def test_a_plan_is_written_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(platform(tmp_path)) == 0
    shown = capsys.readouterr().out
    for heading in ("What is deployed", "Quota increases to request", "Monthly cost", "Top 5 costs", "Policies"):
        assert heading in shown
    assert "may be deployed" in shown
    plan = json.loads((tmp_path / "build" / "test" / "plan.json").read_text())
    assert (plan["format"], plan["project"], plan["stack"]) == (1, "mlplatform", "test")


def test_a_path_is_shown_as_it_is(tmp_path: Path, staging: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*staging, "--out", str(tmp_path / "[red]" / "plan.json")]) == 0
    assert f"written to {tmp_path}/[red]/plan.json" in capsys.readouterr().out


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    main(["staging", "--root", str(ROOT), *TODAY, "--quiet", "--out", str(tmp_path / "plan.json")])
    assert (tmp_path / "plan.json").read_text() == built("staging").json()


def test_what_a_value_must_look_like_is_shown_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(platform(tmp_path, featureStore={"catalog": {"database": "Wrong-Name"}})) == 2
    assert "must match the pattern ^[a-z][a-z0-9_]{0,254}$" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ({"zones": ["us-east-1a", "us-east-1z"]}, "network.zones[1] = 'us-east-1z': the region has no such zone"),
        (
            {"zones": ["us-east-1a", "us-east-1e"]},
            "EKS does not support it; choose from us-east-1a, us-east-1b",
        ),
    ],
)
def test_a_zone_that_the_region_lacks_is_told_by_its_field(
    network: dict[str, list[str]], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"vpcCidr": "10.90.0.0/16", "zoneCount": 2, **network}
    assert run(platform(tmp_path, network=given)) == 2
    assert said in capsys.readouterr().err


def test_quiet_prints_one_line(tmp_path: Path, staging: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*staging, "--quiet", "--out", str(tmp_path / "plan.json")]) == 0
    printed = capsys.readouterr()
    assert re.fullmatch(r"staging: \d+ resources, [\d,.]+ of 2,500\.00 USD a month, .*, deployable\n", printed.out)
    assert printed.err == ""


def test_json_prints_the_plan_alone(tmp_path: Path, staging: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*staging, "--json", "--out", str(tmp_path / "plan.json")])
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "plan.json").read_text()
    assert json.loads(printed)["cost"]["budget"] == 2500


def test_a_budget_that_is_too_small_refuses_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(platform(tmp_path, cost={"monthlyBudget": 10}), "--quiet") == 1
    assert "NOT deployable" in capsys.readouterr().out


def test_a_mandatory_rule_that_is_broken_refuses_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = yaml.safe_load((ROOT / "Pulumi.staging.yaml").read_text())["config"]["mlplatform:gpuCluster"]
    assert run(platform(tmp_path, gpuCluster={**config, "endpointPublicCidrs": ["0.0.0.0/0"]})) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "must not be deployed" in shown
    assert "eks-endpoint" in shown


def test_a_wrong_config_names_file_field_value_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path, cost={"monthlyBudget": -1, "monthlyBudgit": 2})
    assert run(root) == 2
    told = capsys.readouterr().err
    assert "wrong config Pulumi.test.yaml: 2 wrong\n" in told
    assert "cost.monthlyBudget = -1: must be at least 0.01" in told
    assert "cost.monthlyBudgit is not a known field" in told
    assert "did you mean monthlyBudget?" in told
    assert not (root / "build").exists()


@pytest.mark.parametrize("name", ["[/x]", "[red]", ":secret:", "../prod", "a\x1b[31mb", ""])
def test_a_name_that_no_stack_can_have_is_a_wrong_config(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--root", str(ROOT)]) == 2
    told = capsys.readouterr().err
    assert "a name holds letters, digits, hyphens, underscores and periods" in told
    assert "\x1b" not in told


def test_an_unknown_stack_is_a_wrong_config(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prd", "--root", str(ROOT)]) == 2
    assert "did you mean prod?" in capsys.readouterr().err


def test_failing_program_names_component_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path)
    (root / "__main__.py").write_text(
        "import pulumi, pulumi_aws as aws\n"
        "class Store(pulumi.ComponentResource):\n"
        "    def __init__(self, name):\n"
        "        super().__init__('sample:index:Store', name)\n"
        "        aws.sqs.Queue(f'{name}-queue', delay='ten', opts=pulumi.ResourceOptions(parent=self))\n"
        "Store('orders')\n"
    )
    assert run(root) == 3
    told = capsys.readouterr().err
    assert "the program failed" in told
    assert "component: Store orders" in told
    assert "resource: Queue orders-queue" in told
    assert "where: __main__.py:5" in told
    assert "unexpected keyword argument 'delay'" in told
    assert "remedy: compare the arguments with the resource's reference" in told
    assert "Traceback" not in told


def test_the_whole_traceback_is_there_for_whoever_asks(tmp_path: Path) -> None:
    root = platform(tmp_path)
    (root / "__main__.py").write_text("def deeper():\n    raise KeyError('lost')\n\n\ndeeper()\n")
    command = [sys.executable, "-m", "planner", "test", "--root", str(root), "--traceback"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert "in deeper" in ended.stderr
    assert "in main" in ended.stderr


def test_a_plan_against_an_earlier_one_shows_what_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = platform(tmp_path)
    before = tmp_path / "before.json"
    run(root, "--quiet", "--out", str(before))
    config = yaml.safe_load((ROOT / "Pulumi.staging.yaml").read_text())["config"]["mlplatform:gpuCluster"]
    config["nodePools"][0]["instanceTypes"] = ["m7i.2xlarge"]
    platform(tmp_path, gpuCluster=config)
    capsys.readouterr()
    assert run(root, "--against", str(before), "--markdown") == 0
    markdown = capsys.readouterr().out
    assert "gpu-cluster-system-nodes" in markdown
    # Two m7i.2xlarge for two m7i.xlarge: 0.4032 * 730 * 2, and half of it before.
    assert "588.67" in markdown
    assert "294.34" in markdown


def test_the_help_lists_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    for code in (
        "0    the stack may be deployed",
        "1    ",
        "2    the config",
        "3    the program or the planner failed",
        "130  interrupted",
    ):
        assert code in shown


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--markdown"]], ids=["text", "json", "markdown"])
def test_a_reader_that_stops_early_does_not_change_the_code(tmp_path: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "planner", "test", "--root", str(small(tmp_path)), *TODAY, *arguments]
    planner = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert planner.stdout
    assert planner.stderr
    planner.stdout.close()
    told = planner.stderr.read()
    assert planner.wait() == 0, told
    assert told == ""


@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("when", ["", "pathlib.Path.replace = lambda *_: "], ids=["planned", "written"])
def test_an_ended_plan_leaves_the_earlier_file_and_no_other(tmp_path: Path, ending: str, when: str) -> None:
    root = small(tmp_path)
    (root / "__main__.py").write_text(f"import os, pathlib, signal\n{when}os.kill(os.getpid(), signal.{ending})\n")
    written = tmp_path / "out" / "plan.json"
    written.parent.mkdir()
    written.write_text("the earlier plan")
    command = [sys.executable, "-m", "planner", "test", "--root", str(root), "--out", str(written), "--quiet"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "interrupted\n")
    assert {each.name: each.read_text(encoding="utf-8") for each in written.parent.iterdir()} == {
        "plan.json": "the earlier plan"
    }


_ENDING = """
import os, runpy, signal, sys

imported, module, *sys.argv[1:] = sys.argv[1:]

class Ending:
    def find_spec(self, name, *_):
        if name == imported:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Ending())
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
"""Runs a module and interrupts it while it imports another: `python -c … IMPORTED MODULE ARGUMENT…`."""

_INTERRUPTED = """
import argparse, os, runpy, signal, sys

module, *sys.argv[1:] = sys.argv[1:]
argparse.ArgumentParser.parse_args = lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
"""Runs a module and interrupts it when it reads its arguments: `python -c … MODULE ARGUMENT…`."""


@pytest.mark.parametrize(
    ("imported", "called"),
    [
        ("planner.command", ["planner", "prod"]),
        ("reports.html.command", ["reports", "prod"]),
        ("stacks.config", ["stacks", "init"]),
        ("planner.any_program.command", ["planner.price", "preview.json"]),
        ("planner.any_program.command", ["planner.check", "preview.json"]),
    ],
)
def test_a_signal_during_imports_ends_without_a_traceback(imported: str, called: list[str]) -> None:
    command = [sys.executable, "-c", _ENDING, imported, *called]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "interrupted\n")


@pytest.mark.parametrize("module", ["planner.adoption", "planner.second_region", "planner.price", "planner.check"])
def test_each_command_that_plans_ends_in_one_line(module: str) -> None:
    """The parser of its arguments is the first that these commands call."""
    command = [sys.executable, "-c", _INTERRUPTED, module, "prod", "prod"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "interrupted\n")


@pytest.mark.parametrize(
    "program",
    [
        "raise ValueError('wrapped') from KeyboardInterrupt()",
        "try:\n    raise KeyboardInterrupt\nfinally:\n    raise RuntimeError('the loop is closed')",
    ],
    ids=["cause", "context"],
)
def test_an_error_after_an_interruption_is_one(
    tmp_path: Path, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small(tmp_path)
    (root / "__main__.py").write_text(f"{program}\n")
    assert main(["test", "--root", str(root), "--quiet"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_plans_at_once_are_each_as_one_alone(tmp_path: Path) -> None:
    root = small(tmp_path)
    files = [tmp_path / "out" / name for name in ("alone.json", "first.json", "second.json")]

    def start(out: Path) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "planner", "test", "--root", str(root), "--out", str(out), *TODAY]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    alone, _ = start(files[0]).communicate()
    both = [each.communicate()[0] for each in [start(files[1]), start(files[2])]]
    assert [said.replace(out.name, "alone.json") for said, out in zip(both, files[1:], strict=True)] == [alone, alone]
    assert len({each.read_text(encoding="utf-8") for each in files}) == 1


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
@pytest.mark.parametrize("arguments", [[], ["--json"], ["--markdown"]], ids=["text", "json", "markdown"])
def test_an_encoding_that_lacks_characters_ends_no_plan(tmp_path: Path, encoding: str, arguments: list[str]) -> None:
    root = platform(tmp_path, usage={}, availability={})
    (root / "__main__.py").write_text(
        "import pulumi\npulumi.CustomResource('kubernetes:example.com/v1:Équipe模型', 'part', {})\n"
    )
    command = [sys.executable, "-m", "planner", "test", "--root", str(root), *TODAY, *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    if arguments == ["--json"]:
        assert ended.stdout == (root / "build/test/plan.json").read_bytes()


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, staging: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "build").write_text("no folder")
    assert main([*staging, "--quiet", "--out", str(tmp_path / "build" / "plan.json")]) == 2
    assert "cannot be written: " in capsys.readouterr().err


def test_output_that_cannot_be_written_is_a_wrong_argument(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    command = [sys.executable, "-m", "planner", "test", "--root", str(small(tmp_path)), *TODAY, "--quiet"]
    with full.open("w") as out:
        ended = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 2
    assert "the output cannot be written: No space left on device; read " in ended.stderr


def test_a_fault_of_the_planner_is_not_called_one_of_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("rule")

    monkeypatch.setattr("planner.command.build_plan", broken)
    assert run(platform(tmp_path)) == 3
    told = capsys.readouterr().err
    assert "the planner failed" in told
    assert "remedy: run again with --traceback, and report the output to the maintainers" in told
