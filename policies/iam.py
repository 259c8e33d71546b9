"""IAM: what policies grant, who may assume a role or use a resource, and credentials that never expire."""

from collections.abc import Iterator

from policies.engine.frameworks import cis_aws, fsbp, well_architected
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.engine.statements import Statement, judge, statements
from resources.inputs import elements, read
from resources.resource import UNKNOWN, Resource

_ROLE = "aws:iam/role:Role"
_WITH_IDENTITY_POLICIES = (
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    _ROLE,
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
)
_ADMINISTRATORS = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
_NARROWING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "elasticfilesystem:accessedviamounttarget",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    }
)
_IN_ACCOUNT_SERVICES = frozenset({"ec2", "ecr", "lambda"})
"""Services that assume a role only after someone in the same account passed it to an instance, a function or a template
for repositories of that account, and that document neither aws:SourceAccount nor aws:SourceArn: a condition would lock
them out."""

_SOURCE_KEYS = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"})
_POD_IDENTITY = "pods.eks"
_POD_KEYS = frozenset(
    f"aws:requesttag/{name}"
    for name in ("eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account")
)
"""Session tags that EKS Pod Identity sends with AssumeRole; only the caller's pod decides them."""

_CALLER_KEYS = ("aws:principal", "aws:source", "aws:multifactor", "sts:externalid", "aws:requesttag/")
_STATIC_CREDENTIALS = {
    "aws:iam/accessKey:AccessKey": "an access key that never expires",
    "aws:iam/userLoginProfile:UserLoginProfile": "a console password",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "a credential that never expires",
    "aws:iam/sshKey:SshKey": "an SSH key that never expires",
    "aws:ec2/keyPair:KeyPair": "an SSH key to instances; Session Manager needs none",
}


def _identity_statements(resource: Resource) -> Iterator[Statement]:
    """The statements of every identity policy that a resource of `_WITH_IDENTITY_POLICIES` carries."""
    for field in ("policy", "inlinePolicy"):
        yield from statements(read(resource.inputs, field), field)
    for index, inline in enumerate(elements(read(resource.inputs, "inlinePolicies"))):
        path = "inlinePolicies" if inline is UNKNOWN else f"inlinePolicies[{index}].policy"
        yield from statements(read(inline, "policy"), path)


@rule(
    "iam-wildcard",
    "IAM policies grant no service as a whole on every resource",
    _WITH_IDENTITY_POLICIES,
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[fsbp("IAM.1"), fsbp("IAM.21"), cis_aws("1.16"), well_architected("SEC03-BP02")],
    remediation="Name the actions that are used and the ARNs they are used on.",
    field="policy",
)
def _wildcard(resource: Resource, _: Stack) -> Iterator[Result]:
    return judge(_identity_statements(resource), _grants_everything)


def _grants_everything(statement: Statement) -> Iterator[Result]:
    if statement.values("NotAction"):
        yield Finding(f"{statement.path} allows everything except what NotAction names")
    everywhere = "*" in statement.values("Resource") or bool(statement.values("NotResource"))
    for action in statement.values("Action"):
        if action is UNKNOWN:
            yield Undecided(f"{statement.path}: Action")
        elif isinstance(action, str) and action.strip("*:") == "":
            yield Finding(f"{statement.path} allows every action")
        elif isinstance(action, str) and action.endswith(":*"):
            if everywhere:
                yield Finding(f"{statement.path} allows {action} on every resource")
            elif UNKNOWN in statement.values("Resource"):
                yield Undecided(f"{statement.path}: Resource")


@rule(
    "iam-pass-role",
    "iam:PassRole is limited to roles or to a service",
    _WITH_IDENTITY_POLICIES,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC03-BP02")],
    remediation="Name the role's ARN as Resource and the service in the condition iam:PassedToService.",
    field="policy",
)
def _pass_role(resource: Resource, _: Stack) -> Iterator[Result]:
    return judge(_identity_statements(resource), _passes_any_role)


def _passes_any_role(statement: Statement) -> Iterator[Result]:
    if not any(action in ("iam:PassRole", "iam:Pass*") for action in statement.values("Action")):
        return
    resources = statement.values("Resource")
    if "iam:passedtoservice" in statement.condition_keys or not ("*" in resources or UNKNOWN in resources):
        return
    if statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
    elif "*" in resources:
        yield Finding(f"{statement.path} lets any role be passed to any service")
    else:
        yield Undecided(f"{statement.path}: Resource")


@rule(
    "iam-admin",
    "No administrator policy of AWS is attached",
    (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/policyAttachment:PolicyAttachment",
        _ROLE,
    ),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[cis_aws("1.16"), fsbp("IAM.1"), well_architected("SEC03-BP02")],
    remediation="Attach a policy with the actions that are used.",
    field="policyArn or managedPolicyArns",
)
def _administrator(resource: Resource, _: Stack) -> Iterator[Result]:
    managed = elements(read(resource.inputs, "managedPolicyArns"))
    # An unknown policyArn is that of a policy made here, which has its own rules.
    if UNKNOWN in managed:
        yield Undecided("managedPolicyArns")
    for arn in (read(resource.inputs, "policyArn"), *managed):
        if isinstance(arn, str) and ":aws:policy/" in arn and arn.rpartition("/")[2] in _ADMINISTRATORS:
            yield Finding(f"attaches {arn.rpartition('/')[2]}")


@rule(
    "public-policy",
    "Policies of buckets, keys, queues and secrets name who may use them",
    (
        "aws:ecr/registryPolicy:RegistryPolicy",
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "aws:elasticsearch/domain:Domain",
        "aws:kms/key:Key",
        "aws:kms/keyPolicy:KeyPolicy",
        "aws:opensearch/domain:Domain",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queue:Queue",
        "aws:sqs/queuePolicy:QueuePolicy",
    ),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[fsbp("KMS.5"), fsbp("SQS.3"), fsbp("S3.2"), well_architected("SEC03-BP07")],
    remediation="Name the principals, or add a condition such as aws:PrincipalOrgID, aws:SourceAccount or "
    "aws:SourceVpce.",
    field="policy",
)
def _public_policy(resource: Resource, _: Stack) -> Iterator[Result]:
    for field in ("policy", "accessPolicies", "repositoryPolicy", "resourcePolicy"):
        yield from judge(statements(read(resource.inputs, field), field), _lets_everyone_in)


def _lets_everyone_in(statement: Statement) -> Iterator[Result]:
    if statement.condition_keys & _NARROWING:
        return
    principals = list(statement.principals())
    open_to_all = statement.values("NotPrincipal") or any(
        name == "*" and kind in ("*", "AWS") for kind, name in principals
    )
    if open_to_all and statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
    elif open_to_all:
        yield Finding(f"{statement.path} lets every AWS principal in, without a condition on who or from where")
    elif any(name is UNKNOWN for _, name in principals):
        yield Undecided(f"{statement.path}: Principal")


@rule(
    "role-trust",
    "Trust policies are limited by a condition",
    _ROLE,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        Framework("AWS IAM User Guide", "The confused deputy problem"),
        Framework("Amazon EKS User Guide", "Cross-service confused deputy prevention"),
        well_architected("SEC03-BP07"),
    ],
    remediation="For a service ask for aws:SourceAccount or aws:SourceArn; for EKS Pod Identity for the tags "
    "aws:RequestTag/kubernetes-namespace and kubernetes-service-account; for OIDC for aud and sub; for an account for "
    "sts:ExternalId or aws:PrincipalArn. EC2, ECR and Lambda send no such keys and need none.",
    field="assumeRolePolicy",
)
def _role_trust(role: Resource, _: Stack) -> Iterator[Result]:
    return judge(statements(read(role.inputs, "assumeRolePolicy"), "assumeRolePolicy"), _trusts_too_much)


def _trusts_too_much(statement: Statement) -> Iterator[Result]:
    for kind, name in statement.principals():
        if name is UNKNOWN and not statement.condition_keys:
            yield Undecided(f"{statement.path}: Principal")
        if not isinstance(name, str):
            continue
        problem = _trust_problem(kind, name, statement.condition_keys)
        if problem and statement.conditions_unknown:
            yield Undecided(f"{statement.path}: Condition")
        elif problem:
            yield Finding(f"{statement.path} {problem}")


def _trust_problem(kind: str, name: str, keys: set[str]) -> str | None:
    if kind == "Service":
        return _service_problem(name.split(".amazonaws.")[0].removesuffix(".aws.internal"), name, keys)
    if kind == "Federated":
        return _federated_problem(name, keys)
    bound = any(key.startswith(_CALLER_KEYS) for key in keys)
    if bound:
        return None
    if name == "*":
        return "lets every AWS account assume the role"
    if kind == "AWS" and (name.endswith(":root") or name.isdigit()):
        return f"lets every identity that account {name} chooses assume the role, without a condition"
    return None


def _service_problem(service: str, name: str, keys: set[str]) -> str | None:
    if service in _IN_ACCOUNT_SERVICES or keys & _SOURCE_KEYS:
        return None
    if service == _POD_IDENTITY:
        if keys & _POD_KEYS:
            return None
        return f"lets any pod of any cluster that is associated with the role assume it through {name}"
    return (
        f"lets {name} assume the role on behalf of any account: neither aws:SourceAccount nor aws:SourceArn is required"
    )


def _federated_problem(name: str, keys: set[str]) -> str | None:
    if ":saml-provider/" in name:
        return None if "saml:aud" in keys else f"trusts {name} without a condition on SAML:aud"
    lacking = [claim for claim in ("aud", "sub") if not any(key.endswith(f":{claim}") for key in keys)]
    return f"trusts every token of {name}, whatever its {' and '.join(lacking)}" if lacking else None


@rule(
    "static-credentials",
    "No access keys, console passwords or SSH keys are created",
    _STATIC_CREDENTIALS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_aws("1.18"), fsbp("IAM.3"), well_architected("SEC02-BP02")],
    remediation="Use roles: EKS Pod Identity for pods, instance profiles for nodes, OIDC for pipelines, Identity "
    "Center for people.",
    field="the resource itself",
)
def _static_credentials(resource: Resource, _: Stack) -> Iterator[Result]:
    yield Finding(f"creates {_STATIC_CREDENTIALS[resource.type]}")
