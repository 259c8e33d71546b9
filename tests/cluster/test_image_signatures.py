"""The real Kyverno, with our policies, on a real API server. Skipped where they are not on PATH.

Build it by `go build ./cmd/kyverno` in the source of v1.19.0, and the registry by `go install
github.com/google/go-containerregistry/cmd/crane@v0.21.8`. Nothing runs pods here: a dry run says what is admitted.
"""

from collections.abc import Generator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from components.cluster.image_verification.kyverno import NAMESPACE, kyverno_values
from components.cluster.image_verification.policies import key_attestor, modes, others_policy, signer_policy
from components.cluster.image_verification.spec import ImageVerificationSpec
from tests.support.cluster.definitions import OPEN, definition_with_status
from tests.support.cluster.jobs import RESTRICTED
from tests.support.cluster.registry import Registry, SigningKey
from tests.support.cluster.server import Cluster, Manifest
from tests.support.components.definitions import DEFINITIONS
from tests.support.programs import require
from tests.support.services.servers import free_port, server_process, wait_until

AUDITED, ENFORCED, ELSEWHERE = "images-audited", "images-enforced", "images-elsewhere"
KINDS: dict[str, tuple[list[str], dict[str, tuple[str, str]]]] = {
    "kyverno.io": (
        ["v1", "v2", "v2beta1", "v2alpha1"],
        {
            "cleanuppolicies": ("CleanupPolicy", "Namespaced"),
            "clustercleanuppolicies": ("ClusterCleanupPolicy", "Cluster"),
            "clusterpolicies": ("ClusterPolicy", "Cluster"),
            "globalcontextentries": ("GlobalContextEntry", "Cluster"),
            "policies": ("Policy", "Namespaced"),
            "policyexceptions": ("PolicyException", "Namespaced"),
            "updaterequests": ("UpdateRequest", "Namespaced"),
        },
    ),
    "policies.kyverno.io": (
        ["v1", "v1beta1", "v1alpha1"],
        {
            "deletingpolicies": ("DeletingPolicy", "Cluster"),
            "generatingpolicies": ("GeneratingPolicy", "Cluster"),
            "mutatingpolicies": ("MutatingPolicy", "Cluster"),
            "namespaceddeletingpolicies": ("NamespacedDeletingPolicy", "Namespaced"),
            "namespacedgeneratingpolicies": ("NamespacedGeneratingPolicy", "Namespaced"),
            "namespacedimagevalidatingpolicies": ("NamespacedImageValidatingPolicy", "Namespaced"),
            "namespacedmutatingpolicies": ("NamespacedMutatingPolicy", "Namespaced"),
            "namespacedvalidatingpolicies": ("NamespacedValidatingPolicy", "Namespaced"),
            "policyexceptions": ("PolicyException", "Namespaced"),
            "validatingpolicies": ("ValidatingPolicy", "Cluster"),
        },
    ),
    "reports.kyverno.io": (
        ["v1"],
        {
            "clusterephemeralreports": ("ClusterEphemeralReport", "Cluster"),
            "ephemeralreports": ("EphemeralReport", "Namespaced"),
        },
    ),
    "wgpolicyk8s.io": (
        ["v1alpha2"],
        {
            "clusterpolicyreports": ("ClusterPolicyReport", "Cluster"),
            "policyreports": ("PolicyReport", "Namespaced"),
        },
    ),
}
"""What Kyverno watches beside the kind that we make, whose definition is kept."""


def definitions() -> list[Manifest]:
    made: list[Manifest] = [
        definition_with_status(f"{plural}.{group}", kind, scope, dict.fromkeys(versions, OPEN))
        for group, (versions, kinds) in KINDS.items()
        for plural, (kind, scope) in kinds.items()
    ]
    text = (DEFINITIONS / "policies.kyverno.io.yaml").read_text(encoding="utf-8")
    for name, kept in yaml.load(text, yaml.CSafeLoader).items():
        made.append(definition_with_status(name, kept["kind"], kept["scope"], kept["versions"]))
    return made


@dataclass(frozen=True)
class Verified:
    """The cluster with Kyverno, and the registry whose images it verifies."""

    cluster: Cluster
    registry: Registry
    key: SigningKey

    def told(self, image: str, namespace: str = ENFORCED, place: str = "containers") -> str:
        """Why a Pod with the image would be refused, or the image that it would run."""
        made = pod(namespace, image, place)
        done = self.cluster.kubectl("create", "--dry-run=server", "-o=yaml", "-f=-", objects=[made])
        if done.returncode:
            return done.stderr
        [found] = yaml.safe_load(done.stdout)["items"] if "items" in done.stdout else [yaml.safe_load(done.stdout)]
        return str(found["spec"][place][-1]["image"])


def pod(namespace: str, image: str, place: str = "containers") -> Manifest:
    [container] = deepcopy(RESTRICTED["containers"])
    judged = {**container, "name": "judged", "image": image}
    spec = {**deepcopy(RESTRICTED), "containers": [judged]}
    if place != "containers":
        spec["containers"] = [{**container, "image": "quay.io/known/app:1"}]
        spec[place] = [judged]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a-pod", "namespace": namespace}, "spec": spec}


@contextmanager
def registry(folder: Path) -> Generator[Registry]:
    port = free_port()
    found = Registry(f"127.0.0.1:{port}")
    with server_process(["crane", "registry", "serve", f"--address={found.host}"], folder) as process:
        wait_until(process, lambda: answers(f"http://{found.host}/v2/"), folder)
        yield found


def answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code < 500
    except httpx.HTTPError:
        return False


def settings(spec: ImageVerificationSpec) -> list[Manifest]:
    """What the chart creates beside the controller. Source: kyverno/kyverno v1.19.0, charts/kyverno/templates."""
    selector = kyverno_values(spec, [AUDITED, ENFORCED])["config"]["webhooks"]
    data = {"enableDefaultRegistryMutation": "true", "defaultRegistry": "docker.io", "excludeGroups": "system:nodes"}
    data |= {"webhooks": yaml.safe_dump(selector), "resourceFilters": f"[*/*,{NAMESPACE},*]"}
    labels = {"matchLabels": {"app": "kyverno"}}
    template = {"metadata": {"labels": labels["matchLabels"]}, "spec": RESTRICTED}
    named = {"namespace": NAMESPACE}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kyverno", **named}, "data": data},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kyverno-metrics", **named}, "data": {}},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "kyverno-admission-controller", **named},
            "spec": {"selector": labels, "template": template},
        },
    ]


@pytest.fixture(scope="module")
def verified(empty_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[Verified]:
    """Kyverno with one signer, in a namespace that is audited and one that is enforced."""
    require("kyverno", "crane")
    cluster, key = empty_cluster, SigningKey.made()
    folder, images = tmp_path_factory.mktemp("kyverno"), tmp_path_factory.mktemp("registry")
    with registry(images) as store:
        spec = ImageVerificationSpec.model_validate(
            {
                "registry": store.host,
                "signers": [
                    {"name": "risk", "images": ["risk"], "signing_role_arns": ["arn:aws:iam::111122223333:role/risk"]}
                ],
                "audited_namespaces": [AUDITED],
                "enforced_namespaces": [ENFORCED],
                "unsigned": ["quay.io/known"],
            }
        )
        names = (NAMESPACE, AUDITED, ENFORCED, ELSEWHERE)
        cluster.create([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": each}} for each in names])
        cluster.create(definitions())
        served = ("wait", "--for=condition=Established", "crd", "--all")
        cluster.wait_until(lambda: cluster.kubectl(*served).returncode == 0)
        cluster.create(settings(spec))
        port = free_port()
        flags = {
            "kubeconfig": str(cluster.kubeconfig),
            "serverIP": f"127.0.0.1:{port}",
            "webhookServerHost": "127.0.0.1",
            "webhookServerPort": str(port),
            "caSecretName": "kyverno-ca",
            "tlsSecretName": "kyverno-tls",
            "disableMetrics": "true",
            "admissionReports": "false",
            "generateValidatingAdmissionPolicy": "false",
            "controllerRuntimeMetricsAddress": "0",
            "registryCredentialHelpers": "default",
            "v": "4",
        }
        known = {
            "INIT_CONFIG": "kyverno",
            "METRICS_CONFIG": "kyverno-metrics",
            "KYVERNO_NAMESPACE": NAMESPACE,
            "KYVERNO_SVC": "kyverno-svc",
            "KYVERNO_DEPLOYMENT": "kyverno-admission-controller",
            "KYVERNO_POD_NAME": "kyverno-1",
            "KYVERNO_SERVICEACCOUNT_NAME": "kyverno-admission-controller",
            "KYVERNO_ROLE_NAME": "kyverno:admission-controller",
        }
        command = ["env", *(f"{name}={value}" for name, value in known.items()), "kyverno"]
        with server_process([*command, *(f"--{name}={value}" for name, value in flags.items())], folder) as process:
            wait_until(process, lambda: webhooks(cluster) >= 1, folder, 180)
            attestor = key_attestor(key.public_pem)
            policies = [signer_policy(spec, spec.signers[0], *judged, attestor) for judged in modes(spec)]
            # Kyverno registers the webhook for its policies before it has the certificate of its server.
            wait_until(process, lambda: cluster.refusals(policies) == [], folder, 180)
            cluster.create([*policies, *(each for judged in modes(spec) for each in others_policy(spec, *judged))])
            result = Verified(cluster, store, key)
            store.push("risk/unsigned", "v1", "unsigned")
            unsigned = f"{store.host}/risk/unsigned:v1"
            wait_until(process, lambda: "no signature of risk on" in result.told(unsigned), folder, 120)
            wait_until(process, lambda: "no signer is known" in result.told("ghcr.io/evil/x:1"), folder, 120)
            yield result


def webhooks(cluster: Cluster) -> int:
    return cluster.kubectl("get", "validatingwebhookconfigurations", "-o=name").stdout.count("kyverno")


def test_signed_image_is_admitted_by_its_digest(verified: Verified) -> None:
    digest = verified.registry.push("risk/fraud", "v1", "one")
    verified.registry.sign("risk/fraud", digest, verified.key)
    image = f"{verified.registry.host}/risk/fraud"
    assert verified.told(f"{image}:v1") == f"{image}:v1@{digest}"
    assert verified.told(f"{image}@{digest}") == f"{image}@{digest}"


@pytest.mark.parametrize("place", ["containers", "initContainers"])
def test_unsigned_image_is_refused(verified: Verified, place: str) -> None:
    digest = verified.registry.push("risk/unsigned", "v1", "unsigned")
    told = verified.told(f"{verified.registry.host}/risk/unsigned@{digest}", place=place)
    assert "no signature of risk on" in told


def test_image_with_the_signature_of_another_key_is_refused(verified: Verified) -> None:
    digest = verified.registry.push("risk/other", "v1", "other")
    verified.registry.sign("risk/other", digest, SigningKey.made())
    assert "no signature of risk on" in verified.told(f"{verified.registry.host}/risk/other@{digest}")


def test_signature_of_another_image_does_not_count(verified: Verified) -> None:
    signed = verified.registry.push("risk/moved", "v1", "signed")
    verified.registry.sign("risk/moved", signed, verified.key)
    verified.registry.push("risk/moved", "v1", "what the tag names now")
    assert "no signature of risk on" in verified.told(f"{verified.registry.host}/risk/moved:v1")


@pytest.mark.parametrize("image", ["ghcr.io/evil/x:1", "{host}/search/ranking:1", "{host}/riskier/x:1", "redis:8"])
def test_image_without_a_signer_is_refused(verified: Verified, image: str) -> None:
    assert "no signer is known for" in verified.told(image.format(host=verified.registry.host))


def test_known_image_of_another_maker_is_admitted(verified: Verified) -> None:
    assert verified.told("quay.io/known/app:1") == "quay.io/known/app:1"


def test_image_of_a_registry_that_does_not_answer_is_refused(verified: Verified) -> None:
    assert "risk/absent" in verified.told(f"{verified.registry.host}/risk/absent:v1")
    assert verified.told(f"{verified.registry.host}/risk/absent:v1").startswith("Error")


def test_debug_container_is_judged(verified: Verified) -> None:
    cluster = verified.cluster
    cluster.create([pod(ENFORCED, "quay.io/known/app:1")])
    debug = ("debug", "a-pod", f"--namespace={ENFORCED}", "--image=ghcr.io/evil/shell:1", "--attach=false")
    told = cluster.kubectl(*debug).stderr
    assert "no signer is known for" in told
    assert "ghcr.io/evil" not in cluster.kubectl("get", "pod", "a-pod", f"-n={ENFORCED}", "-o=yaml").stdout


@pytest.mark.parametrize("namespace", [AUDITED, ELSEWHERE])
def test_wrong_image_runs_where_nothing_is_enforced(verified: Verified, namespace: str) -> None:
    digest = verified.registry.push("risk/unsigned", "v1", "unsigned")
    image = f"{verified.registry.host}/risk/unsigned:v1"
    assert digest
    assert verified.told(image, namespace) == image


def test_webhooks_see_the_judged_namespaces_alone(verified: Verified) -> None:
    listed = verified.cluster.kubectl("get", "validatingwebhookconfigurations", "-o=yaml").stdout
    [config] = [each for each in yaml.safe_load(listed)["items"] if "resource-validating" in each["metadata"]["name"]]
    assert config["webhooks"]
    for hook in config["webhooks"]:
        chosen = hook["namespaceSelector"]["matchExpressions"]
        values: list[set[str]] = [{*each["values"]} for each in chosen if each["operator"] == "In"]
        judged = ENFORCED if hook["failurePolicy"] == "Fail" else AUDITED
        both = [each for each in (AUDITED, ENFORCED) if values and all(each in names for names in values)]
        assert both == [judged]
