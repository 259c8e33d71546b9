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
ENFORCE = "pod-security.kubernetes.io/enforce"
BOTH = ["Ingress", "Egress"]
UNSELECTED = "no network policy of its namespace selects its Pods"


def namespace(labels: Any = None, name: Any = "ml") -> Resource:
    return make(NAMESPACE, {"metadata": {"name": name, "labels": labels or {}}})


def deny(types: Any = BOTH, *, where: Any = "ml", name: str = "deny", refers: Any = None, **spec: Any) -> Resource:
    body: dict[str, Any] = {"podSelector": {}, "policyTypes": types, **spec}
    inputs = {"metadata": {"namespace": where}, "spec": body}
    return make(NETWORK_POLICY, inputs, name=name, refers=refers or {})


PROVIDER = make("pulumi:providers:kubernetes", {"namespace": "ml"}, name="provider")
WORLD = {"cidr": "0.0.0.0/0"}


def opened(suffix: str = "", **spec: Any) -> Resource:
    return make(f"{NETWORK_POLICY}{suffix}", {"metadata": {"namespace": "ml"}, "spec": {"podSelector": {}, **spec}})


def release(**inputs: Any) -> Resource:
    return make(RELEASE, inputs)


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
    passes("default-namespace", make(POD, provider=PROVIDER.urn), PROVIDER),
    fails("default-namespace", make(POD, {"metadata": {"namespace": "default"}}), found="is in the namespace default"),
    fails("default-namespace", release(), kind="absent", found="is in the namespace default"),
    unknown("default-namespace", release(namespace=UNKNOWN), undecided="namespace"),
    passes("pod-security-labels", namespace({ENFORCE: "restricted"})),
    passes("pod-security-labels", namespace({ENFORCE: "baseline"})),
    fails("pod-security-labels", namespace({ENFORCE: "privileged"}), found="enforces the profile privileged"),
    fails("pod-security-labels", namespace(), kind="absent", found="has no label"),
    passes("pod-security-labels", make(f"{NAMESPACE}Patch", {"metadata": {"name": "ml", "labels": {"team": "a"}}})),
    fails(
        "pod-security-labels",
        make(f"{NAMESPACE}Patch", {"metadata": {"name": "ml", "labels": {ENFORCE: "privileged"}}}),
        found="enforces the profile privileged",
    ),
    fails("pod-security-labels", make(f"{NAMESPACE}List", {"items": [{"metadata": {}}]}), found="has no label"),
    passes("network-policy-open", deny()),
    passes("network-policy-open", opened(ingress=[{"from": [{"podSelector": {}}]}])),
    passes("network-policy-open", opened(egress=[{"to": [{"ipBlock": WORLD}], "ports": [{"port": 443}]}])),
    passes("network-policy-open", opened(egress=[{"to": [{"ipBlock": {**WORLD, "except": ["10.0.0.0/8"]}}]}])),
    # Argo CD's own manifests open the Pods of its server, and nothing else.
    passes("network-policy-open", opened(podSelector={"matchLabels": {"app": "server"}}, ingress=[{}])),
    fails("network-policy-open", opened(ingress=[{}]), found="spec.ingress[0] allows ingress of everything"),
    fails("network-policy-open", opened(egress=[{"to": []}]), found="spec.egress[0] allows egress of everything"),
    fails("network-policy-open", opened(ingress=[{"from": [{"ipBlock": WORLD}]}]), found="ingress of everything"),
    fails("network-policy-open", opened(ingress=[{"from": [{"namespaceSelector": {}}]}]), found="of everything"),
    fails("network-policy-open", opened("Patch", egress=[{}]), found="egress of everything"),
    passes("network-policy-open", make(NETWORK_POLICY), kind="absent"),
    unknown("network-policy-open", opened(ingress=UNKNOWN), undecided="spec.ingress[0]"),
    unknown("pod-security-labels", make(NAMESPACE, {"metadata": UNKNOWN}), undecided=ENFORCE),
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
