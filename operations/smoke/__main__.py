"""Call a deployed model by its public name and write a report: `python -m operations.smoke`.

Exit code 0: the model works. 1: it does not; see the report. 2: a file or an argument is wrong; nothing was called.
"""

import argparse
import os
import ssl
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from operations.flags import FlagParser

from ..arguments import amount
from ..lines import harmless, one_line
from ..settings import SettingsError
from .clock import Clock, SystemClock
from .config import SmokeConfig, load_config
from .release import load_release
from .report import Report, Result, digest_of, to_json, to_junit
from .rules import load_rules, refuse_weak
from .run import Caller, Options, smoke

_SIGNS = {Result.PASSED: "ok  ", Result.FAILED: "FAIL", Result.SKIPPED: "skip"}


def main(
    arguments: Sequence[str] | None = None,
    environment: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> int:
    """Read the files, call the model, write the reports and print a summary."""
    options = _options(arguments)
    clock = clock or SystemClock()
    try:
        config, release = load_config(options.config), load_release(options.release)
        if options.rules:
            refuse_weak(config, load_rules(options.rules), options.model or config.model, str(options.config))
        caller = _caller(config, options.ca, os.environ if environment is None else environment, clock)
        _writable(options.json, options.junit)
    except SettingsError as error:
        print(f"smoke: {harmless(str(error))}", file=sys.stderr)
        return 2
    run_options = Options(exceed_rate=options.exceed_rate, wait_seconds=options.wait)
    report = smoke(config, digest_of(options.config.read_bytes()), release, caller, run_options)
    text = to_json(report)
    options.json.write_text(text, encoding="utf-8")
    if options.junit:
        options.junit.write_text(to_junit(report), encoding="utf-8")
    _print(report, digest_of(text.encode()))
    return 0 if report.result is Result.PASSED else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.smoke", description="Call a deployed model by its public name and write a report."
    )
    parser.add_argument(
        "--config", type=Path, required=True, help="smoke.yaml: the model, its inputs, and the expected responses"
    )
    parser.add_argument("--release", type=Path, required=True, help="the deployed release: the overlay's release.yaml")
    parser.add_argument("--rules", type=Path, help="promotion.yaml: refuse a smoke.yaml that breaks its rules")
    parser.add_argument("--model", help="the model's folder, which smoke.yaml must name; only with --rules")
    parser.add_argument("--json", type=Path, required=True, help="the report to write as JSON")
    parser.add_argument("--junit", type=Path, help="the report to write as JUnit XML")
    parser.add_argument("--ca", type=Path, help="certificates of authorities to trust instead of the system's, as PEM")
    parser.add_argument(
        "--wait", type=amount, default=0, metavar="SECONDS", help="how long to wait for the model to be ready"
    )
    parser.add_argument(
        "--exceed-rate",
        action="store_true",
        help="also exceed the firewall's rate limit; it then blocks this machine's address for a window",
    )
    return parser.parse_args(arguments)


def _caller(config: SmokeConfig, authority: Path | None, environment: Mapping[str, str], clock: Clock) -> Caller:
    missing = [name for name in config.headers_from_environment.values() if not environment.get(name)]
    if missing:
        problems = [f"headersFromEnvironment: {name} is not set; set it in the environment" for name in missing]
        raise SettingsError("environment", problems)
    headers = {header: environment[name] for header, name in config.headers_from_environment.items()}
    try:
        certificates = authority.read_bytes() if authority else None
        trust = ssl.create_default_context(cadata=certificates.decode("ascii") if certificates else None)
    except (OSError, ValueError) as error:
        raise SettingsError("--ca", [f"{authority}: {error}; give a file of PEM certificates"]) from None
    return Caller(clock, trust, certificates, headers)


def _writable(*paths: Path | None) -> None:
    missing = [path for path in paths if path and not path.parent.is_dir()]
    if missing:
        raise SettingsError(
            "output", [f"{path}: the folder {path.parent} does not exist; create it" for path in missing]
        )


def _print(report: Report, digest: str) -> None:
    for check in report.checks:
        facts = ", ".join(f"{key} {value}" for key, value in check.facts.items())
        print(f"{_SIGNS[check.result]} {check.group} {check.name}" + (f"  ({one_line(facts)})" if facts else ""))
        for message in check.messages:
            print(f"     {one_line(message)}")
    print(f"smoke: {one_line(report.model)} {report.result}, report {digest}")


if __name__ == "__main__":
    sys.exit(main())
