"""Secrets are encrypted with a key of the account, so that to read one takes a right to the key as well."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, given, read
from pricing.resource import Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    copies = {"": resource.inputs, **_replicas(resource)}
    for place, inputs in copies.items():
        if not given(read(inputs, "kmsKeyId")):
            yield Finding(f"is encrypted{place} with a key of AWS only, because kmsKeyId is absent")


def _replicas(resource: Resource) -> dict[str, object]:
    return {f" in {read(replica, 'region')}": replica for replica in each(read(resource.inputs, "replicas"))}


RULE = Rule(
    name="secret-encryption",
    title="Secrets are encrypted with a customer key",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(well_architected("SEC08-BP02"), well_architected("SEC08-BP01")),
    remediation="Set kmsKeyId, of each replica too, to a key of the account that those who read the secret may use.",
    field="kmsKeyId",
    types=frozenset({"aws:secretsmanager/secret:Secret"}),
    check=_check,
)
