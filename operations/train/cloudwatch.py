"""Log streams of CloudWatch Logs."""

from collections.abc import Iterator
from typing import Any


def log_lines(logs: Any, group: str, stream: str) -> Iterator[str]:
    """The lines of a stream from its start. `logs` is boto3's client of CloudWatch Logs.

    The last page repeats its token. Source: CloudWatch Logs API reference, GetLogEvents.
    """
    token: dict[str, str] = {}
    while True:
        page = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **token)
        yield from (event["message"].rstrip("\n") for event in page["events"])
        following = page["nextForwardToken"]
        if token.get("nextToken") == following:
            return
        token = {"nextToken": following}
