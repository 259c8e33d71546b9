"""SecureNamespace: a namespace with Pod Security labels and network policies."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator

from ..core.component import Component
from ..core.manifest import Manifest
from ..core.namespace_names import NAMESPACE_PATTERN, not_of_kubernetes
from ..core.network_policies import Policy, allow_dns, allow_within, default_deny
from ..core.object_labels import label_problem
from ..core.ordering import after
from ..core.spec import Spec, refuse

TEAM_LABEL = "mlplatform.io/team"
"""A label of teams' namespaces. Their pods cannot use the system pool."""
JOBS_LABEL = "mlplatform.io/jobs"
"""A label of teams' namespaces for queued jobs."""


class PodSecurity(StrEnum):
    """The Pod Security Standard of a namespace. Source: Kubernetes, "Pod Security Standards"."""

    RESTRICTED = "restricted"
    BASELINE = "baseline"
    PRIVILEGED = "privileged"


class SecureNamespaceConfig(TypedDict):
    """The settings of a namespace."""

    namespace: str
    """The namespace's name."""

    pod_security: NotRequired[PodSecurity]
    """The enforced Pod Security Standard. Use restricted unless a workload cannot meet it."""

    labels: NotRequired[dict[str, str]]
    """Further labels of the namespace."""


class SecureNamespaceArgs(SecureNamespaceConfig):
    """The arguments of a SecureNamespace."""

    created_after: NotRequired[pulumi.Input[str]]
    """An output that resolves before the namespace is created. On destroy, the namespace is deleted first."""


class SecureNamespaceSpec(Spec):
    """The checked arguments of a SecureNamespace."""

    namespace: str = Field(pattern=NAMESPACE_PATTERN, description="The namespace's name.")
    pod_security: PodSecurity = Field(
        default=PodSecurity.RESTRICTED,
        description="The enforced Pod Security Standard.",
    )
    labels: dict[str, str] = Field(default_factory=dict, description="Further labels of the namespace.")

    @field_validator("namespace")
    @classmethod
    def _not_of_kubernetes(cls, namespace: str) -> str:
        return not_of_kubernetes(namespace)

    @field_validator("labels")
    @classmethod
    def _labels(cls, labels: dict[str, str]) -> dict[str, str]:
        for key, value in labels.items():
            if problem := label_problem(key, value):
                raise refuse(key, problem)
            if key.startswith("pod-security.kubernetes.io/"):
                raise refuse(key, f"the label {key} is set by podSecurity; remove it here")
            if key == "kubernetes.io/metadata.name":
                raise refuse(key, f"the label {key} is set by Kubernetes; remove it here")
        return labels


class SecureNamespace(Component[SecureNamespaceArgs, SecureNamespaceSpec]):
    """A namespace with Pod Security labels. Its pods can reach only each other and the cluster's DNS.

    Pass a Kubernetes provider in the option `providers`. Workloads need further network policies for other traffic.
    """

    namespace: pulumi.Output[str]
    """The namespace's name, resolved after the namespace and its policies exist."""

    def __init__(self, name: str, args: SecureNamespaceArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, SecureNamespaceArgs, SecureNamespaceSpec, opts)
        spec = self._spec
        levels = {f"pod-security.kubernetes.io/{mode}": str(spec.pod_security) for mode in ("enforce", "audit", "warn")}
        manifest = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": self._awaited(), "labels": {**spec.labels, **levels}},
        }
        namespace = Manifest(f"{name}-namespace", manifest, pulumi.ResourceOptions(parent=self))
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        policies = [
            Manifest(f"{name}-{policy['metadata']['name']}", policy, inside)
            for policy in (default_deny(spec.namespace), allow_dns(spec.namespace), allow_within(spec.namespace))
        ]
        self.namespace = pulumi.Output.all(*(policy.id for policy in policies)).apply(lambda _: spec.namespace)
        self._publish()

    def _awaited(self) -> pulumi.Input[str]:
        """The namespace's name, resolved after what it waits for."""
        namespace = self._spec.namespace
        return after(namespace, self._args["created_after"]) if "created_after" in self._args else namespace


def closed_namespace(
    name: str,
    namespace: str,
    policies: Sequence[Policy],
    parent: pulumi.Resource,
    *,
    labels: Mapping[str, str] = MappingProxyType({}),
    created_after: Sequence[pulumi.Resource] = (),
) -> list[pulumi.Resource]:
    """A SecureNamespace and its further network policies. Workloads should depend on all of them."""
    args: SecureNamespaceArgs = {"namespace": namespace, "labels": dict(labels)}
    if created_after:
        args["created_after"] = after("", *created_after)
    made = SecureNamespace(name, args, pulumi.ResourceOptions(parent=parent))
    inside = pulumi.ResourceOptions(parent=parent, depends_on=[made])
    return [made, *(Manifest(f"{name}-{policy['metadata']['name']}", policy, inside) for policy in policies)]
