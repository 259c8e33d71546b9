"""Bucket policies as plain data."""

from collections.abc import Mapping, Sequence

from ..core.account import Account
from ..core.iam import Statement, allow, document
from ..core.spec import refuse
from ..facts.regions import dns_suffix

OLDEST_TLS = "1.2"

_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")
"""Source: S3 user guide, "General purpose bucket naming rules": what a name must not begin and end with."""


def free_bucket_name(name: str, *, whole: bool = True) -> str:
    """`name`, unless S3 keeps such names for itself; refused otherwise. `whole` is false for the start of a name.

    Raises:
        PydanticCustomError: naming the reserved part.
    """
    for prefix in _RESERVED_PREFIXES:
        if name.startswith(prefix):
            raise refuse(name, f"S3 reserves bucket names that begin with {prefix}; choose another name")
    for suffix in _RESERVED_SUFFIXES if whole else ():
        if name.endswith(suffix):
            raise refuse(name, f"S3 reserves bucket names that end with {suffix}; choose another name")
    return name


def tls_only(partition: str, bucket: str) -> list[Statement]:
    """Denies every request that isn't encrypted with a TLS of today.

    Source: S3 user guide, "Security best practices", enforce encryption of data in transit.
    """
    everything = [f"arn:{partition}:s3:::{bucket}", f"arn:{partition}:s3:::{bucket}/*"]
    refused = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything}
    return [
        {"Sid": "TlsOnly", **refused, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "TlsOfToday", **refused, "Condition": {"NumericLessThan": {"s3:TlsVersion": OLDEST_TLS}}},
    ]


def bucket_policy(partition: str, bucket: str, *grants: Statement) -> str:
    """The policy of a bucket: TLS alone, and what `grants` allow."""
    return document(*tls_only(partition, bucket), *grants)


def log_delivery(account: Account, bucket: str) -> list[Statement]:
    """Lets S3 write access logs of the account's buckets, and load balancers of the region theirs.

    Source: S3 user guide, "Enabling Amazon S3 server access logging"; Elastic Load Balancing user guide, "Access logs
    for your Application Load Balancer".
    """
    objects = f"arn:{account.partition}:s3:::{bucket}"
    own = {"StringEquals": {"aws:SourceAccount": account.id}}
    balancers = account.arn("elasticloadbalancing", "loadbalancer/*")
    return [
        {
            "Sid": "BucketsWriteAccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{objects}/s3/*",
            "Condition": own,
        },
        {
            "Sid": "LoadBalancersWriteAccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{objects}/*/AWSLogs/{account.id}/*",
            "Condition": {"ArnLike": {"aws:SourceArn": balancers}},
        },
    ]


def replication_permissions(source: str, replica: str, source_key: str, replica_key: str) -> str:
    """What S3 may do to copy each object: read it here, write it there, with both keys.

    Source: S3 user guide, "Setting up permissions for live replication" and "Replicating encrypted objects".
    """
    read = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
    write = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
    return document(
        allow("ReadConfiguration", ["s3:GetReplicationConfiguration", "s3:ListBucket"], [source]),
        allow("ReadSource", read, [f"{source}/*"]),
        allow("WriteReplica", write, [f"{replica}/*"]),
        allow("DecryptSource", ["kms:Decrypt"], [source_key]),
        allow("EncryptReplica", ["kms:Encrypt"], [replica_key]),
    )


def reader_grants(partition: str, bucket: str, roles: Sequence[str]) -> list[Statement]:
    """Lets roles, of other accounts too, read a bucket, where the policies of their own account allow it as well.

    Accounts are the principals and roles a condition: a role need not exist yet, and the policy is not public to S3.
    `aws s3 sync` copies tags with each object. Sources: S3 user guide, "Bucket owner granting cross-account bucket
    permissions" and "The meaning of public"; AWS CLI command reference, "s3 cp", --copy-props.
    """
    if not roles:
        return []
    named = {"Principal": {"AWS": _accounts(partition, roles)}}
    who = {"ArnEquals": {"aws:PrincipalArn": list(roles)}}
    arn = f"arn:{partition}:s3:::{bucket}"
    return [
        {**allow("ReadersList", ["s3:ListBucket", "s3:GetBucketLocation"], [arn], who), **named},
        {**allow("ReadersRead", ["s3:GetObject", "s3:GetObjectTagging"], [f"{arn}/*"], who), **named},
    ]


def reader_key_grants(account: Account, readers: Mapping[str, Sequence[str]]) -> list[Statement]:
    """Lets the roles that read each bucket of `readers` decrypt its objects through S3, and nothing else with the key.

    With a bucket key the context is the bucket's ARN, without one the object's. Sources: KMS developer guide, "Allowing
    users in other accounts to use a KMS key"; S3 user guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys".
    """
    through = {"kms:ViaService": f"s3.{account.region}.{dns_suffix(account.region)}"}
    found: list[Statement] = []
    for number, (bucket, roles) in enumerate(sorted(readers.items()), 1):
        arn = f"arn:{account.partition}:s3:::{bucket}"
        condition = {
            "ArnEquals": {"aws:PrincipalArn": list(roles)},
            "StringEquals": through,
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"]},
        }
        principal = {"AWS": _accounts(account.partition, roles)}
        found.append({**allow(f"ReadersDecrypt{number}", ["kms:Decrypt"], ["*"], condition), "Principal": principal})
    return found


def _accounts(partition: str, roles: Sequence[str]) -> list[str]:
    return [f"arn:{partition}:iam::{each}:root" for each in sorted({role.split(":")[4] for role in roles})]
