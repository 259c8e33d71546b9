"""The report of a smoke test for one release: JSON for programs, JUnit XML for CI."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Literal
from xml.etree import ElementTree

from pydantic import Field, model_validator

from ..settings import Settings, SettingsError, parse, refuse
from .config import Protocol
from .release import Release

FORMAT = 1
"""The version of the report's format."""

NEEDED = ("live", "ready", "model-ready", "inference", "latency")
"""The checks that each protocol must pass."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Result(StrEnum):
    """The result of a check or of a whole smoke test."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Check(Settings):
    """One check."""

    group: str = Field(description="tls, rest, grpc or firewall.")
    name: str = Field(description="The check's name.")
    result: Result = Field(description="passed, failed or skipped.")
    seconds: float = Field(ge=0, allow_inf_nan=False, description="Its duration.")
    messages: tuple[str, ...] = Field(default=(), description="What is wrong, or why the check was skipped.")
    facts: dict[str, int | float | str] = Field(
        default_factory=dict[str, int | float | str], description="What was measured."
    )

    @model_validator(mode="after")
    def _messages_say_why(self) -> "Check":
        if (self.result is Result.PASSED) == bool(self.messages):
            raise refuse(f"{self.group} {self.name} is {self.result}; write messages if and only if it did not pass")
        return self


class Report(Settings):
    """The report of a smoke test."""

    format: Literal[1] = Field(default=FORMAT, description="The version of the report's format.")
    result: Result = Field(description="passed if no check failed and no needed check was skipped.")
    model: str = Field(min_length=1, description="The model's name.")
    url: str = Field(description="The public address that was called.")
    protocols: tuple[Protocol, ...] = Field(min_length=1, description="The protocols that were used.")
    release: Release = Field(description="The deployed release.")
    config_digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$", description="The digest of the smoke.yaml.")
    started_at: datetime = Field(description="When it began, in UTC.")
    finished_at: datetime = Field(description="When it ended, in UTC.")
    checks: tuple[Check, ...] = Field(min_length=1, description="The checks, in order.")

    @model_validator(mode="after")
    def _result_of_its_checks(self) -> "Report":
        if self.result is not (right := result_of(self.checks, self.protocols)):
            raise refuse(f"result = {self.result}, but its checks give {right}; run the smoke test again")
        return self

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.result is Result.FAILED)


def result_of(checks: tuple[Check, ...], protocols: tuple[Protocol, ...]) -> Result:
    """passed if no check failed and each protocol passed all needed checks; failed otherwise."""
    passed = {(check.group, check.name) for check in checks if check.result is Result.PASSED}
    needed = {(protocol.value, name) for protocol in protocols for name in NEEDED}
    failed = any(check.result is Result.FAILED for check in checks)
    return Result.FAILED if failed or not needed <= passed else Result.PASSED


def digest_of(content: bytes) -> str:
    """The digest of a file, such as the report's in release.yaml."""
    return f"sha256:{sha256(content).hexdigest()}"


def to_json(report: Report) -> str:
    """A report as the text of its file."""
    return json.dumps(report.model_dump(mode="json"), indent=2, ensure_ascii=True) + "\n"


def report_of(content: bytes, where: str) -> Report:
    """Read a report. A SettingsError names what is wrong."""
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SettingsError(where, [f"not JSON: {error}; give the report of a smoke test"]) from None
    return parse(Report, data, where)


def to_junit(report: Report) -> str:
    """A report as JUnit XML: one suite with a case for each check."""
    took = (report.finished_at - report.started_at).total_seconds()
    counts = {
        "tests": str(len(report.checks)),
        "failures": str(len(report.failed)),
        "errors": "0",
        "skipped": str(sum(check.result is Result.SKIPPED for check in report.checks)),
        "time": f"{took:.3f}",
    }
    name = f"smoke {report.model}"
    suites = ElementTree.Element("testsuites", {"name": name, **counts})
    suite = ElementTree.SubElement(
        suites, "testsuite", {"name": name, **counts, "timestamp": report.started_at.isoformat(timespec="seconds")}
    )
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in _properties(report).items():
        ElementTree.SubElement(properties, "property", {"name": key, "value": _xml(value)})
    for check in report.checks:
        _case(suite, check)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _properties(report: Report) -> Mapping[str, str]:
    release = report.release.model_dump(mode="json", exclude_none=True)
    return {"url": report.url, **{f"release.{key}": str(value) for key, value in release.items()}}


def _case(suite: ElementTree.Element, check: Check) -> None:
    about = {"classname": f"smoke.{check.group}", "name": check.name, "time": f"{check.seconds:.3f}"}
    case = ElementTree.SubElement(suite, "testcase", about)
    text = _xml("\n".join(check.messages))
    if check.result is Result.FAILED:
        ElementTree.SubElement(case, "failure", {"message": _xml(check.messages[0]), "type": "smoke"}).text = text
    elif check.result is Result.SKIPPED:
        ElementTree.SubElement(case, "skipped", {"message": text})
    if check.facts:
        text = "\n".join(f"{key} = {value}" for key, value in check.facts.items())
        ElementTree.SubElement(case, "system-out").text = _xml(text)


def _xml(text: str) -> str:
    """Text without characters that XML cannot contain; a server may return any text."""
    return _NOT_XML.sub("\ufffd", text)
