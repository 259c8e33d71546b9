"""The programs that tests run. A test skips where one is missing; in CI it fails where `.ci/run` installs it."""

import os
import re
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_BY_GO = {
    line.split()[0]: line.split()[1]
    for line in (ROOT / ".ci" / "tools").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
}
"""What `.ci/run` builds where Go is at hand: the program, and its module with the pinned version."""

NOT_INSTALLED = (
    "pulumi",
    "etcd",
    "kube-apiserver",
    "kubectl",
    "kueue",
    "otelcol-contrib",
    "kserve-agent",
    "fluent-bit",
    "kyverno",
    "crane",
    "tempo",
    "velero",
    "velero-plugin-for-aws",
)
"""What `.ci/run` installs nowhere; the workflow of pull requests does, but for those after kubectl."""

_REASON = re.compile(r"needs (?P<programs>[\w., -]+), which \w+ not on PATH")


def require(*programs: str) -> None:
    """Skip the test unless all `programs` are on PATH."""
    if reason := _why_not(programs):
        pytest.skip(reason)


def path_of(program: str) -> str:
    """Where a program is. Skips the test where it is not on PATH."""
    require(program)
    return shutil.which(program) or program


def needs(*programs: str) -> pytest.MarkDecorator:
    """Marks a test that is skipped unless all `programs` are on PATH."""
    reason = _why_not(programs)
    return pytest.mark.skipif(bool(reason), reason=reason)


def _why_not(programs: tuple[str, ...]) -> str:
    missing = [each for each in programs if shutil.which(each) is None]
    if not missing:
        return ""
    return f"needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not on PATH"


def is_excused(reason: str) -> bool:
    """Whether CI may skip a test for this reason: it names only programs that `.ci/run` cannot install here."""
    match = _REASON.search(reason)
    if not match:
        return False
    excused = {*NOT_INSTALLED} if shutil.which("go") else {*NOT_INSTALLED, *BUILT_BY_GO, "go"}
    return {*match["programs"].split(", ")} <= excused


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI=true a skip is a failure, unless its reason is excused."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips all of its tests."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI") != "true" or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not is_excused(reason):
        report.outcome = "failed"
        report.longrepr = f"{reason}. CI may not skip this: .ci/run installs what it needs."
