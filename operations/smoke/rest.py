"""HTTPS calls with limits on the time and the size of a response."""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, MaxRetryError, SSLError
from urllib3.exceptions import TimeoutError as CallTimeout

from ..settings import fault, shown
from .clock import Clock

LARGEST_RESPONSE = 16 * 1024 * 1024
"""The most bytes of a response that are read."""
EARLY_SECONDS = 2.0
"""How long the server may take to refuse the beginning of a large body before the rest is sent."""
_BEGINNING = 16 * 1024
_CHUNK = 64 * 1024


class CallError(Exception):
    """A call without a valid response. The text names field, value and remedy."""


@dataclass(frozen=True)
class Response:
    """A response with lower-case header names, and the seconds until its last byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Rest:
    """Calls to one public name. Redirects are not followed."""

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
        self._host, self._port, self._trust = host, port, trust
        self._timeout, self._headers, self._clock = timeout_seconds, dict(headers), clock
        self._pool = urllib3.HTTPSConnectionPool(
            host, port, ssl_context=trust, maxsize=connections, block=True, timeout=timeout_seconds
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def call(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one request. Raises CallError if the response is not complete in time."""
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
        return self._response(response, content, start)

    def call_large(self, method: str, path: str, size: int, headers: Mapping[str, str]) -> Response:
        """Send a body of `size` blanks. Raises CallError if the response is not complete in time.

        A server that refuses a body by its length responds early and may close the connection at once, and a client
        that is still sending loses that response. So the rest is sent only if the server waits for it.
        """
        start = self._clock.seconds()
        connection = HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._trust)
        try:
            connection.putrequest(method, path)
            for key, value in {**self._headers, **headers, "Content-Length": str(size)}.items():
                connection.putheader(key, value)
            connection.endheaders(b" " * min(size, _BEGINNING))
            response = self._early(connection) or self._late(connection, size - _BEGINNING)
            return self._response(response, self._content(response, start), start)
        except (HTTPException, OSError) as error:
            raise CallError(self._why(error)) from None
        finally:
            connection.close()

    def _early(self, connection: HTTPSConnection) -> HTTPResponse | None:
        """The response to the beginning of the body; None if the server waits for more."""
        connection.sock.settimeout(min(EARLY_SECONDS, self._timeout))
        try:
            return connection.getresponse()
        except TimeoutError:
            return None
        finally:
            if connection.sock:
                connection.sock.settimeout(self._timeout)

    def _late(self, connection: HTTPSConnection, size: int) -> HTTPResponse:
        for chunk in _blanks(size):
            connection.send(chunk)
        return connection.getresponse()

    def _response(self, response: urllib3.BaseHTTPResponse | HTTPResponse, content: bytes, start: float) -> Response:
        named = {key.lower(): value for key, value in response.headers.items()}
        return Response(response.status, named, content, self._clock.seconds() - start)

    def _content(self, response: urllib3.BaseHTTPResponse | HTTPResponse, start: float) -> bytes:
        content = bytearray()
        while chunk := response.read1(_CHUNK):
            content += chunk
            taken = self._clock.seconds() - start
            if taken > self._timeout:
                raise CallError(fault("seconds", round(taken, 3), self._slow()))
            if len(content) > LARGEST_RESPONSE:
                raise CallError(
                    fault("bytes", f"over {LARGEST_RESPONSE}", "the response does not end; check which server responds")
                )
        return bytes(content)

    def _why(self, error: Exception) -> str:
        reason = error.reason if isinstance(error, MaxRetryError) and error.reason else error
        if isinstance(reason, CallTimeout | TimeoutError):
            return fault("seconds", f"over {self._timeout:g}", self._slow())
        text = " ".join(str(reason).split())
        if isinstance(reason, SSLError | ssl.SSLError):
            return fault("TLS", text, "the certificate must be valid for the name, and its issuer trusted")
        return fault(
            "connection", text, "the name must respond at its port; check DNS, the load balancer and its targets"
        )

    def _slow(self) -> str:
        return (
            f"no complete response within timeoutSeconds = {self._timeout:g}; check the model's replicas and its queue"
        )


def _blanks(size: int) -> Iterator[bytes]:
    for start in range(0, size, _CHUNK):
        yield b" " * min(_CHUNK, size - start)


def excerpt(body: bytes) -> str:
    """The beginning of a body, for a message."""
    return shown(body[:1000].decode("utf-8", errors="replace"))
