"""Cases of the rules in policies/kms.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import make, of_input, passes, unknown

KEY = "aws:kms/key:Key"


def key(**inputs: Any) -> Resource:
    return make(KEY, inputs)


CASES = [
    *of_input("kms-deletion", key, "deletionWindowInDays", 30, 7.0, "is deleted 7 days after", absent=None),
    passes("kms-deletion", make(KEY, {"deletionWindowInDays": 7}), settings={"keyDeletionWindow": 7}),
    *of_input("kms-rotation", key, "enableKeyRotation", True, False, "does not rotate"),
    passes("kms-rotation", make(KEY, {"customerMasterKeySpec": "RSA_4096", "enableKeyRotation": False})),
    unknown("kms-rotation", make(KEY, {"customerMasterKeySpec": UNKNOWN}), undecided="customerMasterKeySpec"),
]
