"""AWS Glue: the Data Catalog."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import section, text
from resources.resource import Resource

_MILLION = 1_000_000
_FREE_OBJECTS = _MILLION
_FREE_REQUESTS = _MILLION


@prices("aws:glue/catalogDatabase:CatalogDatabase")
def catalog(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Tables and partitions, and requests for them, beyond the first million; every database has its share."""
    charged = max(0.0, stack.usage.catalog_objects - _FREE_OBJECTS)
    hundred_thousands = stack.share(resource, charged) / 100_000
    yield stack.charge(resource, "glue", "catalog-objects", hundred_thousands, "tables and partitions over a million")
    requests = max(0.0, stack.usage.catalog_requests - _FREE_REQUESTS)
    millions = stack.share(resource, requests) / _MILLION
    yield stack.charge(resource, "glue", "catalog-requests", millions, "requests to the catalog over a million")


@prices("aws:glue/job:Job")
def job(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The hours of a job's processing units."""
    shell = text(section(resource.inputs, "command"), "name", "glueetl") == "pythonshell"
    sku = "python-shell-dpu-hour" if shell else "etl-job-dpu-hour"
    yield stack.charge(resource, "glue", sku, stack.usage.services.glue_dpu_hours, "processing units of the job")


@prices("aws:glue/crawler:Crawler")
def crawler(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The hours of a crawler's processing units."""
    hours = stack.usage.services.glue_dpu_hours
    yield stack.charge(resource, "glue", "crawler-dpu-hour", hours, "processing units of the crawler")
