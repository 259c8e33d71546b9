"""Quotas of Amazon Managed Service for Prometheus: series, samples and rules of a workspace.

Source: its user guide, "Amazon Managed Service for Prometheus service quotas". The number of labels of a series (70 or
more, by the age of the page) is not here: no config states it.
"""

import re
from collections.abc import Iterator

from planner.quotas.quota import Limit, Quota, quota, whole
from resources.index import ResourceIndex
from resources.inputs import elements, read, text
from resources.resource import Resource
from stacks.config import StackConfig

_SERIES = Limit("L-5A151448", "Active series per workspace", 50_000_000)
_SECONDS_A_SAMPLE = 30
"""The ingestion rate follows the quota of series: a sample of each in this time."""
_RATE = Limit("L-F4BCE0BA", "Ingestion rate per workspace, in samples a second", _SERIES.default // _SECONDS_A_SAMPLE)
_RULES = Limit("L-3D15CDB4", "Rules per workspace", 2_000)
_ROUTES = Limit("L-E3E60B3E", "Nodes in alert manager routing tree", 100)
_LARGEST_FILE = 1_000_000
_RULE_FILE = Limit(
    "L-C62641E3",
    "Rule group namespace definition file size, in bytes",
    _LARGEST_FILE,
    "split the file in metrics.rules",
)
_ALERT_FILE = Limit(
    "L-3316EF76", "Alert manager definition file size, in bytes", _LARGEST_FILE, "reduce metrics.alerts"
)
_WORKSPACE = "aws:amp/workspace:Workspace"
_EXPRESSION = re.compile(r"""(?:^|[\s{,])["']?expr["']?\s*:""")
"""The key that each rule has once, in YAML or JSON."""
_RECEIVER = re.compile(r"""\\?["']?\breceiver\\?["']?\s*:""")


def prometheus_quotas(index: ResourceIndex, config: StackConfig | None) -> Iterator[Quota]:
    """The quotas of each workspace."""
    for settings in index.of_type("aws:amp/workspaceConfiguration:WorkspaceConfiguration"):
        allowed = [whole(each, "limits", "maxSeries") for each in elements(read(settings.inputs, "limitsPerLabelSets"))]
        yield from _series(settings.name, sum(allowed), config)
    for workspace in index.of_type(_WORKSPACE):
        yield from _files(index, workspace)


def _series(name: str, allowed: int, config: StackConfig | None) -> Iterator[Quota]:
    if allowed > _SERIES.default:
        yield quota("aps", _SERIES, allowed, f"{name}: the limits of its series")
    seconds = config.metrics.scrape_seconds if config and config.metrics else None
    if seconds and (rate := allowed // seconds) > _RATE.default:
        yield quota("aps", _RATE, rate, f"{name}: {allowed:,} series, each read every {seconds} seconds")


def _files(index: ResourceIndex, workspace: Resource) -> Iterator[Quota]:
    """The quotas of the files of a workspace: their sizes, its rules, and the routes of its alerts."""
    rules = 0
    for file in index.referrers(workspace, "workspaceId", "aws:amp/ruleGroupNamespace:RuleGroupNamespace"):
        content = _content(file, "data")
        rules += len(_EXPRESSION.findall(content))
        yield from _size(_RULE_FILE, file, content)
    if rules > _RULES.default:
        yield quota("aps", _RULES, rules, f"{workspace.name}: rules of all files")
    for file in index.referrers(workspace, "workspaceId", "aws:amp/alertManagerDefinition:AlertManagerDefinition"):
        content = _content(file, "definition")
        yield from _size(_ALERT_FILE, file, content)
        if (routes := len(_RECEIVER.findall(content))) > _ROUTES.default:
            yield quota("aps", _ROUTES, routes, f"{file.name}: routes of metrics.alerts")


def _size(limit: Limit, file: Resource, content: str) -> Iterator[Quota]:
    if len(content) > limit.default and (size := len(content.encode())) > limit.default:
        yield quota("aps", limit, size, file.name)


def _content(file: Resource, field: str) -> str:
    known = text(read(file.inputs, field))
    return known if isinstance(known, str) else ""
