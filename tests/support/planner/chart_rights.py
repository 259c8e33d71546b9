"""What the pods of every chart may do in Kubernetes, as its rendered roles and bindings say.

`chart_rights.yaml` is written by `record_rights`. A `Rights` answers as `kubectl auth can-i` does.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from resources.resource import Resource

FILE = Path(__file__).parent / "chart_rights.yaml"
EVERYWHERE = "*"
RELEASE = "kubernetes:helm.sh/v3:Release"
SEPARATOR = " > "
"""Between the parts of a path into values, whose keys may hold dots and slashes."""


@dataclass(frozen=True)
class Rights:
    """The rules that one service account, or one aggregated role such as `aggregate-to-edit`, holds."""

    account: str
    rules: Sequence[Mapping[str, Any]]

    def can(
        self, verb: str, resource: str, *, group: str = "", namespace: str = EVERYWHERE, name: str | None = None
    ) -> bool:
        """Whether the account may do it in `namespace`; in every namespace and to every name unless told otherwise.

        Source: Kubernetes, "Using RBAC Authorization": rules only add, and `*` stands for all.
        """
        return any(
            rule["in"] in (EVERYWHERE, namespace)
            and _among(group, rule.get("apiGroups", ()))
            and _names(resource, rule.get("resources", ()))
            and _among(verb, rule.get("verbs", ()))
            and (not rule.get("resourceNames") or name in rule["resourceNames"])
            for rule in self.rules
        )

    def where(self, verb: str, resource: str, group: str = "") -> set[str]:
        """The namespaces in which the account may do it, to whichever names."""
        return {
            rule["in"]
            for rule in self.rules
            if _among(group, rule.get("apiGroups", ()))
            and _names(resource, rule.get("resources", ()))
            and _among(verb, rule.get("verbs", ()))
        }


def _among(wanted: str, offered: Sequence[str]) -> bool:
    return wanted in offered or "*" in offered


def _names(resource: str, offered: Sequence[str]) -> bool:
    subresource = resource.partition("/")[2]
    return _among(resource, offered) or bool(subresource and f"*/{subresource}" in offered)


@cache
def recorded() -> dict[str, Any]:
    """What was recorded, by chart."""
    return cast(dict[str, Any], yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader))


def variant_of(chart: str, stack: str) -> Mapping[str, Any]:
    """The rendering of a chart that a stack has."""
    [found] = [each for each in recorded()[chart]["variants"] if stack in each["stacks"]]
    return found


def rights_of(chart: str, stack: str) -> dict[str, Rights]:
    """Who may do what, by namespace/account or the name of an aggregated role."""
    return {account: Rights(account, rules) for account, rules in variant_of(chart, stack)["rights"].items()}


def everyone() -> Iterator[tuple[str, Sequence[str], Rights]]:
    """Chart, stacks and rights of everyone, once for each rendering that differs."""
    for chart, facts in recorded().items():
        for variant in facts["variants"]:
            for account, rules in variant["rights"].items():
                yield chart, variant["stacks"], Rights(account, rules)


def chart_of(release: Resource) -> str:
    """The chart's name, without its registry."""
    return str(release.inputs["chart"]).rpartition("/")[2]


def plain(value: Any) -> Any:
    """`value` of plain mappings, lists and scalars."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in cast(Mapping[Any, Any], value).items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast(Sequence[Any], value)]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def value_at_path(values: Mapping[str, Any], path: str) -> Any:
    """The value at a path of `deciding`, or None."""
    found: Any = values
    for part in path.split(SEPARATOR):
        found = cast(Mapping[str, Any], found).get(part) if isinstance(found, Mapping) else None
    return found


_PARTS = ("apiGroups", "resources", "resourceNames", "nonResourceURLs", "verbs")


def bound(objects: Sequence[Mapping[str, Any]], namespace: str) -> dict[str, list[dict[str, Any]]]:
    """What each subject of the bindings among `objects` may do: its rules, each with the namespace it holds in.

    A role that isn't among `objects` stands by its name. Aggregated roles are there under the name of their label.
    """
    roles = {(each["kind"], _place(each, namespace), each["metadata"]["name"]): each for each in objects}
    found: dict[str, list[dict[str, Any]]] = {}
    for each in objects:
        if each["kind"] in ("RoleBinding", "ClusterRoleBinding"):
            within = EVERYWHERE if each["kind"] == "ClusterRoleBinding" else _place(each, namespace)
            named = each["roleRef"]
            role = roles.get((named["kind"], within if named["kind"] == "Role" else EVERYWHERE, named["name"]))
            parts = [role, *_aggregated(role, objects)] if role else []
            held = [rule for part in parts for rule in _compact(part, within)]
            held = held if role else [{"in": within, "role": named["name"]}]
            for subject in each.get("subjects") or ():
                of = f"{subject.get('namespace', namespace)}/" if subject["kind"] == "ServiceAccount" else ""
                found.setdefault(f"{of}{subject['name']}", []).extend(held)
        elif each["kind"] == "ClusterRole":
            for label in each["metadata"].get("labels", {}):
                if label.startswith("rbac.authorization.k8s.io/aggregate-to-"):
                    found.setdefault(label.rpartition("/")[2], []).extend(_compact(each, EVERYWHERE))
    return {account: _once(held) for account, held in sorted(found.items())}


def _aggregated(role: Mapping[str, Any], objects: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The ClusterRoles whose rules Kubernetes copies into `role`, by the labels of its aggregationRule."""
    for selector in role.get("aggregationRule", {}).get("clusterRoleSelectors", ()):
        for each in objects:
            labels = each["metadata"].get("labels", {})
            if each["kind"] == "ClusterRole" and selector["matchLabels"].items() <= labels.items():
                yield each


def _place(item: Mapping[str, Any], namespace: str) -> str:
    return EVERYWHERE if item["kind"].startswith("Cluster") else item["metadata"].get("namespace", namespace)


def _compact(role: Mapping[str, Any], within: str) -> list[dict[str, Any]]:
    rules: Sequence[Mapping[str, Any]] = role.get("rules") or ()
    return [{"in": within, **{part: sorted(rule[part]) for part in _PARTS if rule.get(part)}} for rule in rules]


def _once(rules: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [json.loads(each) for each in sorted({json.dumps(each, sort_keys=True) for each in rules})]


def rights_of_objects(plan: Sequence[Resource]) -> dict[str, Rights]:
    """What the bindings that the program itself makes give, by namespace/account."""
    kinds = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
    objects = [
        {**plain(each.inputs), "kind": each.type.rpartition(":")[2]}
        for each in plan
        if each.type.startswith("kubernetes:rbac.authorization.k8s.io/") and each.type.rpartition(":")[2] in kinds
    ]
    return {account: Rights(account, rules) for account, rules in bound(objects, "").items()}


_COLUMNS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "reads Secrets": (("get", "secrets", ""), ("list", "secrets", ""), ("watch", "secrets", "")),
    "writes Secrets": (("create", "secrets", ""), ("update", "secrets", ""), ("patch", "secrets", "")),
    "makes pods": (
        ("create", "pods", ""),
        ("create", "deployments", "apps"),
        ("patch", "deployments", "apps"),
        ("create", "jobs", "batch"),
    ),
    "changes roles": (
        ("create", "clusterroles", "rbac.authorization.k8s.io"),
        ("create", "clusterrolebindings", "rbac.authorization.k8s.io"),
        ("create", "rolebindings", "rbac.authorization.k8s.io"),
        ("bind", "clusterroles", "rbac.authorization.k8s.io"),
        ("escalate", "clusterroles", "rbac.authorization.k8s.io"),
    ),
}


def table() -> list[str]:
    """The rows of the page on rights: each account of a chart, and where it may do what."""
    rows: dict[str, None] = {}
    for chart, stacks, rights in everyone():
        cells = [_places(set[str]().union(*(rights.where(*each) for each in asked))) for asked in _COLUMNS.values()]
        if any(cells):
            of = f" ({', '.join(stacks)})" if len(recorded()[chart]["variants"]) > 1 else ""
            rows[f"| `{chart}`{of} | `{rights.account}` | {' | '.join(each or '-' for each in cells)} |"] = None
    return list(rows)


def _places(places: set[str]) -> str:
    return "everywhere" if EVERYWHERE in places else ", ".join(sorted(places))
