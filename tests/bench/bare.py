"""Registers the resources of a plan again, bare: the least that the SDK does for as many resources and inputs.

`python -m tests.bench.bare plan.json` registers each as `pulumi.CustomResource`, without typed classes, components,
rules or prices, under the recorder that a plan uses, and prints their number and the CPU seconds of registering them.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from planner.tuning import tune_process

tune_process()

from components.testing.fake_aws import FakeAws  # noqa: E402
from planner.evaluation import evaluate_program  # noqa: E402
from planner.stackfile import StackFile  # noqa: E402

_PROGRAM = """
import json
import pulumi
for kind, name, inputs in json.loads(open({rows!r}).read()):
    pulumi.CustomResource(kind, name, inputs)
"""


def register(plan: Path) -> tuple[int, float]:
    """Register what `plan` holds; the number of resources, and the CPU seconds."""
    resources: list[dict[str, Any]] = json.loads(plan.read_text(encoding="utf-8"))["resources"]
    rows = [("bare:index:Bare", f"{number}-{each['name']}", each["inputs"]) for number, each in enumerate(resources)]
    with TemporaryDirectory() as folder:
        written = Path(folder) / "rows.json"
        written.write_text(json.dumps(rows), encoding="utf-8")
        program = Path(folder) / "__main__.py"
        program.write_text(_PROGRAM.format(rows=str(written)), encoding="utf-8")
        stack = StackFile("bare", "bare", program, {}, frozenset())
        before = process_time()
        found = evaluate_program(program, stack, FakeAws("us-east-1", "111122223333"))
        return len(found.resources), process_time() - before


if __name__ == "__main__":
    number, spent = register(Path(sys.argv[1]))
    print(json.dumps({"resources": number, "seconds": spent}))
