"""What KEDA may do on the brokers, as plain data. What workers may do is the reader policy of EventStream."""

from collections.abc import Sequence

from ....core.iam import allow, document


def lag_access(cluster_arn: str, topics: Sequence[str], group: str) -> str:
    """Lets KEDA compare the offsets that a group committed with the ends of its topics.

    Source: Amazon MSK developer guide, "Semantics of IAM authorization policy actions and resources" (OffsetFetch
    needs DescribeGroup; Metadata and ListOffsets need DescribeTopic).
    """

    def arn(kind: str, name: str) -> str:
        return f"{cluster_arn.replace(':cluster/', f':{kind}/', 1)}/{name}"

    return document(
        allow("Connect", ["kafka-cluster:Connect"], [cluster_arn]),
        allow("Topics", ["kafka-cluster:DescribeTopic"], [arn("topic", topic) for topic in topics]),
        allow("Group", ["kafka-cluster:DescribeGroup"], [arn("group", group)]),
    )
