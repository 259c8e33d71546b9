"""The table of the bill: FOCUS 1.2 with AWS's columns, and the views over it.

Sources: Data Exports user guide, "FOCUS 1.2 with AWS columns" (table dictionary) and "Understanding export delivery";
FOCUS specification 1.2; Athena user guide, "Partition projection" and "Work with views".
"""

import base64
import json
from collections.abc import Mapping
from string import Template
from typing import Any, NamedTuple

TABLE = "FOCUS_1_2_AWS"
"""The name of the table in Data Exports. It holds the version of FOCUS, so another version is a new export."""

_DOUBLES = frozenset(
    {
        "BilledCost",
        "CommitmentDiscountQuantity",
        "ConsumedQuantity",
        "ContractedCost",
        "ContractedUnitPrice",
        "EffectiveCost",
        "ListCost",
        "ListUnitPrice",
        "PricingCurrencyContractedUnitPrice",
        "PricingCurrencyEffectiveCost",
        "PricingCurrencyListUnitPrice",
        "PricingQuantity",
    }
)
_TIMES = frozenset({"BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart"})
_MAPS = {"SkuPriceDetails": "map<string,string>", "Tags": "map<string,string>", "x_Discounts": "map<string,double>"}
_NAMES = """
AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency BillingPeriodEnd
BillingPeriodStart CapacityReservationId CapacityReservationStatus ChargeCategory ChargeClass ChargeDescription
ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName
CommitmentDiscountQuantity CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit ConsumedQuantity
ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost InvoiceId InvoiceIssuerName ListCost ListUnitPrice
PricingCategory PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost
PricingCurrencyListUnitPrice PricingQuantity PricingUnit ProviderName PublisherName RegionId RegionName ResourceId
ResourceName ResourceType ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId
SubAccountId SubAccountName SubAccountType Tags x_Discounts x_Operation x_ServiceCode
"""
COLUMNS: tuple[str, ...] = tuple(_NAMES.split())
"""Every column of the table: the 57 of FOCUS 1.2, and three of AWS."""
QUERY = " ".join(["SELECT", ", ".join(COLUMNS), "FROM", TABLE])

PARTITION = "billing_period"
_FIRST_MONTH = "2026-01"
"""The first month that a query looks for. An export begins with the month in which it is made."""


def column_types() -> dict[str, str]:
    """The type of each column in Glue, by its name in Glue, which has no capitals."""

    def kind(column: str) -> str:
        if column in _DOUBLES:
            return "double"
        return "timestamp" if column in _TIMES else _MAPS.get(column, "string")

    return {column.lower(): kind(column) for column in COLUMNS}


def table_parameters(location: str) -> dict[str, str]:
    """The parameters of the table at `location`, an S3 address that ends with a slash.

    Athena computes the partitions, so that no crawler has to find each new month.
    """
    return {
        "EXTERNAL": "TRUE",
        "classification": "parquet",
        "projection.enabled": "true",
        f"projection.{PARTITION}.type": "date",
        f"projection.{PARTITION}.format": "yyyy-MM",
        f"projection.{PARTITION}.range": f"{_FIRST_MONTH},NOW",
        f"projection.{PARTITION}.interval": "1",
        f"projection.{PARTITION}.interval.unit": "MONTHS",
        "storage.location.template": f"{location}BILLING_PERIOD=${{{PARTITION}}}",
    }


class View(NamedTuple):
    """A view: its columns with their types in Athena, its query, and what it answers."""

    columns: Mapping[str, str]
    sql: str
    comment: str

    def hive_columns(self) -> dict[str, str]:
        """The columns with their types in Glue."""
        return {name: {"varchar": "string"}.get(kind, kind) for name, kind in self.columns.items()}

    def text(self, database: str) -> str:
        """What Glue stores of the view: Athena reads the query from this comment."""
        described: dict[str, Any] = {
            "originalSql": self.sql,
            "catalog": "awsdatacatalog",
            "schema": database,
            "columns": [{"name": name, "type": kind} for name, kind in self.columns.items()],
        }
        return f"/* Presto View: {base64.b64encode(json.dumps(described).encode()).decode()} */"


_SQL = {
    "costs_by_day": Template("""
        SELECT
            billing_period, date(chargeperiodstart) AS day, subaccountid AS account, servicename AS service,
            chargecategory AS category, sum(billedcost) AS billed, sum(effectivecost) AS effective
        FROM $source
        GROUP BY 1, 2, 3, 4, 5
    """),
    "costs_by_team": Template("""
        SELECT
            billing_period, $environment AS environment, $team AS team, servicename AS service,
            chargecategory AS category, sum(billedcost) AS billed, sum(effectivecost) AS effective
        FROM $source
        GROUP BY 1, 2, 3, 4, 5
    """),
    "costs_by_component": Template("""
        SELECT
            billing_period, $environment AS environment, $component AS component, servicename AS service,
            chargecategory AS category, sum(billedcost) AS billed, sum(effectivecost) AS effective
        FROM $source
        GROUP BY 1, 2, 3, 4, 5
    """),
}
_COSTS = {"service": "varchar", "category": "varchar", "billed": "double", "effective": "double"}
_VIEWS = {
    "costs_by_day": (
        {"billing_period": "varchar", "day": "date", "account": "varchar", **_COSTS},
        "Costs of each day by account, service and category of charge",
    ),
    "costs_by_team": (
        {"billing_period": "varchar", "environment": "varchar", "team": "varchar", **_COSTS},
        "Costs of each month by environment, team, service and category of charge",
    ),
    "costs_by_component": (
        {"billing_period": "varchar", "environment": "varchar", "component": "varchar", **_COSTS},
        "Costs of each month by environment, component, service and category of charge",
    ),
}
VIEWS = tuple(_VIEWS)
"""The names of the views."""


def view(name: str, database: str, table: str, team_tag: str) -> View:
    """A view over the bill.

    `billed` adds up to the invoice. `effective` spreads prepaid commitments over the days that use them, and is what
    teams are shown. Adding both counts twice.
    """
    columns, comment = _VIEWS[name]
    sql = _SQL[name].substitute(
        source=f'"{database}"."{table}"',
        environment=tag_value("environment"),
        team=tag_value(team_tag),
        component=tag_value("component", _NAME_IN_ID),
    )
    return View(columns, " ".join(sql.split()), comment)


_NAME_IN_ID = "regexp_replace(regexp_extract(resourceid, '[^/:]+$'), '-[0-9a-f]{7}$', '')"
"""The name at the end of a resource's id or ARN, without the seven digits that Pulumi adds to a name."""


def tag_value(key: str, otherwise: str = "null") -> str:
    """The expression for the value of a tag, else `otherwise`, else `(none)`.

    FOCUS gives tags of users no prefix; AWS gives them one in other tables of its exports.
    """
    quoted = key.replace("'", "''")
    values = ", ".join(f"element_at(tags, '{prefix}{quoted}')" for prefix in ("", "user:", "resourceTags/"))
    return f"coalesce({values}, {otherwise}, '(none)')"
