"""What in the cluster uses a secret: External Secrets copies it, and pods read it when they start."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..restore.steps import RestoreError
from .tools import Tools

ANNOTATION = "mlplatform.io/rotation"
"""Set on ExternalSecrets and on the pods of workloads. Its value is the run, so a second try changes nothing."""
_KINDS = "deployments,statefulsets,daemonsets"
_SYNC_MINUTES = 10
_ROLLOUT_MINUTES = 20

Copy = tuple[str, str, str]
"""An ExternalSecret: its namespace, its name, and the Secret that it writes."""


def renewed(tools: Tools, secret: str, step: str) -> Mapping[str, Any]:
    """Copy a secret of Secrets Manager into the cluster now, and restart the pods that read it when they start.

    Args:
        tools: What the run uses.
        secret: The secret's name.
        step: The step whose progress the journal keeps.

    Raises:
        RestoreError: a copy or a workload is not ready in time.
    """
    copies = list(_copies(tools, secret))
    for copy in copies:
        _sync(tools, copy, step)
    restarted = [_restart(tools, *workload) for copy in copies for workload in _users(tools, copy)]
    return {"copies": [f"{namespace}/{name}" for namespace, name, _ in copies], "restarted": restarted}


def _copies(tools: Tools, secret: str) -> Iterator[Copy]:
    for each in _items(tools, ["get", "externalsecrets.external-secrets.io", "--all-namespaces", "-o", "json"]):
        spec, metadata = each["spec"], each["metadata"]
        keys = [one.get("extract", {}).get("key") for one in spec.get("dataFrom", ())]
        keys += [one.get("remoteRef", {}).get("key") for one in spec.get("data", ())]
        if secret in keys:
            target = spec.get("target", {}).get("name") or metadata["name"]
            yield metadata["namespace"], metadata["name"], target


def _sync(tools: Tools, copy: Copy, step: str) -> None:
    """Let External Secrets copy now: it does so when an annotation changes.

    It then writes `status.syncedResourceVersion`, a digest of the generation, labels and annotations, so the copy is
    new when this has changed. Source: External Secrets, "Update Behavior" and pkg/controllers/util/util.go.
    """
    namespace, name, _ = copy
    place = [f"externalsecrets.external-secrets.io/{name}", "-n", namespace]
    known, before = tools.journal.of(step), f"{namespace}/{name}"
    if before not in known:
        tools.journal.note(step, **{before: _synced(tools, place)[0]})
    tools.kubectl(["annotate", *place, f"{ANNOTATION}={tools.journal.run}", "--overwrite"], "")

    def done() -> bool:
        version, ready = _synced(tools, place)
        return ready and version != tools.journal.of(step)[before]

    late = f"the ExternalSecret {before} is not copied; read kubectl describe externalsecret {name} -n {namespace}"
    tools.wait_until(done, _SYNC_MINUTES, late)


def _synced(tools: Tools, place: Sequence[str]) -> tuple[str, bool]:
    """What version External Secrets has copied, and whether it could."""
    status = json.loads(tools.kubectl(["get", *place, "-o", "json"], "")).get("status", {})
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", ()))
    return str(status.get("syncedResourceVersion", "")), ready


def _users(tools: Tools, copy: Copy) -> Iterator[tuple[str, str, str]]:
    """The workloads that read the Secret: namespace, kind and name."""
    namespace, _, secret = copy
    for each in _items(tools, ["get", _KINDS, "-n", namespace, "-o", "json"]):
        if secret in set(_secrets(each["spec"]["template"]["spec"])):
            yield namespace, str(each["kind"]).lower(), each["metadata"]["name"]


def _secrets(pod: Mapping[str, Any]) -> Iterator[str]:
    """The Secrets that a pod reads."""
    for container in [*pod.get("initContainers", ()), *pod.get("containers", ())]:
        for source in container.get("envFrom", ()):
            yield source.get("secretRef", {}).get("name", "")
        for variable in container.get("env", ()):
            yield variable.get("valueFrom", {}).get("secretKeyRef", {}).get("name", "")
    for volume in pod.get("volumes", ()):
        yield volume.get("secret", {}).get("secretName", "")
        for source in volume.get("projected", {}).get("sources", ()):
            yield source.get("secret", {}).get("name", "")


def _restart(tools: Tools, namespace: str, kind: str, name: str) -> str:
    """Start new pods of a workload one after another, and wait until they are ready."""
    patch = {"spec": {"template": {"metadata": {"annotations": {ANNOTATION: tools.journal.run}}}}}
    tools.kubectl(["patch", f"{kind}/{name}", "-n", namespace, "--type=strategic", "-p", json.dumps(patch)], "")
    tools.kubectl(["rollout", "status", f"{kind}/{name}", "-n", namespace, f"--timeout={_ROLLOUT_MINUTES}m"], "")
    return f"{namespace}/{kind}/{name}"


def _items(tools: Tools, arguments: Sequence[str]) -> list[Any]:
    try:
        return json.loads(tools.kubectl(arguments, ""))["items"]
    except ValueError:
        raise RestoreError(f"kubectl {' '.join(arguments[:2])}: it printed no JSON") from None
