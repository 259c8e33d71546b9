"""The scorer over HTTP, before a model that works, lies or is not there."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any

import pytest

from scorer.service import LARGEST_BODY, Model, server


@contextmanager
def running(serving: HTTPServer) -> Generator[str]:
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}"
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()


@contextmanager
def scorer(status: int = 200, answer: bytes = b'{"outputs": [{"name": "score", "data": [0.93]}]}') -> Generator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/v2/models/fraud/ready" else 404)
            self.end_headers()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status if self.path == "/v2/models/fraud/infer" else 404)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any, **__: Any) -> None:
            pass

    with (
        running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url,
        running(server(("127.0.0.1", 0), Model(url, "fraud"))) as own,
    ):
        yield own


def ask(url: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=10) as found:
            return found.status, json.load(found)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


PAYMENT = b'{"features": [0.5, -1, 2.25, 8]}'


def test_a_payment_is_decided() -> None:
    with scorer() as url:
        assert ask(f"{url}/score", PAYMENT) == (200, {"probability": 0.93, "decision": "refuse"})


def test_it_is_ready_when_the_model_is() -> None:
    with scorer() as url:
        assert ask(f"{url}/ready") == (200, {"ready": True})
    with scorer(503) as url:
        assert ask(f"{url}/ready") == (503, {"ready": False})
        assert ask(f"{url}/live") == (200, {"live": True})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"features": [1]}', b"[" * 60_000, b"\xff"])
def test_what_is_no_payment_is_the_caller_s_fault(body: bytes) -> None:
    with scorer() as url:
        assert ask(f"{url}/score", body)[0] == 400


def test_too_much_is_refused_unread() -> None:
    with scorer() as url:
        assert ask(f"{url}/score", b" " * (LARGEST_BODY + 1))[0] == 413


@pytest.mark.parametrize(("status", "answer"), [(500, b"{}"), (200, b"<html>"), (200, b"{}"), (404, b"{}")])
def test_a_model_that_fails_is_not_the_caller_s_fault(status: int, answer: bytes) -> None:
    with scorer(status, answer) as url:
        assert ask(f"{url}/score", PAYMENT) == (502, {"error": "the model did not answer"})
