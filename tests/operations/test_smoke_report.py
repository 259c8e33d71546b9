"""The report of a smoke test: its result, the release that it measured, and its two forms, JSON and JUnit XML."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from operations.settings import SettingsError
from operations.smoke.config import Protocol
from operations.smoke.release import Release, release_of
from operations.smoke.report import NEEDED, Check, Report, Result, report_of, result_of, to_json, to_junit
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


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"chartVersion": "1.4.1"}, "release.chartVersion = '1.4.0': the deployed release has 1.4.1"),
        ({"image": "registry.example.com/fraud/server@sha256:" + "c" * 64}, "release.image digest = 'sha256:aaa"),
        ({"image": None}, "release.image digest = 'sha256:aaa"),
        ({"modelVersion": "8"}, "release.modelVersion = '7': the deployed release has 8"),
        ({"modelUri": "s3://models-staging/fraud/8/"}, "release.modelUri = 's3://models-staging/fraud/7/'"),
        ({"commit": "f" * 40}, "release.commit = '0123456789abcdef0123456789abcdef01234567'"),
    ],
)
def test_release_names_each_difference(change: dict[str, Any], field: str) -> None:
    assert deployed().differences(deployed()) == ()
    [reason] = deployed().differences(deployed(**change))
    assert reason.startswith(field)
    assert reason.endswith("run the smoke test against the deployed release")


def test_release_ignores_where_the_image_is_kept() -> None:
    copied = deployed(image="mirror.example.com/fraud@sha256:" + "a" * 64)
    assert deployed().differences(copied) == ()


def test_report_fails_when_a_check_failed() -> None:
    assert report(*passed()[:-1], check("latency", "too slow")).result is Result.FAILED


@pytest.mark.parametrize("left_out", NEEDED)
def test_report_fails_without_a_needed_check(left_out: str) -> None:
    asked = [each for each in passed() if each.name != left_out]
    skipped = check(left_out, "not asked for", result=Result.SKIPPED)
    assert report(*asked).result is Result.FAILED
    assert report(*asked, skipped).result is Result.FAILED


def test_report_passes_when_an_optional_check_is_skipped() -> None:
    skipped = check("requests-per-address", "not asked for", group="firewall", result=Result.SKIPPED)
    assert report(*passed(), skipped).result is Result.PASSED


def test_report_reads_back_as_written() -> None:
    written = report(*passed(), check("json-not-valid", "status = 200", group="firewall"))
    assert report_of(to_json(written).encode(), "report.json") == written


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"result": "passed"}, "result = passed, but its checks give failed; run the smoke test again"),
        ({"format": 2}, "format = 2"),
        ({"release": {**RELEASE, "commit": "abc"}}, "release.commit = 'abc'"),
        ({"checks": []}, "checks = []"),
        ({"forged": True}, "forged = true: this field does not exist"),
    ],
)
def test_changed_report_is_refused(change: dict[str, Any], told: str) -> None:
    document = json.loads(to_json(report(*passed()[:-1], check("latency", "too slow"))))
    with pytest.raises(SettingsError) as refused:
        report_of(json.dumps({**document, **change}).encode(), "report.json")
    assert told in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"no", b"[" * 100_000, b"\xff"])
def test_file_that_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(SettingsError, match="give the report of a smoke test"):
        report_of(content, "report.json")


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


def test_junit_holds_any_text_of_a_server() -> None:
    strange = 'status = 500: <b>"&]]>\x00\x1b[31m\ud800\ufffe\U0001f600'
    suites = ElementTree.fromstring(to_junit(report(check("live", strange))).encode())
    [failure] = suites.iter("failure")
    assert failure.text == 'status = 500: <b>"&]]>\ufffd\ufffd[31m\ufffd\ufffd\U0001f600'
    assert json.loads(to_json(report(check("live", "\x00\x1b")))) is not None
