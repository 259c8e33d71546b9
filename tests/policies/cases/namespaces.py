"""Cases of the rules in policies/namespaces.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown
from tests.support.policies.workloads import (
    CRON_JOB,
    DAEMON_SET,
    DEPLOYMENT,
    INFERENCE_SERVICE,
    JOB,
    POD,
    STATEFUL_SET,
    pod,
)

NAMESPACE = "kubernetes:core/v1:Namespace"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
RELEASE = "kubernetes:helm.sh/v3:Release"
CLUSTER_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
ENFORCE = "pod-security.kubernetes.io/enforce"
BOTH = ["Ingress", "Egress"]
UNSELECTED = "no network policy of its namespace selects its Pods"


def namespace(labels: Any = None, name: Any = "ml") -> Resource:
    return make(NAMESPACE, {"metadata": {"name": name, "labels": labels or {}}})


def deny(types: Any = BOTH, *, where: Any = "ml", name: str = "deny", refers: Any = None, **spec: Any) -> Resource:
    body: dict[str, Any] = {"podSelector": {}, "policyTypes": types, **spec}
    inputs = {"metadata": {"namespace": where}, "spec": body}
    return make(NETWORK_POLICY, inputs, name=name, refers=refers or {})


def release(**inputs: Any) -> Resource:
    return make(RELEASE, inputs)


def role(verbs: Any, resources: Any) -> Resource:
    return make(CLUSTER_ROLE, {"rules": [{"apiGroups": [""], "verbs": verbs, "resources": resources}]})


def policy(selector: Any, where: Any = "ml") -> Resource:
    return make(NETWORK_POLICY, {"metadata": {"namespace": where}, "spec": {"podSelector": selector}}, name="policy")


def model(**labels: str) -> Resource:
    return make(INFERENCE_SERVICE, {"metadata": {"name": "fraud", "namespace": "ml", "labels": labels}})


CASES = [
    passes("default-deny", namespace(), deny()),
    passes("default-deny", namespace(), deny(["Ingress"], name="in"), deny(["Egress"], name="out")),
    passes("default-deny", release(namespace="ml", createNamespace=False)),
    fails("default-deny", namespace(), deny(["Ingress"]), found="denies egress for all its Pods"),
    fails("default-deny", namespace(), deny(where="other"), found="denies egress and ingress"),
    fails("default-deny", namespace(), deny(podSelector={"matchLabels": {"app": "x"}}), found="egress and ingress"),
    fails("default-deny", namespace(), deny(egress=[{}]), found="denies egress"),
    fails("default-deny", release(namespace="ml", createNamespace=True), found="lets Helm create the namespace ml"),
    fails("default-deny", namespace(), kind="absent", found="has no network policy"),
    unknown("default-deny", namespace(), deny(UNKNOWN), undecided="what the network policy deny denies"),
    unknown(
        "default-deny",
        namespace(),
        deny(podSelector={"matchLabels": UNKNOWN}),
        undecided="what the network policy deny denies",
    ),
    unknown("default-deny", namespace(), deny(where=UNKNOWN), undecided="what the network policy deny denies"),
    passes(
        "default-deny",
        namespace(name=UNKNOWN),
        deny(where=UNKNOWN, refers={"metadata": [namespace()]}),
        kind="unknown",
    ),
    fails(
        "default-deny",
        namespace(),
        deny(where="other", refers={"metadata": [namespace()]}),
        found="denies egress and ingress",
    ),
    fails(
        "default-deny",
        namespace(),
        make(NETWORK_POLICY, {"metadata": {"namespace": "ml"}}),
        found="denies egress and ingress",
    ),
    passes("default-namespace", make(POD, {"metadata": {"namespace": "ml"}})),
    passes("default-namespace", release(namespace="ml")),
    fails("default-namespace", make(POD, {"metadata": {"namespace": "default"}}), found="is in the namespace default"),
    fails("default-namespace", release(), kind="absent", found="is in the namespace default"),
    unknown("default-namespace", release(namespace=UNKNOWN), undecided="namespace"),
    passes("pod-security-labels", namespace({ENFORCE: "restricted"})),
    passes("pod-security-labels", namespace({ENFORCE: "baseline"})),
    fails("pod-security-labels", namespace({ENFORCE: "privileged"}), found="enforces the profile privileged"),
    fails("pod-security-labels", namespace(), kind="absent", found="has no label"),
    unknown("pod-security-labels", make(NAMESPACE, {"metadata": UNKNOWN}), undecided=ENFORCE),
    passes("rbac-wildcard", role(["get"], ["*"])),
    passes("rbac-wildcard", make(BINDING, {"roleRef": {"name": "view"}})),
    fails("rbac-wildcard", role(["*"], ["*"]), found="rules[0] allows every verb on every resource"),
    fails("rbac-wildcard", make(BINDING, {"roleRef": {"name": "cluster-admin"}}), found="binds cluster-admin"),
    passes("rbac-wildcard", make(CLUSTER_ROLE), kind="absent"),
    unknown("rbac-wildcard", role(UNKNOWN, ["*"]), undecided="rules[0]"),
    unknown("rbac-wildcard", make(BINDING, {"roleRef": UNKNOWN}), undecided="roleRef.name"),
    *(
        passes("workload-network-policy", pod(kind), policy({"matchLabels": {"app": "it"}}))
        for kind in (DEPLOYMENT, STATEFUL_SET, DAEMON_SET, JOB, CRON_JOB)
    ),
    passes("workload-network-policy", pod(), policy({})),
    passes("workload-network-policy", pod(hostNetwork=True)),
    passes("workload-network-policy", model(team="a"), policy({"matchLabels": {"team": "a"}})),
    passes(
        "workload-network-policy",
        model(),
        policy({"matchLabels": {"serving.kserve.io/inferenceservice": "fraud"}}),
    ),
    passes("workload-network-policy", make(DEPLOYMENT), policy({}, where=None)),
    fails("workload-network-policy", pod(), policy({"matchLabels": {"app": "other"}}), found=UNSELECTED),
    fails("workload-network-policy", pod(CRON_JOB), policy({}, where="other"), found=UNSELECTED),
    fails("workload-network-policy", model(team="b"), policy({"matchLabels": {"team": "a"}}), found=UNSELECTED),
    fails("workload-network-policy", pod(), kind="absent", found=UNSELECTED),
    unknown(
        "workload-network-policy",
        pod(),
        policy({"matchLabels": UNKNOWN}),
        undecided="which Pods the network policies of its namespace select",
    ),
    unknown(
        "workload-network-policy",
        pod(),
        policy({}, where=UNKNOWN),
        undecided="which Pods the network policies of its namespace select",
    ),
]
