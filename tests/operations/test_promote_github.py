"""The client of GitHub's API: pages, rate limits, repeats, and a token that is sent nowhere else."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from operations.promote.command import run
from operations.promote.github import Client, Clock, GithubError, NotFoundError
from operations.promote.shapes import Anything, User
from operations.promote.trees import CommitTree
from tests.support.operations.github import TOKEN, Fault, GitHub
from tests.support.operations.promotion import PROD, REPOSITORY, TEAM, github_with, of_model, promote, verified
from tests.support.programs import needs

MEMBERS = "orgs/example/teams/senior-engineers/members"
NOW = 1_000_000.0


@dataclass
class Time:
    """A clock that only moves when somebody waits."""

    waits: list[float] = field(default_factory=list[float])

    def clock(self) -> Clock:
        return Clock(now=lambda: NOW + sum(self.waits), sleep=self.waits.append)


def members(github: GitHub, time: Time, patience: float = 900) -> list[str]:
    client = Client(github.url, TOKEN, time.clock(), patience=patience)
    return [each.login for each in client.pages(MEMBERS, User)]


def failing(github: GitHub, status: int, times: int = 1, body: bytes = b"{}", **headers: str) -> None:
    github.faults.append(
        Fault("/members", status, {name.replace("_", "-"): value for name, value in headers.items()}, body, times)
    )


def test_client_reads_every_page() -> None:
    with github_with(page=2) as github:
        github.teams[TEAM] = [f"senior-{number}" for number in range(5)]
        assert members(github, Time()) == github.teams[TEAM]
        assert [each.path for each in github.requests] == [f"/{MEMBERS}"] * 3


def test_tree_fetches_a_file_once() -> None:
    with github_with() as github:
        tree = CommitTree(Client(github.url, TOKEN, Time().clock()), REPOSITORY, github.branches["main"])
        assert (
            tree.read(PROD + "values.yaml") == tree.read(PROD + "values.yaml") == github.files()[PROD + "values.yaml"]
        )
        assert len([each for each in github.requests if "/git/blobs/" in each.path]) == 1


def test_client_refuses_next_page_at_another_address() -> None:
    with github_with() as github, github_with() as other:
        failing(github, 200, body=b"[]", Link=f'<{other.url}/{MEMBERS}>; rel="next"')
        with pytest.raises(GithubError, match="the token is not sent there"):
            members(github, Time())
        assert other.requests == []


@pytest.mark.parametrize("link", ["http://me:secret@{host}/more", "//[", "http://%00", "http://a\x7f/"])
def test_client_refuses_a_malformed_next_page(link: str) -> None:
    with github_with() as github:
        host = github.url.removeprefix("http://")
        failing(github, 200, body=b"[]", Link=f'<{link.format(host=host)}>; rel="next"')
        with pytest.raises(GithubError, match=r"not sent there|not a web address"):
            members(github, Time())
        assert len(github.requests) == 1


@pytest.mark.parametrize("token", [f"{TOKEN}\n", "two words", "t\u00f6ken", "\x00"])
def test_client_refuses_a_malformed_token_without_showing_it(token: str) -> None:
    with github_with() as github:
        with pytest.raises(GithubError, match="the token contains") as error:
            Client(github.url, token)
        assert token.strip() not in str(error.value)


def test_client_stops_when_pages_never_end() -> None:
    with github_with() as github:
        failing(github, 200, times=9, body=b"[]", Link=f'<{github.url}/{MEMBERS}?page=2>; rel="next"')
        with pytest.raises(GithubError, match="does not end"):
            members(github, Time())


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (403, {"Retry_After": "30"}, 30),
        (429, {"Retry_After": "7"}, 7),
        (429, {"Retry_After": "soon"}, 60),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(NOW) + 90)}, 91),
        (429, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(NOW) - 90)}, 1),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "later"}, 60),
        (429, {}, 60),
    ],
)
def test_client_waits_for_rate_limit(status: int, headers: dict[str, str], wait: float) -> None:
    with github_with() as github:
        failing(github, status, 1, b"{}", **headers)
        time = Time()
        assert "ada" in members(github, time)
        assert time.waits == [wait]


def test_client_reports_rate_limit_longer_than_patience() -> None:
    with github_with() as github:
        failing(github, 403, Retry_After="3600")
        time = Time()
        with pytest.raises(GithubError, match="3600 seconds"):
            members(github, time)
        assert time.waits == []


def test_client_counts_all_waits_against_patience() -> None:
    with github_with() as github:
        failing(github, 429, times=99, Retry_After="40")
        time = Time()
        with pytest.raises(GithubError, match="longer than the 100 seconds that a command waits"):
            members(github, time, patience=100)
        assert time.waits == [40, 40]


def test_client_does_not_wait_for_a_missing_permission() -> None:
    with github_with() as github:
        failing(github, 403, body=b'{"message": "Resource not accessible by integration"}', X_RateLimit_Remaining="41")
        time = Time()
        with pytest.raises(GithubError, match="403, Resource not accessible"):
            members(github, time)
        assert time.waits == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_client_repeats_a_get_after_a_server_error(status: int) -> None:
    with github_with() as github:
        failing(github, status, times=3)
        time = Time()
        assert "ada" in members(github, time)
        assert time.waits == [1, 2, 4]


def test_client_reports_a_server_that_stays_down() -> None:
    with github_with() as github:
        failing(github, 503, times=99)
        with pytest.raises(GithubError, match="status 503"):
            members(github, Time())


def test_client_does_not_repeat_a_post() -> None:
    with github_with() as github:
        github.faults.append(Fault("/statuses/", 502, times=1))
        client = Client(github.url, TOKEN, Time().clock())
        with pytest.raises(GithubError, match="run it again"):
            client.send("POST", f"repos/{REPOSITORY}/statuses/{'a' * 40}", {"state": "success"}, Anything)
        assert len(github.requests) == 1


def test_client_reports_a_refused_connection() -> None:
    with github_with() as github:
        url = github.url
    time = Time()
    with pytest.raises(GithubError, match="failed"):
        list(Client(url, TOKEN, time.clock()).pages(MEMBERS, User))
    assert time.waits == [1, 2, 4]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"id": 1}', b"[{}]", b'[{"id": "one", "login": "ada"}]', b"[null]", b"\xff\xfe", b"[" * 5000],
)
def test_client_reports_an_unexpected_answer(body: bytes) -> None:
    with github_with() as github:
        failing(github, 200, body=body)
        with pytest.raises(GithubError, match="unexpected shape"):
            members(github, Time())


def test_client_repeats_a_get_after_a_cut_off_answer() -> None:
    with github_with() as github:
        failing(github, 200, body=b"[", Content_Length="100")
        time = Time()
        assert "ada" in members(github, time)
        assert time.waits == [1]


def test_client_does_not_follow_redirects() -> None:
    with github_with() as github, github_with() as other:
        failing(github, 301, Location=f"{other.url}/{MEMBERS}")
        with pytest.raises(GithubError, match="has moved"):
            members(github, Time())
        assert other.requests == []


def test_client_reports_not_found_by_its_own_error() -> None:
    with github_with() as github:
        github.teams.clear()
        with pytest.raises(NotFoundError):
            members(github, Time())


def test_errors_hide_the_token_that_the_server_repeats() -> None:
    with github_with() as github:
        failing(github, 422, body=f'{{"message": "bad token {TOKEN}"}}'.encode())
        with pytest.raises(GithubError) as told:
            members(github, Time())
        assert TOKEN not in str(told.value)
        assert "***" in str(told.value)


def test_client_refuses_an_address_without_https() -> None:
    with pytest.raises(GithubError, match="not https"):
        Client("http://api.github.example", TOKEN)


def test_client_refuses_what_is_no_address() -> None:
    with pytest.raises(GithubError, match="not a web address"):
        Client("https://api\x00.github.example", TOKEN)


def test_command_without_token_sends_no_request(capsys: pytest.CaptureFixture[str]) -> None:
    with github_with() as github:
        arguments = ["verify", "--pull-request", "1", "--repository", REPOSITORY]
        assert run(arguments, {"GITHUB_API_URL": github.url}) == 2
        assert "GITHUB_TOKEN is not set" in capsys.readouterr().err
        assert github.requests == []


@pytest.mark.parametrize("body", [b"<html>", b'{"number": 1}'])
def test_verify_exits_with_2_on_an_unexpected_answer(body: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with github_with() as github:
        github.push("change", {"README.md": "more\n"})
        number = github.open("change")
        github.faults.append(Fault(f"/pulls/{number}$", 200, body=body))
        assert verified(github, number) == 2
        assert "unexpected shape" in capsys.readouterr().err


def test_verify_exits_with_2_when_team_is_invisible(capsys: pytest.CaptureFixture[str]) -> None:
    with github_with() as github:
        github.push("change", {".github/workflows/a.yaml": "on: push\n"})
        number = github.open("change")
        github.teams.clear()
        assert verified(github, number) == 2
        assert "members: status 404" in capsys.readouterr().err


@needs("kustomize")
def test_command_waits_for_rate_limit_midway(tmp_path: Path) -> None:
    with github_with() as github:
        github.faults.append(Fault("/git/trees", 403, {"Retry-After": "5"}))
        time = Time()
        arguments = ["--commit", "c" * 40, "--model-version", "32"]
        assert promote(github, "stage", *of_model(), *arguments, clock=time.clock()) == 0
        assert time.waits == [5]
        assert len(github.pulls) == 1
