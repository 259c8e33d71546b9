"""A stand-in for the two calls of ElastiCache that set passwords, which moto has not."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.support.http_servers import QuietHandler, http_server

_NAMESPACE = "http://elasticache.amazonaws.com/doc/2015-02-02/"


@dataclass
class CacheUser:
    """A user as ElastiCache keeps it."""

    mode: str = "iam"
    passwords: list[str] = field(default_factory=list[str])
    modifying: int = 0
    """How many more times it is described as being modified, in which time it can't be modified again."""


@contextmanager
def elasticache(users: dict[str, CacheUser]) -> Generator[str]:
    """The address of an ElastiCache with these users."""
    handler = type("Handler", (_Handler,), {"users": users})
    with http_server(handler) as port:
        yield f"http://127.0.0.1:{port}"


class _Handler(QuietHandler):
    users: dict[str, CacheUser]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {key: values[0] for key, values in parse_qs(body).items()}
        name = asked["UserId"]
        if name not in self.users:
            return self._answer(404, _fault("UserNotFound", f"User {name} not found."))
        user, action = self.users[name], asked["Action"]
        status = "modifying" if user.modifying else "active"
        if action == "ModifyUser":
            if user.modifying:
                return self._answer(400, _fault("InvalidUserState", f"User {name} is being modified."))
            user.mode = asked["AuthenticationMode.Type"]
            user.passwords = [asked[key] for key in sorted(asked) if ".Passwords." in key]
            status, user.modifying = "modifying", 1
            return self._answer(200, _result(action, _described(name, status)))
        user.modifying = max(0, user.modifying - 1)
        return self._answer(200, _result(action, f"<Users><member>{_described(name, status)}</member></Users>"))

    def _answer(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _described(name: str, status: str) -> str:
    return f"<UserId>{name}</UserId><UserName>{name}</UserName><Status>{status}</Status><Engine>valkey</Engine>"


def _result(action: str, content: str) -> str:
    return f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{content}</{action}Result></{action}Response>'


def _fault(code: str, message: str) -> str:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return f'<ErrorResponse xmlns="{_NAMESPACE}">{error}</ErrorResponse>'
