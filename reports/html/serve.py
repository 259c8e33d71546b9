"""`make serve`: shows the report of a stack on this machine, and writes it again when the project changes.

Each report is made by a process of its own, so that changed code counts, and a failing program ends only its process.
"""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from planner.printable import printable
from planner.project_changes import changes
from reports.html.embedding import content_policy

ADDRESS = "127.0.0.1"
_PATIENCE_SECONDS = 15.0
"""A connection that waits for news gets a comment in this interval, so that a closed one is noticed."""

_LIVE = """
const banner = document.createElement("aside");
banner.id = "served-error";
banner.setAttribute("role", "alert");
banner.hidden = true;
document.body.prepend(banner);
const news = new EventSource("/events");
news.onmessage = (event) => {
  const { version, error } = JSON.parse(event.data);
  if (error) {
    banner.textContent = error;
    banner.hidden = false;
  } else if (String(version) !== document.documentElement.dataset.version) location.reload();
  else banner.hidden = true;
};
"""
_LIVE_STYLE = (
    "#served-error{position:sticky;top:0;z-index:9;padding:12px 24px;white-space:pre-wrap;overflow-wrap:anywhere;"
    "font:13px/1.5 ui-monospace,monospace;background:#b3261e;color:#fff}"
)
_WAITING = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    f"""<meta http-equiv="Content-Security-Policy" content="{content_policy([], []).replace("'", "&#39;")}">\n"""
    "<title>No report yet</title>\n</head>\n<body>\n<main><h1>No report yet</h1>"
    "<p>This page shows the report as soon as there is a plan.</p></main>\n</body>\n</html>\n"
)


class State:
    """The last report, the error of the project if there is one, and the pages that wait for the next report."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[queue.Queue[str]] = []
        self.html = _WAITING
        self.error = ""
        self.version = 0

    def succeed(self, html: str) -> None:
        """Take a new report. The error before it is over."""
        with self._lock:
            self.html, self.error, self.version = html, "", self.version + 1
        self._tell()

    def fail(self, error: str) -> None:
        """Keep the last report and show what is wrong."""
        with self._lock:
            self.error = printable(error)
        self._tell()

    def news(self) -> str:
        """What a page is told: the version of the report, and what is wrong."""
        return json.dumps({"version": self.version, "error": self.error})

    def listen(self) -> queue.Queue[str]:
        """The queue of a new listener, with the current news in it."""
        heard: queue.Queue[str] = queue.Queue()
        with self._lock:
            self._listeners.append(heard)
        heard.put(self.news())
        return heard

    def leave(self, listener: queue.Queue[str]) -> None:
        """Forget a listener."""
        with self._lock:
            self._listeners.remove(listener)

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener.put(self.news())


def live(html: str, version: int) -> str:
    """A report that reloads when a later one is written. It may connect to its own server only.

    The file on disk stays as it is.
    """
    own = dict(rule.split(" ", 1) for rule in content_policy([_LIVE], [_LIVE_STYLE]).split("; "))
    before, marker, after = html.partition('http-equiv="Content-Security-Policy" content="')
    policy, _, rest = after.partition('"')
    for name in ("script-src", "style-src"):
        policy = policy.replace(name, f"{name} {own[name]}", 1)
    page = f"""{before}{marker}{policy}; connect-src 'self'"{rest}"""
    page = page.replace("<html ", f'<html data-version="{version}" ', 1)
    page = page.replace("</head>", f"<style>{_LIVE_STYLE}</style>\n</head>", 1)
    head, _, tail = page.rpartition("</body>")
    return f"{head}<script>{_LIVE}</script>\n</body>{tail}"


def server_of(state: State, port: int) -> ThreadingHTTPServer:
    """A server of the state's report on this machine alone. Port 0 takes a free one.

    Raises:
        OSError: when the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # Another site could point a name of its own at this machine to read the page.
            if self.headers.get("Host", "").rpartition(":")[0] not in (ADDRESS, "localhost"):
                self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            elif self.path == "/":
                self._page()
            elif self.path == "/events":
                self._events()
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        def _page(self) -> None:
            body = live(state.html, state.version).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def _events(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            heard = state.listen()
            try:
                for text in _messages(heard):
                    self.wfile.write(text.encode())
                    self.wfile.flush()
            except OSError:
                pass
            finally:
                state.leave(heard)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Print no line for each request."""

    server = ThreadingHTTPServer((ADDRESS, port), Handler)
    server.daemon_threads = True
    return server


def serve(root: Path, arguments: Sequence[str], path: Path, port: int) -> int:
    """Serve the report in `path`, which `python -m reports` writes with `arguments`, until Ctrl-C.

    Returns an exit code.
    """
    state = State()
    try:
        server = server_of(state, port)
    except OSError as error:
        print(f"port {port} cannot be used: {error.strerror}; name another by --port", file=sys.stderr)
        return 2
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"serving http://{ADDRESS}:{server.server_port} until Ctrl-C")
    try:
        rebuild(state, root, arguments, path)
        for _ in changes(root):
            rebuild(state, root, arguments, path)
    except KeyboardInterrupt:
        pass
    finally:
        server.shutdown()
    return 0


def rebuild(state: State, root: Path, arguments: Sequence[str], path: Path) -> None:
    """Make the report again, in a process of its own, and tell the open pages."""
    command = [sys.executable, "-m", "reports", *arguments, "--out", str(path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode:
        message = done.stderr.strip() or f"python -m reports ended with code {done.returncode}"
        state.fail(message)
        print(printable(message), file=sys.stderr)
        return
    state.succeed(path.read_text(encoding="utf-8"))
    print(done.stdout.strip())


def _messages(heard: queue.Queue[str]) -> Iterator[str]:
    while True:
        try:
            yield f"data: {heard.get(timeout=_PATIENCE_SECONDS)}\n\n"
        except queue.Empty:
            yield ": still here\n\n"
