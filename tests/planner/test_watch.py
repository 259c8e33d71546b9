"""`plan --watch`: the plan of a warm process is the plan of a new one, whatever changed before.

A few changes in each run; MLPLATFORM_FUZZ_EXAMPLES asks for more, and MLPLATFORM_FUZZ_STACKS for other stacks.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from components.core.spec import SpecError
from planner.build import build_plan
from planner.plan import document_json
from planner.watch import WarmPlans, Watched
from tests.support.planner.command import TODAY, platform
from tests.support.planner.plans import ROOT, config_of
from tests.support.planner.plans import TODAY as DAY
from tests.support.stacks.bounds import is_accepted, numbers, set_at, value_at
from tests.support.stacks.mutations import changed

STACKS = os.environ.get("MLPLATFORM_FUZZ_STACKS", "staging").split(",")
EXAMPLES = int(os.environ.get("MLPLATFORM_FUZZ_EXAMPLES", "2"))


@st.composite
def sequences(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A stack on file, and what people make of it by one change after another."""
    found = [deepcopy(dict(config_of(draw(st.sampled_from(STACKS)))))]
    found[0]["cost"]["monthlyBudget"] = 1_000_000
    while len(found) <= EXAMPLES:
        after = deepcopy(found[-1])
        if draw(st.booleans()):
            path = draw(st.sampled_from(sorted(numbers(after), key=str)))
            before = value_at(after, path)
            set_at(after, path, draw(st.sampled_from([before + 1, before * 2, before - 1])))
        else:
            after = draw(changed(after, 1, hostile=False))
        if after != found[-1] and is_accepted(after):
            found.append(after)
    return found


@pytest.mark.slow
@settings(
    max_examples=1,
    deadline=None,
    derandomize="MLPLATFORM_FUZZ_EXAMPLES" not in os.environ,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example),
)
@given(configs=sequences())
def test_warm_plan_is_the_plan_of_a_new_process(tmp_path_factory: pytest.TempPathFactory, configs: list[Any]) -> None:
    root = platform(tmp_path_factory.mktemp("watched"))
    plans = WarmPlans(Watched(root, "test", root / "plan.json", DAY, None))
    for config in configs:
        write(root, config)
        warm = outcome(lambda: document_json(plans.make()[1]))
        assert warm == outcome(lambda: build_plan(root, "test", today=DAY).json())


def outcome(make: Callable[[], str]) -> str:
    """The plan, or why there is none: `usage` is held against what the program makes."""
    try:
        return make()
    except SpecError as refused:
        return str(refused)


def write(root: Path, sections: dict[str, Any]) -> None:
    config = {f"mlplatform:{key}": value for key, value in sections.items()}
    (root / "Pulumi.test.yaml").write_text(json.dumps({"config": config}))


def budget(root: Path, config: dict[str, Any], amount: int) -> None:
    cost = {**config["mlplatform:cost"], "monthlyBudget": amount}
    save(root / "Pulumi.test.yaml", json.dumps({"config": {**config, "mlplatform:cost": cost}}))


def save(path: Path, text: str) -> None:
    """Write a file at once: a file that is watched may be seen between two parts of it."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    root = platform(tmp_path)
    command = [sys.executable, "-m", "planner", "test", "--root", str(root), *TODAY, "--watch"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # A process that never says what a test waits for must not stop all tests.
    watchdog = threading.Timer(600, process.kill)
    watchdog.start()
    yield root, process
    watchdog.cancel()
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_watched_config_shows_its_difference_and_its_errors(watching: tuple[Path, subprocess.Popen[str]]) -> None:
    root, process = watching
    right = yaml.safe_load((root / "Pulumi.test.yaml").read_text())["config"]
    first = said(process)
    assert "Quota increases to request" in first
    assert "Against the earlier plan" not in first
    assert json.loads((root / "build/test/plan.json").read_text())["cost"]["budget"] > 1

    budget(root, right, 1)
    poor = said(process)
    assert "Pulumi.test.yaml changed" in poor
    assert "New verdicts" in poor
    assert "NOT deployable" in poor
    assert json.loads((root / "build/test/plan.json").read_text())["cost"]["budget"] == 1

    budget(root, right, -1)
    wrong = said(process)
    assert "monthlyBudget = -1" in wrong
    assert "Against the earlier plan" not in wrong

    save(root / "broken.py", "import (")
    assert "broken.py: " in said(process, "invalid syntax")

    budget(root, right, 5_000)
    assert "Verdicts gone" in said(process)

    process.send_signal(signal.SIGINT)
    assert process.wait() == 0


@pytest.mark.slow
def test_new_folder_and_changed_program_start_a_new_process(watching: tuple[Path, subprocess.Popen[str]]) -> None:
    root, process = watching
    said(process)
    (root / "adopted").mkdir()
    assert "Quota increases to request" in said(process)

    program = root / "__main__.py"
    save(program, program.read_text() + "pulumi.export('added', 1)\n")
    assert "Quota increases to request" in said(process)
    assert json.loads((root / "build/test/plan.json").read_text())["outputs"]["added"] == 1


def said(process: subprocess.Popen[str], until: str = "watching the project") -> str:
    """What the process prints up to a line with `until`."""
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if until in line:
            return "".join(lines)
    raise AssertionError("it ended after " + "".join(lines))
