"""A stand-in for GitHub on a local port: the REST API that promotion uses, with pages and faults on demand."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.http_servers import QuietHandler, http_server

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TOKEN = "ghs_secret-of-the-test"
Files = dict[str, str]


@dataclass
class Commit:
    sha: str
    files: Files
    parents: list[str]
    login: str | None
    modes: dict[str, str] = field(default_factory=dict[str, str])
    message: str = "change"


@dataclass
class Pull:
    number: int
    branch: str
    base: str
    login: str | None
    state: str = "open"
    draft: bool = False
    fork: str | None = None
    reviews: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass
class Fault:
    """A wrong response for the next `times` requests whose path matches."""

    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b"{}"
    times: int = 1


@dataclass
class Request:
    method: str
    path: str
    token: str | None


class GitHub:
    """One repository with its branches, pull requests, reviews and teams."""

    def __init__(self, repository: str, files: Files, page: int = 2):
        self.repository = repository
        self.page = page
        self.url = ""
        self.minutes = 0
        self.commits: dict[str, Commit] = {}
        self.branches: dict[str, str] = {}
        self.pulls: dict[int, Pull] = {}
        self.teams: dict[str, list[str]] = {}
        self.statuses: list[tuple[str, str, str, str]] = []
        self.trees: dict[str, tuple[Files, dict[str, str]]] = {}
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.activities: list[dict[str, Any]] = []
        self.watch: Callable[[str], None] = lambda path: None
        self.login = "delivery[bot]"
        self.branches["main"] = self.commit(files, [], None)

    # What people do.

    def now(self) -> str:
        self.minutes += 1
        return (START + timedelta(minutes=self.minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def commit(self, files: Files, parents: list[str], login: str | None, modes: dict[str, str] | None = None) -> str:
        text = json.dumps([files, parents, login, modes, len(self.commits)])
        sha = hashlib.sha1(text.encode()).hexdigest()
        self.commits[sha] = Commit(sha, dict(files), parents, login, modes or {})
        return sha

    def files(self, branch: str = "main") -> Files:
        return self.commits[self.branches[branch]].files

    def push(
        self,
        branch: str,
        changes: dict[str, str | None],
        login: str | None = "carla",
        modes: dict[str, str] | None = None,
        pusher: str | None = None,
    ) -> str:
        """A commit on a branch, which begins at main; None deletes a file."""
        tip = self.branches.get(branch, self.branches["main"])
        files = {path: text for path, text in {**self.commits[tip].files, **changes}.items() if text is not None}
        self.branches[branch] = self.commit(files, [tip], login, modes)
        self.pushed(branch, pusher or login)
        return self.branches[branch]

    def pushed(self, branch: str, login: str | None, how: str | None = None) -> None:
        """Somebody moved the branch to where it is: by a push, or as the type of activity `how`."""
        known = any(each["ref"] == branch for each in self.activities)
        made: dict[str, Any] = {"ref": branch, "after": self.branches[branch]}
        how = how or ("push" if known else "branch_creation")
        made |= {"activity_type": how, "actor": self.user(login) if login else None}
        self.activities.insert(0, made)

    def open(self, branch: str, login: str = "carla", base: str = "main") -> int:
        number = len(self.pulls) + 1
        self.pulls[number] = Pull(number, branch, base, login)
        return number

    def review(self, number: int, login: str, state: str = "APPROVED", commit: str | None = None, **user: Any) -> int:
        reviews = self.pulls[number].reviews
        made: dict[str, Any] = {
            "id": 1000 + self.minutes,
            "user": {**self.user(login), **user},
            "state": state,
            "commit_id": commit or self.branches[self.pulls[number].branch],
            "submitted_at": self.now(),
        }
        reviews.append(made)
        return made["id"]

    def dismiss(self, number: int, review: int) -> None:
        [found] = [each for each in self.pulls[number].reviews if each["id"] == review]
        found["state"] = "DISMISSED"

    def merge(self, number: int) -> None:
        pull = self.pulls[number]
        changes = self._changes(pull)
        self.push(pull.base, changes)
        pull.state = "closed"

    def user(self, login: str) -> dict[str, Any]:
        number = int(hashlib.sha1(login.lower().encode()).hexdigest()[:8], 16)
        return {"id": number, "login": login, "type": "Bot" if login.endswith("[bot]") else "User"}

    # What the API answers.

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        for verb, pattern, work in self._routes():
            if verb == method and (match := re.fullmatch(pattern, path)):
                return work(*match.groups(), query=query, body=body)
        return 404, {"message": "Not Found"}

    def _routes(self) -> list[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        repo = f"/repos/{re.escape(self.repository)}"
        return [
            ("GET", rf"{repo}/git/ref/heads/(.+)", self._ref),
            ("POST", rf"{repo}/git/refs", self._new_ref),
            ("PATCH", rf"{repo}/git/refs/heads/(.+)", self._move_ref),
            ("GET", rf"{repo}/git/commits/([0-9a-f]+)", self._commit),
            ("POST", rf"{repo}/git/commits", self._new_commit),
            ("GET", rf"{repo}/git/trees/([0-9a-f]+)", self._tree),
            ("POST", rf"{repo}/git/trees", self._new_tree),
            ("GET", rf"{repo}/git/blobs/([0-9a-f]+)", self._blob),
            ("GET", rf"{repo}/pulls", self._list),
            ("POST", rf"{repo}/pulls", self._new_pull),
            ("GET", rf"{repo}/pulls/(\d+)", self._pull),
            ("GET", rf"{repo}/compare/([0-9a-f]+)\.\.\.([0-9a-f]+)", self._compared),
            ("GET", rf"{repo}/activity", self._activity),
            ("GET", rf"{repo}/pulls/(\d+)/reviews", self._reviews),
            ("GET", rf"{repo}/issues/(\d+)/events", self._events),
            ("GET", rf"{repo}/commits", self._history),
            ("POST", rf"{repo}/statuses/([0-9a-f]+)", self._status),
            ("GET", r"/orgs/([^/]+)/teams/([^/]+)/members", self._members),
        ]

    def _ref(self, branch: str, **_: Any) -> tuple[int, Any]:
        sha = self.branches.get(branch)
        return (200, {"object": {"sha": sha}}) if sha else (404, {"message": "Not Found"})

    def _new_ref(self, body: Any, **_: Any) -> tuple[int, Any]:
        branch = body["ref"].removeprefix("refs/heads/")
        self.branches[branch] = body["sha"]
        self.pushed(branch, self.login)
        return 201, {}

    def _move_ref(self, branch: str, body: Any, **_: Any) -> tuple[int, Any]:
        self.branches[branch] = body["sha"]
        self.pushed(branch, self.login)
        return 200, {}

    def _commit(self, sha: str, **_: Any) -> tuple[int, Any]:
        commit = self.commits[sha]
        return 200, {
            "sha": sha,
            "tree": {"sha": self._tree_of(commit)},
            "parents": [{"sha": parent} for parent in commit.parents],
        }

    def _new_commit(self, body: Any, **_: Any) -> tuple[int, Any]:
        files, modes = self.trees[body["tree"]]
        return 201, {"sha": self.commit(files, body["parents"], self.login, modes)}

    def _tree_of(self, commit: Commit) -> str:
        sha = hashlib.sha1(f"tree {commit.sha}".encode()).hexdigest()
        self.trees[sha] = (commit.files, commit.modes)
        return sha

    def _tree(self, sha: str, **_: Any) -> tuple[int, Any]:
        files, modes = self.trees[sha]
        entries = [
            {"path": path, "mode": modes.get(path, "100644"), "type": "blob", "sha": _blob_sha(text)}
            for path, text in files.items()
        ]
        return 200, {"tree": entries, "truncated": False}

    def _new_tree(self, body: Any, **_: Any) -> tuple[int, Any]:
        files, modes = self.trees[body["base_tree"]]
        files = {**files, **{each["path"]: each["content"] for each in body["tree"]}}
        sha = hashlib.sha1(json.dumps(files).encode()).hexdigest()
        self.trees[sha] = (files, modes)
        return 201, {"sha": sha}

    def _blob(self, sha: str, **_: Any) -> tuple[int, Any]:
        texts = [text for files, _ in self.trees.values() for text in files.values() if _blob_sha(text) == sha]
        return 200, {"content": base64.encodebytes(texts[0].encode()).decode(), "encoding": "base64"}

    def _list(self, query: dict[str, str], **_: Any) -> tuple[int, Any]:
        found = [
            self._shown(pull)
            for pull in self.pulls.values()
            if pull.state == query["state"]
            and pull.base == query["base"]
            and f"{self.repository.partition('/')[0]}:{pull.branch}" == query["head"]
        ]
        return 200, found

    def _new_pull(self, body: Any, **_: Any) -> tuple[int, Any]:
        number = self.open(body["head"], self.login, body["base"])
        return 201, self._shown(self.pulls[number])

    def _pull(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, self._shown(self.pulls[int(number)])

    def _shown(self, pull: Pull) -> dict[str, Any]:
        return {
            "number": pull.number,
            "state": pull.state,
            "draft": pull.draft,
            "user": self.user(pull.login) if pull.login else None,
            "head": {
                "ref": pull.branch,
                "sha": self.branches[pull.branch],
                "repo": {"full_name": pull.fork or self.repository},
            },
            "base": {"ref": pull.base, "sha": self.branches[pull.base], "repo": {"full_name": self.repository}},
            "html_url": f"https://github.example/{self.repository}/pull/{pull.number}",
        }

    def _reviews(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, self.pulls[int(number)].reviews

    def _events(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, self.pulls[int(number)].events

    def _compared(self, base: str, head: str, query: dict[str, str], **_: Any) -> tuple[int, Any]:
        main = self._ancestors(base)
        own = [each for each in self._ancestors(head) if each not in main]
        fork = next(each for each in self._ancestors(head) if each in main)
        start = (int(query["page"]) - 1) * self.page
        shown = [self._shown_commit(self.commits[sha]) for sha in own[start : start + self.page]]
        return 200, {"merge_base_commit": {"sha": fork}, "total_commits": len(own), "commits": shown}

    def _shown_commit(self, commit: Commit) -> dict[str, Any]:
        author = self.user(commit.login) if commit.login else None
        return {
            "sha": commit.sha,
            "commit": {"message": commit.message},
            "author": author,
            "committer": self.user("web-flow"),
        }

    def _activity(self, query: dict[str, str], **_: Any) -> tuple[int, Any]:
        branch = query["ref"].removeprefix("refs/heads/")
        return 200, [each for each in self.activities if each["ref"] == branch]

    def _history(self, query: dict[str, str], **_: Any) -> tuple[int, Any]:
        """The commits that changed something below a path, the newest first."""

        def below(sha: str | None) -> Files:
            files = self.commits[sha].files if sha else {}
            return {path: text for path, text in files.items() if path.startswith(query["path"])}

        found: list[dict[str, str]] = []
        sha: str | None = query["sha"]
        while sha:
            parent = next(iter(self.commits[sha].parents), None)
            if below(sha) != below(parent):
                found.append({"sha": sha})
            sha = parent
        return 200, found

    def _status(self, sha: str, body: Any, **_: Any) -> tuple[int, Any]:
        self.statuses.append((sha, body["context"], body["state"], body["description"]))
        return 201, {}

    def _members(self, organization: str, team: str, **_: Any) -> tuple[int, Any]:
        members = self.teams.get(f"{organization}/{team}")
        return (200, [self.user(each) for each in members]) if members is not None else (404, {"message": "Not Found"})

    def _ancestors(self, sha: str) -> list[str]:
        found, waiting = list[str](), [sha]
        while waiting:
            found.append(waiting.pop(0))
            waiting += self.commits[found[-1]].parents
        return found

    def _changes(self, pull: Pull) -> dict[str, str | None]:
        """What the pull request changes since it left its base."""
        main = self._ancestors(self.branches[pull.base])
        head = self.commits[self.branches[pull.branch]]
        [fork, *_] = [each for each in self._ancestors(head.sha) if each in main]
        before = self.commits[fork]
        return {
            path: head.files.get(path)
            for path in {*before.files, *head.files}
            if before.files.get(path) != head.files.get(path) or before.modes.get(path) != head.modes.get(path)
        }


def _blob_sha(text: str) -> str:
    return hashlib.sha1(f"blob {text}".encode()).hexdigest()


def _handler(github: GitHub) -> type[QuietHandler]:
    class Handler(QuietHandler):
        # One connection serves a client's requests, as GitHub's does, and an answer is sent in one piece.
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _work(self) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path)
            github.watch(path)
            github.requests.append(Request(self.command, path, self.headers.get("Authorization")))
            for fault in github.faults:
                if fault.times and re.search(fault.path, self.path):
                    fault.times -= 1
                    return self._send(fault.status, fault.headers, fault.body)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self._send(401, {}, b'{"message": "Bad credentials"}')
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, found = github.answer(self.command, path, query, body)
            headers: dict[str, str] = {}
            if isinstance(found, list):
                found = cast(list[Any], found)
                page = int(query.get("page", "1"))
                if page * github.page < len(found):
                    rest = "&".join(f"{name}={value}" for name, value in query.items() if name != "page")
                    next_page = f"{github.url}{parts.path}?{rest}&page={page + 1}"
                    headers["Link"] = f'<{github.url}/first>; rel="prev", <{next_page}>; rel="next"'
                found = found[(page - 1) * github.page : page * github.page]
            return self._send(status, headers, json.dumps(found).encode())

        def do_GET(self) -> None:
            self._work()

        def do_POST(self) -> None:
            self._work()

        def do_PATCH(self) -> None:
            self._work()

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" in headers:
                # A fault: the answer ends before what it says.
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


@contextmanager
def serving(github: GitHub) -> Generator[GitHub]:
    """The API at `github.url`."""
    with http_server(_handler(github)) as port:
        github.url = f"http://127.0.0.1:{port}"
        yield github
