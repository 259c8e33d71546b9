"""Roles and bindings of Kubernetes: what they grant, and to whom."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.engine.frameworks import checkov, cis_eks, nsa
from policies.engine.objects import is_patch, with_patches
from policies.engine.rule import Area, Finding, Framework, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, is_set, read, text
from resources.resource import UNKNOWN, Resource

_GROUP = "rbac.authorization.k8s.io"
_CLUSTER_ROLES = with_patches(f"kubernetes:{_GROUP}/v1:ClusterRole")
_ROLES = (*_CLUSTER_ROLES, *with_patches(f"kubernetes:{_GROUP}/v1:Role"))
_BINDINGS = with_patches(f"kubernetes:{_GROUP}/v1:ClusterRoleBinding", f"kubernetes:{_GROUP}/v1:RoleBinding")
_READS = frozenset({"get", "list", "watch"})
_WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})
_GOOD_PRACTICES = Framework(
    "Kubernetes documentation", "Role Based Access Control Good Practices: privilege escalation"
)
_HARMLESS_ROLES = frozenset(
    {"system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery"}
)
"""What Kubernetes itself binds to everyone, or publishes for clients of its OIDC issuer."""
_EVERYONE = {
    "system:anonymous": "everyone who reaches the API server without signing in",
    "system:unauthenticated": "everyone who reaches the API server without signing in",
    "system:authenticated": "everybody who can sign in, also every service account",
    "system:serviceaccounts": "every service account of the cluster",
    "system:masters": "the group that no role and no admission limits",
}


@dataclass(frozen=True, slots=True)
class _Escalation:
    """Rights by which someone gets more rights than a role names."""

    group: str
    resources: tuple[str, ...]
    verbs: frozenset[str]
    effect: str
    cluster_wide_only: bool = False


_ESCALATIONS = (
    _Escalation(
        "",
        ("pods/exec", "pods/attach", "pods/portforward"),
        frozenset({"create", "get"}),
        "reaches into containers, with the rights of their Pods",
    ),
    _Escalation(
        "", ("pods/ephemeralcontainers",), frozenset({"update", "patch"}), "adds containers to the Pods of others"
    ),
    _Escalation(
        "",
        ("nodes/proxy", "pods/proxy", "services/proxy"),
        _READS | _WRITES,
        "talks to kubelets, Pods or services past the API server's rules and audit",
    ),
    _Escalation("", ("serviceaccounts/token",), frozenset({"create"}), "makes tokens of other service accounts"),
    _Escalation(
        "",
        ("pods",),
        frozenset({"create"}),
        "starts Pods in every namespace, with any service account there",
        cluster_wide_only=True,
    ),
    _Escalation(
        "", ("persistentvolumes",), frozenset({"create"}), "makes volumes of the files of nodes", cluster_wide_only=True
    ),
    _Escalation(_GROUP, ("roles", "clusterroles"), frozenset({"escalate"}), "writes roles with rights it lacks"),
    _Escalation(_GROUP, ("roles", "clusterroles"), frozenset({"bind"}), "binds roles with rights it lacks"),
    _Escalation(
        "admissionregistration.k8s.io",
        (
            *("mutatingwebhookconfigurations", "validatingwebhookconfigurations"),
            *("mutatingadmissionpolicies", "mutatingadmissionpolicybindings"),
            *("validatingadmissionpolicies", "validatingadmissionpolicybindings"),
        ),
        _WRITES,
        "decides what the API server admits and changes",
    ),
    _Escalation(
        "certificates.k8s.io",
        ("certificatesigningrequests/approval", "signers"),
        frozenset({"update", "patch", "approve", "sign"}),
        "approves certificates of any user or node",
    ),
    _Escalation("", ("services/status",), frozenset({"update", "patch"}), "sends traffic of others to its own address"),
    _Escalation("apiregistration.k8s.io", ("apiservices",), _WRITES, "answers in the API server's place"),
)


_ROLES_IN_CLUSTER = {f"{_GROUP}/v1": ["roles", "clusterroles"]}
_BINDINGS_IN_CLUSTER = {f"{_GROUP}/v1": ["rolebindings", "clusterrolebindings"]}
_OF_CLUSTER = "request.resource.resource == 'clusterroles'"
_UNNAMED = "r.?resourceNames.orValue([]).size() == 0"
_WILD = " + ".join(
    f"(r.?{field}.orValue([]).exists(n, n == '*' || n == '*/*') ? ['{said}'] : [])"
    for field, said in (
        ("verbs", "verb"),
        ("resources", "resource"),
        ("apiGroups", "API group"),
        ("nonResourceURLs", "URL"),
    )
)


def _each_rule(condition: str, messages: str) -> str:
    """The CEL expression of the messages about each rule `r` of a role with a condition. The rule's place precedes."""
    rules = "(object.?rules.orValue(null) == null ? [] : object.rules)"
    located = f"({messages}).map(m, 'rules[' + string(i) + '] ' + m)"
    return f"{rules}.transformList(i, r, {condition}, {located}).flatten()"


def _allowed(verbs: frozenset[str]) -> str:
    """The CEL expression of those of the verbs that the rule `r` has."""
    return f"{json.dumps(sorted(verbs))}.filter(v, v in r.verbs || '*' in r.verbs)"


def _covered(group: str, resources: tuple[str, ...]) -> str:
    """The CEL expression of those of the resources of a group that the rule `r` names."""
    named = "r.?resources.orValue([])"
    part = f"n.contains('/') && ('*/' + n.split('/')[1]) in {named}"
    in_group = f"r.?apiGroups.orValue([]).exists(g, g in ['{group}', '*'])"
    return f"{json.dumps(resources)}.filter(n, {in_group} && (n in {named} || {part}))"


def _granted(verbs: frozenset[str], group: str, resources: tuple[str, ...], said: str) -> str:
    """The CEL expression of a list with one message if the rule `r` allows a verb on a resource.

    `said` is an expression of the message, where `p[0]` are the verbs and `p[1]` the resources.
    """
    pair = f"[[{_allowed(verbs)}, {_covered(group, resources)}]]"
    return f"{pair}.filter(p, p[0].size() > 0 && p[1].size() > 0).map(p, {said})"


def _escalations_in_cluster() -> str:
    found = [
        "('impersonate' in r.verbs ? ['impersonates ' + r.?resources.orValue([]).join(', ') + "
        "' and has their rights'] : [])"
    ]
    for each in _ESCALATIONS:
        said = f"{json.dumps(f'{each.effect}: ')} + p[0].join(', ') + ' ' + p[1].join(', ')"
        granted = _granted(each.verbs, each.group, each.resources, said)
        found.append(f"({_OF_CLUSTER} ? {granted} : [])" if each.cluster_wide_only else granted)
    return " + ".join(found)


def _subjects_in_cluster() -> str:
    role, everyone = "object.roleRef.name", json.dumps(_EVERYONE)
    subjects = f"({role} in {json.dumps(sorted(_HARMLESS_ROLES))} ? [] : object.?subjects.orValue([]))"
    default = (
        "s.kind == 'ServiceAccount' && s.name == 'default' || "
        "s.name.startsWith('system:serviceaccount:') && s.name.endsWith(':default')"
    )
    return (
        f"{subjects}.map(s, s.name in {everyone} ? 'gives ' + {role} + ' to ' + s.name + ': ' + {everyone}[s.name] : "
        f"{default} ? 'gives ' + {role} + ' to a default service account, which every Pod without one of its own uses' "
        ": '').filter(m, m != '')"
    )


def _rules(role: Resource) -> Iterator[tuple[str, Any]]:
    for index, each in enumerate(elements(read(role.inputs, "rules"))):
        yield f"rules[{index}]", each


def _names(each: Any, field: str) -> list[Any]:
    return elements(read(each, field))


def _has(each: Any, field: str, wanted: frozenset[str] | set[str]) -> list[str]:
    """Which of the wanted names a rule has in a field; `*` is all of them."""
    names = [name for name in _names(each, field) if isinstance(name, str)]
    return sorted(wanted) if "*" in names else sorted(wanted.intersection(names))


def _covers(each: Any, group: str, resources: tuple[str, ...]) -> list[str]:
    """Which of these resources of a group a rule names; `*/exec` is that part of every resource."""
    groups = _names(each, "apiGroups")
    if group not in groups and "*" not in groups:
        return []
    named = _names(each, "resources")
    return [name for name in resources if name in named or ("/" in name and f"*/{name.partition('/')[2]}" in named)]


@rule(
    "rbac-wildcard",
    "Kubernetes roles name their verbs, resources and API groups, and nobody is cluster-admin",
    (*_ROLES, *_BINDINGS),
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        cis_eks("4.1.1"),
        cis_eks("4.1.3"),
        checkov("CKV_K8S_49"),
        nsa("Authentication and authorization: RBAC"),
    ],
    remediation="Name the verbs, the resources and the API groups that are used, and bind a role of your own.",
    field="rules or roleRef",
    in_cluster=[
        InCluster(
            resources=_ROLES_IN_CLUSTER,
            reads=["rules"],
            found=_each_rule(f"({_WILD}).size() > 0", f"['allows every ' + ({_WILD}).join(' and ')]"),
        ),
        InCluster(
            resources=_BINDINGS_IN_CLUSTER,
            reads=["roleRef"],
            found="object.roleRef.name == 'cluster-admin' ? ['binds cluster-admin'] : []",
        ),
    ],
)
def _rbac_wildcard(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type in _BINDINGS:
        role = text(read(resource.inputs, "roleRef", "name"))
        if role is UNKNOWN:
            yield Undecided("roleRef.name")
        elif role == "cluster-admin":
            yield Finding("binds cluster-admin")
        return
    for path, each in _rules(resource):
        fields = ("verbs", "resources", "apiGroups", "nonResourceURLs")
        wild = [field for field in fields if any(name in ("*", "*/*") for name in _names(each, field))]
        if wild:
            every = " and ".join({"nonResourceURLs": "URL"}.get(field, field.removesuffix("s")) for field in wild)
            yield Finding(f"{path} allows every {every.replace('apiGroup', 'API group')}")
        elif each is UNKNOWN or any(UNKNOWN in _names(each, field) for field in fields):
            yield Undecided(path)


@rule(
    "rbac-secrets",
    "Kubernetes roles read secrets by name only",
    _ROLES,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.1.2"), checkov("CKV2_K8S_5"), Framework("Kubescape", "C-0015"), _GOOD_PRACTICES],
    remediation="Name the secrets in resourceNames, or mount them into the Pod that needs them.",
    field="rules",
    in_cluster=[
        InCluster(
            resources=_ROLES_IN_CLUSTER,
            reads=["rules"],
            found=_each_rule(
                _UNNAMED,
                _granted(
                    _READS,
                    "",
                    ("secrets",),
                    "'allows to ' + p[0].join(', ') + ' every secret' + "
                    f"({_OF_CLUSTER} ? ' of every namespace' : ' of its namespace')",
                ),
            ),
        )
    ],
)
def _rbac_secrets(role: Resource, _: Stack) -> Iterator[Result]:
    for path, each in _rules(role):
        reads = _has(each, "verbs", _READS)
        if not _covers(each, "", ("secrets",)) or is_set(read(each, "resourceNames")):
            continue
        if reads:
            yield Finding(f"{path} allows to {', '.join(reads)} every secret{_where(role)}")
        elif UNKNOWN in _names(each, "verbs"):
            yield Undecided(f"{path}.verbs")


@rule(
    "rbac-escalation",
    "Kubernetes roles grant nothing by which someone gets more rights",
    _ROLES,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        cis_eks("4.1.4"),
        cis_eks("4.1.8"),
        checkov("CKV_K8S_155"),
        checkov("CKV_K8S_156"),
        checkov("CKV_K8S_157"),
        checkov("CKV_K8S_158"),
        checkov("CKV2_K8S_3"),
        checkov("CKV2_K8S_4"),
        checkov("CKV2_K8S_2"),
        Framework("Kubescape", "C-0002"),
        _GOOD_PRACTICES,
    ],
    remediation="Remove the right, or limit it with resourceNames; give it to people for a time only.",
    field="rules",
    in_cluster=[
        InCluster(resources=_ROLES_IN_CLUSTER, reads=["rules"], found=_each_rule(_UNNAMED, _escalations_in_cluster()))
    ],
)
def _rbac_escalation(role: Resource, _: Stack) -> Iterator[Result]:
    for path, each in _rules(role):
        if is_set(read(each, "resourceNames")):
            continue
        verbs = _names(each, "verbs")
        if "impersonate" in verbs:
            yield Finding(
                f"{path} impersonates {', '.join(map(display, _names(each, 'resources')))} and has their rights"
            )
        for escalation in _ESCALATIONS:
            if escalation.cluster_wide_only and role.type not in _CLUSTER_ROLES:
                continue
            covered = _covers(each, escalation.group, escalation.resources)
            allowed = _has(each, "verbs", escalation.verbs)
            if covered and allowed:
                yield Finding(f"{path} {escalation.effect}: {', '.join(allowed)} {', '.join(covered)}")
            elif covered and UNKNOWN in verbs:
                yield Undecided(f"{path}.verbs")


def _where(role: Resource) -> str:
    return " of every namespace" if role.type in _CLUSTER_ROLES else " of its namespace"


@rule(
    "rbac-subjects",
    "Roles are bound to named people, groups and service accounts of their own",
    _BINDINGS,
    area=Area.KUBERNETES,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        cis_eks("4.1.5"),
        cis_eks("4.1.7"),
        checkov("CKV_K8S_42"),
        Framework("Kubescape", "C-0262"),
        _GOOD_PRACTICES,
    ],
    remediation="Bind the role to a group of people, or to a service account that one workload uses.",
    field="subjects",
    in_cluster=[InCluster(resources=_BINDINGS_IN_CLUSTER, reads=["subjects", "roleRef"], found=_subjects_in_cluster())],
)
def _rbac_subjects(binding: Resource, _: Stack) -> Iterator[Result]:
    role = display(read(binding.inputs, "roleRef", "name"))
    if role in _HARMLESS_ROLES:
        return
    for index, subject in enumerate(elements(read(binding.inputs, "subjects"))):
        kind, name = text(read(subject, "kind")), text(read(subject, "name"))
        if name is UNKNOWN:
            yield Undecided(f"subjects[{index}].name")
        elif isinstance(name, str) and name in _EVERYONE:
            yield Finding(f"gives {'its role' if is_patch(binding) else role} to {name}: {_EVERYONE[name]}")
        elif (kind == "ServiceAccount" and name == "default") or _is_default_account(name):
            yield Finding(f"gives {role} to a default service account, which every Pod without one of its own uses")


def _is_default_account(name: Any) -> bool:
    """Whether the name of a user is that of a default service account."""
    return isinstance(name, str) and name.startswith("system:serviceaccount:") and name.endswith(":default")
