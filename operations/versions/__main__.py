"""List the pinned versions that are behind or whose support ends. AWS is asked where credentials are at hand,
and the charts' repositories where they can be reached.

Exit code 0: nothing to do. 1: a version is behind, or its support has ended or ends within 90 days. 2: wrong arguments.
"""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime

from operations.versions.charts import chart_pins, newest_charts
from operations.versions.pins import Finding, State, eks_pins, judge

_SAYS = {
    State.ENDED: "support ended on {ends}",
    State.ENDING: "support ends on {ends}",
    State.BEHIND: "{newest} is newer",
    State.CURRENT: "newest",
    State.NOT_COMPARED: "not compared",
}


def main(arguments: list[str] | None = None) -> int:
    """Print one line for each pin, the most urgent first."""
    parser = argparse.ArgumentParser(
        prog="make versions", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--region", default="us-east-1", help="the region of AWS to ask")
    parser.add_argument("--of", choices=("all", "eks", "charts"), default="all", help="which versions to list")
    parser.add_argument("--offline", action="store_true", help="ask nobody; the recorded ends of support alone")
    parser.add_argument("--today", type=date.fromisoformat, default=datetime.now(UTC).date(), help="as YYYY-MM-DD")
    options = parser.parse_args(arguments)
    eks, charts = options.of in ("all", "eks"), options.of in ("all", "charts")
    pins = [*(eks_pins() if eks else ()), *(chart_pins() if charts else ())]
    newest: dict[str, str] = {}
    if not options.offline:
        newest |= _asked(options.region) if eks else {}
        newest |= newest_charts() if charts else {}
    findings = judge(pins, newest, options.today)
    print(table(findings))
    return int(any(finding.state < State.CURRENT for finding in findings))


def _asked(region: str) -> Mapping[str, str]:
    # boto3 is no requirement at run time, and the recorded ends of support need neither it nor AWS.
    try:
        from botocore.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - it ships none
            BotoCoreError,
            ClientError,
        )

        from operations.versions import aws
    except ModuleNotFoundError as error:
        print(
            f"versions: AWS was not compared: {error.name} is missing; `make .venv/.dev` installs it", file=sys.stderr
        )
        return {}
    try:
        return aws.newest(region)
    except (BotoCoreError, ClientError) as error:
        print(f"versions: AWS in {region} was not compared: {error}", file=sys.stderr)
        return {}


def table(findings: list[Finding]) -> str:
    """The findings as aligned text."""
    what = max(len(finding.pin.what) for finding in findings)
    version = max(len(finding.pin.version) for finding in findings)
    return "\n".join(
        f"{finding.pin.what:{what}}  {finding.pin.version:{version}}  {_says(finding)}" for finding in findings
    )


def _says(finding: Finding) -> str:
    ends = f"{finding.pin.support_ends}{', as expected' if finding.pin.expected else ''}"
    text = _SAYS[finding.state].format(ends=ends, newest=finding.newest)
    if finding.state < State.BEHIND and finding.newest:
        return f"{text}; the newest is {finding.newest}"
    if finding.state >= State.BEHIND and finding.pin.support_ends:
        return f"{text}; support ends on {ends}"
    return text


if __name__ == "__main__":
    sys.exit(main())
