"""Render, submit and follow a training job: `python -m operations.train`.

Exit code 0: done. 1: the job failed, or the engine refused it. 2: a file or an argument is wrong; nothing was called.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from ..settings import SettingsError, parse, read
from .attempts import Attempt, EngineError, Status, newest
from .engines import refusals, requests, runner, set_schedule
from .job import TrainingJob
from .platform import Platform, read_platform
from .request import Engine, Request


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the files and do what is asked."""
    options = _options(arguments)
    try:
        job = parse(TrainingJob, read(options.job), str(options.job))
        platform = read_platform(options.platform)
        engine = Engine(options.on)
        if options.action == "render":
            print(_text(requests(engine, job, platform, options.run)), end="")
            return 0
        with refusals():
            return _follow(options.action, engine, job, platform, options.run)
    except SettingsError as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"train: {error.name} is missing; `make .venv/.dev` installs it", file=sys.stderr)
        return 2
    except EngineError as error:
        print(f"train: {error}", file=sys.stderr)
        return 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operations.train",
        description="Render a training job for an engine, submit it once, and read its status and logs.",
    )
    parser.add_argument("action", choices=["render", "submit", "status", "logs"], help="what to do")
    parser.add_argument("--on", choices=[str(engine) for engine in Engine], required=True, help="the engine")
    parser.add_argument("--job", type=Path, default=Path("job.yaml"), help="the job's description (job.yaml)")
    parser.add_argument(
        "--platform",
        type=Path,
        default=Path("platform.json"),
        help="the stack's outputs, as `pulumi stack output --json` prints them (platform.json)",
    )
    parser.add_argument(
        "--run", default="", metavar="NAME", help="a name, such as a date, to run the same description once more"
    )
    return parser.parse_args(arguments)


def _text(calls: Sequence[Request]) -> str:
    """The calls as YAML documents; a manifest as kubectl takes it."""
    documents = [
        dict(each.parameters)
        if each.service == "kubernetes"
        else {"service": each.service, "operation": each.operation, "parameters": dict(each.parameters)}
        for each in calls
    ]
    return yaml.safe_dump_all(documents, sort_keys=False)


def _follow(action: str, engine: Engine, job: TrainingJob, platform: Platform, run: str) -> int:
    first = requests(engine, job, platform, run)
    if job.schedule and action == "submit":
        set_schedule(engine, job, platform, first)
        print(f"the schedule of {job.team}-{job.name} is set: {job.schedule} UTC")
        return 0
    running = runner(engine, job, platform, run)
    last = newest(running.attempts())
    if action == "submit":
        if last and last.status is not Status.FAILED:
            print(f"{_line(last)}; nothing was submitted, because this description already ran or runs")
            return 0
        number = last.number + 1 if last else 1
        calls = requests(engine, job, platform, run, number) if last else first
        print(f"attempt {number}: submitted as {running.start(calls)}")
        return 0
    if not last:
        print(
            "no run yet; the schedule may not be set"
            if job.schedule
            else "this description was never submitted, or the engine has forgotten it"
        )
        return 1
    if action == "logs":
        for line in running.logs(last):
            print(line)
    else:
        print(_line(last) if not job.schedule else f"{last.identifier} {last.status}")
    return 1 if last.status is Status.FAILED else 0


def _line(attempt: Attempt) -> str:
    reason = f": {attempt.reason}" if attempt.reason else ""
    return f"attempt {attempt.number}: {attempt.identifier} {attempt.status}{reason}"


if __name__ == "__main__":
    sys.exit(main())
