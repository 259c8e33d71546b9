"""List the pinned versions, first those that are outdated or whose support ends.

Newest versions come from AWS if there are credentials, and from the charts'
repositories if they respond.

Exit code 0: nothing to do. 1: a version is behind, or its support has ended or
ends within 90 days. 2: wrong arguments.
"""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from operations.arguments import day
from operations.flags import FlagParser
from operations.versions.charts import chart_pins, newest_charts
from operations.versions.pins import Finding, State, eks_pins, emr_pins, judge

_TEXTS = {
    State.ENDED: "support ended on {ends}",
    State.ENDING: "support ends on {ends}",
    State.BEHIND: "{newest} is newer",
    State.CURRENT: "newest",
    State.NOT_COMPARED: "not compared",
}


def main(arguments: list[str] | None = None) -> int:
    """Print one line for each pinned version, the most urgent first."""
    parser = FlagParser(prog="make versions", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--region", default="us-east-1", help="the AWS region to read")
    parser.add_argument("--of", choices=("all", "eks", "charts", "emr"), default="all", help="which versions to list")
    parser.add_argument("--offline", action="store_true", help="use only the recorded ends of support")
    parser.add_argument(
        "--today",
        type=day,
        default=datetime.now(UTC).date(),
        help="the date to compare with, as YYYY-MM-DD",
    )
    options = parser.parse_args(arguments)
    eks, charts = options.of in ("all", "eks"), options.of in ("all", "charts")
    pins = [*(eks_pins() if eks else ()), *(chart_pins() if charts else ())]
    pins += emr_pins() if options.of in ("all", "emr") else ()
    newest: dict[str, str] = {}
    if not options.offline:
        newest |= _newest_of_aws(options.region) if eks else {}
        newest |= newest_charts() if charts else {}
    findings = judge(pins, newest, options.today)
    print(table(findings))
    return int(any(finding.state < State.CURRENT for finding in findings))


def _newest_of_aws(region: str) -> Mapping[str, str]:
    # boto3 is not a run-time requirement, and the recorded ends of support need neither boto3 nor AWS.
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
        f"{finding.pin.what:{what}}  {finding.pin.version:{version}}  {_status_text(finding)}" for finding in findings
    )


def _status_text(finding: Finding) -> str:
    ends = f"{finding.pin.support_ends}{' (estimated)' if finding.pin.expected else ''}"
    text = _TEXTS[finding.state].format(ends=ends, newest=finding.newest)
    if finding.state < State.BEHIND and finding.newest:
        return f"{text}; the newest is {finding.newest}"
    if finding.state >= State.BEHIND and finding.pin.support_ends:
        return f"{text}; support ends on {ends}"
    return text


if __name__ == "__main__":
    sys.exit(main())
