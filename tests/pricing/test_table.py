"""The price files are sorted, sourced and complete enough; a missing price is an error that helps."""

from datetime import date
from pathlib import Path

import pytest

from pricing.instances import instance_types
from pricing.support import STANDARD_SUPPORT_ENDS, in_extended_support
from pricing.table import PRICES, PriceNotFound, load_table, read_rows, regions


@pytest.mark.parametrize("region", regions())
def test_every_row_is_sorted_sourced_dated_and_a_number(region: str) -> None:
    rows = read_rows(PRICES / f"{region}.csv")
    assert list(rows) == sorted(rows)
    for row in rows.values():
        assert row.region == region
        assert row.source
        assert row.date.startswith("20")
        assert "memory" not in (row.source + row.note)
        assert all(float(value) > 0 for value in (row.on_demand, row.spot, row.one_year) if value)
        assert row.on_demand
        assert ("derived" in row.note) <= ("derived" in row.mark)


@pytest.mark.parametrize("region", regions())
def test_spot_and_commitments_are_below_on_demand(region: str) -> None:
    for row in read_rows(PRICES / f"{region}.csv").values():
        for cheaper in (row.spot, row.one_year):
            assert not cheaper or float(cheaper) < float(row.on_demand), row


def test_a_price_says_where_it_is_from() -> None:
    price = load_table("us-east-1").price("ec2", "g4dn.xlarge")
    assert (price.on_demand, price.spot, price.one_year, price.unit) == (0.526, 0.18936, 0.331, "instance-hour")
    assert (price.date, price.mark) == ("2026-02-17", "spot-derived")
    assert "AWS bulk API" in price.source


@pytest.mark.parametrize(
    ("service", "sku", "nearest"), [("ec2", "g4dn.xlrge", "g4dn.xlarge"), ("ebs", "gp4-storage", "gp3-storage")]
)
def test_a_missing_price_names_the_nearest(service: str, sku: str, nearest: str) -> None:
    with pytest.raises(PriceNotFound) as error:
        load_table("us-east-1").price(service, sku)
    for word in (service, sku, "us-east-1", nearest):
        assert word in str(error.value)


def test_a_region_without_file_has_no_prices() -> None:
    with pytest.raises(PriceNotFound, match="make prices REGION=mars-east-1"):
        load_table("mars-east-1").price("ec2", "g4dn.xlarge")


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "us-east-1.csv"
    path.write_text("service,price\nec2,1\n")
    with pytest.raises(ValueError, match="the columns must be service,sku,region"):
        read_rows(path)


def test_every_priced_instance_type_of_the_current_generations_is_described() -> None:
    described = {kind.name for kind in instance_types()}
    assert {sku for sku in load_table("us-east-1").skus("ec2") if not sku.startswith("p3.")} == described


def test_an_instance_type_is_read_from_its_name() -> None:
    kind = next(kind for kind in instance_types() if kind.name == "g4dn.12xlarge")
    assert (kind.family, kind.size, kind.category, kind.generation) == ("g4dn", "12xlarge", "g", 4)
    assert (kind.vcpus, kind.memory_gib, kind.accelerator, kind.accelerators) == (48, 192, "t4", 4)


def test_extended_support_begins_on_the_day_that_standard_support_ends() -> None:
    ends = STANDARD_SUPPORT_ENDS["1.34"]
    assert not in_extended_support("1.34", date(2026, 12, 1))
    assert in_extended_support("1.34", ends)
    assert in_extended_support("1.20", date(2026, 1, 1))
    assert not in_extended_support("2.0", ends)
    with pytest.raises(ValueError, match=r"."):
        in_extended_support("latest", ends)
