"""Rotate keys and passwords of a stack: `python -m operations.rotate`. It shows the steps first.

Exit code 0: done, or shown. 1: a step failed; run it again. 2: a file or an argument is wrong; nothing was called.
3: a step waits for a person; do it, and run again with `--confirm`.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

from operations.flags import FlagParser

from ..restore.arguments import check
from ..restore.journal import Journal, SystemClock
from ..restore.online import kubectl
from ..restore.runs import ended, exit_code
from ..restore.steps import Step, confirmable, perform, show
from ..settings import SettingsError, fault
from ..state import read_state
from .certificates import certificate_steps
from .keys import access_key_steps, key_steps
from .logins import cache_steps, database_steps, mysql_steps
from .sign_in import client_steps
from .tools import Tools


class What(StrEnum):
    """What can be rotated."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    CACHE = "cache"
    COGNITO = "cognito"
    KMS = "kms"
    TLS = "tls"
    ACCESS_KEYS = "access-keys"


_STEPS: dict[What, Callable[[Tools], Iterator[Step]]] = {
    What.POSTGRESQL: database_steps,
    What.MYSQL: mysql_steps,
    What.CACHE: cache_steps,
    What.COGNITO: client_steps,
    What.KMS: key_steps,
    What.TLS: certificate_steps,
    What.ACCESS_KEYS: access_key_steps,
}
_AT_ONCE = (What.POSTGRESQL, What.MYSQL, What.KMS)
"""What AWS rotates by itself, and also when it is told to."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the state, and show or do the steps."""
    options = _options(arguments)
    return exit_code("rotate", lambda: _rotate(options))


def steps(what: What, tools: Tools) -> list[Step]:
    """The steps of a rotation, in order.

    Raises:
        SettingsError: the stack has nothing of this kind.
    """
    return list(_STEPS[what](tools))


def purpose(what: What, tools: Tools) -> dict[str, Any]:
    """What a run of this name is for."""
    return {"command": "rotate", "stack": tools.state.stack, "what": str(what), "now": tools.now}


def client(service: str, region: str) -> Any:
    """A client of boto3, with the credentials of the environment."""
    return import_module("boto3").client(service, region_name=region)


def _rotate(options: argparse.Namespace) -> int:
    what = What(options.what)
    check(options.run)
    if options.now and what not in _AT_ONCE:
        remedy = f"only {', '.join(_AT_ONCE)} have what AWS rotates by itself and at once; leave it out"
        raise SettingsError("arguments", [fault("now", True, remedy)])
    clock = SystemClock()
    journal = Journal(options.run, options.folder, clock, "rotate")
    tools = Tools(read_state(options.state, options.stack), client, kubectl, journal, clock, now=options.now)
    wanted = steps(what, tools)
    if not options.apply:
        print("\n".join(show(wanted, journal)))
        print("nothing was called; add --apply to do it")
        return 0
    with journal.alone():
        journal.bind(**purpose(what, tools))
        if wrong := confirmable(wanted, journal, options.confirm):
            raise SettingsError("arguments", wrong)
        if all(journal.is_done(step.name) for step in wanted):
            print(f"the run {options.run} was done before, and nothing was called; name another run to rotate again")
            return 0
        waiting = perform(wanted, journal, options.confirm)
    return ended(waiting)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.rotate",
        description="Rotate keys and passwords of a stack, and check those that AWS rotates by itself. Without --apply "
        "it only shows the steps.",
    )
    parser.add_argument("stack", help="the name of the stack, such as prod")
    subjects = [str(each) for each in What]
    parser.add_argument("what", metavar="what", choices=subjects, help=f"what to rotate: {', '.join(subjects)}")
    parser.add_argument("--run", required=True, help="a name for this rotation; the same name goes on with it")
    parser.add_argument(
        "--state", type=Path, default=Path("state.json"), help="the stack's state, which pulumi stack export prints"
    )
    parser.add_argument("--now", action="store_true", help="also rotate at once what AWS rotates by itself")
    parser.add_argument("--confirm", action="append", default=[], metavar="STEP", help="a step that a person has done")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the run and the log are kept")
    parser.add_argument("--apply", action="store_true", help="do the steps")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
