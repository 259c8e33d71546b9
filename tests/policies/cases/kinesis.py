"""Cases of the rules in policies/kinesis.py."""

from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown

STREAM = "aws:kinesis/stream:Stream"
WRITTEN = {"streams": {"written_gb": 4000}}

CASES = [
    passes("kinesis-encryption", make(STREAM, {"encryptionType": "KMS", "kmsKeyId": "alias/events"})),
    passes("kinesis-encryption", make(STREAM, {"encryptionType": "KMS", "kmsKeyId": UNKNOWN})),
    fails(
        "kinesis-encryption",
        make(STREAM, {"encryptionType": "NONE", "kmsKeyId": "alias/events"}),
        found="encryptionType is NONE",
    ),
    fails(
        "kinesis-encryption",
        make(STREAM, {"encryptionType": "KMS", "kmsKeyId": "alias/aws/kinesis"}),
        found="with a key of AWS only",
    ),
    fails(
        "kinesis-encryption",
        make(STREAM),
        kind="absent",
        found=("encryptionType is absent", "kmsKeyId is absent"),
    ),
    unknown(
        "kinesis-encryption",
        make(STREAM, {"encryptionType": UNKNOWN, "kmsKeyId": "alias/events"}),
        undecided="encryptionType",
    ),
    passes("kinesis-size", make(STREAM, {"shardCount": 1.0})),
    passes("kinesis-size", make(STREAM, {"shardCount": 4.0}), usage=WRITTEN),
    passes("kinesis-size", make(STREAM, {"streamModeDetails": {"streamMode": "ON_DEMAND"}}), kind="absent"),
    fails(
        "kinesis-size", make(STREAM, {"shardCount": 4.0}), found="can take 10,000 GB a month in 4 shards and takes 100"
    ),
    fails(
        "kinesis-size",
        make(STREAM, {"shardCount": 20.0}),
        found="takes 4,000, according to usage.streams",
        usage=WRITTEN,
    ),
    unknown("kinesis-size", make(STREAM, {"shardCount": UNKNOWN}), undecided="shardCount"),
]
