"""The room that AWS has in a policy document for the entries of a list."""

import json
from collections.abc import Sequence

BUCKET_POLICY, KEY_POLICY = 20_480, 32_768
"""Bytes. Sources: S3 user guide, "Bucket policies"; KMS developer guide, "Resource quotas"."""
REPOSITORY_POLICY = 10_240
"""Source: botocore's model of ECR, RepositoryPolicyText."""
DATA_ACCESS_POLICY, MODEL_GROUP_POLICY = 20_480, 20_480
"""Sources: botocore's models of OpenSearch Serverless, PolicyDocument, and of SageMaker, ResourcePolicyString."""
TRUST_POLICY, ROLE_POLICIES = 2_048, 10_240
"""Characters, the second of all inline policies of a role. Source: IAM user guide, "IAM and AWS STS quotas"."""
OTHER_STATEMENTS = 2_000
"""What the statements that name none of the entries take at most."""
LONGEST_ACCOUNT = '"arn:aws-us-gov:iam::123456789012:root", '
"""How a policy names the account of an entry."""


def no_room(entries: Sequence[str], room: int, document: str, *, times: int = 1, around: int = 0) -> str | None:
    """What is wrong with entries that `document` has no room for, such as "the bucket policy"; None if they fit.

    Args:
        entries: The entries as the document has them.
        room: Characters of the document for all of them.
        document: The name of the document.
        times: How often the document has each entry.
        around: Characters that each has around it, besides quotes and a comma.
    """
    needed = times * sum(len(json.dumps(each)) + 2 + around for each in entries)
    if needed <= room:
        return None
    return (
        f"{len(entries):,} entries take about {needed:,} characters of {document}, which has room for {room:,}; name "
        "fewer, such as one role that the others assume, or a folder around several"
    )
