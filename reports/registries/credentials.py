"""The registry of credentials: where each is, who reads it, and when it rotates. It holds no value of any."""

from collections.abc import Iterator

from planner.plan import Plan
from reports.access.resource_policies import Guarded, policy_of
from reports.access.who_can import who_can_on
from reports.registries.table import Column, Row, Table
from resources.index import ResourceIndex
from resources.inputs import display, elements, number, read
from resources.resource import Resource

_COLUMNS = (
    Column("name", "name"),
    Column("what", "what"),
    Column("where", "where it is"),
    Column("encrypted", "encrypted with"),
    Column("readers", "who reads or uses it"),
    Column("copies", "copies in the cluster"),
    Column("rotation", "rotation"),
)
_SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
_KEY = "aws:kms/key:Key"
_EXTERNAL = "kubernetes:external-secrets.io/v1:ExternalSecret"
_DATABASE = "aws:rds/instance:Instance"
_BY_COMMAND = "by the command operations.rotate (docs/rotation.md)"


def credentials(plan: Plan) -> Table:
    """Every credential of a plan: secrets, keys, clients, users of caches, certificates and access keys."""
    index = ResourceIndex(plan.resources)
    rows = [
        *_secrets(index),
        *_databases(index),
        *_parameters(index),
        *_clients(index),
        *_cache_users(index),
        *_keys(index),
        *_certificates(index),
        *_access_keys(index),
        *_given(index),
    ]
    about = (
        f"The credentials of the stack {plan.stack}: where each is, who can read or use it by the plan's policies, "
        "and when it rotates. The values are in no plan and in no registry. The readers are those of the registry of "
        "access; pods read a copy in their namespace, as does who can read Secrets there (docs/rights.md)."
    )
    return Table("credentials", f"Credentials of {plan.stack}", about, _COLUMNS, tuple(rows))


def _readers(on: Guarded, action: str, index: ResourceIndex) -> list[str]:
    return [
        f"{each.principal.name} ({each.principal.kind})"
        + (f" as {', then '.join(each.through)}" if each.through else "")
        + ("; with limits" if each.outcome.limits else "")
        for each in who_can_on(index, action, on)
    ]


def _key_name(arn: object, index: ResourceIndex) -> str:
    key = index.named(arn, _KEY)
    return f"key {key.name}" if key else "a key of AWS" if arn is None else display(arn)


def _secrets(index: ResourceIndex) -> Iterator[Row]:
    for secret in index.of_type(_SECRET):
        name = display(secret.inputs.get("name"))
        on = Guarded(secret, display(secret.outputs.get("arn")), policy_of(secret, index))
        rules = [
            f"every {display(read(each.inputs, 'rotationRules', 'automaticallyAfterDays'))} days by {each.name}"
            for each in index.referrers(secret, "secretId", _ROTATION)
        ]
        yield {
            "name": secret.name,
            "what": display(secret.inputs.get("description") or "secret"),
            "where": f"Secrets Manager, {name}",
            "encrypted": _key_name(secret.inputs.get("kmsKeyId"), index),
            "readers": _readers(on, "secretsmanager:GetSecretValue", index),
            "copies": sorted(_copies(name, index)),
            "rotation": rules or [_BY_COMMAND],
        }


def _copies(name: str, index: ResourceIndex) -> Iterator[str]:
    """The Secrets in the cluster that External Secrets copies from a secret, by namespace and name."""
    for each in index.of_type(_EXTERNAL):
        spec = read(each.inputs, "spec")
        sources = [read(source, "extract", "key") for source in elements(read(spec, "dataFrom"))]
        sources += [read(source, "remoteRef", "key") for source in elements(read(spec, "data"))]
        if name in sources:
            namespace = display(read(each.inputs, "metadata", "namespace"))
            target = display(read(spec, "target", "name") or read(each.inputs, "metadata", "name"))
            yield f"{namespace}/{target}, every {display(read(spec, 'refreshInterval'))}"


def _databases(index: ResourceIndex) -> Iterator[Row]:
    for database in index.of_type(_DATABASE):
        if database.inputs.get("manageMasterUserPassword") is not True:
            continue
        arn = read(elements(database.outputs.get("masterUserSecrets")) or [None], 0, "secretArn")
        on = Guarded(database, arn, None) if isinstance(arn, str) else None
        yield {
            "name": database.name,
            "what": "password of the administrator",
            "where": "Secrets Manager, a secret that RDS makes and owns",
            "encrypted": _key_name(database.inputs.get("masterUserSecretKmsKeyId"), index),
            "readers": _readers(on, "secretsmanager:GetSecretValue", index) if on else [],
            # Source: RDS User Guide, "Password management with Amazon RDS and AWS Secrets Manager".
            "rotation": "every 7 days, by RDS",
        }


def _parameters(index: ResourceIndex) -> Iterator[Row]:
    for each in index.of_type("aws:ssm/parameter:Parameter"):
        if each.inputs.get("type") == "SecureString":
            on = Guarded(each, display(each.outputs.get("arn")), None)
            yield {
                "name": each.name,
                "what": display(each.inputs.get("description") or "parameter"),
                "where": f"SSM Parameter Store, {display(each.inputs.get('name'))}",
                "encrypted": _key_name(each.inputs.get("keyId"), index),
                "readers": _readers(on, "ssm:GetParameter", index),
                "rotation": "none",
            }


def _clients(index: ResourceIndex) -> Iterator[Row]:
    for each in index.of_type("aws:cognito/userPoolClient:UserPoolClient"):
        if each.inputs.get("generateSecret") is True:
            yield {
                "name": each.name,
                "what": f"secret of the client {display(each.inputs.get('name'))}",
                "where": "Cognito; its copy is a secret of this list",
                "encrypted": "Cognito",
                "rotation": _BY_COMMAND,
            }


def _cache_users(index: ResourceIndex) -> Iterator[Row]:
    for each in index.of_type("aws:elasticache/user:User"):
        kind = display(read(each.inputs, "authenticationMode", "type"))
        by_iam = kind == "iam" and not _has_password(each)
        users = [
            f"{role.principal.name} ({role.principal.kind})"
            for role in who_can_on(index, "elasticache:Connect", Guarded(each, display(each.outputs.get("arn")), None))
        ]
        yield {
            "name": each.name,
            "what": f"user {display(each.inputs.get('userName'))} of a cache",
            "where": "no stored credential: a token of IAM" if by_iam else "ElastiCache; the password is a secret",
            "readers": users,
            # Source: ElastiCache User Guide, "Authenticating with IAM".
            "rotation": "each token ends after 15 minutes" if by_iam else _BY_COMMAND,
        }


def _has_password(user: Resource) -> bool:
    """Whether the stack leaves the way to authenticate alone, because a Job in the cluster sets a password."""
    return any(path.startswith("authenticationMode") for path in user.ignore_changes)


def _keys(index: ResourceIndex) -> Iterator[Row]:
    for key in index.of_type(_KEY):
        signs = key.inputs.get("keyUsage") == "SIGN_VERIFY"
        on = Guarded(key, display(key.outputs.get("arn")), policy_of(key, index))
        yield {
            "name": key.name,
            "what": display(key.inputs.get("description") or "key"),
            "where": "KMS",
            "encrypted": "never leaves KMS",
            "readers": _readers(on, "kms:Sign" if signs else "kms:Decrypt", index),
            "rotation": _key_rotation(key, signs=signs),
        }


def _key_rotation(key: Resource, *, signs: bool) -> str:
    if key.inputs.get("enableKeyRotation") is True:
        days = number(key.inputs.get("rotationPeriodInDays"))
        # Source: KMS Developer Guide, "Rotate AWS KMS keys": 365 days unless a period is set.
        return f"every {days if isinstance(days, float) else 365:g} days, by KMS"
    return "none: KMS rotates no asymmetric keys; replace the key" if signs else "none"


def _certificates(index: ResourceIndex) -> Iterator[Row]:
    for each in index.of_type("aws:acm/certificate:Certificate"):
        by_dns = each.inputs.get("validationMethod") == "DNS"
        names = [each.inputs.get("domainName"), *elements(each.inputs.get("subjectAlternativeNames"))]
        yield {
            "name": each.name,
            "what": f"TLS certificate of {', '.join(map(display, names))}",
            "where": "ACM; the private key never leaves it",
            "encrypted": "ACM",
            "rotation": "ACM renews it while its DNS records exist" if by_dns else "by hand, before it ends",
        }


def _access_keys(index: ResourceIndex) -> Iterator[Row]:
    for each in index.of_type("aws:iam/accessKey:AccessKey"):
        yield {
            "name": each.name,
            "what": f"access key of {display(each.inputs.get('user'))}",
            "where": "IAM, and the state of the stack",
            "rotation": "none: replace it with a role",
        }


def _given(index: ResourceIndex) -> Iterator[Row]:
    """Credentials that the account has already, and the stack only names."""
    for each in index.of_type("aws:ecr/pullThroughCacheRule:PullThroughCacheRule"):
        if arn := each.inputs.get("credentialArn"):
            yield {
                "name": each.name,
                "what": f"login of {display(each.inputs.get('upstreamRegistryUrl'))}",
                "where": f"Secrets Manager, {display(arn).rpartition(':')[2]}; made outside of the stack",
                "readers": ["AWS service ecr"],
                "rotation": "by its owner",
            }
