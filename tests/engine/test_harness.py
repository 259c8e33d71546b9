"""The harness itself. It needs no Pulumi CLI: a program stands for it."""

from pathlib import Path

import pytest

from tests.support.engine.harness import Engine


def test_a_command_that_never_ends_fails_with_what_it_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = tmp_path / "pulumi"
    stuck.write_text("#!/bin/sh\necho deleting the network\nexec sleep 600\n", encoding="utf-8")
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    engine = Engine(tmp_path / "engine", None, limit_seconds=5)
    with pytest.raises(AssertionError, match=r"pulumi up did not end within 5 seconds.*\ndeleting the network"):
        engine.run("up")
