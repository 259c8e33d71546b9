"""Network policies in the namespaces of a service's clients."""

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

    When `args` has `client_namespaces_ready`, the policies wait for it.
    """
    awaited = [args["client_namespaces_ready"]] if "client_namespaces_ready" in args else []
    policies: list[Manifest] = []
    for client in client_namespaces:
        policy = clients_reach(namespace, pods, port, client)
        policy["metadata"]["namespace"] = after(client, *awaited)
        policies.append(Manifest(f"{name}-{client}", policy, pulumi.ResourceOptions(parent=parent)))
    return policies
