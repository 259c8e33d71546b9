"""Images are encrypted with a key of the account, also those that ECR stores in repositories of its own making."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import given, read, text
from policies.repositories import REPOSITORY, TEMPLATE
from pricing.resource import UNKNOWN, Resource

_KMS = ("KMS", "KMS_DSSE")


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    encryption = read(resource.inputs, "encryptionConfigurations", 0)
    kind = text(read(encryption, "encryptionType"))
    if kind is UNKNOWN:
        yield Undecided("encryptionConfigurations")
    elif kind not in _KMS or not given(read(encryption, "kmsKey")):
        yield Finding("is encrypted with a key of AWS only; that can only be chosen when a repository is made")


RULE = Rule(
    name="repository-encryption",
    title="Repositories are encrypted with a customer key",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(well_architected("SEC08-BP02"), well_architected("SEC08-BP01")),
    remediation="Set encryptionConfigurations with encryptionType KMS and a kmsKey of the account before the first "
    "deployment, or use ImageRegistry.",
    field="encryptionConfigurations",
    types=frozenset({REPOSITORY, TEMPLATE}),
    check=_check,
)
