"""What `make bench` compares with is installed from locks, and its absence is an error."""

import json
from pathlib import Path

import pytest

from tests.bench import peers
from tests.bench.measure import BenchError


@pytest.mark.parametrize("tool", ["Node.js", "AWS CDK", "Checkov"])
def test_bench_fails_when_peer_is_missing(tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("bin/node", "modules/aws-cdk/bin/cdk", "checkov"):
        path = tmp_path / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(peers, "_MODULES", tmp_path / "modules")
    monkeypatch.setattr(peers, "_CHECKOV", tmp_path / "checkov")
    assert [case.name for case in peers.peers(tmp_path)] == [peers.VALIDATED, peers.CDK, peers.CHECKOV]
    missing = {"Node.js": "bin/node", "AWS CDK": "modules/aws-cdk/bin/cdk", "Checkov": "checkov"}[tool]
    (tmp_path / missing).unlink()
    with pytest.raises(BenchError, match=rf"^{tool}, .* is not installed; run `make bench`"):
        peers.peers(tmp_path)


def test_peer_lock_has_hashes_and_no_addresses() -> None:
    asked = json.loads((peers.APP / "package.json").read_text())["dependencies"]
    text = (peers.APP / "package-lock.json").read_text()
    locked = json.loads(text)["packages"]
    assert locked[""]["dependencies"] == asked
    packages = [each for path, each in locked.items() if path and not each.get("inBundle")]
    assert len(packages) >= len(asked)
    assert all("integrity" in each and "resolved" not in each for each in packages)
    assert "://" not in text
