"""The rules about objects that are no Pods, as a real API server judges their cases by them. Skipped without one."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from components.core.admission import admission_policy
from policies.engine.admission import object_rules, object_variables, resources_of, validations
from policies.engine.rule import Rule
from resources.resource import Resource
from tests.support.cluster.cases import cases_of, manifest
from tests.support.cluster.server import Cluster
from tests.support.policies.cases import Case

RULES = object_rules()
RULE_LABEL = "tested-rule"
SPACE = "judged"
OPEN_GATEWAY = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
        "name": "gateways.gateway.networking.k8s.io",
        "annotations": {"api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api"},
    },
    "spec": {
        "group": "gateway.networking.k8s.io",
        "names": {"plural": "gateways", "singular": "gateway", "kind": "Gateway"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                    }
                },
            }
        ],
    },
}
"""The Gateway API's kind with any spec, in place of its definition, which the platform does not install."""
PORTS = [{"name": "http", "port": 80}]


@pytest.fixture(scope="module")
def judging(cluster: Cluster) -> Cluster:
    """The cluster in which each rule judges the objects that have its name as a label."""
    cluster.create([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}, OPEN_GATEWAY])
    cluster.wait_until(lambda: cluster.kubectl("get", "gateways.v1.gateway.networking.k8s.io").returncode == 0)
    for rule in RULES:
        policy, binding = admission_policy(
            f"only-{rule.name}",
            resources_of([rule]),
            [],
            {},
            variables=object_variables([rule]),
            computed=list(validations([rule])),
        )
        binding["spec"]["matchResources"]["objectSelector"] = {"matchLabels": {RULE_LABEL: rule.name}}
        cluster.create([policy, binding])
    for rule in RULES:
        bad = [whole(case.resources[0], rule, "ready") for case in judged_cases(rule) if case.found]
        cluster.wait_until(lambda bad=bad[-1:]: "denied request" in str(cluster.refusals(bad)))
    return cluster


def judged_cases(rule: Rule) -> list[Case]:
    """The cases about the kinds that the cluster judges. What others create, such as a RayCluster, is judged then."""
    judged = {f"{version}/{plural}" for version, plurals in resources_of([rule]).items() for plural in plurals}
    return [case for case in cases_of(rule.name) if plural_of(case.resources[0]) in judged]


def plural_of(resource: Resource) -> str:
    """The kind of a resource as a policy names it: `apps/v1/deployments`."""
    _, version, kind = resource.type.lower().split(":")
    ending = {"y": ("y", "ies"), "s": ("", "es")}.get(kind[-1], ("", "s"))
    return f"{version.removeprefix('core/')}/{kind.removesuffix(ending[0])}{ending[1]}"


def whole(resource: Resource, rule: Rule, name: str) -> dict[str, Any]:
    """The object of a case with what the API server asks of it beside what the rule is about."""
    made = manifest(resource)
    labels: dict[str, str] = {**made["metadata"].get("labels", {}), RULE_LABEL: rule.name}
    made["metadata"] = {**made["metadata"], "name": f"{name}-{made['kind'].lower()}", "labels": labels}
    if made["kind"] not in _OF_CLUSTER:
        made["metadata"]["namespace"] = SPACE
    complete = _COMPLETE.get(made["kind"])
    return complete(made) if complete else made


def _service(made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "spec": {"ports": PORTS, **made.get("spec", {})}}


def _ingress(made: dict[str, Any]) -> dict[str, Any]:
    backend = {"service": {"name": "app", "port": {"number": 80}}}
    return {**made, "spec": {"defaultBackend": backend, **made.get("spec", {})}}


def _gateway(made: dict[str, Any]) -> dict[str, Any]:
    if "servers" in made["spec"]:
        servers = [_server(each) for each in made["spec"]["servers"]]
        return {**made, "spec": {"servers": servers}}
    listeners = [
        {"name": f"l{index}", "port": 80 + index, **each} for index, each in enumerate(made["spec"]["listeners"])
    ]
    return {**made, "spec": {"gatewayClassName": "any", "listeners": listeners}}


def _server(each: Mapping[str, Any]) -> dict[str, Any]:
    tls = {"tls": each["tls"]} if each.get("tls") else {}
    return {"hosts": ["*"], "port": {"name": "web", **each["port"]}, **tls}


def _volume(made: dict[str, Any]) -> dict[str, Any]:
    least = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}
    return {**made, "spec": {**least, **made["spec"]}}


def _binding(made: dict[str, Any]) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    subjects = [_subject(each) for each in made.get("subjects", [])]
    role = {"apiGroup": group, "kind": "ClusterRole", "name": "none", **made.get("roleRef", {})}
    return {**made, "roleRef": role, "subjects": subjects}


def _subject(each: Mapping[str, Any]) -> dict[str, Any]:
    of = {"namespace": SPACE} if each["kind"] == "ServiceAccount" else {"apiGroup": "rbac.authorization.k8s.io"}
    return {**of, **each}


_OF_CLUSTER = ("ClusterRole", "ClusterRoleBinding", "Namespace", "PersistentVolume")
_COMPLETE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "ClusterRoleBinding": _binding,
    "Gateway": _gateway,
    "Ingress": _ingress,
    "PersistentVolume": _volume,
    "RoleBinding": _binding,
    "Service": _service,
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_cluster_says_of_an_object_what_the_rule_says(judging: Cluster, rule: Rule) -> None:
    cases = judged_cases(rule)
    objects = [whole(case.resources[0], rule, f"case-{index}") for index, case in enumerate(cases)]
    told = judging.refusals(objects)
    agreed = 0
    for index, case in enumerate(cases):
        said = [line for line in told if f'"case-{index}-' in line]
        refused = [line for line in said if f"denied request: {rule.name}: " in line]
        assert bool(refused) is bool(case.found), (case, objects[index], said)
        assert all(text in line for text in case.found for line in refused), (case.found, said)
        agreed += bool(refused)
    assert agreed, told
