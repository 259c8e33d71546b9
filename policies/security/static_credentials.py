"""Nobody has credentials that never expire."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity
from policies.engine.settings import Level
from policies.engine.stack import Stack
from pricing.resource import Resource

_WHAT = {
    "aws:iam/accessKey:AccessKey": "an access key that never expires",
    "aws:iam/userLoginProfile:UserLoginProfile": "a console password",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "a credential that never expires",
    "aws:iam/sshKey:SshKey": "an SSH key that never expires",
    "aws:ec2/keyPair:KeyPair": "an SSH key to instances; Session Manager needs none",
}


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    yield Finding(f"makes {_WHAT[resource.type]}")


RULE = Rule(
    name="static-credentials",
    title="No access keys, console passwords or SSH keys are made",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(cis_aws("1.18"), fsbp("IAM.3"), well_architected("SEC02-BP02")),
    remediation="Use roles: EKS Pod Identity for pods, instance profiles for nodes, OIDC for pipelines, Identity "
    "Center "
    "for people.",
    field="the resource itself",
    types=frozenset(_WHAT),
    check=_check,
)
