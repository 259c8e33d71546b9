"""The tools to compare with: AWS CDK with cdk-nag, and Checkov on the template it makes. `make bench` installs them."""

import json
import shutil
from pathlib import Path

from tests.bench.measure import ROOT, BenchError, Case

CDK, CHECKOV = "cdk synth with cdk-nag", "Checkov on its template"
VALIDATED = f"{CDK} and CDK's own validation, its default"

APP = Path(__file__).with_name("peer")
"""A CDK app of ours with the network and the GPU cluster of prod."""

TEMPLATE = "Peer.template.json"

_MODULES = ROOT / ".venv" / "cdk" / "node_modules"
_CHECKOV = ROOT / ".venv" / "checkov" / "bin" / "checkov"


def peers(folder: Path) -> list[Case]:
    """The cases of other tools, which write below `folder`.

    Raises:
        BenchError: naming the tool that is not installed.
    """
    cdk = _MODULES / "aws-cdk" / "bin" / "cdk"
    node = shutil.which("node")
    for tool, found in (("Node.js", bool(node)), ("AWS CDK", cdk.exists()), ("Checkov", _CHECKOV.exists())):
        if not found:
            raise BenchError(f"{tool}, which this compares with, is not installed; run `make bench`, which installs it")
    synth = [str(node), str(cdk), "synth", "--quiet", "--no-notices", "--no-version-reporting", "--output", str(folder)]
    modules = {"NODE_PATH": str(_MODULES)}
    check = [str(_CHECKOV), "--file", str(folder / TEMPLATE), "--framework", "cloudformation"]
    return [
        Case(VALIDATED, synth, APP, modules),
        # Checkov judges the template too: without CDK's own validation the comparison is the kinder one to CDK.
        Case(CDK, synth, APP, {**modules, "CDK_VALIDATION": "false"}),
        Case(CHECKOV, [*check, "--compact", "--quiet", "--soft-fail", "--skip-download"], folder),
    ]


def peer_resources(folder: Path) -> int:
    """How many resources the peer's template holds; it must have been synthesized."""
    return len(json.loads((folder / TEMPLATE).read_text())["Resources"])
