"""Cases of the rules in policies/kms.py."""

from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown

KEY = "aws:kms/key:Key"

CASES = [
    passes("kms-deletion", make(KEY, {"deletionWindowInDays": 30})),
    passes("kms-deletion", make(KEY, {"deletionWindowInDays": 7}), settings={"keyDeletionWindow": 7}),
    fails("kms-deletion", make(KEY, {"deletionWindowInDays": 7.0}), found="is deleted 7 days after"),
    passes("kms-deletion", make(KEY), kind="absent"),
    unknown("kms-deletion", make(KEY, {"deletionWindowInDays": UNKNOWN}), undecided="deletionWindowInDays"),
    passes("kms-rotation", make(KEY, {"enableKeyRotation": True})),
    passes("kms-rotation", make(KEY, {"customerMasterKeySpec": "RSA_4096", "enableKeyRotation": False})),
    fails("kms-rotation", make(KEY, {"enableKeyRotation": False}), found="does not rotate"),
    fails("kms-rotation", make(KEY), kind="absent", found="does not rotate"),
    unknown("kms-rotation", make(KEY, {"enableKeyRotation": UNKNOWN}), undecided="enableKeyRotation"),
    unknown("kms-rotation", make(KEY, {"customerMasterKeySpec": UNKNOWN}), undecided="customerMasterKeySpec"),
]
