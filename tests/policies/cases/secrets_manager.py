"""Cases of the rules in policies/secrets_manager.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes

SECRET = "aws:secretsmanager/secret:Secret"
KEY_ARN = "arn:aws:kms:us-east-1:1:key/k"


def secret(**replica: Any) -> Resource:
    return make(SECRET, {"kmsKeyId": KEY_ARN, "replicas": [replica]})


CASES = [
    passes("secret-encryption", secret(region="r", kmsKeyId=KEY_ARN)),
    fails("secret-encryption", make(SECRET, {"kmsKeyId": ""}), found="kmsKeyId is absent"),
    fails("secret-encryption", secret(region="r"), found="encrypted in r"),
    fails("secret-encryption", make(SECRET), kind="absent", found="kmsKeyId is absent"),
    passes("secret-encryption", make(SECRET, {"kmsKeyId": UNKNOWN, "replicas": UNKNOWN}), kind="unknown"),
]
