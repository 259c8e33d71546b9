"""People and programs in IAM: users, credentials that never expire, passwords, administrators of clusters."""

from collections.abc import Iterator

from policies.engine.checks import forbids
from policies.engine.frameworks import checkov, cis_aws, cis_eks, security_hub, well_architected
from policies.engine.objects import with_patches
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, entries, first, flag, number, read, text
from resources.resource import UNKNOWN, Resource

USER = "aws:iam/user:User"
_STATIC_CREDENTIALS = {
    "aws:iam/accessKey:AccessKey": "an access key that never expires",
    "aws:iam/userLoginProfile:UserLoginProfile": "a console password",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "a credential that never expires",
    "aws:iam/sshKey:SshKey": "an SSH key that never expires",
    "aws:iam/signingCertificate:SigningCertificate": "a signing certificate of a user",
    "aws:ec2/keyPair:KeyPair": "an SSH key to instances; Session Manager needs none",
    "aws:lightsail/keyPair:KeyPair": "an SSH key to instances",
}
_POLICIES_OF_USERS = (
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/userPoliciesExclusive:UserPoliciesExclusive",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
    "aws:iam/policyAttachment:PolicyAttachment",
)
_PASSWORD_POLICY = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"  # noqa: S105 - a type
_CHARACTERS = ("requireUppercaseCharacters", "requireLowercaseCharacters", "requireNumbers", "requireSymbols")
_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_MASTERS = "system:masters"
_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_CLUSTER_ADMINISTRATORS = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy")


@rule(
    "static-credentials",
    "No access keys, console passwords or SSH keys are created",
    _STATIC_CREDENTIALS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_aws("1.18"), security_hub("IAM.3"), well_architected("SEC02-BP02")],
    remediation="Use roles: EKS Pod Identity for pods, instance profiles for nodes, OIDC for pipelines, Identity "
    "Center for people.",
    field="the resource itself",
)
def _static_credentials(resource: Resource, _: Stack) -> Iterator[Result]:
    yield Finding(f"creates {_STATIC_CREDENTIALS[resource.type]}")


@rule(
    "iam-user",
    "People and programs are not users of IAM",
    USER,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_273"), well_architected("SEC02-BP04")],
    remediation="Use Identity Center for people and roles for programs.",
    field="the resource itself",
)
def _user(_user_of_iam: Resource, _: Stack) -> Iterator[Result]:
    yield Finding("is a user of IAM, whose credentials do not expire")


@rule(
    "iam-user-policy",
    "Policies are attached to roles and groups, not to users",
    _POLICIES_OF_USERS,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("IAM.2"), cis_aws("1.15"), checkov("CKV_AWS_40"), well_architected("SEC03-BP02")],
    remediation="Attach the policy to a role that is assumed, or to a group.",
    field="user or users",
)
def _user_policy(resource: Resource, _: Stack) -> Iterator[Result]:
    users = elements(
        first(read(resource.inputs, "user"), read(resource.inputs, "users"), read(resource.inputs, "userName"))
    )
    if resource.type == _POLICIES_OF_USERS[-1] and users == [UNKNOWN]:
        yield Undecided("users")
    elif users:
        yield Finding("gives a user permissions of its own")


@rule(
    "password-policy",
    "The account requires long passwords that are not used again",
    _PASSWORD_POLICY,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[
        security_hub("IAM.7"),
        cis_aws("1.8"),
        cis_aws("1.9"),
        checkov("CKV_AWS_10"),
        checkov("CKV_AWS_13"),
        well_architected("SEC02-BP01"),
    ],
    remediation="Set minimumPasswordLength to 14 or more, passwordReusePrevention to 24, and require upper and lower "
    "case, numbers and symbols.",
    field="minimumPasswordLength",
)
def _password_policy(policy: Resource, _: Stack) -> Iterator[Result]:
    for field, least in (("minimumPasswordLength", 14), ("passwordReusePrevention", 24)):
        value = number(read(policy.inputs, field))
        if value is UNKNOWN:
            yield Undecided(field)
        elif value is None or value < least:
            yield Finding(f"has {field} {'absent' if value is None else int(value)}; {least} is the least")
    for field in _CHARACTERS:
        required = flag(read(policy.inputs, field))
        if required is UNKNOWN:
            yield Undecided(field)
        elif required is not True:
            yield Finding(f"does not set {field}")


@rule(
    "cluster-administrator",
    "Nobody is administrator of a whole cluster",
    (_ASSOCIATION, _ENTRY),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.1.1"), well_architected("SEC03-BP02")],
    remediation="Associate AmazonEKSAdminPolicy or AmazonEKSEditPolicy with accessScope of type namespace, and bind "
    "groups of your own. The role for emergencies needs an exception.",
    field="policyArn or kubernetesGroups",
)
def _cluster_administrator(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == _ENTRY:
        groups = elements(read(resource.inputs, "kubernetesGroups"))
        if _MASTERS in groups:
            yield Finding(f"makes its principal a member of {_MASTERS}")
        elif UNKNOWN in groups:
            yield Undecided("kubernetesGroups")
        return
    arn, scope = text(read(resource.inputs, "policyArn")), text(read(resource.inputs, "accessScope", "type"))
    if arn is UNKNOWN:
        yield Undecided("policyArn")
    elif arn and arn.rpartition("/")[2] in _CLUSTER_ADMINISTRATORS and scope != "namespace":
        name = arn.rpartition("/")[2]
        yield Undecided("accessScope") if scope is UNKNOWN else Finding(f"associates {name} with the whole cluster")


@rule(
    "aws-auth-masters",
    "The ConfigMap aws-auth makes nobody administrator of the cluster",
    with_patches("kubernetes:core/v1:ConfigMap"),
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.1.1"), cis_eks("5.5.1"), well_architected("SEC03-BP02")],
    remediation="Use access entries of EKS, and map principals to groups of your own.",
    field="data.mapRoles, data.mapUsers",
)
def _aws_auth(config: Resource, _: Stack) -> Iterator[Result]:
    if text(read(config.inputs, "metadata", "name")) != "aws-auth":
        return
    for field, mapped in entries(read(config.inputs, "data")):
        if text(mapped) is UNKNOWN:
            yield Undecided(f"data.{field}")
        elif isinstance(mapped, str) and _MASTERS in mapped:
            yield Finding(f"data.{field} makes principals members of {_MASTERS}")


forbids(
    _IDENTITY,
    "serviceAccount",
    "default",
    "gives its role to the default service account, which every Pod without one of its own uses",
    name="identity-default-account",
    title="Roles are given to service accounts of their own",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.1.5"), well_architected("SEC03-BP02")],
    remediation="Create a service account for the workload, and name it in serviceAccount and in the Pod.",
)
