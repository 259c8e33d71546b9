"""The rules about Pods, as a real API server judges their cases by them. Skipped where there is none on PATH."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, cast

import pytest

from components.cluster.secure_namespace import TEAM_LABEL
from components.core.admission import admission_policy
from policies.engine.admission import NEW_PODS, POD_RESOURCES, pod_rules, pod_variables, validations
from policies.engine.pod_templates import WORKLOADS
from policies.engine.rule import Rule
from policies.engine.settings import PolicySettings
from resources.resource import SECRET, UNKNOWN, Resource
from stacks.admission import pod_policies
from tests.support.cluster.cases import whole_numbers
from tests.support.cluster.jobs import RESTRICTED
from tests.support.cluster.server import Cluster
from tests.support.policies.cases import Case
from tests.support.policies.every_case import CASES
from tests.support.policies.workloads import DEPLOYMENT, of

RULES = pod_rules()
REFUSED_BY_KUBERNETES = ("proc-mount", "windows-host-process")
"""What the API server refuses by itself, unless the Pod has a user namespace or its node's network."""


@pytest.fixture(scope="module")
def judging(empty_cluster: Cluster) -> Cluster:
    """The cluster with a namespace for each rule, in which this rule alone is judged."""
    for rule in RULES:
        selector = {"matchLabels": {"kubernetes.io/metadata.name": space(rule)}}
        options: Any = {
            "conditions": NEW_PODS,
            "variables": pod_variables([rule]),
            "computed": list(validations([rule])),
        }
        made = admission_policy(space(rule), POD_RESOURCES, [], selector, **options)
        empty_cluster.create([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space(rule)}}, *made])
    # The server looks at policies in their order, so that it knows all when it knows the last.
    last = [rule for rule in RULES if rule.name not in REFUSED_BY_KUBERNETES][-1]
    bad = [whole(one, space(last), "ready") for one in bad_ones(last)[:1]]
    empty_cluster.wait_until(lambda: "denied request" in str(empty_cluster.refusals(bad)))
    return empty_cluster


def space(rule: Rule) -> str:
    return f"rule-{rule.name}"


def bad_ones(rule: Rule) -> list[Resource]:
    return [case.resources[0] for case in cases_of(rule) if case.found]


def cases_of(rule: Rule) -> Iterator[Any]:
    return (case for case in CASES if case.rule == rule.name and is_known_workload(case))


def is_known_workload(case: Case) -> bool:
    return (
        len(case.resources) == 1
        and case.resources[0].type in WORKLOADS
        and "names no image" not in case.found
        and "ephemeralContainers" not in str(case.resources[0].inputs)
        and not any(mark in str(case.resources[0].inputs) for mark in (str(UNKNOWN), repr(UNKNOWN), SECRET))
    )


def whole(resource: Resource, namespace: str, name: str) -> dict[str, Any]:
    """The object of a case with what the API server asks of it beside what the rule is about."""
    _, version, kind = resource.type.split(":")
    made: dict[str, Any] = deepcopy(dict(resource.inputs))
    spec = made.setdefault("spec", {})
    holder = spec["jobTemplate"]["spec"] if kind == "CronJob" else spec
    pod = spec if kind == "Pod" else holder["template"]["spec"]
    given: list[dict[str, Any]] = pod.get("containers") or [{}]
    pod["containers"] = [container(each) for each in given]
    if "initContainers" in pod:
        pod["initContainers"] = [container(each) for each in pod["initContainers"]]
    if kind in ("Job", "CronJob"):
        pod["restartPolicy"] = "Never"
    elif kind != "Pod":
        spec["selector"] = {"matchLabels": {"app": "it"}}
        spec["template"]["metadata"] = {**spec["template"].get("metadata", {}), "labels": {"app": "it"}}
    if kind == "CronJob":
        spec["schedule"] = "0 * * * *"
    metadata = {**made.get("metadata", {}), "name": f"{name}-{kind.lower()}", "namespace": namespace}
    return {**made, "apiVersion": version.removeprefix("core/"), "kind": kind, "metadata": metadata}


def container(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {"name": "app", "image": "example.com/app:1.0", **values}
    return cast(dict[str, Any], whole_numbers(found))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_cluster_says_of_a_case_what_the_rule_says(judging: Cluster, rule: Rule) -> None:
    cases = list(cases_of(rule))
    objects = [whole(case.resources[0], space(rule), f"case-{index}") for index, case in enumerate(cases)]
    told = judging.refusals(objects)
    agreed = 0
    for index, case in enumerate(cases):
        said = [line for line in told if f'"case-{index}-' in line]
        if any("is invalid" in line and "ValidatingAdmissionPolicy" not in line for line in said):
            continue
        refused = [line for line in said if f"denied request: {rule.name}: " in line]
        assert bool(refused) is bool(case.found), (case, said)
        assert all(text in line for text in case.found for line in refused), (case.found, said)
        agreed += bool(refused)
    assert agreed or rule.name in REFUSED_BY_KUBERNETES, told


def test_policy_of_the_platform_refuses_a_workload(empty_cluster: Cluster) -> None:
    labels = {TEAM_LABEL: "true", "pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ruled", "labels": labels}}
    empty_cluster.create([namespace, *(each for made in pod_policies(PolicySettings(), []) for each in made)])
    deployment = whole(of(DEPLOYMENT, {**RESTRICTED, "hostNetwork": True}), "ruled", "bad")
    empty_cluster.wait_until(lambda: "denied request" in str(empty_cluster.refusals([deployment])))
    told = str(empty_cluster.refusals([deployment]))
    assert "denied request: host-namespaces: hostNetwork is true: its Pods share it with the node" in told
    sound = whole(of(DEPLOYMENT, RESTRICTED), "ruled", "sound")
    assert empty_cluster.refusals([sound]) == []
