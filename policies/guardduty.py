"""Amazon GuardDuty: detectors and their plans."""

from collections.abc import Iterator

from policies.engine.checks import forbids
from policies.engine.frameworks import security_hub, well_architected
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import read, text
from resources.resource import UNKNOWN, Resource

DETECTOR = "aws:guardduty/detector:Detector"
FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"
_PLANS = ("EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS")
"""The plans that GuardDuty enables in a new detector unless it is told otherwise.

Source: GuardDuty API reference, CreateDetector.
"""

forbids(
    DETECTOR,
    "enable",
    False,
    "is suspended, because enable is false",
    name="guardduty-enabled",
    title="Detectors of GuardDuty are enabled",
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("GuardDuty.1"), well_architected("SEC04-BP01")],
    remediation="Remove enable, or set it to true; remove the detector where the organization has one.",
)


@rule(
    "guardduty-plans",
    "Each plan of GuardDuty is on or off on purpose",
    DETECTOR,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[Framework("Amazon GuardDuty API Reference", "CreateDetector"), well_architected("COST02-BP05")],
    remediation="Add a DetectorFeature for each plan, with status ENABLED or DISABLED.",
    field="DetectorFeature of the detector",
)
def _plans(detector: Resource, stack: Stack) -> Iterator[Result]:
    stated = [text(read(each.inputs, "name")) for each in stack.referrers(detector, "detectorId", FEATURE)]
    missing = [plan for plan in _PLANS if plan not in stated]
    if missing and UNKNOWN in stated:
        yield Undecided("name of its DetectorFeature")
    elif missing:
        yield Finding(f"leaves {', '.join(missing)} to GuardDuty, which enables and charges for new plans")
