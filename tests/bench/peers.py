"""The tools to compare with, where they are installed: AWS CDK with cdk-nag, and Checkov on the template it makes."""

import json
import os
import shutil
from pathlib import Path

from tests.bench.measure import Case

CDK, CHECKOV = "cdk synth with cdk-nag", "Checkov on its template"
VALIDATED = f"{CDK} and CDK's own validation, its default"

APP = Path(__file__).with_name("peer")
"""A CDK app of ours with the network and the GPU cluster of prod; `npm install` there brings what it needs."""

TEMPLATE = "Peer.template.json"


def peers(folder: Path) -> tuple[list[Case], list[str]]:
    """The cases that can be measured, which write below `folder`, and what wasn't found for the others."""
    app = Path(os.environ.get("BENCH_CDK_APP", APP)).resolve()
    cdk = app / "node_modules" / "aws-cdk" / "bin" / "cdk"
    node = shutil.which("node")
    if not cdk.exists() or not node:
        missing = "node" if not node else "aws-cdk (npm install in tests/bench/peer, or BENCH_CDK_APP)"
        return [], [f"{CDK}: {missing}", f"{CHECKOV}: the template of the former"]
    synth = [node, str(cdk), "synth", "--quiet", "--no-notices", "--no-version-reporting", "--output", str(folder)]
    # Checkov judges the template too: without CDK's own validation the comparison is the kinder one to CDK.
    cases = [Case(VALIDATED, synth, app), Case(CDK, synth, app, {"CDK_VALIDATION": "false"})]
    checkov = os.environ.get("BENCH_CHECKOV") or shutil.which("checkov")
    if not checkov:
        return cases, [f"{CHECKOV}: checkov (on PATH, or BENCH_CHECKOV)"]
    check = [checkov, "--file", str(folder / TEMPLATE), "--framework", "cloudformation"]
    cases.append(Case(CHECKOV, [*check, "--compact", "--quiet", "--soft-fail", "--skip-download"], folder))
    return cases, []


def peer_resources(folder: Path) -> int:
    """How many resources the peer's template holds; it must have been synthesized."""
    return len(json.loads((folder / TEMPLATE).read_text())["Resources"])
