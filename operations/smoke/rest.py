"""Calls over HTTPS, with a bound on time and size that no server can pass."""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, MaxRetryError, SSLError
from urllib3.exceptions import TimeoutError as CallTimeout

from .clock import Clock
from .settings import fault, shown

LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that are read."""
_CHUNK = 64 * 1024


class CallError(Exception):
    """A call that got no sound answer; the text names field, value and remedy."""


@dataclass(frozen=True)
class Answer:
    """An answer, header names in lower case, and the seconds it took to its last byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Rest:
    """Calls of one public name. Redirects are not followed: a model answers itself."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        trust: ssl.SSLContext,
        timeout_seconds: float,
        headers: Mapping[str, str],
        clock: Clock,
        connections: int = 1,
    ):
        self._timeout, self._headers, self._clock = timeout_seconds, dict(headers), clock
        self._pool = urllib3.HTTPSConnectionPool(
            host, port, ssl_context=trust, maxsize=connections, block=True, timeout=timeout_seconds
        )

    def close(self) -> None:
        """Close what is open."""
        self._pool.close()

    def call(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to one request; a CallError when it does not come whole and in time."""
        start = self._clock.seconds()
        try:
            response = self._pool.urlopen(
                method,
                path,
                body,
                {**self._headers, **(headers or {})},
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                content = self._content(response, start)
            except BaseException:
                response.close()
                raise
            finally:
                response.release_conn()
        except (HTTPError, OSError, LocationParseError) as error:
            raise CallError(self._why(error)) from None
        seconds = self._clock.seconds() - start
        named = {key.lower(): value for key, value in response.headers.items()}
        return Answer(response.status, named, content, seconds)

    def _content(self, response: urllib3.BaseHTTPResponse, start: float) -> bytes:
        content = bytearray()
        while chunk := response.read1(_CHUNK):
            content += chunk
            taken = self._clock.seconds() - start
            if taken > self._timeout:
                raise CallError(fault("seconds", round(taken, 3), self._slow()))
            if len(content) > LARGEST_ANSWER:
                raise CallError(fault("bytes", f"over {LARGEST_ANSWER}", "the answer has no end; look what answers"))
        return bytes(content)

    def _why(self, error: Exception) -> str:
        reason = error.reason if isinstance(error, MaxRetryError) and error.reason else error
        if isinstance(reason, CallTimeout):
            return fault("seconds", f"over {self._timeout:g}", self._slow())
        text = " ".join(str(reason).split())
        if isinstance(reason, SSLError):
            return fault("TLS", text, "the name's certificate must be valid for it, and its issuer trusted")
        return fault("connection", text, "the name must answer at its port; look at DNS, load balancer and target")

    def _slow(self) -> str:
        return f"no whole answer within timeoutSeconds = {self._timeout:g}; look at the model's replicas and its queue"


def excerpt(body: bytes) -> str:
    """The beginning of a body as a message shows it."""
    return shown(body[:1000].decode("utf-8", errors="replace"))
