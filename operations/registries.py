"""Reads chart repositories and image registries, without credentials."""

import json
import re
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from typing import Any, cast
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import Request, urlopen

import yaml

SECONDS = 30
_MANIFESTS = ", ".join(
    f"application/vnd.{kind}"
    for kind in (
        "oci.image.index.v1+json",
        "docker.distribution.manifest.list.v2+json",
        "oci.image.manifest.v1+json",
        "docker.distribution.manifest.v2+json",
    )
)
_HOSTS = {"docker.io": "registry-1.docker.io"}


class RegistryError(Exception):
    """A registry did not respond, or lacks what was requested. The message names the address."""


def chart_versions(repository: str, chart: str) -> list[str]:
    """The versions of a chart in a Helm repository.

    Raises:
        RegistryError: if the repository does not respond, or lacks the chart.
    """
    address = f"{repository.rstrip('/')}/index.yaml"
    with _open(address) as answer:
        index: Any = yaml.load(answer.read(), yaml.CSafeLoader)
    entries: Any = cast(Mapping[str, Any], index).get("entries") if isinstance(index, Mapping) else None
    if not isinstance(entries, Mapping) or chart not in entries:
        raise RegistryError(f"{address} lists no chart {chart}")
    return [str(each["version"]) for each in cast(Mapping[str, Any], entries)[chart]]


def tags(repository: str) -> list[str]:
    """The tags of a repository such as ghcr.io/kserve/charts/kserve-crd.

    Source: OCI Distribution Specification 1.1, "Content Discovery".

    Raises:
        RegistryError: if the registry does not respond.
    """
    found: list[str] = []
    address: str | None = f"{_base(repository)}/tags/list?n=1000"
    while address:
        with _open(address) as answer:
            found += json.load(answer)["tags"] or []
            following = re.match(r'<([^>]+)>; *rel="next"', answer.headers.get("Link", ""))
        address = urljoin(address, following[1]) if following else None
    return found


def digest(image: str) -> str:
    """The digest of an image such as docker.io/kserve/storage-initializer:v0.20.0, for all platforms.

    Raises:
        RegistryError: if the registry does not respond, or lacks the image.
    """
    repository, _, tag = image.rpartition(":")
    address = f"{_base(repository)}/manifests/{tag}"
    with _open(address, method="HEAD") as answer:
        found = answer.headers.get("Docker-Content-Digest", "")
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", found):
        raise RegistryError(f"{address} returned no digest")
    return found


def _base(repository: str) -> str:
    host, _, path = repository.removeprefix("oci://").partition("/")
    scheme = "http" if host.startswith("127.0.0.1:") else "https"
    return f"{scheme}://{_HOSTS.get(host, host)}/v2/{path}"


def _open(address: str, method: str = "GET", token: str = "") -> HTTPResponse:
    headers = {"Accept": f"{_MANIFESTS}, */*;q=0.1", **({"Authorization": f"Bearer {token}"} if token else {})}
    try:
        return urlopen(Request(address, headers=headers, method=method), timeout=SECONDS)  # noqa: S310 - https, or this machine
    except HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate", "")
        if error.code != 401 or token or not challenge.startswith("Bearer "):
            raise RegistryError(f"{address}: {error}") from None
    except (OSError, ValueError) as error:
        raise RegistryError(f"{address}: {error}") from None
    return _open(address, method, _token(challenge))


def _token(challenge: str) -> str:
    """An anonymous token. Source: Distribution, "Token Authentication Specification"."""
    asked = dict(_parameters(challenge))
    realm = asked.pop("realm", "")
    if urlsplit(realm).scheme != "https" and urlsplit(realm).hostname != "127.0.0.1":
        raise RegistryError(f"{realm!r} is not an https address for tokens")
    with _open(f"{realm}?{urlencode(asked)}") as answer:
        given = json.load(answer)
    return str(given.get("token") or given.get("access_token") or "")


def _parameters(challenge: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r'(\w+)="([^"]*)"', challenge)
