"""GitHub's REST API as promotion needs it: typed answers, pages, patience with rate limits, a token that never leaves.

Sources: GitHub REST API, "Using pagination", "Rate limits", "Best practices" (a limit without a header: a minute).
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cache
from http.client import HTTPException
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

_RETRIES = 3
_MINUTE = 60.0
_PAGES = 200
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class GithubError(Exception):
    """GitHub did not answer as it should, so that nothing can be said."""


class NotFoundError(GithubError):
    """There is no such thing, or the token may not see it."""


@dataclass(frozen=True)
class Clock:
    """The time, in seconds since 1970, and waiting for it."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Message
    body: bytes


@cache
def _adapter(shape: type[T]) -> TypeAdapter[T]:
    """What reads a shape; made once, for making it takes longer than reading."""
    return TypeAdapter(shape)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to wherever it points."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Client:
    """Asks GitHub's API at `url` with `token`, and waits for at most `patience` seconds in all for its rate limits."""

    def __init__(self, url: str, token: str, clock: Clock | None = None, patience: float = 900, timeout: float = 30):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise GithubError(f"the API's address {url} is not https; the token would travel in the clear")
        self._url = url.rstrip("/")
        self._origin = (parts.scheme, parts.netloc)
        self._token = token
        self._clock = clock or Clock()
        self._patience = patience
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirects)

    def get(self, path: str, shape: type[T], /, **query: str | int) -> T:
        """What is at the path.

        Raises:
            NotFoundError: when there is nothing.
            GithubError: when GitHub refuses, fails, or answers in another shape.
        """
        url = self._at(path, query)
        return self._read(url, self._ask("GET", url), shape)

    def pages(self, path: str, item: type[T], /, **query: str | int) -> Iterator[T]:
        """Every item of a list, page after page."""
        url: str | None = self._at(path, {**query, "per_page": 100})
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= _PAGES:
                raise GithubError(f"{self._shown(url)}: the pages of this list don't end")
            seen.add(url)
            answer = self._ask("GET", url)
            yield from self._read(url, answer, list[item])
            url = self._next(answer.headers.get("Link", ""))

    def send(self, method: str, path: str, body: Mapping[str, Any], shape: type[T]) -> T:
        """Post, patch or put a body; not repeated after a failure, for it may have been heard."""
        url = self._at(path, {})
        return self._read(url, self._ask(method, url, json.dumps(body).encode()), shape)

    def _at(self, path: str, query: Mapping[str, str | int]) -> str:
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return f"{self._url}/{urllib.parse.quote(path)}{asked}"

    def _next(self, link: str) -> str | None:
        """The next page's address, which must be where the token may go."""
        for part in link.split(","):
            target, _, attributes = part.strip().partition(">")
            if 'rel="next"' not in attributes:
                continue
            url = target.removeprefix("<")
            parts = urllib.parse.urlsplit(url)
            if (parts.scheme, parts.netloc) != self._origin:
                raise GithubError(f"the next page is at {parts.netloc}, which is not the API; no token goes there")
            return url
        return None

    def _ask(self, method: str, url: str, body: bytes | None = None) -> _Answer:
        waited = 0.0
        failures = 0
        while True:
            answer = self._once(method, url, body)
            if isinstance(answer, _Answer) and answer.status < 300:
                return answer
            if isinstance(answer, str) or answer.status >= 500:
                problem = answer if isinstance(answer, str) else f"status {answer.status}"
                if method != "GET" or failures >= _RETRIES:
                    raise GithubError(f"{method} {self._shown(url)} failed: {self._scrubbed(problem)}; run it again")
                self._clock.sleep(2.0**failures)
                failures += 1
                continue
            wait = self._limited(answer)
            if wait is None:
                raise self._refused(method, url, answer)
            waited += wait
            if waited > self._patience:
                raise GithubError(
                    f"{self._shown(url)}: the rate limit lasts {wait:.0f} seconds more, which is longer than this waits"
                )
            self._clock.sleep(wait)

    def _once(self, method: str, url: str, body: bytes | None) -> _Answer | str:
        """The answer of one request, or why there is none."""
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "User-Agent": "mlplatform-promote",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        request = urllib.request.Request(url, data=body, headers=headers, method=method)  # noqa: S310 - https, or loopback
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return _Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            try:
                with error:
                    return _Answer(error.code, error.headers, error.read())
            except (OSError, HTTPException):
                return _Answer(error.code, error.headers, b"")
        except (OSError, HTTPException) as error:
            return f"{type(error).__name__}: {error}"

    def _limited(self, answer: _Answer) -> float | None:
        """Seconds until the rate limit is over; None when it is not the rate limit that refuses."""
        if answer.status not in (403, 429):
            return None
        if (after := answer.headers.get("Retry-After")) is not None:
            return float(after) if after.isdecimal() else _MINUTE
        if answer.headers.get("X-RateLimit-Remaining") == "0":
            reset = answer.headers.get("X-RateLimit-Reset", "")
            return max(float(reset) - self._clock.now(), 0.0) + 1 if reset.isdecimal() else _MINUTE
        return _MINUTE if answer.status == 429 else None

    def _refused(self, method: str, url: str, answer: _Answer) -> GithubError:
        if 300 <= answer.status < 400:
            return GithubError(f"{self._shown(url)} has moved; name the repository as it is called now")
        try:
            said = str(json.loads(answer.body)["message"])[:200]
        except (ValueError, TypeError, KeyError):
            said = "no reason given"
        kind = NotFoundError if answer.status == 404 else GithubError
        return kind(f"{method} {self._shown(url)}: status {answer.status}, {self._scrubbed(said)}")

    def _read(self, url: str, answer: _Answer, shape: type[T]) -> T:
        try:
            return _adapter(shape).validate_json(answer.body)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the answer"
            raise GithubError(f"{self._shown(url)} answered in another shape than GitHub's: {where}") from None

    def _shown(self, url: str) -> str:
        return self._scrubbed(url.removeprefix(self._url).lstrip("/").partition("?")[0])

    def _scrubbed(self, text: str) -> str:
        return text.replace(self._token, "***") if self._token else text
