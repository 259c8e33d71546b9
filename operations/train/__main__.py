"""Render, submit, follow and stop a training job, and register its model: `python -m operations.train`.

Exit code 0: done. 1: the job failed, or the engine refused it. 2: a file or an argument is wrong; nothing was called.
"""

import argparse
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import yaml

from operations.flags import FlagParser

from ..settings import SettingsError, parse, read
from .attempts import Attempt, EngineError, Runner, Status, newest
from .engines import refusals, requests, runner, set_schedule, stop_application
from .job import OUTPUT, TrainingJob, run_variables
from .platform import Platform, read_platform
from .registry import Registry, service_values
from .request import Engine, Request


class Action(StrEnum):
    """What a command does."""

    RENDER = "render"
    SUBMIT = "submit"
    STATUS = "status"
    LOGS = "logs"
    STOP = "stop"
    REGISTER = "register"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the files and do what is asked."""
    options = _options(arguments)
    try:
        job = parse(TrainingJob, read(options.job), str(options.job))
        platform = read_platform(options.platform)
        engine: Engine = options.on
        if options.application and (options.action, engine) != (Action.STOP, Engine.EMR):
            raise SettingsError("--application", ["only `stop --on emr` has an application to stop; leave it out"])
        if options.action is Action.RENDER:
            print(_text(requests(engine, job, platform, options.run)), end="")
            return 0
        with refusals():
            if options.action is Action.REGISTER:
                return _register(options, engine, job, platform)
            if options.application:
                print(stop_application(platform, job))
                return 0
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
    parser = FlagParser(
        prog="python -m operations.train",
        description="Render a training job for an engine, submit it once, read its status and logs, stop it, and "
        "register the model that it made.",
    )
    parser.add_argument("action", choices=list(Action), type=Action, help="what to do")
    parser.add_argument("--on", choices=list(Engine), type=Engine, required=True, help="the engine")
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
    parser.add_argument(
        "--application", action="store_true", help="stop: the EMR Serverless application instead of the job's run"
    )
    parser.add_argument("--tracking", default="", metavar="URL", help="register: the address of MLflow")
    parser.add_argument("--mlflow-run", default="", metavar="ID", help="register: the run that the program logged")
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


def _follow(action: Action, engine: Engine, job: TrainingJob, platform: Platform, run: str) -> int:
    first = requests(engine, job, platform, run)
    if job.schedule and action is Action.SUBMIT:
        set_schedule(engine, job, platform, first)
        print(f"the schedule of {job.team}-{job.name} is set: {job.schedule} UTC")
        return 0
    running = runner(engine, job, platform, run)
    if action is Action.STOP:
        return _stop(running, job)
    last = newest(running.attempts())
    if action is Action.SUBMIT:
        if last and last.status is Status.STOPPING:
            print(f"{_line(last, job)}; nothing was submitted, because it has not ended; submit again when it has")
            return 1
        if last and last.status is not Status.FAILED:
            print(f"{_line(last, job)}; nothing was submitted, because this description already ran or runs")
            return 0
        number = last.number + 1 if last else 1
        calls = requests(engine, job, platform, run, number) if last else first
        print(f"attempt {number}: submitted as {running.start(calls)}")
        return 0
    if not last:
        return _unknown(job)
    if action is Action.LOGS:
        for line in running.logs(last):
            print(line)
    else:
        print(_line(last, job))
    return 1 if last.status is Status.FAILED else 0


def _stop(running: Runner, job: TrainingJob) -> int:
    active = [each for each in running.attempts() if each.status in (Status.QUEUED, Status.RUNNING)]
    for each in active:
        running.stop(each)
        print(f"{_line(each, job)} until now; it is being stopped")
    if not active:
        print("no attempt of this description waits or runs; nothing was stopped")
    return 0


def _register(options: argparse.Namespace, engine: Engine, job: TrainingJob, platform: Platform) -> int:
    if not job.model:
        raise SettingsError(str(options.job), ["model is missing; add it, so that the model has a name"])
    if not options.tracking:
        raise SettingsError("--tracking", ["it is missing; give the address of MLflow"])
    registry = Registry(options.tracking)
    last = newest(runner(engine, job, platform, options.run).attempts())
    if not last:
        return _unknown(job)
    if last.status is not Status.SUCCEEDED:
        print(f"{_line(last, job)}; nothing was registered, because the job has not succeeded")
        return 1
    run_id = last.run_id(job, options.run)
    tags = {"job": job.name, "team": job.team, "engine": str(engine), "engine.id": last.identifier}
    folder = run_variables(job, run_id)[OUTPUT]
    version, new = registry.register(job.model.name, folder, run_id, mlflow_run=options.mlflow_run, tags=tags)
    print(f"# {version.model}, version {version.number}: {'registered' if new else 'registered before'}")
    print(yaml.safe_dump(service_values(job, job.model, version), sort_keys=False), end="")
    return 0


def _unknown(job: TrainingJob) -> int:
    if job.schedule:
        print("no run yet; `submit` sets the schedule")
    else:
        print("this description was never submitted, or the engine has forgotten it")
    return 1


def _line(attempt: Attempt, job: TrainingJob) -> str:
    reason = f": {attempt.reason}" if attempt.reason else ""
    started = "" if job.schedule else f"attempt {attempt.number}: "
    return f"{started}{attempt.identifier} {attempt.status}{reason}"


if __name__ == "__main__":
    sys.exit(main())
