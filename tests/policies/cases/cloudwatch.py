"""Cases of the rules in policies/cloudwatch.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

KEY_ARN = "arn:aws:kms:us-east-1:1:key/k"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def group(**inputs: Any) -> Resource:
    return make(LOG_GROUP, inputs)


def collector(**files: Any) -> Resource:
    return make("kubernetes:core/v1:ConfigMap", {"data": files})


ON, OFF = (f'local SETTINGS = {{ ["enabled"] = {value} }}\nx' for value in ("true", "false"))


CASES = [
    *of_input("log-retention", group, "retentionInDays", 90.0, 0, "keeps its events forever"),
    fails("log-retention", make(LOG_GROUP, {"retentionInDays": 7}), found="for 7 days; this stack requires 30 to 400"),
    fails(
        "log-retention",
        make(LOG_GROUP, {"retentionInDays": 365}),
        settings={"logRetentionMaximum": 90},
        found="for 365 days; this stack requires 30 to 90",
    ),
    passes("log-retention", make(LOG_GROUP, {"retentionInDays": 30})),
    passes("log-retention", make(LOG_GROUP, {"retentionInDays": 400})),
    *of_input("log-encryption", group, "kmsKeyId", KEY_ARN, "", "kmsKeyId is absent", unknown_passes=True),
    passes("log-redaction", collector(**{"redaction.lua": ON})),
    passes("log-redaction", collector(**{"other.lua": OFF}), kind="absent"),
    fails("log-redaction", collector(**{"redaction.lua": OFF}), found="the redaction is off"),
    passes("log-redaction", collector(**{"redaction.lua": OFF}), environment=EnvironmentKind.STAGING),
    unknown("log-redaction", collector(**{"redaction.lua": UNKNOWN}), undecided="data.redaction.lua"),
]
