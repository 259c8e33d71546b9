"""Secrets of AWS Secrets Manager."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, rule
from policies.engine.stack import Stack
from resources.inputs import elements, is_set, read
from resources.resource import Resource


@rule(
    "secret-encryption",
    "Secrets are encrypted with a customer key",
    "aws:secretsmanager/secret:Secret",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC08-BP02"), well_architected("SEC08-BP01")],
    remediation="Set kmsKeyId, of each replica too, to a key of the account that those who read the secret may use.",
    field="kmsKeyId",
)
def _encryption(secret: Resource, _: Stack) -> Iterator[Result]:
    replicas = elements(read(secret.inputs, "replicas"))
    copies = {"": secret.inputs, **{f" in {read(replica, 'region')}": replica for replica in replicas}}
    for place, inputs in copies.items():
        if not is_set(read(inputs, "kmsKeyId")):
            yield Finding(f"is encrypted{place} with a key of AWS only, because kmsKeyId is absent")
