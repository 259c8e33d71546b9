"""Amazon Managed Service for Prometheus: samples in, kept and read. Amazon Managed Grafana: its users."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import number
from resources.resource import Resource

_SERVICE = "amp"
_WORKSPACE = "aws:amp/workspace:Workspace"
_CONFIGURATION = "aws:amp/workspaceConfiguration:WorkspaceConfiguration"
_DEFAULT_DAYS = 150
"""The retention without a configuration. Source: its user guide, "Workspace configuration"."""
_FIRST_TIER = 2_000
"""Millions of samples a month at the first price."""
_UNIT = 10
"""Millions of samples in a unit of ingestion."""
_BYTES_A_GB = 1024**3
_MILLION = 1_000_000


@prices(_WORKSPACE)
def workspace(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A workspace by the samples that it ingests, keeps and reads."""
    usage = stack.usage.metrics
    samples = stack.stated_or_registered(resource, usage, "samples_million", "samplesMillion")
    first = min(samples, _FIRST_TIER)
    yield stack.charge(resource, _SERVICE, "ingest-first-2B-samples", first / _UNIT, "samples ingested")
    if samples > _FIRST_TIER:
        further = (samples - _FIRST_TIER) / _UNIT
        yield stack.charge(resource, _SERVICE, "ingest-next-250B-samples", further, "samples beyond 2 billion")
    months = _retention_days(resource, stack) * 24 / HOURS_A_MONTH
    stored = samples * _MILLION * usage.bytes_per_sample / _BYTES_A_GB * months
    yield stack.charge(resource, _SERVICE, "storage", stored, f"samples of {months:.1f} months")
    read = stack.share(resource, usage.queried_billion)
    yield stack.charge(resource, _SERVICE, "query-samples", read, "samples read by rules and dashboards")


@prices("aws:amp/scraper:Scraper")
def scraper(_resource: Resource, _stack: PricedStack) -> Iterator[Charge | Gap]:
    """The managed scraper, which AWS charges by the hour and by the samples that it collects."""
    yield Gap("AWS charges its hours and its samples; no published price was found")


@prices("aws:grafana/workspace:Workspace")
def grafana(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A workspace of Amazon Managed Grafana by its active users."""
    usage = stack.usage.metrics
    yield stack.charge(resource, "amg", "editor-admin", usage.grafana_editors, "editors and administrators")
    yield stack.charge(resource, "amg", "viewer", usage.grafana_viewers, "viewers")


def _retention_days(workspace: Resource, stack: PricedStack) -> float:
    for configuration in stack.of_type(_CONFIGURATION):
        if stack.source(configuration, "workspaceId", _WORKSPACE) == workspace:
            return number(configuration.inputs, "retentionPeriodInDays", _DEFAULT_DAYS)
    return _DEFAULT_DAYS
