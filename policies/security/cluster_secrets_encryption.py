"""Kubernetes Secrets are encrypted in etcd with a key of the account."""

from collections.abc import Iterator

from policies.clusters import CLUSTERS, REMOTE_CLUSTER
from policies.engine.frameworks import cis_eks, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, given, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == REMOTE_CLUSTER:
        if not given(read(resource.inputs, "encryptionConfigKeyArn")):
            yield Finding("encryptionConfigKeyArn is absent: Secrets are under no key of this account")
        return
    config = read(resource.inputs, "encryptionConfig")
    kinds = each(read(config, "resources"))
    if config is UNKNOWN:
        yield Undecided("encryptionConfig")
    elif not given(read(config, "provider", "keyArn")):
        yield Finding("encryptionConfig names no key: Secrets are under no key of this account")
    elif "secrets" not in kinds:
        yield (
            Undecided("encryptionConfig.resources")
            if UNKNOWN in kinds
            else Finding("encryptionConfig.resources does not name secrets")
        )


RULE = Rule(
    name="cluster-secrets-encryption",
    title="Cluster Secrets are encrypted with a customer key",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("EKS.3"), cis_eks("5.3.1")),
    remediation="Give the cluster a KMS key: encryptionConfigKeyArn of eks.Cluster, or encryptionConfig with "
    "resources secrets.",
    field="encryptionConfig",
    types=CLUSTERS,
    check=_check,
)
