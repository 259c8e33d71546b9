"""The scorer over HTTP: POST /score, and what Kubernetes asks: GET /live and GET /ready."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .decision import InputError, decide, payment_of, probability_of, request_of

LARGEST_BODY = 64 * 1024


class Model:
    """The model behind the scorer, called by the open inference protocol."""

    def __init__(self, url: str, name: str, timeout: float = 2):
        self._path = f"{url.rstrip('/')}/v2/models/{name}"
        self._timeout = timeout

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            with urllib.request.urlopen(f"{self._path}/ready", timeout=self._timeout) as answer:
                return answer.status == 200
        except (OSError, HTTPException):
            return False

    def infer(self, request: dict[str, Any]) -> Any:
        """Its answer; an OSError or ValueError when there is none."""
        body = json.dumps(request).encode()
        asked = urllib.request.Request(f"{self._path}/infer", data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=self._timeout) as answer:
            return json.load(answer)


def server(address: tuple[str, int], model: Model) -> ThreadingHTTPServer:
    """A server of the scorer; the caller lets it serve, and shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 15

        def do_GET(self) -> None:
            if self.path == "/live":
                self._answer(200, {"live": True})
            elif self.path == "/ready":
                ready = model.ready()
                self._answer(200 if ready else 503, {"ready": ready})
            else:
                self._answer(404, {"error": "there is /live, /ready and POST /score"})

        def do_POST(self) -> None:
            if self.path != "/score":
                return self._answer(404, {"error": "there is POST /score"})
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > LARGEST_BODY:
                self.close_connection = True
                return self._answer(413, {"error": f"the body must have a length, of {LARGEST_BODY} bytes at most"})
            try:
                payment = payment_of(json.loads(self.rfile.read(int(length))))
            except InputError as error:
                return self._answer(400, {"error": str(error)})
            except (ValueError, RecursionError):
                return self._answer(400, {"error": "the body must be JSON"})
            try:
                probability = probability_of(model.infer(request_of(payment)))
            except (OSError, HTTPException, ValueError) as error:
                self.log_error("the model did not answer: %s", error)
                return self._answer(502, {"error": "the model did not answer"})
            return self._answer(200, {"probability": probability, "decision": decide(probability)})

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    made = ThreadingHTTPServer(address, Handler)
    # Closing then waits for the requests under way.
    made.daemon_threads = False
    return made
