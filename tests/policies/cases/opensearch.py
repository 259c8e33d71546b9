"""Cases of the rules in policies/opensearch.py."""

import json
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

RULE = {"ResourceType": "collection", "Resource": ["collection/ml"]}
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/k"


def policy(kind: str, document: Any) -> Resource:
    return make(
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        {"type": kind, "policy": document if document is UNKNOWN else json.dumps(document)},
    )


def network(**fields: Any) -> Resource:
    return policy("network", [{"Rules": [RULE], **fields}])


def collection(**inputs: Any) -> Resource:
    return make("aws:opensearch/serverlessCollection:ServerlessCollection", inputs)


CASES = [
    passes("collection-private", network(AllowFromPublic=False, SourceVPCEs=["vpce-1"])),
    passes("collection-private", policy("encryption", {"Rules": [RULE], "AWSOwnedKey": True})),
    fails("collection-private", network(AllowFromPublic=True), found="lets the internet reach"),
    fails("collection-private", network(), kind="absent", found="lets the internet reach"),
    unknown("collection-private", policy("network", UNKNOWN), undecided="policy"),
    passes("collection-encryption", policy("encryption", {"Rules": [RULE], "KmsARN": KEY_ARN})),
    fails("collection-encryption", policy("encryption", {"Rules": [RULE], "AWSOwnedKey": True}), found="a key of AWS"),
    fails("collection-encryption", policy("encryption", {}), kind="absent", found="a key of AWS"),
    unknown("collection-encryption", policy("encryption", UNKNOWN), undecided="policy"),
    passes("collection-standby", collection(standbyReplicas="ENABLED")),
    passes("collection-standby", collection(standbyReplicas="DISABLED"), environment=EnvironmentKind.STAGING),
    fails("collection-standby", collection(standbyReplicas="DISABLED"), found="no standby in another zone"),
    passes("collection-standby", collection(), kind="absent"),
    unknown("collection-standby", collection(standbyReplicas=UNKNOWN), undecided="standbyReplicas"),
]
