"""`make runbooks`: writes the page of the runbooks."""

from argparse import ArgumentParser
from pathlib import Path

from components.observability.objectives.rule_files import all_alerts
from components.observability.runbooks import runbooks

PAGE = Path(__file__).parent.parent / "docs" / "runbooks.md"

if __name__ == "__main__":
    ArgumentParser(
        "python -m stacks.runbooks", description="Write docs/runbooks.md, the page of all runbooks."
    ).parse_args()
    PAGE.write_text(runbooks(all_alerts()), encoding="utf-8")
    print(f"written to {PAGE}")
