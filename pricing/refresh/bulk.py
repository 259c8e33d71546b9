"""Reading AWS's public bulk offer files, which need no account.

Each service has a CSV file for each region; that of EC2 has hundreds of megabytes. A file is fetched to disk in pieces,
resumed where a connection broke, and read row by row: memory does not grow with its size. Source: AWS Billing user
guide, "Getting price list files using the Price List Bulk API".
"""

import csv
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pricing.refresh.aws import RefreshError
from pricing.refresh.catalog import QUERIES, Item, Query
from pricing.refresh.offers import Offer

OFFERS = "https://pricing.us-east-1.amazonaws.com"
"""Where AWS publishes the files for the commercial regions and GovCloud."""

CACHE = Path(__file__).parents[2] / "build" / "prices"
"""Where files are kept until the refresh is done, so that a broken one resumes."""

_PIECE = 2**20
_ATTEMPTS = 6
_SECONDS = 60
_ATTRIBUTES = ("instanceType", "cacheEngine", "deploymentOption", "databaseEngine", "usagetype", "group")
_COMMITMENT = ("1yr", "No Upfront", "standard")

Say = Callable[[str], None]
Wait = Callable[[float], None]


def say(message: str) -> None:
    """Show progress on standard error."""
    print(message, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Source:
    """Where files come from and are kept, and how waiting and progress are done."""

    address: str = OFFERS
    cache: Path = CACHE
    say: Say = say
    wait: Wait = time.sleep


def bulk_offers(region: str, source: Source, queries: Sequence[Query] = QUERIES) -> list[tuple[Query, Offer]]:
    """Everything that the bulk files say of our skus in a region. Files are removed once all of them are read.

    Raises:
        RefreshError: when the region has no files, a file can't be fetched, or it has another shape.
    """
    if region.startswith("cn-"):
        raise RefreshError(f"AWS bills {region} in CNY, and the tables hold USD; there is no table for China's regions")
    codes = list(dict.fromkeys(query.code for query in queries))
    _known(region, source)
    found: list[tuple[Query, Offer]] = []
    files: list[Path] = []
    for number, code in enumerate(codes, start=1):
        name = f"{code} ({number} of {len(codes)})"
        path = fetch(f"{source.address}/offers/v1.0/aws/{code}/current/{region}/index.csv", code, region, source, name)
        if path is None:
            source.say(f"{name}: not sold in {region}")
            continue
        files.append(path)
        found += read(path, [query for query in queries if query.code == code], region)
    if not found:
        raise RefreshError(f"the bulk files have nothing of ours in {region}")
    for path in files:
        path.unlink(missing_ok=True)
        _tag_of(path).unlink(missing_ok=True)
    return found


def fetch(address: str, code: str, region: str, source: Source, name: str) -> Path | None:
    """A file, whole, on disk; `None` where there is none. What is there already is kept, and the rest is fetched.

    Raises:
        RefreshError: when it can't be fetched in several attempts.
    """
    folder = source.cache / region
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{code}.csv"
    why = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            source.say(f"{name}: {why}; attempt {attempt + 1} of {_ATTEMPTS} resumes")
            source.wait(min(2.0**attempt, 30.0))
        try:
            if _piecewise(address, path, source.say, name):
                return path
            why = "the connection ended early"
        except HTTPError as error:
            if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
                # The bucket behind the address answers 403 for what it doesn't have.
                return None
            why = f"AWS answered {error.code}"
        except (OSError, ValueError, HTTPException) as error:
            why = str(error.reason) if isinstance(error, URLError) else str(error) or type(error).__name__
    raise RefreshError(f"{code}: {address} could not be fetched: {why}; run the command again, it resumes")


def _piecewise(address: str, path: Path, show: Say, name: str) -> bool:
    """Fetch what is missing of a file; whether it is whole now. A file that has changed since begins anew."""
    tag_file = _tag_of(path)
    have = path.stat().st_size if path.exists() else 0
    tag = tag_file.read_text() if tag_file.exists() else ""
    headers = {"Range": f"bytes={have}-", "If-Range": tag} if have and tag else {}
    try:
        answer = _open(address, headers)
    except HTTPError as error:
        # The server has no further bytes: the file is complete.
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and headers:
            return _total(error.headers.get("Content-Range")) == have or _restart(path)
        raise
    with answer:
        resumed = answer.status == HTTPStatus.PARTIAL_CONTENT
        start = have if resumed else 0
        length = answer.headers.get("Content-Length")
        total = _total(answer.headers.get("Content-Range")) if resumed else int(length) if length else None
        tag_file.write_text(answer.headers.get("ETag") or answer.headers.get("Last-Modified") or "")
        with path.open("ab" if resumed else "wb") as file:
            done = _copy(answer, file, start, total, show, name)
    return total is None or done == total


def _copy(answer: Any, file: Any, start: int, total: int | None, show: Say, name: str) -> int:
    done, shown = start, -1
    while piece := answer.read(_PIECE):
        file.write(piece)
        done += len(piece)
        tenth = done * 10 // total if total else done // (10 * _PIECE)
        if tenth != shown:
            shown = tenth
            of = f" of {total / _PIECE:,.0f}" if total else ""
            show(f"{name}: {done / _PIECE:,.0f}{of} MiB")
    return done


def _restart(path: Path) -> bool:
    path.unlink(missing_ok=True)
    _tag_of(path).unlink(missing_ok=True)
    return False


def _tag_of(path: Path) -> Path:
    return path.with_suffix(".etag")


def _total(content_range: str | None) -> int | None:
    size = (content_range or "").rpartition("/")[2]
    return int(size) if size.isdecimal() else None


def _open(address: str, headers: Mapping[str, str]) -> Any:
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise RefreshError(f"{address}: prices are read by https alone")
    return urlopen(Request(address, headers=dict(headers)), timeout=_SECONDS)  # noqa: S310 - the scheme is checked


def _known(region: str, source: Source) -> None:
    """Refuse a region that EC2 has no file for, with the nearest one that there is."""
    address = f"{source.address}/offers/v1.0/aws/AmazonEC2/current/region_index.json"
    try:
        with _open(address, {}) as answer:
            regions = list(cast(Mapping[str, Any], json.load(answer)["regions"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefreshError(f"{address} could not be read: {error}; try again, or take --source api") from None
    if region not in regions:
        near = get_close_matches(region, regions, n=1, cutoff=0.4)
        raise RefreshError(f"{region} is not an AWS region" + (f"; did you mean {near[0]}?" if near else ""))


@dataclass(slots=True)
class _Product:
    """What is read of one product of ours: prices on demand by the start of their range, and the commitment's."""

    query: Query
    items: tuple[Item, ...]
    on_demand: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    one_year: Decimal | None = None


def read(path: Path, queries: Sequence[Query], region: str) -> list[tuple[Query, Offer]]:
    """The offers of our skus in a file.

    Raises:
        RefreshError: when it hasn't the shape of an offer file in format v1.0.
    """
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            return list(_offers(csv.reader(lines), queries, region))
    except (ValueError, KeyError, IndexError, InvalidOperation, csv.Error) as error:
        raise RefreshError(
            f"{path.name} isn't an offer file that this version reads: {error!r}; delete {path}"
        ) from None


def _offers(lines: Iterator[list[str]], queries: Sequence[Query], region: str) -> Iterator[tuple[Query, Offer]]:
    day, columns = _head(lines)
    currency, sku = columns["currency"], columns["sku"]
    tested = [(query, _tests(query, region, columns)) for query in queries]
    read_as = {name: columns[_plain(name)] for name in _ATTRIBUTES if _plain(name) in columns}
    products: dict[tuple[int, str], _Product] = {}
    for line in lines:
        if len(line) <= currency or line[currency] != "USD":
            continue
        for number, (query, tests) in enumerate(tested):
            if not all(line[column] == value for column, value in tests):
                continue
            product = products.get((number, line[sku]))
            if product is None:
                items = query.matches({name: line[column] for name, column in read_as.items()})
                if not items:
                    continue
                product = products[number, line[sku]] = _Product(query, items)
            _take(product, line, columns)
    for product in products.values():
        yield from _of(product, day)


def _head(lines: Iterable[list[str]]) -> tuple[str, dict[str, int]]:
    """The day of publication, and the column of each name; lines before the header are names with a value."""
    day = ""
    for line in lines:
        if line and line[0] == "SKU":
            return day, {_plain(name): column for column, name in enumerate(line)}
        if line and line[0] == "Publication Date":
            day = line[1][:10]
    raise ValueError("it has no line of column names")


def _tests(query: Query, region: str, columns: Mapping[str, int]) -> list[tuple[int, str]]:
    return [(columns[_plain(name)], value) for name, value in {**query.filters, query.region_field: region}.items()]


def _plain(name: str) -> str:
    """A name as both the files and the API have it: `Pre Installed S/W` and `preInstalledSw` are one."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _take(product: _Product, line: Sequence[str], columns: Mapping[str, int]) -> None:
    price = Decimal(line[columns["priceperunit"]])
    if line[columns["termtype"]] == "OnDemand":
        begin = line[columns["startingrange"]]
        product.on_demand[begin] = max(price, product.on_demand.get(begin, price))
        return
    names = ("leasecontractlength", "purchaseoption", "offeringclass")
    terms = tuple(line[columns[name]] if name in columns else "" for name in names)
    if (terms[0], terms[1], terms[2] or "standard") == _COMMITMENT and line[columns["unit"]] != "Quantity":
        product.one_year = price


def _of(product: _Product, day: str) -> Iterator[tuple[Query, Offer]]:
    for item in product.items:
        prices = product.on_demand
        price = prices.get(item.begin, next(iter(prices.values())) if len(prices) == 1 else None)
        if price is not None:
            one_year = product.one_year * Decimal(item.factor) if product.one_year is not None else None
            yield product.query, Offer(item, price * Decimal(item.factor), one_year, day)
