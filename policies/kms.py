"""KMS keys."""

from collections.abc import Iterator

from policies.engine.checks import must_be
from policies.engine.frameworks import cis_aws, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import first, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

KEY = "aws:kms/key:Key"


@rule(
    "kms-deletion",
    "KMS keys wait long enough before they are deleted",
    KEY,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("KMS.3")],
    remediation="Set deletionWindowInDays to keyDeletionWindow of the section mlplatform:policies, or leave it out "
    "(30 days).",
    field="deletionWindowInDays",
)
def _deletion(key: Resource, stack: Stack) -> Iterator[Result]:
    days = number(read(key.inputs, "deletionWindowInDays"))
    least = stack.settings.key_deletion_window
    if days is UNKNOWN:
        yield Undecided("deletionWindowInDays")
    # An absent window is 30 days, the longest that KMS offers.
    elif days is not None and days < least:
        yield Finding(f"is deleted {days:g} days after the request; this stack requires {least}")


@rule(
    "kms-rotation",
    "Symmetric KMS keys rotate",
    KEY,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("KMS.4"), cis_aws("3.6"), well_architected("SEC08-BP01")],
    remediation="Set enableKeyRotation to true; what was encrypted before stays readable.",
    field="enableKeyRotation",
)
def _rotation(key: Resource, _: Stack) -> Iterator[Result]:
    spec = first(text(read(key.inputs, "customerMasterKeySpec")), text(read(key.inputs, "keySpec")))
    if spec is UNKNOWN:
        yield Undecided("customerMasterKeySpec")
    # KMS rotates only symmetric keys in its own store.
    elif spec in (None, "SYMMETRIC_DEFAULT") and not is_set(read(key.inputs, "customKeyStoreId")):
        yield from must_be(key.inputs, "enableKeyRotation", True, "does not rotate: enableKeyRotation is not true")
