"""Keys change every year."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp, well_architected
from policies.engine.rule import Result, Rule, Severity, Undecided, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import first, given, read, text
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    spec = first(text(read(resource.inputs, "customerMasterKeySpec")), text(read(resource.inputs, "keySpec")))
    if spec is UNKNOWN:
        yield Undecided("customerMasterKeySpec")
        return
    # KMS rotates symmetric keys in its own store only.
    if spec not in (None, "SYMMETRIC_DEFAULT") or given(read(resource.inputs, "customKeyStoreId")):
        return
    rotation = read(resource.inputs, "enableKeyRotation")
    yield from require(rotation, True, "enableKeyRotation", "does not rotate: enableKeyRotation is not true")


RULE = Rule(
    name="kms-rotation",
    title="Symmetric KMS keys rotate",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("KMS.4"), cis_aws("3.6"), well_architected("SEC08-BP01")),
    remediation="Set enableKeyRotation to true; what was encrypted before stays readable.",
    field="enableKeyRotation",
    types=frozenset({"aws:kms/key:Key"}),
    check=_check,
)
