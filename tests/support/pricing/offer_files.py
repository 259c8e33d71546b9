"""AWS's bulk offer files in miniature, and a server for them that breaks connections and answers ranges."""

import csv
import io
import json
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.http_servers import QuietHandler, http_server

TERMS = (
    "SKU",
    "OfferTermCode",
    "RateCode",
    "TermType",
    "PriceDescription",
    "EffectiveDate",
    "StartingRange",
    "EndingRange",
    "Unit",
    "PricePerUnit",
    "Currency",
    "RelatedTo",
    "LeaseContractLength",
    "PurchaseOption",
    "OfferingClass",
)
ATTRIBUTES = {
    "Product Family": "productFamily",
    "serviceCode": "servicecode",
    "Location": "location",
    "Instance Type": "instanceType",
    "Tenancy": "tenancy",
    "Operating System": "operatingSystem",
    "usageType": "usagetype",
    "CapacityStatus": "capacitystatus",
    "From Region Code": "fromRegionCode",
    "MarketOption": "marketoption",
    "Pre Installed S/W": "preInstalledSw",
    "Region Code": "regionCode",
    "Cache Engine": "cacheEngine",
    "Database Engine": "databaseEngine",
    "Deployment Option": "deploymentOption",
    "Queue Type": "queueType",
}
"""Columns of the files, and what the Price List API calls them."""


def offer_file(products: list[Mapping[str, Any]], code: str, day: str = "2026-11-20") -> bytes:
    """The file of a service: the products of Price List answers as rows."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["FormatVersion", "v1.0"])
    writer.writerow(["Disclaimer", "This is a miniature."])
    writer.writerow(["Publication Date", f"{day}T00:00:00Z"])
    writer.writerow(["Version", "20261120"])
    writer.writerow(["OfferCode", code])
    writer.writerow([*TERMS, *ATTRIBUTES])
    for number, product in enumerate(products):
        writer.writerows(_rows(product, f"SKU{number:013}"))
    return text.getvalue().encode()


def _rows(product: Mapping[str, Any], sku: str) -> Iterator[list[str]]:
    described = product["product"]
    attributes = {**described["attributes"], "productFamily": described.get("productFamily", "")}
    values = [attributes.get(name, "") for name in ATTRIBUTES.values()]
    for kind, terms in product["terms"].items():
        for code, term in terms.items():
            bought = term.get("termAttributes", {})
            for rate, price in term["priceDimensions"].items():
                yield [
                    sku, code, rate, kind, price.get("description", ""), "2026-11-01",
                    price["beginRange"], price.get("endRange", "Inf"), price.get("unit", "Hrs"),
                    price["pricePerUnit"]["USD"], "USD", "",
                    *(bought.get(name, "") for name in ("LeaseContractLength", "PurchaseOption", "OfferingClass")),
                    *values,
                ]  # fmt: skip


@dataclass
class Served:
    """What a server has and did. It cuts the connection after `cut` bytes of an answer, `cuts` times."""

    files: dict[str, bytes]
    cut: int = 0
    cuts: int = 0
    ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    address: str = ""


@contextmanager
def serving(files: Mapping[str, bytes], regions: list[str], **behaviour: Any) -> Generator[Served]:
    """Serve files by service code as AWS does, on this machine alone."""
    index = json.dumps({"regions": {region: {"regionCode": region} for region in regions}}).encode()
    served = Served({"AmazonEC2/current/region_index.json": index}, **behaviour)
    for code, content in files.items():
        served.files |= {f"{code}/current/{region}/index.csv": content for region in regions}

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            _answer(self, served)

    with http_server(Handler) as port:
        served.address = f"http://127.0.0.1:{port}"
        yield served


def _answer(request: BaseHTTPRequestHandler, served: Served) -> None:
    name = request.path.removeprefix("/offers/v1.0/aws/")
    wanted = request.headers.get("Range", "")
    served.asked.append((name, wanted))
    content = served.files.get(name)
    if content is None:
        request.send_error(403)
        return
    tag = f'"{hash(content) & 0xFFFFFFFF:x}"'
    begin = re.fullmatch(r"bytes=(\d+)-", wanted)
    start = int(begin[1]) if begin and served.ranges and request.headers.get("If-Range") == tag else 0
    if start and start >= len(content):
        request.send_response(416)
        request.send_header("Content-Range", f"bytes */{len(content)}")
        request.end_headers()
        return
    request.send_response(206 if start else 200)
    request.send_header("ETag", tag)
    request.send_header("Content-Length", str(len(content) - start))
    if start:
        request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    request.end_headers()
    rest = content[start:]
    if served.cuts and name.endswith(".csv") and len(rest) > served.cut:
        served.cuts -= 1
        request.wfile.write(rest[: served.cut])
        request.close_connection = True
        return
    request.wfile.write(rest)
