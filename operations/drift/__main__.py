"""Compare the cloud with the state and the plan of a stack: `python -m operations.drift`. It only reads.

Exit code 0: no difference. 1: there are differences. 2: a file or an argument is wrong; nothing was called.
3: no difference was found, and some calls were refused, so there may be some.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from operations.flags import FlagParser

from ..restore.runs import exit_code
from ..settings import SettingsError, fault
from ..state import State, read_state
from .attributes import compare_attributes
from .findings import Clients, Findings
from .orphans import compare_plan, find_orphans
from .owners import without_owned
from .report import as_json, as_text
from .tags import compare_tags, listed, stack_tags

PLAN_FORMAT = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the files, and print the comparison."""
    options = _options(arguments)
    return exit_code("drift", lambda: _drift(options))


def compared(
    clients: Clients, state: State, *, others: Sequence[State] = (), plan: Mapping[str, Any] | None = None, today: date
) -> Findings:
    """Compare the cloud with a state, and the state with a plan, as of `today`.

    Raises:
        SettingsError: the state has no tags by which AWS knows the stack.
    """
    findings = Findings()
    stack_tags(state)
    cloud = listed(clients, state, findings)
    # Without the list, everything would be missing.
    if cloud:
        unknown = compare_tags(state, others, cloud, findings)
        orphans, _ = without_owned(unknown, cloud, state)
        find_orphans(clients, orphans, findings, today)
    elif not findings.failures:
        findings.failures.append("tag:GetResources lists nothing with the stack's tags; is this the stack's account?")
    compare_attributes(clients, state, findings)
    if plan:
        compare_plan(plan, state, findings, today)
    for urn in state.pending:
        findings.failures.append(f"{urn.rpartition('::')[2]}: a deployment of it was interrupted; run pulumi refresh")
    return findings


def client(service: str, region: str) -> Any:
    """A client of boto3 that waits when AWS throttles it, with the credentials of the environment."""
    config: Any = import_module("botocore.config").Config(retries={"mode": "standard", "max_attempts": 10})
    return import_module("boto3").client(service, region_name=region, config=config)


def _drift(options: argparse.Namespace) -> int:
    state = read_state(options.state, options.stack)
    others = [read_state(path, _stack_of(path)) for path in options.other]
    plan = _plan(options.plan, options.stack) if options.plan else None
    findings = compared(client, state, others=others, plan=plan, today=datetime.now(UTC).date())
    print(as_json(options.stack, findings) if options.json else as_text(options.stack, findings))
    if findings.differences:
        return 1
    return 3 if findings.failures else 0


def _stack_of(path: Path) -> str:
    """The stack of a state file; empty when the file is none, which `read_state` then says."""
    try:
        return str(json.loads(path.read_bytes())["deployment"]["resources"][0]["urn"]).split(":")[2]
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _plan(path: Path, stack: str) -> Mapping[str, Any]:
    make = f"run `make plan STACK={stack}`"
    try:
        plan: Any = json.loads(path.read_text(encoding="utf-8"))
        found, known = plan["format"], plan["stack"]
    except OSError as error:
        raise SettingsError(str(path), [f"{error.strerror}; {make}"]) from None
    except (ValueError, LookupError, TypeError):
        raise SettingsError(str(path), [f"it is not a plan; {make}"]) from None
    if found != PLAN_FORMAT:
        raise SettingsError(str(path), [fault("format", found, f"this program reads {PLAN_FORMAT}; {make}")])
    if known != stack:
        raise SettingsError(str(path), [fault("stack", known, f"it is the plan of another stack; {make}")])
    return plan


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.drift",
        description="Compare the cloud with the state and the plan of a stack: what is missing, orphans with their "
        "cost, and changed values. It only reads.",
    )
    parser.add_argument("stack", help="the name of the stack, such as prod")
    parser.add_argument(
        "--state", type=Path, default=Path("state.json"), help="the stack's state, which pulumi stack export prints"
    )
    parser.add_argument("--plan", type=Path, help="the stack's plan, such as build/prod/plan.json")
    parser.add_argument(
        "--other",
        type=Path,
        action="append",
        default=[],
        metavar="STATE",
        help="the state of another stack in this account with the same tags, whose resources are no orphans",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
