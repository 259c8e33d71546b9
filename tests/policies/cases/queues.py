"""Cases of the rules in policies/queues.py."""

import json
from typing import Any

from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown

QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"


def denying(action: str, condition: str = "false", principal: Any = "*") -> str:
    """A policy that denies an action to a principal under a condition on TLS."""
    plain = {"Bool": {"aws:SecureTransport": condition}}
    deny = {"Effect": "Deny", "Principal": principal, "Action": action, "Resource": "*", "Condition": plain}
    return json.dumps({"Version": "2012-10-17", "Statement": [deny]})


CASES = [
    passes("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": True})),
    passes("queue-encryption", make(TOPIC, {"kmsMasterKeyId": "alias/events"})),
    fails("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": False}), found="does not set sqsManagedSseEnabled"),
    fails("queue-encryption", make(TOPIC), kind="absent", found="kmsMasterKeyId is absent"),
    fails("queue-encryption", make(QUEUE), kind="absent", found="does not set sqsManagedSseEnabled"),
    unknown("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": UNKNOWN}), undecided="sqsManagedSseEnabled"),
    passes("queue-tls", make(QUEUE_POLICY, {"policy": denying("sqs:*")})),
    passes("queue-tls", make(QUEUE_POLICY, {"policy": denying("SQS:SendMessage", principal={"AWS": "*"})})),
    passes("queue-tls", make(TOPIC_POLICY, {"policy": denying("sns:Publish")})),
    fails("queue-tls", make(QUEUE_POLICY, {"policy": denying("sqs:*", "true")}), found="does not deny requests"),
    fails("queue-tls", make(QUEUE_POLICY, {"policy": denying("sqs:ReceiveMessage")}), found="does not deny requests"),
    fails("queue-tls", make(TOPIC_POLICY), kind="absent", found="does not deny requests without TLS"),
    unknown("queue-tls", make(QUEUE_POLICY, {"policy": UNKNOWN}), undecided="policy"),
]
