"""Log groups keep their events for a stated time, long enough for an inquiry and short enough to pay for."""

from collections.abc import Iterator

from policies.engine.frameworks import finops, fsbp
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import number, read
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    days = number(read(resource.inputs, "retentionInDays"))
    least, most = stack.settings.log_retention_minimum, stack.settings.log_retention_maximum
    if days is UNKNOWN:
        yield Undecided("retentionInDays")
    elif not days:
        yield Finding("keeps its events for ever, because retentionInDays is absent or 0")
    elif not least <= days <= most:
        yield Finding(f"keeps its events for {days:g} days; this stack asks for {least} to {most}")


RULE = Rule(
    name="log-retention",
    title="Log groups have a retention within the stack's bounds",
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=(fsbp("CloudWatch.16"), finops("Workload Optimization")),
    remediation="Set retentionInDays between logRetentionMinimum and logRetentionMaximum; archive longer in S3.",
    field="retentionInDays",
    types=frozenset({"aws:cloudwatch/logGroup:LogGroup"}),
    check=_check,
)
