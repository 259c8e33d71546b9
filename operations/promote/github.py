"""A client of GitHub's REST API: typed answers, every page of a list, and waits for rate limits.

The token goes to the API's own address only: redirects are not followed, and pages at another address are refused.
Sources: GitHub REST API, "Using pagination", "Rate limits", "Best practices" (a limit without a header: a minute).
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

_RETRIES = 3
_MINUTE = 60.0
_PAGES = 200
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class GithubError(Exception):
    """GitHub did not answer as documented, so there is no result."""


class NotFoundError(GithubError):
    """The object does not exist, or the token cannot see it."""


@dataclass(frozen=True)
class Clock:
    """The time in seconds since 1970, and how to wait."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@cache
def _adapter(shape: type[T]) -> TypeAdapter[T]:
    """The reader of a shape. To build one takes longer than to read with it."""
    return TypeAdapter(shape)


@cache
def _system_trust() -> ssl.SSLContext:
    """The certificates that the system trusts; httpx would take those of certifi. To read them all takes long."""
    return ssl.create_default_context()


class Client:
    """Calls GitHub's API at `url` with `token`. All waits for rate limits together last `patience` seconds at most."""

    def __init__(self, url: str, token: str, clock: Clock | None = None, patience: float = 900, timeout: float = 30):
        self._url = str(_parsed(url)).rstrip("/")
        self._origin = _origin(_parsed(url))
        scheme, _, host, _ = self._origin
        if scheme != "https" and host not in _LOOPBACK:
            raise GithubError(f"the API address {url} is not https, so the token would not be encrypted; use https")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise GithubError("the token contains a space, a line break or another wrong character; set it without")
        self._token = token
        self._clock = clock or Clock()
        self._patience = patience
        self._http = httpx.Client(
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token}",
                "User-Agent": "mlplatform-promote",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            timeout=timeout,
            verify=_system_trust(),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, shape: type[T], /, **query: str | int) -> T:
        """The object at a path.

        Raises:
            NotFoundError: if it does not exist.
            GithubError: if GitHub refuses, fails, or answers in another shape.
        """
        return self._read(self._request("GET", self._at(path, query)), shape)

    def pages(self, path: str, item: type[T], /, **query: str | int) -> Iterator[T]:
        """Every item of a list, page after page.

        Raises:
            GithubError: as `get`, and if the list does not end or continues at another address.
        """
        url: httpx.URL | None = self._at(path, {**query, "per_page": 100})
        seen: set[httpx.URL] = set()
        while url:
            if url in seen or len(seen) >= _PAGES:
                raise GithubError(f"{self._shown(url)}: this list does not end")
            seen.add(url)
            response = self._request("GET", url)
            yield from self._read(response, list[item])
            url = self._next(response)

    def send(self, method: str, path: str, body: Mapping[str, Any], shape: type[T]) -> T:
        """Send a body by POST, PATCH or PUT. A failed request is not repeated: GitHub may have done it already."""
        return self._read(self._request(method, self._at(path, {}), body), shape)

    def _at(self, path: str, query: Mapping[str, str | int]) -> httpx.URL:
        return httpx.URL(f"{self._url}/{quote(path)}").copy_merge_params(query)

    def _next(self, response: httpx.Response) -> httpx.URL | None:
        """The address of the next page, which must be at the API."""
        link = response.links.get("next", {}).get("url")
        if link is None:
            return None
        url = response.url.join(_parsed(link))
        if _origin(url) != self._origin:
            raise GithubError(f"the next page is at {url.netloc.decode()}, not at the API; the token is not sent there")
        return url

    def _request(self, method: str, url: httpx.URL, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """The answer to a request, after waits for rate limits and, for a GET, repeats after failures."""
        waited = 0.0
        failures = 0
        while True:
            response = self._once(method, url, body)
            if isinstance(response, str) or response.is_server_error:
                problem = response if isinstance(response, str) else f"status {response.status_code}"
                if method != "GET" or failures >= _RETRIES:
                    raise GithubError(f"{method} {self._shown(url)} failed: {self._scrubbed(problem)}; run it again")
                self._clock.sleep(2.0**failures)
                failures += 1
                continue
            if response.is_success:
                return response
            wait = self._rate_limit(response)
            if wait is None:
                raise self._refused(method, response)
            waited += wait
            if waited > self._patience:
                raise GithubError(
                    f"{self._shown(url)}: the rate limit lasts {wait:.0f} seconds more, longer than the "
                    f"{self._patience:.0f} seconds that a command waits; run it again later"
                )
            self._clock.sleep(wait)

    def _once(self, method: str, url: httpx.URL, body: Mapping[str, Any] | None) -> httpx.Response | str:
        """The answer to one request, or why there is none."""
        try:
            return self._http.request(method, url, json=body)
        except httpx.HTTPError as error:
            return f"{type(error).__name__}: {error}"

    def _rate_limit(self, response: httpx.Response) -> float | None:
        """Seconds until the rate limit ends; None if GitHub refused for another reason."""
        if response.status_code not in (403, 429):
            return None
        if (after := response.headers.get("Retry-After")) is not None:
            return float(after) if after.isdecimal() else _MINUTE
        if response.headers.get("X-RateLimit-Remaining") == "0":
            reset = response.headers.get("X-RateLimit-Reset", "")
            return max(float(reset) - self._clock.now(), 0.0) + 1 if reset.isdecimal() else _MINUTE
        return _MINUTE if response.status_code == 429 else None

    def _refused(self, method: str, response: httpx.Response) -> GithubError:
        shown = self._shown(response.url)
        if response.is_redirect:
            return GithubError(f"{shown} has moved; use the repository's current name")
        try:
            reason = str(response.json()["message"])[:200]
        except (ValueError, TypeError, KeyError, RecursionError):
            reason = "no reason given"
        kind = NotFoundError if response.status_code == 404 else GithubError
        return kind(f"{method} {shown}: status {response.status_code}, {self._scrubbed(reason)}")

    def _read(self, response: httpx.Response, shape: type[T]) -> T:
        try:
            return _adapter(shape).validate_json(response.content)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the answer"
            raise GithubError(f"{self._shown(response.url)} answered in an unexpected shape: {where}") from None

    def _shown(self, url: httpx.URL) -> str:
        return self._scrubbed(str(url).removeprefix(self._url).lstrip("/").partition("?")[0])

    def _scrubbed(self, text: str) -> str:
        return text.replace(self._token, "***") if self._token else text


def _parsed(address: str) -> httpx.URL:
    try:
        return httpx.URL(address)
    except httpx.InvalidURL as error:
        raise GithubError(f"{address!r} is not a web address: {error}") from None


def _origin(url: httpx.URL) -> tuple[str, bytes, str, int | None]:
    """Where a request to an address goes, and as whom."""
    return url.scheme, url.userinfo, url.host, url.port
