"""`python -m tests.support.reports.record_iam_answers FOLDER`: asks the simulator @cloud-copilot/iam-simulate.

First run `npm install @cloud-copilot/iam-simulate` in FOLDER, with Node.js on PATH. The answers are recorded, because
the simulator is a program of another language and licence, which no test installs.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.reports.random_policies import Case, case

ANSWERS = Path(__file__).parents[2] / "reports" / "iam" / "simulator_answers.json"
CASES = 1500
PACKAGE = "@cloud-copilot/iam-simulate"


def simulation(of: Case) -> dict[str, Any]:
    """A case as the simulator takes it."""

    def named(policies: Sequence[Any]) -> list[dict[str, Any]]:
        return [{"name": str(number), "policy": policy} for number, policy in enumerate(policies)]

    whole = {
        "request": {
            "principal": of.principal,
            "action": of.action,
            "resource": {"resource": of.resource, "accountId": of.resource_account},
            "contextVariables": of.context,
        },
        "identityPolicies": named(of.identity),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
        "permissionBoundaryPolicies": None if of.boundary is None else named(of.boundary),
        "resourcePolicy": of.resource_policy,
    }
    return {key: value for key, value in whole.items() if value is not None}


def main(folder: str) -> None:
    """Record the simulator's answer to each case."""
    asked = json.dumps([simulation(case(number)) for number in range(CASES)])
    script = Path(__file__).with_name("simulate.mjs")
    run = subprocess.run(["node", str(script), folder], input=asked, capture_output=True, text=True, check=True)
    version = json.loads((Path(folder) / "node_modules" / PACKAGE / "package.json").read_text(encoding="utf-8"))[
        "version"
    ]
    answers = {"simulator": PACKAGE, "version": version, "answers": json.loads(run.stdout)}
    ANSWERS.write_text(json.dumps(answers) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
