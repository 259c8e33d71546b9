"""Project folders with stacks of a given size, for measuring what a resource costs beyond the fixed cost."""

import json
from pathlib import Path

STACK = "bench"

_CONFIG = {
    "mlplatform:environment": {
        "kind": "staging",
        "owner": "bench",
        "costCenter": "bench",
        "account": "444455556666",
        "region": "us-east-1",
    },
    "mlplatform:cost": {"monthlyBudget": 1_000_000},
    "mlplatform:network": {"vpcCidr": "10.41.0.0/16", "zones": ["us-east-1a", "us-east-1b"], "nat": "single"},
}

_PROGRAM = '''"""About {size} resources."""

from tests.bench.team import build

build({size})
'''


def write_project(folder: Path, size: int) -> Path:
    """Write a project of about `size` resources below `folder` and return its own folder."""
    project = folder / f"stack-{size}"
    project.mkdir()
    # JSON is YAML too.
    (project / "Pulumi.yaml").write_text(json.dumps({"name": "mlplatform", "runtime": "python"}))
    (project / f"Pulumi.{STACK}.yaml").write_text(json.dumps({"config": _CONFIG}))
    (project / "__main__.py").write_text(_PROGRAM.format(size=size))
    return project
