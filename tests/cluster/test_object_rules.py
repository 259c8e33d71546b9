"""The rules about objects that are no Pods, as a real API server judges their cases by them. Skipped without one."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from components.core.admission import admission_policy
from policies.engine.admission import object_rules, object_variables, resources_of, validations
from policies.engine.rule import Rule
from policies.engine.settings import EnvironmentKind
from resources.resource import Resource
from tests.support.cluster.cases import cases_of, manifest
from tests.support.cluster.server import Cluster
from tests.support.policies.cases import Case

RULES = object_rules()
RULE_LABEL = "tested-rule"
SPACE = "judged"


def open_definition(group: str, version: str, kind: str, **annotations: str) -> dict[str, Any]:
    """A definition of a kind with any spec, in place of the published one, which the tests do not keep."""
    plural = f"{kind.lower()}s"
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
    }
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}", "annotations": annotations},
        "spec": {
            "group": group,
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
            "scope": "Namespaced",
            "versions": [served],
        },
    }


OPEN = [
    open_definition(
        "gateway.networking.k8s.io",
        "v1",
        "Gateway",
        **{"api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api"},
    ),
    open_definition("argoproj.io", "v1alpha1", "Application"),
]
DESTINATION = {"server": "https://kubernetes.default.svc", "namespace": SPACE}
PORTS = [{"name": "http", "port": 80}]


@pytest.fixture(scope="module")
def judging(cluster: Cluster) -> Cluster:
    """The cluster in which each rule judges the objects that have its name as a label."""
    cluster.create([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}, *OPEN])
    for each in ("gateways.v1.gateway.networking.k8s.io", "applications.v1alpha1.argoproj.io"):
        cluster.wait_until(lambda kind=each: cluster.kubectl("get", kind).returncode == 0)
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
    production = any(each.only_production for each in rule.in_cluster)
    return [
        case
        for case in cases_of(rule.name)
        if plural_of(case.resources[0]) in judged
        and (case.environment is EnvironmentKind.PRODUCTION or not production)
        and not case.settings
    ]


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
    if made["kind"] not in _OF_CLUSTER and made["metadata"].get("namespace") != "default":
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


def _workload(made: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = made.setdefault("spec", {})
    if made["kind"] == "Pod":
        return {**made, "spec": _pod(spec)}
    template: dict[str, Any] = {"metadata": {"labels": {"app": "it"}}, "spec": _pod(spec["template"]["spec"])}
    return {**made, "spec": {**spec, "selector": {"matchLabels": {"app": "it"}}, "template": template}}


def _pod(spec: Mapping[str, Any]) -> dict[str, Any]:
    given: list[dict[str, Any]] = spec.get("containers") or [{}]
    named = [{"name": f"c{index}", "image": "example.com/app:1.0", **each} for index, each in enumerate(given)]
    return {**spec, "containers": named}


def _application(made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "spec": _stated({"destination": DESTINATION, **made["spec"]})}


def _application_set(made: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = made["spec"].get("template", {}).get("spec", {"project": "risk"})
    template: dict[str, Any] = {"metadata": {"name": "app"}, "spec": _stated({"destination": DESTINATION, **own})}
    generators = [_generator(each) for each in made["spec"].get("generators", [])]
    return {**made, "spec": {**made["spec"], "generators": generators, "template": template}}


def _generator(each: Mapping[str, Any]) -> dict[str, Any]:
    if "git" not in each:
        return dict(each)
    return {"git": {"repoURL": "https://github.com/example/platform", "revision": "main", **each["git"]}}


def _stated(value: Any) -> Any:
    """A value without the keys that are null."""
    if isinstance(value, dict):
        return {key: _stated(item) for key, item in cast(dict[str, Any], value).items() if item is not None}
    return value


def _inference_service(made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "spec": {"predictor": {}, **made["spec"]}}


def _node_pool(made: dict[str, Any]) -> dict[str, Any]:
    node_class = {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "it"}
    template: dict[str, Any] = {"spec": {"nodeClassRef": node_class, "requirements": []}}
    return {**made, "spec": {"template": template, **made["spec"]}}


def _node_class(made: dict[str, Any]) -> dict[str, Any]:
    chosen = [{"tags": {"karpenter.sh/discovery": "it"}}]
    terms = {"subnetSelectorTerms": chosen, "securityGroupSelectorTerms": chosen, "role": "nodes"}
    images = {"amiSelectorTerms": [{"alias": "al2023@v20260901"}]}
    return {**made, "spec": {**terms, **images, **made["spec"]}}


def _storage_class(made: dict[str, Any]) -> dict[str, Any]:
    parameters = {key: str(value).lower() for key, value in made.get("parameters", {}).items()}
    return {**made, "parameters": parameters}


def _queue(made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "spec": made.get("spec", {})}


def _subject(each: Mapping[str, Any]) -> dict[str, Any]:
    of = {"namespace": SPACE} if each["kind"] == "ServiceAccount" else {"apiGroup": "rbac.authorization.k8s.io"}
    return {**of, **each}


_OF_CLUSTER = (
    *("ClusterQueue", "ClusterRole", "ClusterRoleBinding", "EC2NodeClass", "Namespace", "NodePool"),
    *("PersistentVolume", "Profile", "StorageClass"),
)
_COMPLETE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "Application": _application,
    "ApplicationSet": _application_set,
    "ClusterQueue": _queue,
    "ClusterRoleBinding": _binding,
    "Deployment": _workload,
    "EC2NodeClass": _node_class,
    "Gateway": _gateway,
    "InferenceService": _inference_service,
    "Ingress": _ingress,
    "NodePool": _node_pool,
    "PersistentVolume": _volume,
    "Pod": _workload,
    "RoleBinding": _binding,
    "Service": _service,
    "StorageClass": _storage_class,
}


def _of_server(text: str) -> str:
    """A text about the fields of an object, as the server keeps them: it writes `stringData` into `data`."""
    return text.replace("stringData.", "data.")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_cluster_says_of_an_object_what_the_rule_says(judging: Cluster, rule: Rule) -> None:
    cases = judged_cases(rule)
    objects = [whole(case.resources[0], rule, f"case-{index}") for index, case in enumerate(cases)]
    told = judging.refusals(objects)
    agreed = 0
    for index, case in enumerate(cases):
        said = [line for line in told if f'"case-{index}-' in line]
        if any("is invalid" in line and "ValidatingAdmissionPolicy" not in line for line in said):
            continue
        refused = [line for line in said if f"denied request: {rule.name}: " in line]
        assert bool(refused) is bool(case.found), (case, objects[index], said)
        assert all(_of_server(text) in line for text in case.found for line in refused), (case.found, said)
        agreed += bool(refused)
    assert agreed, told
