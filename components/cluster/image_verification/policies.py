"""The policies about signatures, as manifests.

Kyverno judges each namespace by one policy for each signer. The API server judges images without a signer, because
Kyverno would first fetch them from their registry. Source: kyverno/kyverno v1.19.0, pkg/image/verification/evaluator.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from ...core.admission import admission_policy
from ...facts.image_references import WITH_REGISTRY, below
from .spec import ISSUER, ImageVerificationSpec, SignerSpec

_PARTS = ("containers", "initContainers", "ephemeralContainers")
_IS_NEW = "request.operation == 'CREATE' || request.?subResource.orValue('') == 'ephemeralcontainers'"
_CHANGED = " || ".join(
    f"object.spec.?{part}.orValue([]).map(c, c.image) != oldObject.spec.?{part}.orValue([]).map(c, c.image)"
    for part in _PARTS[:2]
)
"""Whether an update changes an image. Source: Kubernetes, "Pod update and replacement"."""


class Mode(StrEnum):
    """What happens to a Pod with a wrong image: it is reported, or refused."""

    AUDIT = "audit"
    ENFORCE = "enforce"


def modes(spec: ImageVerificationSpec) -> Iterator[tuple[Mode, Sequence[str]]]:
    """The modes that have namespaces, with these."""
    for mode, namespaces in ((Mode.AUDIT, spec.audited_namespaces), (Mode.ENFORCE, spec.enforced_namespaces)):
        if namespaces:
            yield mode, sorted(namespaces)


def signer_policy(
    spec: ImageVerificationSpec, signer: SignerSpec, mode: Mode, namespaces: Sequence[str], attestor: dict[str, Any]
) -> dict[str, Any]:
    """Images of a signer have its signature. Where it is enforced, a tag is replaced by the digest that was verified.

    `attestor` is how the signature is verified: `key_attestor` or `workflow_attestor`.
    """
    verified = "verifyImageSignatures(image, [attestors.signer]) > 0"
    images = " + ".join(f"images.{part}" for part in _PARTS)
    return _policy(
        f"signed-{signer.name}-{mode}",
        spec,
        mode,
        namespaces,
        references=_names_below([f"{spec.registry}/{each}" for each in signer.images]),
        attestor=attestor,
        validation={
            "expression": f"({images}).all(image, {verified})",
            "messageExpression": f"'no signature of {signer.name} on ' + "
            f"({images}).filter(image, !({verified})).join(', ')",
        },
    )


def others_policy(spec: ImageVerificationSpec, mode: Mode, namespaces: Sequence[str]) -> list[dict[str, Any]]:
    """Images that no signer signs are refused, apart from those that are known to run unsigned.

    The API server judges this itself, so that it also holds while Kyverno is down. An image counts by its name as it is
    written: another spelling of a signer's repository is refused here.
    """
    known = [f"{spec.registry}/{each}" for signer in spec.signers for each in signer.images]
    containers = " + ".join(f"object.spec.?{part}.orValue([])" for part in _PARTS)
    images = "variables.containers.map(c, c.image)"
    volumes = "object.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(''))"
    # Kyverno verifies no image that is a volume, so that a signer's is unknown there, too.
    others = (
        f"{images}.filter(ref, !{_names_below([*known, *spec.unsigned])}) + "
        f"{volumes}.filter(ref, !{_names_below([*spec.unsigned])})"
    )
    return admission_policy(
        f"signed-others-{mode}",
        {"v1": ["pods", "pods/ephemeralcontainers"]},
        [
            (
                f"{_IS_NEW} || !({_CHANGED})",
                "a Pod that runs keeps its images, because the signatures of others would not be verified; replace it",
            )
        ],
        _selector(namespaces),
        # A Pod that exists keeps running: its controllers must still label it and remove its finalizers.
        conditions={"new-or-changed": f"{_IS_NEW} || {_CHANGED}"},
        variables={"containers": containers, "others": others},
        computed=[("variables.others.size() == 0", "'no signer is known for ' + variables.others.join(', ')")],
        actions=["Deny" if mode is Mode.ENFORCE else "Audit"],
    )


def key_attestor(public_key: Any) -> dict[str, Any]:
    """Signatures of a key. They need no transparency log, so verification reaches the registry alone.

    Source: kyverno/kyverno v1.19.0, pkg/image/verifiers/ivpol/cosign/opts.go, skipSigstoreInfra.
    """
    return {"key": {"data": public_key}, "ctlog": {"insecureIgnoreTlog": True, "insecureIgnoreSCT": True}}


def workflow_attestor(workflow: str) -> dict[str, Any]:
    """Signatures of one workflow of GitHub Actions, by a certificate of Sigstore and its transparency log."""
    return {"keyless": {"identities": [{"issuer": ISSUER, "subject": workflow}]}}


def _names_below(prefixes: Sequence[str]) -> str:
    """Whether the image `ref` is below one of the prefixes, in CEL. Names of Docker Hub get its registry."""
    return f"((ref.matches('{WITH_REGISTRY}') ? '' : 'docker.io/') + ref).matches(r'{below(prefixes)}')"


def _policy(
    name: str,
    spec: ImageVerificationSpec,
    mode: Mode,
    namespaces: Sequence[str],
    *,
    references: str,
    attestor: dict[str, Any],
    validation: dict[str, str],
) -> dict[str, Any]:
    """A policy about new Pods and new debug containers in the namespaces.

    Controllers of teams are not judged, so that what Git says of them stays as it is: their Pods are. A Pod that exists
    keeps running when its image's signature is removed.
    """
    enforced = mode is Mode.ENFORCE
    return {
        "apiVersion": "policies.kyverno.io/v1",
        "kind": "ImageValidatingPolicy",
        "metadata": {"name": name},
        "spec": {
            "validationActions": ["Deny" if enforced else "Audit"],
            "failurePolicy": "Fail" if enforced else "Ignore",
            "webhookConfiguration": {"timeoutSeconds": spec.timeout_seconds},
            "evaluation": {"background": {"enabled": False}},
            "autogen": {"podControllers": {"controllers": []}},
            "matchConstraints": {
                "namespaceSelector": _selector(namespaces),
                "resourceRules": [_judged("CREATE", "pods"), _judged("UPDATE", "pods/ephemeralcontainers")],
            },
            "matchImageReferences": [{"expression": references}],
            "validationConfigurations": {"mutateDigest": enforced, "verifyDigest": enforced, "required": enforced},
            "attestors": [{"name": "signer", "cosign": attestor}],
            "validations": [validation],
        },
    }


def _selector(namespaces: Sequence[str]) -> dict[str, Any]:
    # Kubernetes sets this label on every namespace itself.
    return {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(namespaces)}]}


def _judged(operation: str, resource: str) -> dict[str, Any]:
    return {"apiGroups": [""], "apiVersions": ["v1"], "operations": [operation], "resources": [resource]}
