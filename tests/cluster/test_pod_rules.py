"""The rules about Pods, as a real API server judges their cases by them. Skipped where there is none on PATH."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, cast

import pytest

from components.cluster.secure_namespace import TEAM_LABEL
from components.core.admission import admission_policy
from policies.engine.admission import NEW_PODS, POD_RESOURCES, Excused, pod_rules, pod_variables, validations
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
    # An update is judged as well, unless it leaves the Pods as they are.
    empty_cluster.create([sound])
    assert "host-namespaces" in str(empty_cluster.refusals([{**deployment, "metadata": sound["metadata"]}]))
    assert empty_cluster.refusals([{**sound, "spec": {**sound["spec"], "replicas": 2}}]) == []


EXCUSED = "excused"
CONTROLLERS = "system:serviceaccount:kube-system"


@pytest.fixture(scope="module")
def excusing(empty_cluster: Cluster) -> Cluster:
    """The cluster with a namespace in which some workloads may share the network of their node."""
    objects = ("Deployment/excused/agent", "CronJob/excused/nightly", "DaemonSet/excused/node", "Pod/excused/debug")
    rules = [rule for rule in RULES if rule.name == "host-namespaces"]
    policy = admission_policy(
        "excusing",
        POD_RESOURCES,
        [],
        {"matchLabels": {"kubernetes.io/metadata.name": EXCUSED}},
        conditions=NEW_PODS,
        variables=pod_variables(rules, [Excused("host-namespaces", each, "9999-12-31") for each in objects]),
        computed=list(validations(rules)),
    )
    empty_cluster.create([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": EXCUSED}}, *policy])
    empty_cluster.wait_until(lambda: "host-namespaces" in told_as(empty_cluster, "somebody", made("Pod", "other")))
    return empty_cluster


def made(kind: str, name: str, *, owner: tuple[str, str] | None = None, **labels: str) -> dict[str, Any]:
    """A workload that shares the network of its node, with the controller that owns it."""
    version = {"Pod": "core/v1", "Job": "batch/v1", "CronJob": "batch/v1"}.get(kind, "apps/v1")
    workload = whole(of(f"kubernetes:{version}:{kind}", {**RESTRICTED, "hostNetwork": True}), EXCUSED, "it")
    metadata: dict[str, Any] = {"name": name, "namespace": EXCUSED, "labels": labels}
    if owner:
        reference = {"apiVersion": "v1", "kind": owner[0], "name": owner[1], "uid": "1", "controller": True}
        metadata["ownerReferences"] = [reference]
    return {**workload, "metadata": metadata}


def told_as(cluster: Cluster, user: str, workload: Mapping[str, Any]) -> str:
    """What the server says of a workload when a user with every right creates it."""
    options = ("--server-side", "--dry-run=server", f"--as={user}", "--as-group=system:masters")
    return cluster.kubectl("apply", *options, "-f", "-", objects=[workload]).stderr


@pytest.mark.parametrize(
    ("user", "workload"),
    [
        ("somebody", made("Deployment", "agent")),
        ("deployment-controller", made("ReplicaSet", "agent-5d4", owner=("Deployment", "agent"))),
        (
            "replicaset-controller",
            made("Pod", "agent-5d4-x7", owner=("ReplicaSet", "agent-5d4"), **{"pod-template-hash": "5d4"}),
        ),
        ("somebody", made("CronJob", "nightly")),
        ("cronjob-controller", made("Job", "nightly-29384", owner=("CronJob", "nightly"))),
        ("job-controller", made("Pod", "nightly-29384-x7", owner=("Job", "nightly-29384"))),
        ("daemon-set-controller", made("Pod", "node-x7", owner=("DaemonSet", "node"))),
        ("somebody", made("Pod", "debug")),
    ],
)
def test_exception_admits_a_workload_and_what_its_controllers_make(
    excusing: Cluster, user: str, workload: dict[str, Any]
) -> None:
    name = user if user == "somebody" else f"{CONTROLLERS}:{user}"
    assert "denied" not in told_as(excusing, name, workload)


@pytest.mark.parametrize(
    ("user", "workload"),
    [
        ("somebody", made("Deployment", "agent-two")),
        ("somebody", made("Pod", "agent-5d4-x7")),
        ("somebody", made("Pod", "debug-two")),
        ("somebody", made("Pod", "node-x7", owner=("DaemonSet", "node"))),
        ("somebody", made("ReplicaSet", "agent-5d4", owner=("Deployment", "agent"))),
        (f"{CONTROLLERS}:replicaset-controller", made("Pod", "agent-5d4-x7", owner=("ReplicaSet", "agent-5d4"))),
        (
            f"{CONTROLLERS}:replicaset-controller",
            made("Pod", "agent-two-5d4-x", owner=("ReplicaSet", "agent-two-5d4"), **{"pod-template-hash": "5d4"}),
        ),
        (f"{CONTROLLERS}:job-controller", made("Pod", "nightly-two-2-x", owner=("Job", "nightly-two-2"))),
        (f"{CONTROLLERS}:daemon-set-controller", made("Pod", "node-two-x", owner=("DaemonSet", "node-two"))),
    ],
)
def test_exception_admits_nothing_that_only_has_the_name_or_claims_the_owner(
    excusing: Cluster, user: str, workload: dict[str, Any]
) -> None:
    assert "denied request: host-namespaces" in told_as(excusing, user, workload)
