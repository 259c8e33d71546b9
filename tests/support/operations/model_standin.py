"""A model behind a load balancer on this machine: TLS with its own authority, REST and gRPC at one port.

What the firewall in front answers comes from WebFirewall's own rules, as AWS WAF would apply them.
"""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from components.network.web_firewall.rules import build, response_bodies
from components.network.web_firewall.spec import WebFirewallSpec
from operations.smoke import inference_pb2 as messages
from operations.smoke.inference_pb2_grpc import (
    GRPCInferenceServiceServicer,
    add_GRPCInferenceServiceServicer_to_server,
)
from tests.support.components import waf

SCORES = [0.25, 0.75]


class HeldClock:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self._lock, self._seconds, self._start = threading.Lock(), 0.0, datetime.now(UTC)

    def seconds(self) -> float:
        with self._lock:
            return self._seconds

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds())

    def pause(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._seconds += seconds


def _nothing(*_: Any) -> None:
    """Changes nothing."""


@dataclass
class Behavior:
    """How the model responds; by default correctly and at once."""

    model: str = "fraud"
    version: str = "7"
    healthy: Callable[[], bool] = lambda: True
    firewall: WebFirewallSpec | None = field(default_factory=WebFirewallSpec)
    rest: dict[str, tuple[int, bytes]] = field(default_factory=dict[str, tuple[int, bytes]])
    """REST responses that replace the correct ones, by path."""
    change: Callable[[dict[str, Any]], None] = _nothing
    """Changes the REST inference response."""
    change_reply: Callable[[messages.ModelInferResponse], None] = _nothing
    """Changes the gRPC inference response."""
    grpc_ready: bool = True
    grpc_status: grpc.StatusCode | None = None
    inferring: Callable[[int], bool | None] = _nothing
    """Called with the number of each inference before its response; the inference fails if this returns True."""
    asked: Callable[[], None] = _nothing
    """Called for each REST request."""
    hanging: bool = False
    chunks: Callable[[], Generator[bytes]] | None = None
    """The body of each REST response, in parts and without a length."""


class Standin:
    """A running model."""

    def __init__(self, behavior: Behavior):
        self.behavior = behavior
        self.requests: list[waf.Request] = []
        self.metadata: list[dict[str, str]] = []
        self.received: list[messages.ModelInferRequest] = []
        self.inferences = 0
        self.released = threading.Event()
        self.port = 0
        self._lock = threading.Lock()
        self._rules = build(behavior.firewall, "firewall") if behavior.firewall else []
        self._bodies = {each["key"]: each["content"] for each in response_bodies()}

    def fails(self) -> bool:
        """Count an inference; whether it fails."""
        with self._lock:
            self.inferences += 1
            return bool(self.behavior.inferring(self.inferences))

    def refusal(self, request: waf.Request) -> tuple[int, dict[str, str], bytes] | None:
        """The firewall's response if it refuses the request."""
        spec = self.behavior.firewall
        with self._lock:
            self.requests.append(request)
            over = spec is not None and spec.blocks and len(self.requests) > spec.requests_per_window
        status = 429 if over else waf.answers(self._rules, [request])[0]
        if status is None:
            return None
        rules = [each["action"]["block"]["customResponse"] for each in self._rules if "block" in each.get("action", {})]
        said = next(each for each in rules if each["responseCode"] == status)
        headers = {each["name"]: each["value"] for each in said.get("responseHeaders", [])}
        return status, headers, self._bodies[said["customResponseBodyKey"]].encode()


@contextmanager
def serving(folder: Path, behavior: Behavior, name: str = "localhost") -> Generator[Standin]:
    """A model that responds at https://localhost:<port>; folder/ca.pem is its authority."""
    standin = Standin(behavior)
    issue(folder, name)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    rest = ThreadingHTTPServer(("127.0.0.1", 0), _handler(standin))
    rpc = grpc.server(ThreadPoolExecutor(4))
    add_GRPCInferenceServiceServicer_to_server(_Service(standin), rpc)
    rpc_port = rpc.add_insecure_port("127.0.0.1:0")
    rpc.start()
    serve = threading.Thread(target=lambda: rest.serve_forever(poll_interval=0.02))
    serve.start()
    loop = asyncio.new_event_loop()
    balance = threading.Thread(target=loop.run_forever)
    balance.start()
    balancer = _Balancer({"h2": rpc_port, None: rest.server_port, "http/1.1": rest.server_port})
    standin.port = asyncio.run_coroutine_threadsafe(balancer.listen(context), loop).result()
    try:
        yield standin
    finally:
        standin.released.set()
        asyncio.run_coroutine_threadsafe(balancer.end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        balance.join()
        loop.close()
        rest.shutdown()
        serve.join()
        rest.server_close()
        rpc.stop(None).wait()


class _Balancer:
    """Terminates TLS and forwards by the negotiated protocol, as a load balancer does."""

    def __init__(self, targets: Mapping[str | None, int]):
        self._targets = targets
        self._open: set[asyncio.StreamWriter] = set()

    async def listen(self, context: ssl.SSLContext) -> int:
        self._server = await asyncio.start_server(self._balance, "127.0.0.1", 0, ssl=context)
        return self._server.sockets[0].getsockname()[1]

    async def end(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.close()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    async def _balance(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        spoken = writer.get_extra_info("ssl_object").selected_alpn_protocol()
        behind = await asyncio.open_connection("127.0.0.1", self._targets[spoken])
        self._open |= {writer, behind[1]}
        await asyncio.gather(_pump(reader, behind[1]), _pump(behind[0], writer))
        self._open -= {writer, behind[1]}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    behavior = standin.behavior

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            self._taken = 0
            # A firewall sees the beginning of a body, and refuses before the rest has come.
            body = self._body(waf.SHOWN + 1)
            behavior.asked()
            if behavior.hanging:
                standin.released.wait()
                return
            refused = standin.refusal(waf.Request(self.command, dict(self.headers.items()), body))
            if refused:
                self._send(*refused)
                self._body()
            elif behavior.chunks:
                self._trickle(behavior.chunks())
            else:
                body += self._body()
                status, content = _model(standin, self.path, body)
                self._send(status, {}, content)

        do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _answer  # noqa: N815 - as the class calls them

        def _body(self, most: int | None = None) -> bytes:
            """So much of the body, or what is left of it."""
            if self.headers.get("Transfer-Encoding") == "chunked":
                return self._chunks()
            length = int(self.headers.get("Content-Length", "0")) - self._taken
            content = self.rfile.read(length if most is None else min(most, length))
            self._taken += len(content)
            return content

        def _chunks(self) -> bytes:
            content = b""
            while not self._taken and (size := int(self.rfile.readline(), 16)):
                content += self.rfile.read(size)
                self.rfile.readline()
            if not self._taken:
                self.rfile.readline()
            self._taken += 1
            return content

        def _send(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content)

        def _trickle(self, chunks: Generator[bytes]) -> None:
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                for chunk in chunks:
                    self.wfile.write(chunk)
            except OSError:
                return

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep the output for the tests."""

    return Handler


def _model(standin: Standin, path: str, body: bytes) -> tuple[int, bytes]:
    """The model's REST response to a request that passed the firewall."""
    behavior = standin.behavior
    if path in behavior.rest:
        return behavior.rest[path]
    if path.endswith(("/live", "/ready")):
        return (200, b"") if behavior.healthy() else (503, b"")
    if not path.endswith("/infer"):
        return 404, b'{"error": "not found"}'
    try:
        request = json.loads(body)
    except ValueError:
        return 400, b'{"error": "failed to parse the request"}'
    if standin.fails():
        return 500, b'{"error": "CUDA out of memory"}'
    output = {"name": "score", "datatype": "FP32", "shape": [1, 2], "data": [SCORES]}
    answer: dict[str, Any] = {
        "model_name": behavior.model,
        "model_version": behavior.version,
        "id": request["id"],
        "outputs": [output],
    }
    behavior.change(answer)
    return 200, json.dumps(answer).encode()


class _Service(GRPCInferenceServiceServicer):
    """The model's gRPC responses."""

    def __init__(self, standin: Standin):
        self._standin = standin

    def ServerLive(
        self, request: messages.ServerLiveRequest, context: grpc.ServicerContext
    ) -> messages.ServerLiveResponse:
        return messages.ServerLiveResponse(live=True)

    def ServerReady(
        self, request: messages.ServerReadyRequest, context: grpc.ServicerContext
    ) -> messages.ServerReadyResponse:
        return messages.ServerReadyResponse(ready=self._standin.behavior.grpc_ready)

    def ModelReady(
        self, request: messages.ModelReadyRequest, context: grpc.ServicerContext
    ) -> messages.ModelReadyResponse:
        return messages.ModelReadyResponse(ready=self._standin.behavior.healthy())

    def ModelInfer(
        self, request: messages.ModelInferRequest, context: grpc.ServicerContext
    ) -> messages.ModelInferResponse:
        standin, behavior = self._standin, self._standin.behavior
        standin.metadata.append({str(key): str(value) for key, value in context.invocation_metadata()})
        standin.received.append(request)
        if behavior.hanging:
            standin.released.wait()
        if standin.fails():
            context.abort(grpc.StatusCode.INTERNAL, "CUDA out of memory")
        if behavior.grpc_status:
            context.abort(behavior.grpc_status, "no")
        reply = messages.ModelInferResponse(model_name=behavior.model, model_version=behavior.version, id=request.id)
        output = reply.outputs.add(name="score", datatype="FP32", shape=[1, 2])
        output.contents.fp32_contents.extend(SCORES)
        behavior.change_reply(reply)
        return reply


def issue(folder: Path, name: str) -> None:
    """Write ca.pem, an authority, and server.pem, the key and the certificate for `name` that it issued for 30 days."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)])
        for each in (f"Authority {x509.random_serial_number()}", name)
    ]
    now = datetime.now(UTC)

    def certificate(subject: int, extension: x509.ExtensionType) -> bytes:
        made = (
            x509.CertificateBuilder()
            .subject_name(names[subject])
            .issuer_name(names[0])
            .public_key(keys[subject].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(extension, critical=subject == 0)
            .sign(keys[0], hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)

    key = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(certificate(0, x509.BasicConstraints(ca=True, path_length=0)))
    (folder / "server.pem").write_bytes(key + certificate(1, x509.SubjectAlternativeName([x509.DNSName(name)])))
