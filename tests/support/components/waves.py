"""Checks the order of Kubeflow's waves: each custom resource definition must exist before a wave needs it."""

from collections.abc import Iterable, Sequence

from components.kubeflow.waves import Wave

GIVEN = frozenset(
    {
        "certificates.cert-manager.io",
        "externalsecrets.external-secrets.io",
        "issuers.cert-manager.io",
        "targetgroupbindings.elbv2.k8s.aws",
    }
)
"""The definitions that the cluster has before the first wave."""
SHARED_SERVING = frozenset({"inferenceservices.serving.kserve.io"})
"""The definitions that a KServe shared with Kubeflow adds."""


def order_faults(waves: Sequence[Wave], given: Iterable[str] = GIVEN) -> list[str]:
    """One sentence for each definition that is missing before a wave or installed twice; `given` exist already."""
    existing = set(given)
    found: list[str] = []
    for wave in waves:
        missing = sorted({*wave.needs} - existing)
        found += [f"{wave.name} needs {each}, which no earlier wave brings" for each in missing]
        found += [f"{wave.name} brings {each}, which exists already" for each in sorted(existing & {*wave.brings})]
        existing |= {*wave.brings}
    return found
