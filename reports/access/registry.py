"""The registry of access: every grant of a stack, to whom, on what, through which path and within which limits."""

from collections.abc import Iterator
from typing import Any

from planner.plan import Plan
from reports.access.kubernetes import RBAC, role_of
from reports.access.network import STORES, reaches
from reports.access.principals import Principal, principals
from reports.access.resource_policies import guarded
from reports.iam.evaluate import Policy
from reports.registries.table import Column, Row, Table
from resources.index import ResourceIndex
from resources.inputs import display, elements, entries, json_value, read
from resources.resource import UNKNOWN

_COLUMNS = (
    Column("kind", "kind"),
    Column("principal", "principal"),
    Column("users", "used by"),
    Column("effect", "effect"),
    Column("actions", "actions"),
    Column("resources", "resources"),
    Column("limits", "limits"),
    Column("path", "path"),
)
_ENTRIES = "aws:eks/accessEntry:AccessEntry"
_ASSOCIATIONS = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


def access(plan: Plan) -> Table:
    """Every grant in a plan: statements of IAM, access entries and roles of Kubernetes, and network paths to stores."""
    index = ResourceIndex(plan.resources)
    rows = [
        *(row for each in principals(index) for row in _identity(each)),
        *_resource_policies(index),
        *_access_entries(index),
        *_kubernetes(index),
        *_network(index),
    ]
    about = (
        f"Who may do what in the stack {plan.stack}. A statement counts only within the principal's permissions "
        "boundary and against explicit denials; `python -m reports.access` evaluates all of them for one question. Not "
        "in a plan: the deployer, the account's root user, policies of an organization, and the roles of installed "
        "charts, which docs/rights.md lists."
    )
    return Table("access", f"Access in {plan.stack}", about, _COLUMNS, tuple(rows))


def _identity(principal: Principal) -> Iterator[Row]:
    bounds = [f"within {each.name}" for each in principal.boundary or ()]
    if not principal.identity:
        yield {"kind": principal.kind, "principal": principal.name, "users": principal.users, "effect": "none"}
    for policy in principal.identity:
        for row in _statements(policy):
            row.pop("statement", None)
            limits = [*elements(row["limits"]), *bounds]
            who = {"kind": principal.kind, "principal": principal.name, "users": principal.users}
            yield {**row, **who, "limits": limits}


def _statements(policy: Policy) -> Iterator[dict[str, Any]]:
    document = json_value(policy.document)
    if document is UNKNOWN:
        yield {"effect": "not known before the deployment", "limits": [], "path": policy.name}
        return
    for number, statement in enumerate(elements(read(document, "Statement"))):
        label = display(read(statement, "Sid") or number + 1)
        yield {
            "effect": display(read(statement, "Effect")).lower(),
            "actions": [*_all(statement, "Action"), *(f"all but {each}" for each in _all(statement, "NotAction"))],
            "resources": [
                *_all(statement, "Resource"),
                *(f"all but {each}" for each in _all(statement, "NotResource")),
            ],
            "limits": [
                f"{key} {operator} {' or '.join(map(display, elements(values)))}"
                for operator, test in entries(read(statement, "Condition"))
                for key, values in entries(test)
            ],
            "path": f"{policy.name}, statement {label}",
            "statement": statement,
        }


def _all(statement: Any, key: str) -> list[str]:
    return [display(each) for each in elements(read(statement, key))]


def _resource_policies(index: ResourceIndex) -> Iterator[Row]:
    for each in guarded(index):
        # Who may act as a role is said beside the role.
        if each.policy is None or each.resource.type.startswith("aws:iam/"):
            continue
        for row in _statements(each.policy):
            statement = row.pop("statement", None)
            principal = read(statement, "Principal")
            named = entries(principal) if isinstance(principal, dict) else [("", principal)]
            who = [display(name) for _, names in named for name in elements(names)]
            yield {**row, "kind": "resource policy", "principal": ", ".join(who), "resources": [each.arn]}


def _access_entries(index: ResourceIndex) -> Iterator[Row]:
    for each in index.of_type(_ENTRIES):
        groups = [display(name) for name in elements(each.inputs.get("kubernetesGroups"))]
        yield {
            "kind": "access entry",
            "principal": display(each.inputs.get("principalArn")),
            "effect": "allow",
            "actions": ["Kubernetes API as its groups"],
            "resources": groups,
            "path": each.name,
        }
    for each in index.of_type(_ASSOCIATIONS):
        scope = read(each.inputs, "accessScope")
        namespaces = [display(name) for name in elements(read(scope, "namespaces"))]
        yield {
            "kind": "access entry",
            "principal": display(each.inputs.get("principalArn")),
            "effect": "allow",
            "actions": [display(each.inputs.get("policyArn")).rpartition("/")[2]],
            "resources": namespaces or ["every namespace"],
            "path": each.name,
        }


def _kubernetes(index: ResourceIndex) -> Iterator[Row]:
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for binding in index.of_type(f"{RBAC}:{kind}"):
            namespace = read(binding.inputs, "metadata", "namespace")
            role = role_of(binding.inputs, index)
            rules = elements(read(role, "rules")) if role else []
            where = f"namespace {display(namespace)}" if namespace else "every namespace"
            for subject in elements(read(binding.inputs, "subjects")):
                home = read(subject, "namespace")
                name = display(read(subject, "name"))
                yield {
                    "kind": f"Kubernetes {display(read(subject, 'kind'))}",
                    "principal": f"{display(home)}/{name}" if home else name,
                    "effect": "allow",
                    "actions": [_rule(rule) for rule in rules] or ["a role that is not in the plan"],
                    "resources": [where],
                    "path": f"{binding.name} binds {display(read(binding.inputs, 'roleRef', 'name'))}",
                }


def _rule(rule: Any) -> str:
    verbs = ", ".join(map(display, elements(read(rule, "verbs"))))
    paths = elements(read(rule, "nonResourceURLs"))
    what = ", ".join(map(display, paths or elements(read(rule, "resources"))))
    names = elements(read(rule, "resourceNames"))
    return f"{verbs}: {what}" + (f" named {', '.join(map(display, names))}" if names else "")


def _network(index: ResourceIndex) -> Iterator[Row]:
    for word in dict.fromkeys(STORES.values()):
        if any(index.of_type(kind) for kind, each in STORES.items() if each == word):
            for found in reaches(index, word):
                yield {
                    "kind": "network",
                    "principal": found.source,
                    "effect": "reaches",
                    "actions": [f"port {found.port}"],
                    "resources": [found.store],
                    "path": "; ".join(found.evidence),
                }
