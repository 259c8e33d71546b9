"""The clients' side of a service that admits namespaces by name: a network policy in each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from .manifest import Manifest
from .network_policies import clients_reach
from .ordering import after


def open_clients(
    name: str,
    namespace: str,
    pods: Mapping[str, str],
    port: int,
    client_namespaces: Sequence[str],
    args: Mapping[str, Any],
    parent: pulumi.Resource,
) -> list[Manifest]:
    """Let the pods of each client namespace reach `port` of `pods` in `namespace`.

    The policies are made once `args["client_namespaces_ready"]` is known, where it is given.
    """
    awaited = [args["client_namespaces_ready"]] if "client_namespaces_ready" in args else []
    made: list[Manifest] = []
    for client in client_namespaces:
        policy = clients_reach(namespace, pods, port, client)
        policy["metadata"]["namespace"] = after(client, *awaited)
        made.append(Manifest(f"{name}-{client}", policy, pulumi.ResourceOptions(parent=parent)))
    return made
