"""AWS CloudTrail: events that a trail records beyond the first copy of management events."""

from collections.abc import Iterator
from typing import Any

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.inputs import elements, read
from resources.required import sections, text
from resources.resource import Resource

_TRAIL = "aws:cloudtrail/trail:Trail"
_BUCKET = "aws:s3/bucket:Bucket"
_UNITS_A_MILLION = 10
"""Units of 100,000 events in a million."""
_OBJECTS = "AWS::S3::Object"


@prices(_TRAIL)
def trail(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Further copies of management events, and data events. The first copy is free.

    Source: CloudTrail user guide, "Managing CloudTrail trail costs".
    """
    first = min(each.urn for each in stack.of_type(_TRAIL))
    copies = 0 if resource.urn == first else stack.usage.audit.management_million * _UNITS_A_MILLION
    yield stack.charge(resource, "cloudtrail", "management-events-extra-copy", copies, "further management events")
    for selector in sections(resource.inputs, "advancedEventSelectors"):
        fields = {text(each, "field"): each for each in sections(selector, "fieldSelectors")}
        if "Data" in _values(fields, "eventCategory", "equals"):
            yield from _data_events(resource, stack, fields)
    for selector in sections(resource.inputs, "eventSelectors"):
        if sections(selector, "dataResources"):
            yield Gap("data events of classic event selectors have no estimator; use advancedEventSelectors")
    if sections(resource.inputs, "insightSelectors"):
        yield Gap("insights have no estimator")


def _data_events(resource: Resource, stack: PricedStack, fields: dict[str, Any]) -> Iterator[Charge | Gap]:
    if _OBJECTS not in _values(fields, "resources.type", "equals"):
        yield Gap("data events other than those of S3 objects have no estimator")
        return
    prefixes = _values(fields, "resources.ARN", "startsWiths")
    names = [prefix.partition(":::")[2].partition("/")[0] for prefix in prefixes]
    made = {text(each.inputs, "bucket", each.name): each for each in stack.of_type(_BUCKET)}
    if absent := [name for name in names if name not in made]:
        yield Gap(f"the requests to {', '.join(absent)} are not known, because the stack does not make it")
    writes_only = _values(fields, "readOnly", "equals") == ["false"]
    for bucket in [made[name] for name in names if name in made] if names else made.values():
        usage = stack.bucket_usage(bucket)
        million = usage.put_million + (0 if writes_only else usage.get_million)
        what = f"{'writes' if writes_only else 'requests'} recorded of {text(bucket.inputs, 'bucket', bucket.name)}"
        yield stack.charge(resource, "cloudtrail", "data-events", million * _UNITS_A_MILLION, what)


def _values(fields: dict[str, Any], field: str, operator: str) -> list[str]:
    return [str(each) for each in elements(read(fields.get(field), operator))]
