"""Amazon DynamoDB: tables on demand or with provisioned capacity, their data and their backups."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import flag, items, number, section, sections, text
from resources.resource import Resource


@prices("aws:dynamodb/table:Table")
def table(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Capacity or requests, stored data and point-in-time recovery. Free amounts of an account are not deducted."""
    inputs, usage = resource.inputs, stack.usage.services
    infrequent = text(inputs, "tableClass", "STANDARD") == "STANDARD_INFREQUENT_ACCESS"
    if infrequent:
        yield Gap("requests and capacity of a table of class STANDARD_INFREQUENT_ACCESS have no price in the table")
    elif text(inputs, "billingMode", "PROVISIONED") == "PAY_PER_REQUEST":
        yield stack.charge(resource, "dynamodb", "on-demand-write", usage.table_write_million, "write request units")
        yield stack.charge(resource, "dynamodb", "on-demand-read", usage.table_read_million, "read request units")
    else:
        for kind, sku in (("write", "provisioned-wcu"), ("read", "provisioned-rcu")):
            units = sum(
                number(each, f"{kind}Capacity", 0) for each in (inputs, *sections(inputs, "globalSecondaryIndexes"))
            )
            what = f"{units:g} {kind} capacity units, all hours"
            yield stack.charge(resource, "dynamodb", sku, units * HOURS_A_MONTH, what)
    stored = "storage-ia" if infrequent else "storage-standard"
    yield stack.charge(resource, "dynamodb", stored, usage.table_gb, "data in the table")
    if flag(section(inputs, "pointInTimeRecovery"), "enabled"):
        yield stack.charge(resource, "dynamodb", "pitr", usage.table_gb, "point-in-time recovery of the table")
    if items(inputs, "replicas"):
        yield Gap("replicas of a table have no estimator")
