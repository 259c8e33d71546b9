"""Cases of the rules in policies/queues.py."""

from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown

QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"

CASES = [
    passes("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": True})),
    passes("queue-encryption", make(TOPIC, {"kmsMasterKeyId": "alias/events"})),
    fails("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": False}), found="does not set sqsManagedSseEnabled"),
    fails("queue-encryption", make(TOPIC), kind="absent", found="kmsMasterKeyId is absent"),
    fails("queue-encryption", make(QUEUE), kind="absent", found="does not set sqsManagedSseEnabled"),
    unknown("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": UNKNOWN}), undecided="sqsManagedSseEnabled"),
]
