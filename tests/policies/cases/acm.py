"""Cases of the rules in policies/acm.py."""

from typing import Any

from resources.resource import Resource
from tests.support.policies.cases import make, of_input, passes

CERTIFICATE = "aws:acm/certificate:Certificate"


def certificate(**inputs: Any) -> Resource:
    return make(CERTIFICATE, inputs)


CASES = [
    *of_input(
        "certificate-renewal", certificate, "validationMethod", "DNS", "EMAIL", "answers an e-mail in time", absent=None
    ),
    passes("certificate-renewal", make(CERTIFICATE, {"privateKey": "[secret]"}), kind="absent"),
]
