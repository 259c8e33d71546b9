"""The rules in the cluster: the API server judges Kubernetes objects by the rules of the plan."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pulumi

from components.cluster.secure_namespace import TEAM_LABEL
from components.core.admission import admission_policy
from components.core.manifest import Manifest
from components.delivery.argo_cd.names import CONTROLLER, SERVER
from components.delivery.argo_cd.names import NAMESPACE as ARGO_CD
from components.serving.serving_platform.names import GATEWAY_NAME, KNATIVE_OPERATOR_NAMESPACE, KSERVE_NAMESPACE
from policies.engine.admission import (
    NEW_PODS,
    POD_RESOURCES,
    Excused,
    at_level,
    excused_in,
    is_pod_security,
    object_rules,
    object_variables,
    pod_rules,
    pod_variables,
    resources_of,
    validations,
)
from policies.engine.settings import Level, PolicySettings

if TYPE_CHECKING:
    from stacks.config import StackConfig

_OF_TEAMS = {TEAM_LABEL: "true"}
_RESTRICTED = {**_OF_TEAMS, "pod-security.kubernetes.io/enforce": "restricted"}
_ACCOUNT = "system:serviceaccount"
_CONTROL_PLANE = ("system:apiserver", "system:kube-controller-manager", "system:kube-scheduler")
_OPERATORS = (
    f"{_ACCOUNT}:{KNATIVE_OPERATOR_NAMESPACE}:knative-operator",
    f"{_ACCOUNT}:{KSERVE_NAMESPACE}:kserve-localmodel-controller-manager",
)
"""They create the roles of Knative, and volumes for the folders of nodes that a LocalModelNodeGroup names."""
_DELIVERS = f"{_ACCOUNT}:{ARGO_CD}:{CONTROLLER}"
_OF_A_TEAM = f"namespaceObject != null && '{TEAM_LABEL}' in namespaceObject.metadata.?labels.orValue({{}})"
_BEHIND_TLS = (Excused("ingress-tls", f"Gateway/{GATEWAY_NAME}"),)
"""TLS ends at the load balancer before this gateway, which the API server does not see."""
_RESTORES = (Excused("rbac-wildcard", "ClusterRoleBinding/velero-restore"),)
"""A person binds cluster-admin to Velero under this name while a restore runs (docs/recovery.md)."""
_USER = "request.userInfo.username"
_FIRST_PROJECT = (
    f"{_USER} == '{_ACCOUNT}:{ARGO_CD}:{SERVER}' && request.operation == 'CREATE' && "
    "request.resource.resource == 'appprojects' && object.metadata.name == 'default'"
)
"""Argo CD's server ends if it cannot create its open project default, which the platform then closes.

Source: Argo CD, server/server.go (initializeDefaultProject).
"""


def pod_policies(settings: PolicySettings, excused: Sequence[Excused]) -> Iterator[list[dict[str, Any]]]:
    """The policies about Pods with their bindings.

    In the restricted namespaces of teams, the rules of the Pod Security Standards also refuse a workload whose Pods
    Pod Security would refuse later. Findings of the other rules go to the audit log only, because sidecars of other
    makers break some of them.
    """
    mandatory = at_level(pod_rules(), Level.MANDATORY, settings)
    standards = [rule for rule in mandatory if is_pod_security(rule)]
    others = [rule for rule in pod_rules() if rule not in standards]
    others = [rule for level in (Level.MANDATORY, Level.ADVISORY) for rule in at_level(others, level, settings)]
    for name, rules, labels, action in (
        ("pod-rules", standards, _RESTRICTED, "Deny"),
        ("pod-advice", others, _OF_TEAMS, "Audit"),
    ):
        yield admission_policy(
            name,
            POD_RESOURCES,
            [],
            {"matchLabels": labels},
            conditions=NEW_PODS,
            variables=pod_variables(rules, excused),
            computed=list(validations(rules)),
            actions=[action],
        )


def object_policies(
    settings: PolicySettings, excused: Sequence[Excused], *, kubeflow: bool, production: bool
) -> Iterator[list[dict[str, Any]]]:
    """The policies about all other objects with their bindings, in every namespace and for objects of the cluster.

    Args:
        settings: The levels of the rules.
        excused: The objects that exceptions name.
        kubeflow: Whether Argo CD delivers Kubeflow, whose manifests break some of the rules.
        production: Whether the rules about production alone hold.
    """
    for name, level, action in (
        ("object-rules", Level.MANDATORY, "Deny"),
        ("object-advice", Level.ADVISORY, "Audit"),
    ):
        if rules := at_level(object_rules(), level, settings):
            yield admission_policy(
                name,
                resources_of(rules),
                [],
                {},
                conditions=_judged(),
                variables={
                    "installed": _installed(kubeflow=kubeflow),
                    **object_variables(rules, excused, settings, production=production),
                },
                computed=[(f"variables.installed || {holds}", told) for holds, told in validations(rules)],
                actions=[action],
            )


def _judged() -> dict[str, str]:
    """Which requests are judged: not those of the control plane and of operators of the platform.

    EKS keeps user names that begin with `eks:` for itself. What is being deleted is judged, too: a Service works until
    its last finalizer is removed, which no rule reads. Source: Amazon EKS, "Create access entries".
    """
    users = ", ".join(f"'{each}'" for each in (*_CONTROL_PLANE, *_OPERATORS))
    platform = f"{_USER} in [{users}] || {_USER}.startsWith('eks:') || {_USER}.startsWith('{_ACCOUNT}:kube-system:')"
    return {
        "not-of-the-platform": f"!({platform})",
        "not-the-first-project": f"!({_FIRST_PROJECT})",
    }


def _installed(*, kubeflow: bool) -> str:
    """Whether the platform installs an object by a chart, or Kubeflow by Argo CD, outside of the namespaces of teams.

    Helm annotates what it installs; what Argo CD delivers may have the same annotation. Match conditions do not know
    the namespace. Source: Helm, pkg/action/validate.go.
    """
    by_helm = (
        "object.metadata.?annotations[?'meta.helm.sh/release-name'].hasValue() && "
        f"!{_USER}.startsWith('{_ACCOUNT}:{ARGO_CD}:')"
    )
    makers = f"({by_helm} || {_USER} == '{_DELIVERS}')" if kubeflow else f"({by_helm})"
    return f"{makers} && !({_OF_A_TEAM})"


def make_admission_rules(config: "StackConfig", inside: pulumi.ResourceOptions) -> None:
    """Register the policies in the cluster whose provider the options name."""
    settings, kubeflow = config.policies, config.kubeflow is not None
    excused = [*excused_in(pulumi.get_stack()), *_BEHIND_TLS]
    if config.recovery and config.recovery.cluster_state:
        excused += _RESTORES
    production = config.environment.is_production
    of_objects = object_policies(settings, excused, kubeflow=kubeflow, production=production)
    for policy, binding in (*pod_policies(settings, excused), *of_objects):
        name = f"admission-{policy['metadata']['name']}"
        needed = pulumi.ResourceOptions(depends_on=[Manifest(name, policy, inside)])
        Manifest(f"{name}-binding", binding, pulumi.ResourceOptions.merge(inside, needed))
