"""What stands for AWS behind the stand-ins: its API models, and an emulated account for each stack that wants one.

The stand-ins are processes of the engine, which come and go; this server lives in the process of the tests.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from planner.replacement import leaves
from resources.resource import Resource
from tests.support.cloud.account_process import AccountProcess
from tests.support.cloud.call import Rows
from tests.support.cloud.calls import CALLS
from tests.support.cloud.data_sources import read
from tests.support.cloud.emulated import EMULATED
from tests.support.cloud.requests import faults_of
from tests.support.cloud.updates import UPDATES


class Accounts:
    """The accounts of an engine's stacks, asked at `url`."""

    def __init__(self) -> None:
        self._stacks: dict[str, str] = {}
        self._processes: dict[str, AccountProcess] = {}
        self._known: dict[tuple[str, str], int] = defaultdict(int)
        self._invented: dict[str, set[str]] = defaultdict(set)
        self._lock = Lock()
        self.url = _serve(self)

    def emulate(self, stack: str, account: str) -> None:
        """Give a stack an emulated account."""
        self._stacks[stack] = account

    def of(self, stack: str) -> AccountProcess:
        """The emulated account of a stack."""
        if stack not in self._processes:
            self._processes[stack] = AccountProcess(self._stacks[stack])
        return self._processes[stack]

    def close(self) -> None:
        """End what emulates accounts."""
        for each in self._processes.values():
            each.close()
        self._processes.clear()

    def answer(self, operation: str, stack: str, resource: Resource) -> str:
        """Check, create, update or delete a resource, and say why AWS refuses it, nothing where it does not."""
        with self._lock:
            if operation == "check":
                self._invented[stack] |= {*_made_by_aws(resource)}
                return self._faults(stack, resource, CALLS)
            if operation == "update" and (faults := self._faults(stack, resource, UPDATES)):
                return faults
            if stack not in self._stacks or resource.type not in EMULATED:
                return ""
            return self._emulated(operation, stack, resource)

    def read(self, stack: str, region: str, token: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """What a data source reads of the emulated account of a stack."""
        return read(self.of(stack).call, region, token, asked) if stack in self._stacks else None

    def _faults(self, stack: str, resource: Resource, table: Rows) -> str:
        faults = faults_of(resource, self._invented[stack], table) if resource.type in table else []
        return "; ".join(f"ValidationException: {each}" for each in faults)

    def _emulated(self, operation: str, stack: str, resource: Resource) -> str:
        account, at = self.of(stack), (stack, resource.urn)
        if operation != "create" and not self._known[at]:
            # The stack imported it: it is not in the emulated account.
            return ""
        try:
            {"create": account.create, "update": account.update, "delete": account.delete}[operation](resource)
        except RuntimeError as error:
            return f"{resource.name}: {error}"
        self._known[at] += {"create": 1, "update": 0, "delete": -1}[operation]
        return ""


def _made_by_aws(resource: Resource) -> Iterator[str]:
    """The texts of the outputs that are not inputs, at any depth."""
    made = {key: value for key, value in resource.outputs.items() if key not in resource.inputs}
    yield from (each for each in leaves(made) if isinstance(each, str))


def _answer(accounts: Accounts, operation: str, stack: str, **asked: Any) -> dict[str, Any]:
    if operation != "read":
        return {"refused": accounts.answer(operation, stack, Resource(**asked["resource"]))}
    try:
        return {"refused": "", "read": accounts.read(stack, **asked)}
    except RuntimeError as error:
        return {"refused": str(error)}


def _serve(accounts: Accounts) -> str:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(_answer(accounts, **asked)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            """Nobody reads a log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"
