"""What the last snapshot of a store is called, for databases and caches alike."""

import re

import pulumi
import pulumi_aws as aws


def final_snapshot(store: str, key: aws.kms.Key) -> pulumi.Output[str]:
    """The store's name and the first part of its key's id, which is another one in each life of a stack.

    A snapshot of the same name would keep the store from being deleted. Sources: RDS API reference, "DeleteDBInstance",
    DBSnapshotAlreadyExists; ElastiCache API reference, "DeleteReplicationGroup", SnapshotAlreadyExistsFault.
    """
    return key.id.apply(lambda identity: f"{store}-final-{re.sub('[^0-9a-z]', '', identity)[:8]}")
