"""An account that moto emulates in a process of its own: all that moto emulates in one process is one world."""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from resources.resource import Resource
from tests.support.cloud.emulated import Account, counts
from tests.support.services.servers import CREDENTIALS, REGION


class AccountProcess:
    """An empty account. Its process ends with this one, or with `close`.

    Every other method raises RuntimeError with AWS's words where AWS refuses.
    """

    def __init__(self, account: str):
        context = get_context("spawn")
        self._connection, other = context.Pipe()
        self._lock = Lock()
        self._process = context.Process(target=_serve, args=(other, account), daemon=True)
        self._process.start()
        other.close()

    def create(self, resource: Resource) -> None:
        """Make the calls that create a resource of an emulated type."""
        self._ask("create", resource)

    def update(self, resource: Resource) -> None:
        """Make the calls that set what a resource has."""
        self._ask("update", resource)

    def delete(self, resource: Resource) -> None:
        """Make the call that deletes a resource."""
        self._ask("delete", resource)

    def counts(self, region: str) -> Counter[str]:
        """How many resources of each type that can be listed the account has in a region."""
        return Counter(self._ask("counts", region))

    def call(self, operation: str, region: str = REGION, **members: Any) -> dict[str, Any]:
        """The answer to an operation, such as "ec2:CreateVpc"."""
        return self._ask("call", operation, region, members)

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()
        self._connection.close()

    def _ask(self, *asked: Any) -> Any:
        with self._lock:
            self._connection.send(asked)
            refused, answer = self._connection.recv()
        if refused:
            raise RuntimeError(answer)
        return answer


def _serve(connection: Connection, account: str) -> None:
    os.environ.update({**CREDENTIALS, "MOTO_ACCOUNT_ID": account})
    # moto has no types.
    emulation: Any = import_module("moto").mock_aws
    with emulation(config={"iam": {"load_aws_managed_policies": True}}):
        held = Account(_client, REGION)
        known: Mapping[str, Callable[..., Any]] = {
            "create": held.create,
            "update": held.update,
            "delete": held.delete,
            "counts": partial(counts, _client),
            "call": held.call,
        }
        while True:
            try:
                asked, *arguments = connection.recv()
            except EOFError:
                return
            try:
                connection.send((False, known[asked](*arguments)))
            except Exception as error:  # noqa: BLE001 - the caller gets the error
                connection.send((True, f"{type(error).__name__}: {error}"))


@cache
def _client(service: str, region: str) -> Any:
    return import_module("boto3").client(service, region_name=region)
