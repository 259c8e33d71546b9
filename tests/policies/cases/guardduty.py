"""Cases of the rules in policies/guardduty.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

DETECTOR = "aws:guardduty/detector:Detector"
PLANS = ("EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS")


def planned(*plans: Any) -> tuple[Resource, ...]:
    detector = make(DETECTOR)
    features = [
        make(
            "aws:guardduty/detectorFeature:DetectorFeature",
            {"name": plan, "status": "DISABLED", "detectorId": UNKNOWN},
            name=f"plan-{number}",
            refers={"detectorId": [detector]},
        )
        for number, plan in enumerate(plans)
    ]
    return detector, *features


CASES = [
    passes("guardduty-enabled", make(DETECTOR, {"enable": True})),
    passes("guardduty-enabled", make(DETECTOR), kind="absent"),
    fails("guardduty-enabled", make(DETECTOR, {"enable": False}), found="is suspended"),
    unknown("guardduty-enabled", make(DETECTOR, {"enable": UNKNOWN}), undecided="enable"),
    passes("guardduty-plans", *planned(*PLANS)),
    fails("guardduty-plans", *planned(*PLANS[1:]), found="leaves EBS_MALWARE_PROTECTION to GuardDuty"),
    fails("guardduty-plans", *planned(), found="leaves EBS_MALWARE_PROTECTION, EKS_AUDIT_LOGS", kind="absent"),
    unknown("guardduty-plans", *planned(UNKNOWN), undecided="name of its DetectorFeature"),
]
