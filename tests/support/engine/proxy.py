"""An HTTPS proxy that answers every request with an empty 200, whatever host it is for.

pulumi-eks asks the public endpoint of an API server for its health at each deployment, for up to 300 seconds, and does
not check its certificate. Source: pulumi-eks 4.4, `nodejs/eks/cluster/cluster.ts`.
"""

import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

from tests.support.services.servers import issue_certificate

_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def answering_proxy(folder: Path) -> Generator[str]:
    """The URL of the proxy; its certificate is in `folder`."""
    issue_certificate(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "server.pem", folder / "server.key")

    class Connection(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(_ESTABLISHED)
            # A client that checks the certificate hangs up.
            with suppress(OSError), tls.wrap_socket(self.connection, server_side=True) as client:
                client.recv(65_536)
                client.sendall(_EMPTY)

    with ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
