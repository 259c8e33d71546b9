"""A report proves the release that it measured, and no other; and can be read whatever a server answered."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from operations.smoke.config import Protocol
from operations.smoke.release import Release, release_of
from operations.smoke.report import NEEDED, Check, Report, Result, load_report, report_of, result_of, to_json, to_junit
from operations.smoke.settings import SettingsError
from tests.support.operations.smoke_runs import RELEASE

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def check(name: str, *messages: str, group: str = "rest", result: Result | None = None, **facts: float) -> Check:
    passed = Result.FAILED if messages else Result.PASSED
    return Check(group=group, name=name, result=result or passed, seconds=0.25, messages=messages, facts={**facts})


def passed() -> list[Check]:
    return [check(name) for name in NEEDED]


def report(*checks: Check) -> Report:
    return Report(
        result=result_of(checks, (Protocol.REST,)),
        model="fraud",
        url="https://fraud.models.example.com",
        protocols=(Protocol.REST,),
        release=release_of(RELEASE, "release.yaml"),
        config_digest="sha256:" + "b" * 64,
        started_at=START,
        finished_at=START + timedelta(seconds=1.5),
        checks=checks,
    )


def deployed(**changes: Any) -> Release:
    return release_of({**RELEASE, **changes}, "release.yaml")


def test_it_proves_what_it_measured() -> None:
    assert report(*passed()).refusals(deployed(), "fraud") == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"chartVersion": "1.4.1"}, "release.chartVersion = '1.4.0': what is deployed has 1.4.1"),
        ({"image": "registry.example.com/fraud/server@sha256:" + "c" * 64}, "release.image digest = 'sha256:aaa"),
        ({"image": None}, "release.image digest = 'sha256:aaa"),
        ({"modelVersion": "8"}, "release.modelVersion = '7': what is deployed has 8"),
        ({"modelUri": "s3://models-staging/fraud/8/"}, "release.modelUri = 's3://models-staging/fraud/7/'"),
        ({"commit": "f" * 40}, "release.commit = '0123456789abcdef0123456789abcdef01234567'"),
    ],
)
def test_it_proves_no_other_release(change: dict[str, Any], field: str) -> None:
    [reason] = report(*passed()).refusals(deployed(**change), "fraud")
    assert reason.startswith(field)
    assert reason.endswith("run the smoke test against what is deployed")


def test_a_digest_is_the_same_image_wherever_it_is_kept() -> None:
    copied = deployed(image="mirror.example.com/fraud@sha256:" + "a" * 64)
    assert report(*passed()).refusals(copied, "fraud") == ()


def test_it_proves_no_other_model() -> None:
    [reason] = report(*passed()).refusals(deployed(), "ranking")
    assert reason == "model = 'fraud': it must be ranking; run the smoke test against that model"


def test_a_failed_one_proves_nothing() -> None:
    failed = report(*passed()[:-1], check("latency", "too slow"))
    assert failed.result is Result.FAILED
    [reason] = failed.refusals(deployed(), "fraud")
    assert reason == "result = 'failed': it must be passed; look at rest latency"


@pytest.mark.parametrize("left_out", NEEDED)
def test_one_that_asked_too_little_proves_nothing(left_out: str) -> None:
    asked = [each for each in passed() if each.name != left_out]
    skipped = check(left_out, "no wish", result=Result.SKIPPED)
    for checks in (asked, [*asked, skipped]):
        assert report(*checks).refusals(deployed(), "fraud")


def test_what_may_be_skipped_proves_no_less() -> None:
    skipped = check("requests-per-address", "not asked for", group="firewall", result=Result.SKIPPED)
    assert report(*passed(), skipped).refusals(deployed(), "fraud") == ()


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = report(*passed(), check("json-not-valid", "status = 200", group="firewall"))
    (tmp_path / "report.json").write_text(to_json(written))
    assert load_report(tmp_path / "report.json") == written


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"result": "passed"}, "result = passed, and by its checks it is failed; run the smoke test again"),
        ({"format": 2}, "format = 2"),
        ({"release": {**RELEASE, "commit": "abc"}}, "release.commit = 'abc'"),
        ({"checks": []}, "checks = []"),
        ({"forged": True}, "forged = True: there is no such field"),
    ],
)
def test_one_that_was_changed_is_refused(change: dict[str, Any], told: str) -> None:
    document = json.loads(to_json(report(*passed()[:-1], check("latency", "too slow"))))
    with pytest.raises(SettingsError) as refused:
        report_of(json.dumps({**document, **change}).encode(), "report.json")
    assert told in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"no", b"[" * 100_000, b"\xff"])
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(SettingsError, match="name the report of a smoke test"):
        report_of(content, "report.json")


def test_one_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="name a file that can be read"):
        load_report(tmp_path / "report.json")


def test_junit_has_a_case_for_each_check() -> None:
    skipped = check("requests-per-address", "not asked for", group="firewall", result=Result.SKIPPED)
    failed = check("latency", "percentile 95 = 900", "failed inferences = 3", milliseconds=900.5)
    suites = ElementTree.fromstring(to_junit(report(*passed()[:-1], failed, skipped)))
    [suite] = suites
    counts = {"tests": "6", "failures": "1", "errors": "0", "skipped": "1", "time": "1.500"}
    assert counts.items() <= suite.attrib.items()
    assert suite.attrib["timestamp"] == "2026-11-21T12:00:00+00:00"
    cases = {each.attrib["name"]: each for each in suite.iter("testcase")}
    assert list(cases) == [*NEEDED, "requests-per-address"]
    assert cases["latency"].attrib["classname"] == "smoke.rest"
    [failure] = cases["latency"].iter("failure")
    assert failure.attrib["message"] == "percentile 95 = 900"
    assert failure.text == "percentile 95 = 900\nfailed inferences = 3"
    assert cases["latency"].findtext("system-out") == "milliseconds = 900.5"
    assert cases["live"].find("failure") is None
    assert next(cases["requests-per-address"].iter("skipped")).attrib["message"] == "not asked for"


def test_junit_holds_whatever_a_server_answered() -> None:
    strange = 'status = 500: <b>"&]]>\x00\x1b[31m\ud800\ufffe\U0001f600'
    suites = ElementTree.fromstring(to_junit(report(check("live", strange))).encode())
    [failure] = suites.iter("failure")
    assert failure.text == 'status = 500: <b>"&]]>\ufffd\ufffd[31m\ufffd\ufffd\U0001f600'
    assert json.loads(to_json(report(check("live", "\x00\x1b")))) is not None
