"""No role, user or group is given a policy of AWS that makes it an administrator."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, read
from pricing.resource import UNKNOWN, Resource

_ADMINISTRATORS = frozenset({"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"})


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    named = [("policyArn", read(resource.inputs, "policyArn"))]
    named += [("managedPolicyArns", arn) for arn in each(read(resource.inputs, "managedPolicyArns"))]
    for field, arn in named:
        if arn is UNKNOWN and field == "managedPolicyArns":
            yield Undecided(field)
        # An unknown policyArn is that of a policy made here, which has its own rules.
        elif isinstance(arn, str) and ":aws:policy/" in arn and arn.rpartition("/")[2] in _ADMINISTRATORS:
            yield Finding(f"attaches {arn.rpartition('/')[2]}")


RULE = Rule(
    name="iam-admin",
    title="No administrator policy of AWS is attached",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(cis_aws("1.16"), fsbp("IAM.1"), well_architected("SEC03-BP02")),
    remediation="Attach a policy with the actions that are used.",
    field="policyArn or managedPolicyArns",
    types=frozenset(
        {
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "aws:iam/userPolicyAttachment:UserPolicyAttachment",
            "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
            "aws:iam/policyAttachment:PolicyAttachment",
            "aws:iam/role:Role",
        }
    ),
    check=_check,
)
