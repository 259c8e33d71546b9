"""Cases of the rules in policies/stores.py."""

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LOGS_KEY = make(KEY, name="of-logs")


def alias(key: Resource) -> Resource:
    return make("aws:kms/alias:Alias", refers={"targetKeyId": [key]})


CASES = [
    passes("stateful-protection", make(KEY, protect=True)),
    passes("stateful-protection", make(KEY), environment=STAGING),
    passes("stateful-protection", make("aws:rds/instance:Instance", {"deletionProtection": True})),
    fails(
        "stateful-protection",
        make("aws:rds/instance:Instance", {"deletionProtection": False}),
        found="neither protect nor deletionProtection",
    ),
    passes("stateful-protection", make("aws:dynamodb/table:Table", {"deletionProtectionEnabled": True})),
    passes("stateful-protection", LOGS_KEY, make(LOG_GROUP, refers={"kmsKeyId": [LOGS_KEY]}), alias(LOGS_KEY)),
    fails("stateful-protection", LOGS_KEY, alias(LOGS_KEY), found="holds data or the key to it"),
    fails(
        "stateful-protection",
        LOGS_KEY,
        make(LOG_GROUP, refers={"kmsKeyId": [LOGS_KEY]}),
        make("aws:sqs/queue:Queue", refers={"kmsMasterKeyId": [LOGS_KEY]}),
        found="holds data or the key to it",
    ),
    fails("stateful-protection", make("aws:glue/catalogDatabase:CatalogDatabase"), found="holds data"),
    fails("stateful-protection", make(KEY), kind="absent", found="holds data or the key to it"),
    unknown(
        "stateful-protection",
        make("aws:rds/instance:Instance", {"deletionProtection": UNKNOWN}),
        undecided="deletionProtection",
    ),
]
