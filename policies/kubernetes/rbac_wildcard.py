"""No role inside a cluster grants everything."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_eks, nsa
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read, text
from pricing.resource import UNKNOWN, Resource

_ROLES = frozenset(
    {"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:Role"}
)
_BINDINGS = frozenset(
    {
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    }
)


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type in _BINDINGS:
        role = text(read(resource.inputs, "roleRef", "name"))
        if role is UNKNOWN:
            yield Undecided("roleRef.name")
        elif role == "cluster-admin":
            yield Finding("binds cluster-admin")
        return
    for index, rule in enumerate(each(read(resource.inputs, "rules"))):
        verbs, resources = each(read(rule, "verbs")), each(read(rule, "resources"))
        if rule is UNKNOWN or UNKNOWN in (*verbs, *resources):
            yield Undecided(f"rules[{index}]")
        elif "*" in verbs and "*" in resources:
            yield Finding(f"rules[{index}] allows every verb on every resource")


RULE = Rule(
    name="rbac-wildcard",
    title="Kubernetes roles do not grant everything",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(cis_eks("4.1.1"), cis_eks("4.1.3"), nsa("Authentication and authorization: RBAC")),
    remediation="Name the verbs and the resources that are used.",
    field="rules or roleRef",
    types=_ROLES | _BINDINGS,
    check=_check,
)
