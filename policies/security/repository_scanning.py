"""Images are searched for known vulnerabilities when they arrive."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import fsbp, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, flag, read
from policies.repositories import REPOSITORY, SCANNING
from pricing.resource import UNKNOWN

_ON_ARRIVAL = ("SCAN_ON_PUSH", "CONTINUOUS_SCAN")
_EVERYTHING = "*"


def _check(stack: Stack) -> Iterator[Result]:
    if any(_scans_all(rule) for registry in stack.of([SCANNING]) for rule in each(read(registry.inputs, "rules"))):
        return
    for repository in stack.of([REPOSITORY]):
        scans = flag(read(repository.inputs, "imageScanningConfiguration", "scanOnPush"))
        if scans is UNKNOWN:
            yield Undecided("imageScanningConfiguration.scanOnPush", repository.urn)
        elif scans is not True:
            yield Finding("does not scan images when they arrive", repository.urn)


def _scans_all(rule: Any) -> bool:
    filters = [read(one, "filter") for one in each(read(rule, "repositoryFilters"))]
    return read(rule, "scanFrequency") in _ON_ARRIVAL and _EVERYTHING in filters


RULE = Rule(
    name="repository-scanning",
    title="Repositories scan images on push",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(fsbp("ECR.1"), well_architected("SEC06-BP01")),
    remediation="Set imageScanningConfiguration.scanOnPush, or let the registry's scanning configuration scan * on "
    "push or continuously, as ImageRegistry does.",
    field="imageScanningConfiguration.scanOnPush",
    check_stack=_check,
)
