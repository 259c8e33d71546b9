"""Log groups, and the redaction of what is written to them."""

from collections.abc import Iterator

from policies.engine.checks import SET, in_production, requires
from policies.engine.frameworks import finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import entries, number, read
from resources.resource import UNKNOWN, Resource

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
_SCRIPT = "redaction.lua"
_OFF = '["enabled"] = false'

requires(
    LOG_GROUP,
    "kmsKeyId",
    SET,
    "is encrypted with a key of AWS only, because kmsKeyId is absent",
    name="log-encryption",
    title="Log groups are encrypted with a customer key",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC08-BP02"), well_architected("SEC08-BP01")],
    remediation="Set kmsKeyId to a key whose policy lets the logs service of the region use it.",
)


@rule(
    "log-retention",
    "Log groups have a retention within the stack's bounds",
    LOG_GROUP,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("CloudWatch.16"), finops("Workload Optimization")],
    remediation="Set retentionInDays between logRetentionMinimum and logRetentionMaximum; archive longer in S3.",
    field="retentionInDays",
)
def _retention(group: Resource, stack: Stack) -> Iterator[Result]:
    days = number(read(group.inputs, "retentionInDays"))
    least, most = stack.settings.log_retention_minimum, stack.settings.log_retention_maximum
    if days is UNKNOWN:
        yield Undecided("retentionInDays")
    elif not days:
        yield Finding("keeps its events forever, because retentionInDays is absent or 0")
    elif not least <= days <= most:
        yield Finding(f"keeps its events for {days:g} days; this stack requires {least} to {most}")


def _redacts(files: Resource, _: Stack) -> bool:
    return any(name == _SCRIPT for name, _ in entries(files.inputs.get("data")))


@rule(
    "log-redaction",
    "In production, log collectors remove secrets and personal data",
    _CONFIG_MAP,
    when=lambda files, stack: in_production(files, stack) and _redacts(files, stack),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC07-BP02")],
    remediation="Remove logs.redaction.enabled, or set it to true. Records leave the node as containers write them.",
    field="data",
)
def _redaction(files: Resource, _: Stack) -> Iterator[Result]:
    script = read(files.inputs, "data", _SCRIPT)
    if script is UNKNOWN:
        yield Undecided(f"data.{_SCRIPT}")
    elif _OFF in str(script).partition("\n")[0]:
        yield Finding("sends records as containers write them, because the redaction is off")
