"""The smoke test's command against a working model, and against models that are wrong, failing or slow."""

import threading
from collections.abc import Callable, Generator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import grpc
import pytest

from operations.smoke import inference_pb2 as messages
from operations.smoke import rest
from operations.smoke.report import NEEDED, Result
from tests.support.operations.model_standin import Behavior, HeldClock, serving
from tests.support.operations.smoke_runs import RELEASE, run

FIREWALL = [
    "json-not-valid",
    "content-type-not-supported",
    "method-not-allowed",
    "headers-too-large",
    "body-too-large",
    "body-of-unstated-length",
]
INFER = "/v2/models/fraud/infer"


def test_working_model_passes_every_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(tmp_path, Behavior()) as standin:
        outcome = run(tmp_path, standin)
    assert outcome.code == 0, capsys.readouterr().out
    asked = [(check.group, check.name, check.result) for check in outcome.report.checks]
    assert asked == [
        ("tls", "connection", Result.PASSED),
        ("tls", "certificate", Result.PASSED),
        *[(protocol, name, Result.PASSED) for protocol in ("rest", "grpc") for name in NEEDED],
        *[("firewall", name, Result.PASSED) for name in FIREWALL],
        ("firewall", "requests-per-address", Result.SKIPPED),
    ]
    assert outcome.check("grpc", "latency").facts["requests"] == 20
    digest = sha256((tmp_path / "report.json").read_bytes()).hexdigest()
    assert capsys.readouterr().out.endswith(f"smoke: fraud passed, report sha256:{digest}\n")


def test_report_names_the_measured_release(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior()) as standin:
        outcome = run(tmp_path, standin)
    release = outcome.report.release
    assert release.model_dump(mode="json") == RELEASE
    suite = ElementTree.parse(tmp_path / "report.xml").getroot()[0]
    assert suite.attrib["tests"] == "19"
    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("0", "1")
    properties = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    assert properties["release.commit"] == RELEASE["commit"]
    assert properties["release.image"] == RELEASE["image"]


def test_model_receives_the_configured_inputs(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior()) as standin:
        run(tmp_path, standin)
    [first, second, *_] = standin.received
    assert first.model_name == "fraud"
    assert list(first.inputs[0].contents.fp32_contents) == [0.5, -1, 2.25, 8]
    assert first.id != second.id
    posted = next(request for request in standin.requests if b"features" in request.body)
    assert b'"shape": [1, 4], "data": [0.5, -1, 2.25, 8]' in posted.body


def output(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer["outputs"][0].update(changes)


def field(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer.update(changes)


REST_LIES: list[tuple[str, Behavior, str, str]] = [
    ("error-in-200", Behavior(change=field(error="CUDA error")), "inference", "error = 'CUDA error'"),
    ("other-model", Behavior(change=field(model_name="ranking")), "inference", "model_name = 'ranking'"),
    ("no-model", Behavior(change=lambda answer: answer.pop("model_name")), "inference", "model_name = ''"),
    ("other-request", Behavior(change=field(id="1")), "inference", "id = '1'"),
    ("other-shape", Behavior(change=output(shape=[2, 1])), "inference", "outputs.score.shape = [2, 1]"),
    ("more-dimensions", Behavior(change=output(shape=[1, 2, 1])), "inference", "outputs.score.shape = [1, 2, 1]"),
    ("empty", Behavior(change=output(shape=[1, 0], data=[])), "inference", "outputs.score.shape = [1, 0]"),
    ("values-missing", Behavior(change=output(data=[0.5])), "inference", "outputs.score.data = '1 values'"),
    ("not-a-number", Behavior(change=output(data=[0.5, float("nan")])), "inference", "score.data[1] = nan"),
    ("infinite", Behavior(change=output(data=[float("inf"), 0.5])), "inference", "score.data[0] = inf"),
    ("null", Behavior(change=output(data=[0.5, None])), "inference", "score.data[1] = null"),
    ("text", Behavior(change=output(data=[0.5, "0.5"])), "inference", "score.data[1] = '0.5'"),
    ("true", Behavior(change=output(data=[0.5, True])), "inference", "score.data[1] = true"),
    ("out-of-bounds", Behavior(change=output(data=[0.5, 1.5])), "inference", "it must be at most 1"),
    ("other-datatype", Behavior(change=output(datatype="INT32")), "inference", "outputs.score.datatype = 'INT32'"),
    ("other-output", Behavior(change=output(name="label")), "inference", "score must appear exactly once"),
    (
        "output-twice",
        Behavior(change=lambda answer: answer.update(outputs=answer["outputs"] * 2)),
        "inference",
        "score must appear exactly once",
    ),
    ("no-outputs", Behavior(change=field(outputs=None)), "inference", "outputs = null"),
    ("a-page", Behavior(rest={INFER: (200, b"<html>Sign in</html>")}), "inference", "it must be a JSON object"),
    ("nested-without-end", Behavior(rest={INFER: (200, b"[" * 100_000)}), "inference", "it must be a JSON object"),
    ("sign-in", Behavior(rest={INFER: (302, b"")}), "inference", "write an address for API clients"),
    ("failing", Behavior(inferring=lambda _: True), "inference", "status = 500"),
    ("unavailable", Behavior(rest={"/v2/health/ready": (503, b"")}), "ready", "no replica is ready"),
    ("dead", Behavior(rest={"/v2/health/live": (200, b'{"live": false}')}), "live", "live = false"),
    ("not-ready", Behavior(rest={"/v2/health/ready": (200, b'{"ready": false}')}), "ready", "ready = false"),
    (
        "other-model-ready",
        Behavior(rest={"/v2/models/fraud/ready": (200, b'{"name": "ranking", "ready": true}')}),
        "model-ready",
        "name = 'ranking'",
    ),
    ("page-for-health", Behavior(rest={"/v2/health/live": (200, b"<html></html>")}), "live", "a JSON object"),
]


@pytest.mark.parametrize(
    ("lie", "check", "told"), [each[1:] for each in REST_LIES], ids=[each[0] for each in REST_LIES]
)
def test_wrong_rest_response_fails(tmp_path: Path, lie: Behavior, check: str, told: str) -> None:
    with serving(tmp_path, lie) as standin:
        outcome = run(tmp_path, standin, protocols=["rest"], firewall={"enforced": False})
    assert outcome.code == 1
    assert outcome.failed == [f"rest {check}"]
    assert told in " ".join(outcome.check("rest", check).messages)


def set_shape(reply: messages.ModelInferResponse) -> None:
    reply.outputs[0].shape[:] = [1, 3]


def set_not_a_number(reply: messages.ModelInferResponse) -> None:
    reply.outputs[0].contents.fp32_contents[1] = float("nan")


def set_model(reply: messages.ModelInferResponse) -> None:
    reply.model_name = "ranking"


def set_half_a_float(reply: messages.ModelInferResponse) -> None:
    reply.raw_output_contents.append(b"\0" * 6)


def set_two_raw(reply: messages.ModelInferResponse) -> None:
    reply.raw_output_contents.extend([b"\0" * 8] * 2)


def set_unknown(reply: messages.ModelInferResponse) -> None:
    reply.outputs[0].datatype = "FP8"


GRPC_LIES: list[tuple[str, Behavior, str, str]] = [
    ("other-model", Behavior(change_reply=set_model), "inference", "model_name = 'ranking'"),
    ("other-shape", Behavior(change_reply=set_shape), "inference", "outputs.score.data = '2 values'"),
    ("not-a-number", Behavior(change_reply=set_not_a_number), "inference", "score.data[1] = nan"),
    ("half-a-float", Behavior(change_reply=set_half_a_float), "inference", "6 bytes are not a multiple of 4"),
    ("two-raw-of-one", Behavior(change_reply=set_two_raw), "inference", "raw_output_contents = '2 values'"),
    ("unknown-datatype", Behavior(change_reply=set_unknown), "inference", "'FP8' cannot be carried"),
    ("unknown-model", Behavior(grpc_status=grpc.StatusCode.NOT_FOUND), "inference", "status = 'NOT_FOUND'"),
    ("failing", Behavior(inferring=lambda _: True), "inference", "the server says 'CUDA out of memory'"),
    ("not-ready", Behavior(grpc_ready=False), "ready", "ready = false"),
]


@pytest.mark.parametrize(
    ("lie", "check", "told"), [each[1:] for each in GRPC_LIES], ids=[each[0] for each in GRPC_LIES]
)
def test_wrong_grpc_response_fails(tmp_path: Path, lie: Behavior, check: str, told: str) -> None:
    with serving(tmp_path, lie) as standin:
        outcome = run(tmp_path, standin, protocols=["grpc"], firewall={"enforced": False})
    assert outcome.code == 1
    assert outcome.failed == [f"grpc {check}"]
    assert told in " ".join(outcome.check("grpc", check).messages)


def test_raw_grpc_response_is_read(tmp_path: Path) -> None:
    def raw(reply: messages.ModelInferResponse) -> None:
        reply.outputs[0].ClearField("contents")
        reply.raw_output_contents.append(bytes.fromhex("0000803e0000403f"))

    with serving(tmp_path, Behavior(change_reply=raw)) as standin:
        assert run(tmp_path, standin, protocols=["grpc"]).code == 0


def test_other_served_version_fails(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior(version="6")) as standin:
        outcome = run(tmp_path, standin, servedVersion="7")
    assert outcome.failed == ["rest inference", "grpc inference"]
    [message] = outcome.check("rest", "inference").messages
    assert message.startswith("model_version = '6': servedVersion is 7")


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_too_many_slow_responses_fail(tmp_path: Path, protocol: str) -> None:
    clock = HeldClock()
    # The first inference is not measured; of the twenty others, three are slow where a tenth may be.
    slow = Behavior(inferring=lambda number: clock.advance(0.5 if number in (5, 9, 21) else 0.05))
    with serving(tmp_path, slow) as standin:
        outcome = run(tmp_path, standin, protocols=[protocol], clock=clock)
    assert outcome.failed == [f"{protocol} latency"]
    check = outcome.check(protocol, "latency")
    assert check.messages[0].startswith("percentile 90 = '500 ms': latency.maximumMilliseconds = 200")
    assert check.facts["milliseconds"] == 500


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_few_slow_responses_pass(tmp_path: Path, protocol: str) -> None:
    clock = HeldClock()
    slow = Behavior(inferring=lambda number: clock.advance(0.5 if number in (5, 21) else 0.2))
    with serving(tmp_path, slow) as standin:
        outcome = run(tmp_path, standin, protocols=[protocol], clock=clock)
    assert outcome.code == 0
    assert outcome.check(protocol, "latency").facts["milliseconds"] == 200
    assert outcome.check(protocol, "latency").facts["slowestMilliseconds"] == 500


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_failures_within_the_error_budget_pass(tmp_path: Path, protocol: str) -> None:
    with serving(tmp_path, Behavior(inferring=lambda number: number == 9)) as standin:
        outcome = run(tmp_path, standin, protocols=[protocol], errorBudgetPercent=5)
    assert outcome.code == 0
    assert outcome.check(protocol, "latency").facts["failed"] == 1


def test_failures_over_the_error_budget_end_the_measurement(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior(inferring=lambda number: number in (3, 9))) as standin:
        outcome = run(tmp_path, standin, protocols=["rest"], errorBudgetPercent=5)
    assert standin.inferences == 9
    [message] = outcome.check("rest", "latency").messages
    assert message.startswith("failed inferences = 2: errorBudgetPercent = 5 of 20 are allowed; the first: status")


def test_wrong_responses_count_for_the_error_budget(tmp_path: Path) -> None:
    answered: list[int] = []

    def sometimes(answer: dict[str, Any]) -> None:
        answered.append(1)
        if len(answered) == 5:
            answer["outputs"][0]["data"] = [float("nan"), 0]

    with serving(tmp_path, Behavior(change=sometimes)) as standin:
        outcome = run(tmp_path, standin, protocols=["rest"])
    assert outcome.failed == ["rest latency"]


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_model_without_response_times_out(tmp_path: Path, protocol: str) -> None:
    with serving(tmp_path, Behavior(hanging=True)) as standin:
        outcome = run(tmp_path, standin, protocols=[protocol], timeoutSeconds=0.2, firewall={"enforced": False})
    assert f"{protocol} inference" in outcome.failed
    assert outcome.check(protocol, "latency").messages == ("the inference failed",)


def test_slowly_sent_response_times_out(tmp_path: Path) -> None:
    clock = HeldClock()

    def trickle() -> Generator[bytes]:
        yield b"{"
        clock.advance(11)
        yield b"}"

    with serving(tmp_path, Behavior(chunks=trickle)) as standin:
        outcome = run(tmp_path, standin, protocols=["rest"], clock=clock, firewall={"enforced": False})
    [message] = outcome.check("rest", "live").messages
    assert message.startswith("seconds = 11.0: no complete response within timeoutSeconds = 10")


def test_endless_response_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "LARGEST_RESPONSE", 1024 * 1024)
    stopped = threading.Event()

    def endless() -> Generator[bytes]:
        while not stopped.is_set():
            yield b" " * 65536

    with serving(tmp_path, Behavior(chunks=endless)) as standin:
        outcome = run(tmp_path, standin, protocols=["rest"], firewall={"enforced": False})
        stopped.set()
    [message] = outcome.check("rest", "live").messages
    assert message == "bytes = 'over 1048576': the response does not end; check which server responds"


def test_certificate_of_an_untrusted_authority_fails(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with serving(tmp_path, Behavior()) as standin, serving(other, Behavior()):
        outcome = run(tmp_path, standin, "--ca", str(other / "ca.pem"))
    assert outcome.failed == ["tls connection"]
    assert "its issuer trusted" in outcome.check("tls", "connection").messages[0]
    assert outcome.check("grpc", "inference").result is Result.SKIPPED
    assert standin.requests == []


def test_certificate_for_another_name_fails(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior(), name="fraud.models.example.com") as standin:
        outcome = run(tmp_path, standin)
    [message] = outcome.check("tls", "connection").messages
    assert "it must be valid for localhost" in message


def test_refused_connection_fails(tmp_path: Path) -> None:
    with serving(tmp_path, Behavior()) as standin:
        pass
    outcome = run(tmp_path, standin)
    assert outcome.code == 1
    [message] = outcome.check("tls", "connection").messages
    assert message.startswith("connection = ")


def test_certificate_that_expires_soon_fails(tmp_path: Path) -> None:
    clock = HeldClock()
    clock.advance(timedelta(days=20).total_seconds())
    with serving(tmp_path, Behavior()) as standin:
        assert run(tmp_path, standin, clock=clock).failed == ["tls certificate"]
        assert run(tmp_path, standin, clock=clock, certificateDays=7).code == 0


def test_header_values_appear_in_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = (401, b"no such key: correct-horse")
    with serving(tmp_path, Behavior(rest={INFER: told})) as standin:
        outcome = run(
            tmp_path,
            standin,
            environment={"SMOKE_KEY": "correct-horse"},
            headersFromEnvironment={"X-Api-Key": "SMOKE_KEY"},
        )
    assert all(request.header("X-Api-Key") == "correct-horse" for request in standin.requests)
    assert standin.metadata[0]["x-api-key"] == "correct-horse"
    assert "no such key: ***" in outcome.check("rest", "inference").messages[0]
    written = capsys.readouterr().out + "".join(
        (tmp_path / name).read_text() for name in ("report.json", "report.xml", "smoke.yaml")
    )
    assert "correct-horse" not in written


def test_wait_ends_when_the_model_is_ready(tmp_path: Path) -> None:
    clock = HeldClock()
    with serving(tmp_path, Behavior(healthy=lambda: clock.seconds() >= 42)) as standin:
        assert run(tmp_path, standin, "--wait", "60", clock=clock).code == 0
    assert 42 <= clock.seconds() < 60


def test_wait_ends_at_its_limit(tmp_path: Path) -> None:
    clock = HeldClock()
    with serving(tmp_path, Behavior(healthy=lambda: clock.seconds() >= 42)) as standin:
        outcome = run(tmp_path, standin, "--wait", "30", clock=clock)
    assert "rest ready" in outcome.failed
    assert clock.seconds() == 30
