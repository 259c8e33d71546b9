"""What each job function may do, as plain data."""

from ...core.account import Account
from ...core.iam import Statement, allow, document
from .spec import JobFunction

MANAGED = {
    JobFunction.PLATFORM_ADMIN: "PowerUserAccess",
    JobFunction.ENGINEER: "job-function/ViewOnlyAccess",
    JobFunction.READER: "job-function/ViewOnlyAccess",
    JobFunction.FINANCE: "AWSBillingReadOnlyAccess",
}
"""The AWS managed policy of each. Source: IAM user guide, "AWS managed policies for job functions"."""

_CHANGE_ROLES = (
    *("AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy"),
    *("PutRolePermissionsBoundary", "PutRolePolicy"),
)
"""Actions whose request tells the boundary of the role. Source: Service authorization reference, AWS IAM."""
_KEEP_ROLES = (
    *("DeleteRole", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListInstanceProfilesForRole"),
    *("ListRolePolicies", "PassRole", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole"),
)
_POLICIES = (
    *("CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "GetPolicy", "GetPolicyVersion"),
    *("ListPolicyVersions", "TagPolicy", "UntagPolicy"),
)
_PROFILES = (
    *("AddRoleToInstanceProfile", "CreateInstanceProfile", "DeleteInstanceProfile", "GetInstanceProfile"),
    *("RemoveRoleFromInstanceProfile", "TagInstanceProfile"),
)
_PROVIDERS = (
    *("CreateOpenIDConnectProvider", "DeleteOpenIDConnectProvider", "GetOpenIDConnectProvider"),
    "TagOpenIDConnectProvider",
)
_RECORD = (
    *("cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail"),
    *("guardduty:DeleteDetector", "guardduty:UpdateDetector", "s3:BypassGovernanceRetention"),
)
_LOGS = ("FilterLogEvents", "GetLogEvents", "GetQueryResults", "StartQuery", "StopQuery")
_COSTS = (
    *("bcm-data-exports:GetExport", "bcm-data-exports:ListExports", "budgets:ViewBudget", "ce:GetAnomalies"),
    *("ce:GetCostAndUsage", "ce:GetCostForecast", "ce:GetDimensionValues", "ce:GetReservationUtilization"),
    *("ce:GetSavingsPlansPurchaseRecommendation", "ce:GetSavingsPlansUtilization", "ce:GetTags"),
    *("cost-optimization-hub:ListRecommendations", "pricing:GetProducts"),
)


def policy_of(function: JobFunction, account: Account, boundary: str) -> str | None:
    """What a job function may do beside its managed policy, in `account`; None if it has no further permissions.

    `boundary` is the name of the permissions boundary of all roles that administrators make.
    """
    match function:
        case JobFunction.PLATFORM_ADMIN:
            return _administration(account, boundary)
        case JobFunction.ENGINEER:
            clusters = account.arn("eks", "cluster/*")
            return document(
                allow("ReadLogs", [f"logs:{action}" for action in _LOGS], ["*"]),
                allow("ReadMetrics", ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics"], ["*"]),
                allow("ReachKubernetes", ["eks:AccessKubernetesApi", "eks:DescribeCluster"], [clusters]),
            )
        case JobFunction.READER:
            return None
        case JobFunction.FINANCE:
            return document(allow("ReadCosts", _COSTS, ["*"]))


def _administration(account: Account, boundary: str) -> str:
    """Roles with the boundary only, no change of the boundary, and no end of the record of the account.

    Source: IAM user guide, "Delegating responsibility to others using permissions boundaries".
    """
    iam = f"arn:{account.partition}:iam::{account.id}"
    limit = f"{iam}:policy/{boundary}"
    bounded = {"StringEquals": {"iam:PermissionsBoundary": limit}}
    denied: list[Statement] = [
        allow("KeepTheBoundary", [f"iam:{action}" for action in _POLICIES if "Get" not in action], [limit]),
        allow("KeepBoundaries", ["iam:DeleteRolePermissionsBoundary"], ["*"]),
        allow("KeepTheRoleForEmergencies", ["iam:UpdateAssumeRolePolicy"], [f"{iam}:role/*-break-glass"]),
        allow("KeepTheRecord", _RECORD, ["*"]),
    ]
    return document(
        allow("ChangeBoundedRoles", [f"iam:{action}" for action in _CHANGE_ROLES], [f"{iam}:role/*"], bounded),
        allow("KeepRoles", [f"iam:{action}" for action in _KEEP_ROLES], [f"{iam}:role/*"]),
        allow("Policies", [f"iam:{action}" for action in _POLICIES], [f"{iam}:policy/*"]),
        allow("InstanceProfiles", [f"iam:{action}" for action in _PROFILES], [f"{iam}:instance-profile/*"]),
        allow("Providers", [f"iam:{action}" for action in _PROVIDERS], [f"{iam}:oidc-provider/*"]),
        *({**statement, "Effect": "Deny"} for statement in denied),
    )
