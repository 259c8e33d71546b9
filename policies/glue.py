"""Schemas in the registry of AWS Glue."""

from policies.engine.checks import forbids, in_production
from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Level, Severity

SCHEMA = "aws:glue/schema:Schema"

forbids(
    SCHEMA,
    "compatibility",
    "NONE",
    "accepts versions that consumers of the stream may be unable to read, because compatibility is NONE",
    name="schema-compatibility",
    title="In production, new versions of schemas are compatible with earlier ones",
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL08-BP02")],
    remediation="Set compatibility to BACKWARD, which lets consumers with the new version read older records.",
)
