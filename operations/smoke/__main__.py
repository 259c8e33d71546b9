"""Call a deployed model by its public name, and report: `python -m operations.smoke`.

Exit code 0: the model works; 1: it does not, as the report says; 2: a file or an argument is wrong, nothing was called.
"""

import argparse
import os
import ssl
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .clock import Clock, SystemClock
from .config import SmokeConfig, load_config
from .release import load_release
from .report import Report, Result, digest_of, to_json, to_junit
from .run import Surroundings, Wishes, smoke
from .settings import SettingsError

_SIGNS = {Result.PASSED: "ok  ", Result.FAILED: "FAIL", Result.SKIPPED: "skip"}


def main(
    arguments: Sequence[str] | None = None,
    environment: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> int:
    """Read the files, call the model, write the reports, and say what was found."""
    options = _options(arguments)
    clock = clock or SystemClock()
    try:
        config, release = load_config(options.config), load_release(options.release)
        surroundings = _surroundings(config, options.ca, os.environ if environment is None else environment, clock)
        _writable(options.json, options.junit)
    except SettingsError as error:
        print(f"smoke: {error}", file=sys.stderr)
        return 2
    wishes = Wishes(exceed_rate=options.exceed_rate, wait_seconds=options.wait)
    report = smoke(config, digest_of(options.config.read_bytes()), release, surroundings, wishes)
    text = to_json(report)
    options.json.write_text(text, encoding="utf-8")
    if options.junit:
        options.junit.write_text(to_junit(report), encoding="utf-8")
    _tell(report, digest_of(text.encode()))
    return 0 if report.result is Result.PASSED else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operations.smoke", description="Call a deployed model by its public name, and report."
    )
    parser.add_argument("--config", type=Path, required=True, help="what to call, send, expect and allow: smoke.yaml")
    parser.add_argument("--release", type=Path, required=True, help="what is deployed: the overlay's release.yaml")
    parser.add_argument("--json", type=Path, required=True, help="where the report goes")
    parser.add_argument("--junit", type=Path, help="where the report goes as JUnit XML")
    parser.add_argument("--ca", type=Path, help="certificates of authorities to trust in place of the system's, as PEM")
    parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="how long to wait for the model first")
    parser.add_argument(
        "--exceed-rate",
        action="store_true",
        help="pass the firewall's rate too; it blocks this machine's address for a window",
    )
    return parser.parse_args(arguments)


def _surroundings(
    config: SmokeConfig, authority: Path | None, environment: Mapping[str, str], clock: Clock
) -> Surroundings:
    missing = [name for name in config.headers_from_environment.values() if not environment.get(name)]
    if missing:
        problems = [f"headersFromEnvironment: {name} is not set; set it in the environment" for name in missing]
        raise SettingsError("environment", problems)
    headers = {header: environment[name] for header, name in config.headers_from_environment.items()}
    try:
        certificates = authority.read_bytes() if authority else None
        trust = ssl.create_default_context(cadata=certificates.decode("ascii") if certificates else None)
    except (OSError, ValueError) as error:
        raise SettingsError("--ca", [f"{authority}: {error}; name a file with certificates as PEM"]) from None
    return Surroundings(clock, trust, certificates, headers)


def _writable(*paths: Path | None) -> None:
    missing = [path for path in paths if path and not path.parent.is_dir()]
    if missing:
        raise SettingsError("output", [f"{path}: there is no folder {path.parent}; make it" for path in missing])


def _tell(report: Report, digest: str) -> None:
    for check in report.checks:
        facts = ", ".join(f"{key} {value}" for key, value in check.facts.items())
        print(f"{_SIGNS[check.result]} {check.group} {check.name}" + (f"  ({facts})" if facts else ""))
        for message in check.messages:
            print(f"     {message}")
    print(f"smoke: {report.model} {report.result}, report {digest}")


if __name__ == "__main__":
    sys.exit(main())
