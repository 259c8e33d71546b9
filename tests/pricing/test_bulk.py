"""Prices from AWS's public offer files, served by this machine: no account, resumable, in bounded memory."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pricing.refresh.__main__ import main
from pricing.refresh.aws import RefreshError
from pricing.refresh.bulk import Source, bulk_offers
from pricing.refresh.catalog import QUERIES
from pricing.table import read_rows
from tests.support.pricing.offer_files import Served, offer_file, serving

ROOT = Path(__file__).parents[2]
ANSWERS: Mapping[str, list[Any]] = json.loads((Path(__file__).parent / "price_list_answer.json").read_text())
REGION = "us-east-1"


def files() -> dict[str, bytes]:
    """The recorded answers of the Price List API as offer files, by service."""
    by_code: dict[str, list[Any]] = {}
    for name, products in ANSWERS.items():
        for product in products:
            family = name.partition(" ")[2]
            described = {"productFamily": family, **product["product"]}
            by_code.setdefault(name.split(" ")[0], []).append({**product, "product": described})
    return {code: offer_file(products, code) for code, products in by_code.items()}


def run(served: Served, folder: Path, region: str = REGION) -> int:
    return main(
        ["--region", region, "--offers", served.address, "--cache", str(folder / "cache"), "--prices", str(folder)],
        signed_in=lambda: False,
    )


def source(served: Served, folder: Path, said: list[str] | None = None) -> Source:
    return Source(served.address, folder / "cache", (said if said is not None else []).append, lambda _: None)


def test_public_files_need_no_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(files(), [REGION]) as served:
        assert run(served, tmp_path) == 0
    rows = read_rows(tmp_path / f"{REGION}.csv")
    assert rows["ec2", "g4dn.xlarge"].on_demand == "0.54"
    assert rows["ec2", "g4dn.xlarge"].one_year == "0.34"
    assert rows["ec2", "g4dn.xlarge"].date == "2026-11-20"
    assert rows["eks", "control-plane-extended-support"].on_demand == "0.6"
    assert rows["cloudwatch", "logs-vended-next-20TB"].on_demand == "0.25"
    assert rows["ebs", "gp3-throughput-over-125MiBps"].on_demand == "0.04"
    assert rows["rds-postgresql", "db.r6g.large Multi-AZ"].on_demand == "0.45"
    printed = capsys.readouterr()
    assert "ec2 g4dn.xlarge on demand: none -> 0.54" in printed.out
    assert f"AmazonEC2 (1 of {len({query.code for query in QUERIES})})" in printed.err
    assert not list((tmp_path / "cache").rglob("*.csv"))


def test_a_region_without_a_table_gets_one(tmp_path: Path) -> None:
    content = {code: file.replace(b"us-east-1", b"eu-north-1") for code, file in files().items()}
    with serving(content, ["eu-north-1"]) as served:
        assert run(served, tmp_path, "eu-north-1") == 0
    rows = read_rows(tmp_path / "eu-north-1.csv")
    assert rows["ec2", "g4dn.xlarge"].source == "AWS Price List, AmazonEC2 eu-north-1"
    # Route 53 and Cognito have one price for all commercial regions, and no file of a region.
    assert (rows["route53", "hosted-zone"].on_demand, rows["route53", "hosted-zone"].mark) == ("0.5", "derived")
    assert rows["cognito", "user-plus"].region == "eu-north-1"


def test_a_broken_connection_is_resumed_where_it_broke(tmp_path: Path) -> None:
    content = files()
    cut = len(content["AmazonEC2"]) // 3
    said: list[str] = []
    with serving(content, [REGION], cut=cut, cuts=2) as served:
        found = bulk_offers(REGION, source(served, tmp_path, said))
        asked = [wanted for name, wanted in served.asked if name.startswith("AmazonEC2/") and name.endswith("csv")]
    assert asked == ["", f"bytes={cut}-", f"bytes={2 * cut}-"]
    assert any("attempt 2 of 6 resumes" in each for each in said)
    assert "g4dn.xlarge" in {offer.item.sku for _, offer in found}


def test_a_command_that_failed_resumes_when_it_runs_again(tmp_path: Path) -> None:
    content = files()
    cut = len(content["AmazonEC2"]) // 10
    with serving(content, [REGION], cut=cut, cuts=6) as served:
        with pytest.raises(RefreshError, match="run the command again, it resumes"):
            bulk_offers(REGION, source(served, tmp_path))
        assert not (tmp_path / f"{REGION}.csv").exists()
        served.asked.clear()
        assert run(served, tmp_path) == 0
    assert ("AmazonEC2/current/us-east-1/index.csv", f"bytes={6 * cut}-") in served.asked


def test_a_file_that_changed_since_begins_anew(tmp_path: Path) -> None:
    with serving(files(), [REGION], cut=100, cuts=6) as served, pytest.raises(RefreshError):
        bulk_offers(REGION, source(served, tmp_path))
    newer = files()
    newer["AmazonEC2"] = newer["AmazonEC2"].replace(b"2026-11-20", b"2026-11-28")
    with serving(newer, [REGION]) as served:
        found = bulk_offers(REGION, source(served, tmp_path))
    assert {offer.date for query, offer in found if query.code == "AmazonEC2"} == {"2026-11-28"}


def test_a_server_without_ranges_is_read_from_the_start(tmp_path: Path) -> None:
    with serving(files(), [REGION], cut=100, cuts=1, ranges=False) as served:
        found = bulk_offers(REGION, source(served, tmp_path))
    assert "g4dn.xlarge" in {offer.item.sku for _, offer in found}


def test_progress_says_how_much_of_a_file_is_there(tmp_path: Path) -> None:
    said: list[str] = []
    big = {**files(), "AmazonECR": files()["AmazonEC2"] + b'"x"\n' * 1_500_000}
    with serving(big, [REGION]) as served:
        bulk_offers(REGION, source(served, tmp_path, said))
    progress = [each for each in said if each.startswith("AmazonECR")]
    assert len(progress) >= 5
    assert progress[-1].endswith("6 of 6 MiB")


def test_an_unknown_region_names_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(files(), ["us-east-1", "eu-north-1"]) as served:
        assert run(served, tmp_path, "eu-nort-1") == 2
    assert "eu-nort-1 is not an AWS region; did you mean eu-north-1?" in capsys.readouterr().err


def test_china_is_refused_for_its_currency(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(files(), [REGION]) as served:
        assert run(served, tmp_path, "cn-north-1") == 2
        assert served.asked == []
    assert "CNY" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"<html>", b'"FormatVersion","v2"\n"a","b"\n', b"\xff\xfe\x00"])
def test_a_file_of_another_shape_leaves_the_table(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / f"{REGION}.csv").write_text("kept")
    with serving({**files(), "AmazonEKS": content}, [REGION]) as served:
        assert run(served, tmp_path) == 2
    assert (tmp_path / f"{REGION}.csv").read_text() == "kept"
    assert "AmazonEKS.csv" in capsys.readouterr().err


def test_unreachable_server_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving({}, [REGION]) as served:
        address = served.address
    arguments = ["--region", REGION, "--offers", address, "--cache", str(tmp_path), "--prices", str(tmp_path)]
    assert main(arguments, signed_in=lambda: False) == 2
    assert "could not be read" in capsys.readouterr().err


def test_prices_are_never_read_without_tls(tmp_path: Path) -> None:
    with pytest.raises(RefreshError, match="https alone"):
        bulk_offers(REGION, Source("http://pricing.example.com", tmp_path))


MEASURE = """
import resource, sys
from pathlib import Path
from pricing.refresh.bulk import read
from pricing.refresh.catalog import QUERIES
found = read(Path(sys.argv[1]), [query for query in QUERIES if query.code == "AmazonEC2"], "us-east-1")
print(len(found), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small = files()["AmazonEC2"]
    head, _, row = small.rstrip(b"\n").rpartition(b"\n")
    rest = b"".join(row.replace(b'"SKU', b'"S%07d' % number, 1) + b"\n" for number in range(20_000))
    other = rest.replace(b"us-east-1", b"us-west-9").replace(b"USE1", b"USW9")
    (tmp_path / "small.csv").write_bytes(small)
    with (tmp_path / "large.csv").open("wb") as large:
        large.write(head + b"\n" + row + b"\n")
        for _ in range(8):
            large.write(other)
    measured: list[list[int]] = []
    for name in ("small.csv", "large.csv"):
        command = [sys.executable, "-c", MEASURE, str(tmp_path / name)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        measured.append([int(each) for each in done.stdout.split()])
    assert (tmp_path / "large.csv").stat().st_size > 40 * 2**20
    assert measured[0][0] == measured[1][0] > 0
    # Kibibytes: a tenth of the file is far more than what reading it may take.
    assert measured[1][1] - measured[0][1] < 4096
