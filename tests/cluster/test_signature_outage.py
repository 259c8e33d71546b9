"""What a real API server does while Kyverno is down, and with sidecars that a webhook adds. Skipped without one.

Kyverno itself does not run here. Webhooks with the namespaces, rules and failure policies that ours have lead to a
service that does not exist; test_image_signatures.py tests that Kyverno registers them so.
"""

from copy import deepcopy

import pytest

from components.cluster.image_verification.kyverno import NAMESPACE, kyverno_values
from components.cluster.image_verification.policies import Mode, key_attestor, modes, others_policy, signer_policy
from components.cluster.image_verification.spec import ImageVerificationSpec
from tests.support.cluster.jobs import RESTRICTED
from tests.support.cluster.server import Cluster, Manifest

AUDITED, ENFORCED, ELSEWHERE = "outage-audited", "outage-enforced", "outage-elsewhere"
REGISTRY = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
SPEC = ImageVerificationSpec.model_validate(
    {
        "registry": REGISTRY,
        "signers": [{"name": "risk", "images": ["risk"], "signing_role_arns": ["arn:aws:iam::111122223333:role/risk"]}],
        "audited_namespaces": [AUDITED],
        "enforced_namespaces": [ENFORCED],
        "unsigned": ["quay.io/known"],
    }
)
SIGNED = f"{REGISTRY}/risk/fraud@sha256:{'0' * 64}"
REDIS = "docker.io/library/redis:8"
KNOWN = "quay.io/known/app:1"
NO_WEBHOOK = 'service "kyverno-svc" not found'
INJECTED = "ghcr.io/evil/sidecar:1"
INJECTS = "outage-injects"


def webhook(mode: Mode, namespaces: list[str]) -> Manifest:
    """A webhook for the policy of one mode."""
    policy = signer_policy(SPEC, SPEC.signers[0], mode, namespaces, key_attestor("key"))["spec"]
    own = kyverno_values(SPEC, [AUDITED, ENFORCED])["config"]["webhooks"]["namespaceSelector"]
    chosen = [*own["matchExpressions"], *policy["matchConstraints"]["namespaceSelector"]["matchExpressions"]]
    return {
        "name": f"{mode}.kyverno.svc",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": policy["failurePolicy"],
        "timeoutSeconds": policy["webhookConfiguration"]["timeoutSeconds"],
        "clientConfig": {"service": {"namespace": NAMESPACE, "name": "kyverno-svc", "port": 443}},
        "namespaceSelector": {"matchExpressions": chosen},
        "rules": policy["matchConstraints"]["resourceRules"],
    }


def injecting() -> list[Manifest]:
    """A policy of the API server that adds a sidecar to Pods with a label, as the webhook of a service mesh does."""
    sidecar = f"Object.spec.initContainers{{name: 'sidecar', image: '{INJECTED}', restartPolicy: 'Always'}}"
    version, named = "admissionregistration.k8s.io/v1", {"metadata": {"name": INJECTS}}
    rules = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]
    spec = {
        "matchConstraints": {
            "resourceRules": rules,
            "objectSelector": {"matchLabels": {INJECTS: "true"}},
        },
        "failurePolicy": "Fail",
        "reinvocationPolicy": "Never",
        "mutations": [
            {
                "patchType": "ApplyConfiguration",
                "applyConfiguration": {"expression": f"Object{{spec: Object.spec{{initContainers: [{sidecar}]}}}}"},
            }
        ],
    }
    return [
        {"apiVersion": version, "kind": "MutatingAdmissionPolicy", **named, "spec": spec},
        {"apiVersion": version, "kind": "MutatingAdmissionPolicyBinding", **named, "spec": {"policyName": INJECTS}},
    ]


def pod(namespace: str, image: str, **labels: str) -> Manifest:
    [container] = deepcopy(RESTRICTED["containers"])
    spec = {**deepcopy(RESTRICTED), "containers": [{**container, "image": image}]}
    metadata = {"name": "a-pod", "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def told(cluster: Cluster, made: Manifest) -> str:
    """Why a Pod would be refused; empty if it is admitted."""
    return cluster.kubectl("create", "--dry-run=server", "-f=-", objects=[made]).stderr


def shown(cluster: Cluster, made: Manifest) -> str:
    """The object as the API server would store it."""
    return cluster.kubectl("create", "--dry-run=server", "-o=yaml", "-f=-", objects=[made]).stdout


@pytest.fixture(scope="module")
def outage(empty_cluster: Cluster) -> Cluster:
    """The cluster with a Pod that runs in the enforced namespace, and then the webhooks that nothing answers."""
    cluster = empty_cluster
    names = (NAMESPACE, AUDITED, ENFORCED, ELSEWHERE)
    cluster.create([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": each}} for each in names])
    running = pod(ENFORCED, SIGNED)
    cluster.create([{**running, "metadata": {**running["metadata"], "name": "runs"}}])
    hooks = [webhook(mode, list(namespaces)) for mode, namespaces in modes(SPEC)]
    config = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "kyverno-resource-validating-webhook-cfg"},
        "webhooks": hooks,
    }
    cluster.create([config, *injecting(), *(each for judged in modes(SPEC) for each in others_policy(SPEC, *judged))])
    sidecar = pod(ELSEWHERE, KNOWN, **{INJECTS: "true"})
    cluster.wait_until(lambda: NO_WEBHOOK in told(cluster, pod(ENFORCED, SIGNED)))
    cluster.wait_until(lambda: "no signer is known" in told(cluster, pod(ENFORCED, "redis:8")))
    cluster.wait_until(lambda: INJECTED in shown(cluster, sidecar))
    return cluster


def test_new_pods_are_refused_where_signatures_are_enforced(outage: Cluster) -> None:
    assert NO_WEBHOOK in told(outage, pod(ENFORCED, SIGNED))
    assert NO_WEBHOOK in told(outage, pod(ENFORCED, KNOWN))


@pytest.mark.parametrize("namespace", [AUDITED, ELSEWHERE, NAMESPACE])
def test_new_pods_start_everywhere_else(outage: Cluster, namespace: str) -> None:
    assert told(outage, pod(namespace, SIGNED)) == ""


def test_image_without_a_signer_is_refused_without_kyverno(outage: Cluster) -> None:
    assert f"no signer is known for {REDIS}" in told(outage, pod(ENFORCED, "docker.io/library/redis:8"))


def test_sidecar_of_a_webhook_is_judged(outage: Cluster) -> None:
    assert f"no signer is known for {INJECTED}" in told(outage, pod(ENFORCED, KNOWN, **{INJECTS: "true"}))


def test_pod_that_runs_can_be_changed_and_ends(outage: Cluster) -> None:
    of = ("runs", f"--namespace={ENFORCED}")
    assert outage.kubectl("label", "pod", *of, "seen=true").returncode == 0
    debug = outage.kubectl("debug", *of, f"--image={SIGNED}", "--attach=false")
    assert NO_WEBHOOK in debug.stderr
    assert outage.kubectl("delete", "pod", *of, "--wait=false", "--grace-period=0", "--force").returncode == 0


def test_workloads_of_teams_are_kept(outage: Cluster) -> None:
    labels = {"app": "a"}
    template = {"metadata": {"labels": labels}, "spec": RESTRICTED}
    made = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a", "namespace": ENFORCED},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
    assert told(outage, made) == ""
