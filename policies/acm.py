"""Certificates."""

from policies.engine.checks import forbids
from policies.engine.frameworks import security_hub, well_architected
from policies.engine.rule import Area, Level, Severity

forbids(
    "aws:acm/certificate:Certificate",
    "validationMethod",
    "EMAIL",
    "is renewed only if someone answers an e-mail in time (validationMethod is EMAIL)",
    name="certificate-renewal",
    title="Certificates are validated by DNS",
    area=Area.RELIABILITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[security_hub("ACM.1"), well_architected("SEC09-BP01")],
    remediation="Set validationMethod to DNS and keep the record that proves the domain.",
)
