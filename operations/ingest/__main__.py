"""Pack, start, follow and stop the job of Spark that writes features: `python -m operations.ingest`.

Exit code 0: done. 1: the job does not run as it should, or AWS refused a call. 2: a file or an argument is wrong;
nothing was called.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from components.facts.versions import SparkRelease
from operations.flags import FlagParser

from ..emr_serverless import CANCELLING
from ..settings import SettingsError
from ..train.attempts import EngineError
from ..train.engines import aws_session, refusals
from .package import Target, publish
from .platform import Platform, read_platform
from .runs import Runs, version_of


class Action(StrEnum):
    """What a command does."""

    PACKAGE = "package"
    START = "start"
    STATUS = "status"
    STOP = "stop"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the stack's outputs and do what is asked."""
    options = _options(arguments)
    try:
        platform = read_platform(options.platform)
        with refusals():
            session = aws_session(platform.region)
            s3 = session.client("s3")
            if options.action is Action.PACKAGE:
                return _package(options, platform, s3)
            runs = Runs(platform.job, session.client("emr-serverless"), s3)
            if options.action is Action.STATUS:
                return _status(runs)
            return _start(options, runs) if options.action is Action.START else _stop(options, runs)
    except SettingsError as error:
        print(f"ingest: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"ingest: {error.name} is missing; `make .venv/.dev` installs it", file=sys.stderr)
        return 2
    except (EngineError, OSError, subprocess.CalledProcessError) as error:
        print(f"ingest: {error}", file=sys.stderr)
        return 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.ingest",
        description="Upload the packages of the job that writes features, start it once, read its state, and stop it.",
    )
    parser.add_argument("action", choices=list(Action), type=Action, help="what to do")
    parser.add_argument(
        "--platform",
        type=Path,
        default=Path("platform.json"),
        help="the stack's outputs, as `pulumi stack output --json` prints them (platform.json)",
    )
    parser.add_argument(
        "--release",
        metavar="RELEASE",
        choices=list(SparkRelease),
        type=SparkRelease,
        default=SparkRelease.SPARK_8_1,
        help=f"package: the release of the stack's sparkCluster: {', '.join(SparkRelease)}",
    )
    parser.add_argument(
        "--architecture", choices=["ARM64", "X86_64"], default="ARM64", help="package: its architecture"
    )
    parser.add_argument("--minutes", type=int, metavar="N", help="start: end the job after so many minutes")
    parser.add_argument(
        "--application", action="store_true", help="stop: also the application, so that a deployment can change it"
    )
    options = parser.parse_args(arguments)
    if options.minutes is not None and not 1 <= options.minutes <= 10_000:
        parser.error(f"--minutes {options.minutes}: write 1 to 10000, or leave it out for a job without an end")
    return options


def _package(options: argparse.Namespace, platform: Platform, s3: Any) -> int:
    address, new = publish(Target(options.release, options.architecture), platform.offline_bucket, s3)
    print(f"{address} {'is uploaded' if new else 'was uploaded before'}; write it in featureIngest.spark.package")
    return 0


def _start(options: argparse.Namespace, runs: Runs) -> int:
    known = runs.all()
    wanted = runs.request(options.minutes)
    for run in known:
        if not run.active:
            continue
        if run.name == wanted["name"] and run.state != CANCELLING:
            print(f"{run.identifier} {run.state}; nothing was started, because this version already runs")
            return 0
        if run.version != version_of(wanted["name"]):
            running = "another version runs"
        elif run.state == CANCELLING:
            running = "a run is being cancelled"
        else:
            running = "this version runs with another --minutes or without it"
        print(
            f"{run.identifier} {run.state}: {running}, and two jobs must not share checkpoints; run "
            "`python -m operations.ingest stop`, then start again"
        )
        return 1
    attempt = 1 + sum(run.name == wanted["name"] for run in known)
    print(f"started as {runs.start(runs.request(options.minutes, attempt))}")
    return 0


def _status(runs: Runs) -> int:
    known = runs.all()
    if not known:
        print("the job was never started, or EMR has forgotten it")
        return 1
    last = known[0]
    current = last.version == version_of(runs.request()["name"])
    age = "the deployed version" if current else "not the deployed version; stop it, and start again"
    print(f"{last.identifier} {last.state}, {age}" + (f": {last.details}" if last.details else ""))
    return 0 if last.active and last.state != CANCELLING and current else 1


def _stop(options: argparse.Namespace, runs: Runs) -> int:
    active = [run for run in runs.all() if run.active]
    left = runs.cancel(active)
    for run in left:
        print(f"{run.identifier} {run.state}: it has not ended yet; run the command again")
    if left:
        return 1
    print(f"{len(active)} cancelled")
    if options.application:
        print(runs.stop_application())
    return 0


if __name__ == "__main__":
    sys.exit(main())
