"""The smoke test accepts only WebFirewall's own responses."""

import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from components.network.web_firewall.rules import INSPECTED_BYTES, build, response_bodies
from components.network.web_firewall.spec import WebFirewallSpec
from operations.smoke import firewall as smoke_firewall
from operations.smoke import rest
from operations.smoke.config import FirewallConfig
from operations.smoke.report import Result
from tests.support.operations.model_standin import Behavior, HeldClock, issue, serving
from tests.support.operations.smoke_runs import run

RULES = [
    "json-not-valid",
    "content-type-not-supported",
    "method-not-allowed",
    "headers-too-large",
    "body-too-large",
    "body-of-unstated-length",
]


def spec(**fields: Any) -> WebFirewallSpec:
    return WebFirewallSpec.model_validate(fields)


def without(tmp_path: Path, firewall: WebFirewallSpec | None, **asked: Any) -> list[str]:
    """The checks that fail with this firewall and these settings of the smoke test."""
    with serving(tmp_path, Behavior(firewall=firewall)) as standin:
        return run(tmp_path, standin, protocols=["rest"], firewall=asked).failed


@pytest.fixture(autouse=True)
def _in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for a whole body is not waited for long."""
    monkeypatch.setattr(rest, "EARLY_SECONDS", 0.05)


def test_missing_firewall_fails_when_the_model_itself_refuses(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior(firewall=None)) as standin:
        outcome = run(tmp_path, standin, protocols=["rest"])
    assert outcome.failed == [f"firewall {rule}" for rule in RULES]
    [message] = outcome.check("firewall", "json-not-valid").messages
    assert "the firewall's has error.code = 400; another server responded" in message
    [message] = outcome.check("firewall", "headers-too-large").messages
    assert message.startswith("status = 200: it must be 413; check that the firewall guards this name, blocks")


def test_firewall_that_only_counts_fails(tmp_path: Path) -> None:
    assert without(tmp_path, spec(mode="count")) == [f"firewall {rule}" for rule in RULES]


def test_firewall_checks_are_skipped_when_not_enforced(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior(firewall=spec(mode="count"))) as standin:
        outcome = run(tmp_path, standin, firewall={"enforced": False})
    assert outcome.code == 0
    assert [check.result for check in outcome.report.checks if check.group == "firewall"] == [Result.SKIPPED] * 7
    assert {request.method for request in standin.requests} == {"GET", "POST"}


def test_other_size_limit_fails(tmp_path: Path) -> None:
    assert without(tmp_path, spec(maximumBodyKib=64), maximumBodyKib=32) == ["firewall body-too-large"]
    assert without(tmp_path, spec(maximumBodyKib=64), maximumBodyKib=64) == []


def test_size_limit_below_the_inspected_bytes_is_checked(tmp_path: Path) -> None:
    assert without(tmp_path, spec(maximumBodyKib=4), maximumBodyKib=4) == []


def test_other_methods_fail(tmp_path: Path) -> None:
    assert without(tmp_path, spec(allowedMethods=["GET", "POST"])) == ["firewall method-not-allowed"]
    methods = ["GET", "HEAD", "OPTIONS", "POST", "DELETE"]
    assert without(tmp_path, spec(allowedMethods=methods), allowedMethods=methods) == []


def test_other_content_types_fail(tmp_path: Path) -> None:
    assert without(tmp_path, spec(allowedContentTypes=["application/json", "text/plain"])) == [
        "firewall content-type-not-supported"
    ]


def test_rate_limit_is_checked_last_and_only_on_request(tmp_path: Path) -> None:
    limit = {"requestsPerWindow": 100}
    with serving(tmp_path, Behavior(firewall=spec(**limit))) as standin:
        assert run(tmp_path, standin, firewall=limit).code == 0
        assert len(standin.requests) <= 60
        outcome = run(tmp_path, standin, "--exceed-rate", protocols=["grpc"], firewall=limit)
    assert outcome.code == 0
    assert outcome.report.checks[-1].name == "requests-per-address"
    assert outcome.report.checks[-1].result is Result.PASSED
    assert len(standin.requests) > 100


def test_rate_that_is_never_refused_fails(tmp_path: Path) -> None:
    clock = HeldClock()
    asked = Behavior(firewall=spec(requestsPerWindow=2000), asked=lambda: clock.advance(0.125))
    limit = {"requestsPerWindow": 100, "patienceSeconds": 0}
    with serving(tmp_path, asked) as standin:
        outcome = run(
            tmp_path,
            standin,
            "--exceed-rate",
            clock=clock,
            protocols=["rest"],
            firewall=limit,
            latency={"requests": 20, "percentile": 90, "maximumMilliseconds": 500},
        )
    assert outcome.failed == ["firewall requests-per-address"]
    [message] = outcome.report.checks[-1].messages
    assert "none was refused with 429 in 60 s, but firewall.requestsPerWindow is 100; check that" in message


def test_message_says_when_the_caller_is_too_slow(tmp_path: Path) -> None:
    clock = HeldClock()
    limit = {"requestsPerWindow": 100, "patienceSeconds": 0}
    with serving(tmp_path, Behavior(asked=lambda: clock.advance(2))) as standin:
        outcome = run(
            tmp_path,
            standin,
            "--exceed-rate",
            clock=clock,
            protocols=["rest"],
            firewall=limit,
            latency={"requests": 20, "percentile": 90, "maximumMilliseconds": 5000},
        )
    [message] = outcome.report.checks[-1].messages
    assert message.endswith("the caller is too slow to exceed it; run this from a nearer network")


def test_other_rate_window_fails(tmp_path: Path) -> None:
    limit = {"requestsPerWindow": 100}
    with serving(tmp_path, Behavior(firewall=spec(**limit, windowSeconds=120))) as standin:
        outcome = run(tmp_path, standin, "--exceed-rate", protocols=["rest"], firewall=limit)
    assert outcome.failed == ["firewall requests-per-address"]
    assert outcome.report.checks[-1].messages[0].startswith("retry-after = '120': it must be 60")


def test_dropped_connections_end_the_rate_check(tmp_path: Path) -> None:
    """A firewall that drops connections never sends a 429."""
    dropping = iter(range(10_000))

    def drop() -> None:
        if next(dropping) >= 60:
            raise ConnectionResetError

    with serving(tmp_path, Behavior(asked=drop)) as standin:
        outcome = run(tmp_path, standin, "--exceed-rate", protocols=["rest"])
    [message] = outcome.report.checks[-1].messages
    assert "the attempt ended; the first failure was: connection = " in message


@contextmanager
def closing_early(folder: Path) -> Generator[int]:
    """A port that refuses a body by its headers and closes the connection."""
    issue(folder, "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    body = b'{"error": {"code": 413}}'

    def refuse() -> None:
        wrapped = context.wrap_socket(listening.accept()[0], server_side=True)
        wrapped.recv(1024)
        wrapped.sendall(b"HTTP/1.1 413 No\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body))
        with suppress(OSError):
            wrapped.unwrap()
        wrapped.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=refuse)
        answering.start()
        yield listening.getsockname()[1]
        answering.join()


def test_early_response_to_a_large_body_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "EARLY_SECONDS", 30)
    with closing_early(tmp_path) as port:
        trust = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        calls = rest.Rest("localhost", port, trust=trust, timeout_seconds=30, headers={}, clock=HeldClock())
        answer = calls.call_large("POST", "/", 1024**2 + 1, {"Content-Type": "application/json"})
    assert smoke_firewall.judge_refusal(answer, 413, {}) == []


def test_defaults_equal_those_of_the_component() -> None:
    component, asked = WebFirewallSpec(), FirewallConfig()
    assert asked.maximum_body_kib == component.maximum_body_kib
    assert asked.allowed_methods == component.allowed_methods
    assert asked.requests_per_window == component.requests_per_window
    assert asked.window_seconds == component.window_seconds
    assert smoke_firewall.INSPECTED_BYTES == INSPECTED_BYTES


def test_every_rule_of_the_component_is_checked() -> None:
    """The rule for large bodies also refuses a body without a stated length."""
    own = [rule["name"] for rule in build(WebFirewallSpec(), "firewall") if "action" in rule]
    probed = [probe.rule for probe in smoke_firewall.probes(FirewallConfig(), "/infer", "/live")]
    assert {*probed, "requests-per-address"} == {*own, "body-of-unstated-length"}
    assert len(response_bodies()) == len({400, 405, 413, 415, 429})


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"error": 400}', b'{"error": {"code": "400"}}', b"[" * 100_000])
def test_only_the_body_of_the_firewall_counts(body: bytes) -> None:
    answer = smoke_firewall.Response(400, {}, body, 0)
    assert smoke_firewall.judge_refusal(answer, 400, {})
