"""How the stand-ins, which are processes of the engine, reach what stands for AWS in the process of the tests."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.request import Request, urlopen

from tests.support.engine.memory import RefusedError


def ask(url: str, operation: str, urn: str, region: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
    """Ask the server at `url` to check, create, update or delete a resource of a provider in `region`.

    Raises:
        RefusedError: when AWS refuses.
    """
    stack, kind, name = urn.split("::")[0].rpartition(":")[2], urn.split("::")[2].rpartition("$")[2], urn.split("::")[3]
    asked = {
        "operation": operation,
        "stack": stack,
        "resource": {
            "urn": urn,
            "type": kind,
            "name": str(outputs.get("name", name)),
            "inputs": {"region": region, **inputs},
            "outputs": dict(outputs),
        },
    }
    _post(url, asked)


def read(url: str, stack: str, region: str, token: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a data source reads of the emulated account of a stack, None where there is no such account.

    Raises:
        RefusedError: when AWS refuses.
    """
    asked = {"operation": "read", "stack": stack, "region": region, "token": token, "asked": dict(arguments)}
    return _post(url, asked)["read"]


def _post(url: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    request = Request(url, json.dumps(asked).encode(), {"Content-Type": "application/json"})
    with urlopen(request) as response:
        answer: dict[str, Any] = json.load(response)
    if answer["refused"]:
        raise RefusedError(answer["refused"])
    return answer
