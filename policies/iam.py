"""IAM: what the policies of identities grant, and the administrators they make."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from policies.engine.frameworks import checkov, cis_aws, security_hub, well_architected
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.engine.statements import Statement, covers, judge, statements
from resources.inputs import elements, is_set, read
from resources.resource import SECRET, UNKNOWN, Resource

ROLE = "aws:iam/role:Role"
WITH_IDENTITY_POLICIES = (
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    ROLE,
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
)
_ATTACHMENTS = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
    "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive",
)
_ADMINISTRATORS = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
_ALL_OF_A_SERVICE = ("FullAccess", "SecretsManagerReadWrite", "AWSKeyManagementServicePowerUser")
"""Ends of the names of AWS's policies that allow all that a service can do, on every resource.

Source: AWS Managed Policy Reference Guide.
"""
_NOT_NARROWING = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:tokenissuetime",
        "aws:useragent",
        "aws:viaawsservice",
    }
)
"""Condition keys that do not limit what an identity reaches, nor who it is."""
_ESCALATING = (
    "iam:addusertogroup",
    "iam:attachgrouppolicy",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:createpolicyversion",
    "iam:deleterolepermissionsboundary",
    "iam:deleteuserpermissionsboundary",
    "iam:putgrouppolicy",
    "iam:putrolepermissionsboundary",
    "iam:putrolepolicy",
    "iam:putuserpolicy",
    "iam:setdefaultpolicyversion",
    "iam:updateassumerolepolicy",
    "iam:updateloginprofile",
    "sts:assumerole",
    "eks:associateaccesspolicy",
    "glue:updatedevendpoint",
    "lambda:updatefunctioncode",
    "sagemaker:createpresignednotebookinstanceurl",
    "ssm:sendcommand",
)
"""Actions by which an identity takes the permissions of another, or gives itself more.

Sources: Rhino Security Labs, "AWS IAM Privilege Escalation Methods"; Cloudsplaining, "Privilege Escalation".
"""
_EXPOSING = (
    "ecr:setrepositorypolicy",
    "kms:putkeypolicy",
    "lambda:addpermission",
    "s3:deletebucketpolicy",
    "s3:putaccountpublicaccessblock",
    "s3:putbucketacl",
    "s3:putbucketpolicy",
    "s3:putbucketpublicaccessblock",
    "secretsmanager:putresourcepolicy",
    "sns:addpermission",
    "sqs:addpermission",
)
"""Actions that let others use a resource."""
_REACHING_DATA = (
    "dynamodb:deletetable",
    "dynamodb:getitem",
    "dynamodb:putitem",
    "dynamodb:scan",
    "kms:decrypt",
    "kms:reencryptfrom",
    "kms:schedulekeydeletion",
    "rds-db:connect",
    "redshift:getclustercredentials",
    "s3:deletebucket",
    "s3:deleteobject",
    "s3:getobject",
    "s3:putobject",
    "secretsmanager:deletesecret",
    "secretsmanager:getsecretvalue",
    "secretsmanager:putsecretvalue",
    "ssm:getparameter",
    "ssm:getparameters",
    "ssm:getparametersbypath",
    "sts:getfederationtoken",
)
"""Actions that read, change or delete data and secrets, each on a resource that a policy can name."""


def _identity_statements(resource: Resource) -> Iterator[Statement]:
    """The statements of every identity policy that a resource of `WITH_IDENTITY_POLICIES` carries."""
    for field in ("policy", "inlinePolicy"):
        yield from statements(read(resource.inputs, field), field)
    for index, inline in enumerate(elements(read(resource.inputs, "inlinePolicies"))):
        path = "inlinePolicies" if inline is UNKNOWN else f"inlinePolicies[{index}].policy"
        yield from statements(read(inline, "policy"), path)


def _judge_grants(
    resource: Resource, stack: Stack, of_each: Callable[[Statement], Iterator[Result]]
) -> Iterator[Result]:
    # A boundary grants nothing: it limits what the policies of its roles grant, and these are judged.
    return iter(()) if is_boundary_alone(resource, stack) else judge(_identity_statements(resource), of_each)


def is_boundary_alone(policy: Resource, stack: Stack) -> bool:
    """Whether a policy is the permissions boundary of roles, and attached to nothing."""
    return bool(stack.referrers(policy, "permissionsBoundary", ROLE)) and not any(
        policy.urn in urns
        for attachment in stack.of_type(*_ATTACHMENTS)
        for urns in attachment.property_dependencies.values()
    )


@rule(
    "iam-wildcard",
    "IAM policies grant no service as a whole on every resource",
    WITH_IDENTITY_POLICIES,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        security_hub("IAM.1"),
        security_hub("IAM.21"),
        cis_aws("1.16"),
        checkov("CKV_AWS_62"),
        checkov("CKV_AWS_63"),
        well_architected("SEC03-BP02"),
    ],
    remediation="Name the actions that are used and the ARNs they are used on.",
    field="policy",
)
def _wildcard(resource: Resource, stack: Stack) -> Iterator[Result]:
    return _judge_grants(resource, stack, _grants_everything)


def _grants_everything(statement: Statement) -> Iterator[Result]:
    if statement.values("NotAction"):
        yield Finding(f"{statement.path} allows everything except what NotAction names")
    for action in statement.values("Action"):
        if action is UNKNOWN:
            yield Undecided(f"{statement.path}: Action")
        elif isinstance(action, str) and _has_no_name(action):
            yield Finding(f"{statement.path} allows every action")
        elif isinstance(action, str) and _has_no_name(action.partition(":")[2]):
            if statement.everywhere:
                yield Finding(f"{statement.path} allows {action} on every resource")
            elif UNKNOWN in statement.values("Resource"):
                yield Undecided(f"{statement.path}: Resource")


@lru_cache(maxsize=4096)
def _has_no_name(pattern: str) -> bool:
    """Whether a pattern is of wildcards alone, such as `*` or `?*`."""
    return "*" in pattern and not pattern.strip("*?:")


@rule(
    "iam-pass-role",
    "iam:PassRole is limited to roles or to a service",
    WITH_IDENTITY_POLICIES,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_286"), well_architected("SEC03-BP02")],
    remediation="Name the role's ARN as Resource and the service in the condition iam:PassedToService.",
    field="policy",
)
def _pass_role(resource: Resource, stack: Stack) -> Iterator[Result]:
    return _judge_grants(resource, stack, _passes_any_role)


def _passes_any_role(statement: Statement) -> Iterator[Result]:
    if not statement.permits("iam:passrole"):
        return
    bound = statement.condition_keys & {"iam:passedtoservice", "iam:associatedresourcearn"}
    if bound or not (statement.everywhere or UNKNOWN in statement.values("Resource")):
        return
    if statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
    elif statement.everywhere:
        yield Finding(f"{statement.path} lets any role be passed to any service")
    else:
        yield Undecided(f"{statement.path}: Resource")


@rule(
    "iam-escalation",
    "IAM policies do not allow to gain permissions or to share resources with everybody",
    WITH_IDENTITY_POLICIES,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_286"), checkov("CKV_AWS_287"), checkov("CKV_AWS_289"), well_architected("SEC03-BP02")],
    remediation="Name the roles, users, policies or other resources that it may be used on, or limit it by a condition "
    "such as iam:PermissionsBoundary.",
    field="policy",
)
def _escalation(resource: Resource, stack: Stack) -> Iterator[Result]:
    return _judge_grants(resource, stack, _escalates)


def _escalates(statement: Statement) -> Iterator[Result]:
    return _unlimited(statement, (*_ESCALATING, *_EXPOSING), "and so to gain or give permissions")


@rule(
    "iam-data",
    "IAM policies name the data and secrets that they open",
    WITH_IDENTITY_POLICIES,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        security_hub("KMS.1"),
        security_hub("KMS.2"),
        checkov("CKV_AWS_288"),
        checkov("CKV_AWS_290"),
        well_architected("SEC03-BP02"),
    ],
    remediation="Name the buckets, tables, keys, secrets or parameters that are used; for keys a condition on "
    "kms:ViaService is enough.",
    field="policy",
)
def _data(resource: Resource, stack: Stack) -> Iterator[Result]:
    return _judge_grants(resource, stack, _reaches_all_data)


def _reaches_all_data(statement: Statement) -> Iterator[Result]:
    return _unlimited(statement, _REACHING_DATA, "whatever it holds")


def _unlimited(statement: Statement, actions: tuple[str, ...], consequence: str) -> Iterator[Result]:
    """A finding when a statement permits one of `actions` on every resource and without a condition."""
    # What permits everything, or all but a few actions, is found by iam-wildcard.
    if statement.values("NotAction") or not statement.everywhere:
        return
    found = [str(each) for each in statement.values("Action") if _permits_any(each, actions)]
    if not found or statement.condition_keys - _NOT_NARROWING:
        return
    if statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
    else:
        yield Finding(f"{statement.path} allows {', '.join(found)} on every resource, {consequence}")


def _permits_any(pattern: object, actions: tuple[str, ...]) -> bool:
    return isinstance(pattern, str) and not _has_no_name(pattern) and _covers_any(pattern, actions)


@lru_cache(maxsize=8192)
def _covers_any(pattern: str, actions: tuple[str, ...]) -> bool:
    return any(covers(pattern, action) for action in actions)


@rule(
    "iam-admin",
    "No administrator policy of AWS is attached",
    (*_ATTACHMENTS, ROLE),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        cis_aws("1.16"),
        security_hub("IAM.1"),
        checkov("CKV_AWS_274"),
        checkov("CKV2_AWS_56"),
        well_architected("SEC03-BP02"),
    ],
    remediation="Attach a policy with the actions that are used.",
    field="policyArn or managedPolicyArns",
)
def _administrator(resource: Resource, _: Stack) -> Iterator[Result]:
    for field in ("managedPolicyArns", "policyArns"):
        if UNKNOWN in elements(read(resource.inputs, field)):
            yield Undecided(field)
    for field in ("policyArn", "managedPolicyArn", "managedPolicyArns", "policyArns"):
        # An unknown ARN of one policy is that of a policy made here, which has its own rules. A secret one may be any.
        if resource.inputs.get(field) == SECRET:
            yield Undecided(field)
        for arn in elements(read(resource.inputs, field)):
            if isinstance(arn, str) and ":aws:policy/" in arn and _is_administrator(arn.rpartition("/")[2]):
                yield Finding(f"attaches {arn.rpartition('/')[2]}")


@rule(
    "iam-managed-wildcard",
    "No policy of AWS is attached that grants a service as a whole",
    (*_ATTACHMENTS, ROLE),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("IAM.21"), well_architected("SEC03-BP02")],
    remediation="Attach a policy with the actions that are used and the ARNs they are used on.",
    field="policyArn or managedPolicyArns",
)
def _managed_wildcard(resource: Resource, _: Stack) -> Iterator[Result]:
    for field in ("policyArn", "managedPolicyArn", "managedPolicyArns", "policyArns"):
        for arn in elements(read(resource.inputs, field)):
            if arn is UNKNOWN and (field.endswith("s") or resource.inputs.get(field) == SECRET):
                yield Undecided(field)
            elif isinstance(arn, str) and ":aws:policy/" in arn and arn.endswith(_ALL_OF_A_SERVICE):
                name = arn.rpartition("/")[2]
                if not _is_administrator(name):
                    yield Finding(f"attaches {name}, which allows a service as a whole on every resource")


def _is_administrator(name: str) -> bool:
    return name in _ADMINISTRATORS or name.startswith("AdministratorAccess-")


@rule(
    "iam-boundary",
    "Where roles have a permissions boundary, all roles have one",
    ROLE,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[Framework("IAM User Guide", "Permissions boundaries for IAM entities"), well_architected("SEC03-BP05")],
    remediation="Set permissionsBoundary, or make the role in a component whose options have the transformation of "
    "AccessControl's boundary. A role that only people with a second factor assume needs none.",
    field="permissionsBoundary",
)
def _boundary(role: Resource, stack: Stack) -> Iterator[Result]:
    if is_set(read(role.inputs, "permissionsBoundary")) or not stack.once(_are_roles_bound):
        return
    trusting = list(statements(read(role.inputs, "assumeRolePolicy"), "assumeRolePolicy"))
    if any(each.unknown for each in trusting):
        yield Undecided("assumeRolePolicy")
    elif not (trusting and all(_SECOND_FACTOR in each.condition_keys for each in trusting if each.allows)):
        yield Finding("has no permissions boundary, and other roles of the stack have one")


def _are_roles_bound(stack: Stack) -> bool:
    return any(is_set(read(each.inputs, "permissionsBoundary")) for each in stack.of_type(ROLE))


_SECOND_FACTOR = "aws:multifactorauthpresent"
