"""The price files are sorted, sourced and complete enough; a missing price is an error that helps."""

from pathlib import Path

import pytest

from components.facts.instances import instance_type
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


def test_priced_instance_types_are_described() -> None:
    unknown = {sku for sku in load_table("us-east-1").skus("ec2") if instance_type(sku) is None}
    assert unknown == {"p3.2xlarge", "p3.8xlarge", "p3.16xlarge"}
