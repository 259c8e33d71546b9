"""Who may assume the role for emergencies, and which actions it is denied, as plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.account import Account
from ...core.iam import allow, document

SESSION_SECONDS = 3600
"""The longest session, and the shortest that IAM accepts as a maximum. Source: IAM API reference, CreateRole."""


def trust(account: Account, users: Sequence[str]) -> str:
    """Lets the named users assume the role, within an hour of their second factor, in the account's region only.

    EventBridge gets the event in the region whose STS answered: a rule in one region sees all uses only if no other
    region answers. The endpoint without a region counts as us-east-1. Sources: IAM user guide, "AWS global condition
    context keys", aws:MultiFactorAuthAge and aws:RequestedRegion; "Monitor and control actions taken with assumed
    roles".
    """
    return document(
        {
            "Sid": "NamedUsersWithSecondFactor",
            "Effect": "Allow",
            "Principal": {"AWS": list(users)},
            "Action": "sts:AssumeRole",
            "Condition": {
                "Bool": {"aws:MultiFactorAuthPresent": "true"},
                "NumericLessThan": {"aws:MultiFactorAuthAge": str(SESSION_SECONDS)},
                "StringEquals": {"aws:RequestedRegion": account.region},
            },
        }
    )


def kept_record(account: Account, role: str, title: str) -> str:
    """Denies to end the record of the account, to change the role itself, and to silence its alarm."""
    own_role = f"arn:{account.partition}:iam::{account.id}:role/{role}"
    alarm = [account.arn("events", f"rule/{title}-*"), account.arn("sns", f"{title}-alerts")]
    trail = ("DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail")
    detector = ("DeleteDetector", "StopMonitoringMembers", "UpdateDetector")
    record = [f"cloudtrail:{action}" for action in trail] + [f"guardduty:{action}" for action in detector]
    record += ["organizations:LeaveOrganization", "s3:BypassGovernanceRetention"]
    silence = ["events:DeleteRule", "events:DisableRule", "events:PutRule", "events:RemoveTargets"]
    silence += ["sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Unsubscribe"]
    denied = {
        "KeepTheRecord": allow("KeepTheRecord", record, ["*"]),
        "KeepTheRole": allow("KeepTheRole", ["iam:*"], [own_role]),
        "KeepTheAlarm": allow("KeepTheAlarm", silence, [*alarm, f"{alarm[-1]}:*"]),
    }
    return document(*({**statement, "Effect": "Deny"} for statement in denied.values()))


def uses(account: Account, role: str) -> Mapping[str, Mapping[str, Any]]:
    """The patterns of events that tell of a use of the role: by the API, and by the console's switch of roles.

    Source: EventBridge user guide, "Receiving read-only management events from AWS services", whose example is
    AssumeRole; CloudTrail user guide, "AWS Management Console sign-in events".
    """
    arn = f"arn:{account.partition}:iam::{account.id}:role/{role}"
    session = f"arn:{account.partition}:sts::{account.id}:assumed-role/{role}/"
    assumed = {"eventName": ["AssumeRole"], "requestParameters": {"roleArn": [arn]}}
    switched = {"eventName": ["SwitchRole"], "userIdentity": {"arn": [{"prefix": session}]}}
    return {
        "assumed": {"source": ["aws.sts"], "detail": assumed},
        "switched": {"source": ["aws.signin"], "detail": switched},
    }
