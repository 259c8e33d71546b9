"""Runs commands and says what each cost: CPU of the process and all it waited for, and its largest resident set.

The system counts this process, from which each is forked, into a command's resident set: it imports nothing large.
"""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
"""The project's folder, from which every command runs unless it says otherwise."""


class BenchError(Exception):
    """A command that is measured failed, so that its cost means nothing."""


@dataclass(frozen=True)
class Case:
    """A command to measure, in `folder`, with `settings` added to the environment. It must end with 0."""

    name: str
    command: Sequence[str]
    folder: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Sample:
    """What one run cost: CPU in seconds, user and system together, and resident memory in MiB."""

    cpu: float
    rss: float


def run(case: Case) -> Sample:
    """Run a command once.

    Raises:
        BenchError: when it ends with another code than 0, with the end of what it printed.
    """
    with subprocess.Popen(
        case.command,
        cwd=case.folder,
        env={**environment(), **case.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = printed.decode(errors="replace")[-2000:]
        raise BenchError(f"{case.name}: {' '.join(case.command)} ended with {process.returncode}\n{last}")
    return Sample(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(
    cases: Sequence[Case], runs: int, progress: Callable[[str], None] = lambda _: None
) -> dict[str, list[Sample]]:
    """Run every case `runs` times, one after the other in each round, so that a machine's drift meets all alike.

    A round before the first one warms file caches and compiled bytecode, and does not count.
    """
    samples: dict[str, list[Sample]] = {case.name: [] for case in cases}
    for round_ in range(runs + 1):
        for case in cases:
            progress(f"{f'run {round_} of {runs}' if round_ else 'warming up'}: {case.name}")
            sample = run(case)
            if round_:
                samples[case.name].append(sample)
    return samples


def middle(samples: Sequence[Sample]) -> Sample:
    """The median of each figure."""
    return Sample(median(each.cpu for each in samples), median(each.rss for each in samples))


def ratio(samples: Sequence[Sample], base: Sequence[Sample]) -> float:
    """How many times the CPU of `base`, round by round, then the median: what slows a round slows both."""
    return median(each.cpu / other.cpu for each, other in zip(samples, base, strict=True))


def environment() -> dict[str, str]:
    """Ours, with bytecode written: a plan's modules are compiled once, as on any machine that plans twice."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
