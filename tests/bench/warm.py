"""What `plan --watch` takes from a changed value of prod to the difference, measured in one process.

`python -m tests.bench.warm` prints a line of JSON: the median of CPU milliseconds by the changed value.
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from planner.tuning import tune_process

tune_process()

from planner.against import difference_from  # noqa: E402
from planner.watch import WarmPlans, Watched  # noqa: E402
from tests.support.planner.command import platform  # noqa: E402
from tests.support.planner.plans import TODAY, config_of  # noqa: E402

Config = dict[str, Any]

CHANGES: Mapping[str, Callable[[Config], None]] = {
    "budget": lambda config: config["cost"].update(monthlyBudget=37_000),
    "usage": lambda config: config["usage"].update(kmsSignatures=2_000),
    "nodes of a GPU pool": lambda config: config["gpuCluster"]["nodePools"][1].update(maximum=24),
    "shards of a cache": lambda config: config["featureStore"]["predictions"].update(shards=14),
    "retention of logs": lambda config: config["logs"].update(retentionDays=60),
    "NAT gateways": lambda config: config["network"].update(nat="single"),
    "range of the VPC": lambda config: config["network"].update(vpcCidr="10.44.0.0/16"),
}


def main() -> int:
    """Measure each change, there and back, three times."""
    before = deepcopy(dict(config_of("prod")))
    with TemporaryDirectory() as folder:
        root = platform(Path(folder))
        plans = WarmPlans(Watched(root, "test", root / "plan.json", TODAY, None))
        _write(root, before)
        _, document = plans.make()
        medians: dict[str, float] = {}
        for name, change in CHANGES.items():
            after = deepcopy(before)
            change(after)
            taken: list[float] = []
            for config in 3 * [after, before]:
                _write(root, config)
                gc.collect()
                started = time.process_time()
                plan, now = plans.make()
                difference_from(document, plan, now)
                taken.append(time.process_time() - started)
                document = now
            medians[name] = round(1000 * statistics.median(taken))
    print(json.dumps(medians))
    return 0


def _write(root: Path, sections: Config) -> None:
    config = {f"mlplatform:{key}": value for key, value in sections.items()}
    (root / "Pulumi.test.yaml").write_text(json.dumps({"config": config}))


if __name__ == "__main__":
    sys.exit(main())
