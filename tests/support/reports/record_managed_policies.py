"""`python -m tests.support.reports.record_managed_policies ARN…`: records managed policies from moto's copy."""

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[3] / "reports" / "access" / "managed_policies.json"


def published() -> dict[str, Any]:
    """Every managed policy of moto, which copies them from AWS, by its ARN."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    data: dict[str, Any] = json.loads(aws_managed_policies_data)
    return {f"arn:aws:iam::aws:policy{each['Path']}{name}": each["Document"] for name, each in data.items()}


def main(arns: Sequence[str]) -> None:
    """Record these policies beside those that are recorded already."""
    every = published()
    known: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))["policies"] if RECORDED.exists() else {}
    policies = {arn: every[arn] for arn in sorted({*known, *arns})}
    source = f"moto {version('moto')}, moto/iam/aws_managed_policies.py, a copy of AWS's own documents"
    RECORDED.write_text(json.dumps({"source": source, "policies": policies}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
