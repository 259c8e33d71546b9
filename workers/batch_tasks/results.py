"""The results that jobs write in S3: one JSON object each, with `output` or `error`."""

import json
from typing import Any, cast

from botocore.exceptions import BotoCoreError  # pyright: ignore[reportMissingTypeStubs]

from workers.batch_tasks.aws import PassingError, RefusedError, call, client

MOST_BYTES = 1024 * 1024
"""The largest result. Redis keeps all results in memory until they expire."""
_MOST_ERROR_CHARACTERS = 1000


class ResultError(Exception):
    """A job that succeeded wrote no result, or a wrong one."""


class Results:
    """The results of jobs in S3."""

    def __init__(self, region: str):
        self._client: Any = client("s3", region)

    def output(self, address: str) -> Any:
        """What a job that succeeded wrote as `output`.

        Raises:
            PassingError: S3 does not answer.
            ResultError: there is no such object, or it is not what a job writes; the message says what to change.
        """
        found = self._read(address)
        if found is None:
            raise ResultError(f'{address} does not exist; write {{"output": …}} there before the job ends')
        if "output" not in found:
            raise ResultError(self._error(found) or f'{address} has no output; write {{"output": …}}')
        return found["output"]

    def error(self, address: str) -> str:
        """What a job that failed wrote as `error`; empty when it wrote none.

        Raises:
            PassingError: S3 does not answer.
        """
        try:
            return self._error(self._read(address) or {})
        except ResultError:
            return ""

    def _error(self, found: dict[str, Any]) -> str:
        return str(found.get("error") or "")[:_MOST_ERROR_CHARACTERS]

    def _read(self, address: str) -> dict[str, Any] | None:
        bucket, _, key = address.removeprefix("s3://").partition("/")
        try:
            answer = call(self._client, "get_object", Bucket=bucket, Key=key)
        except RefusedError as error:
            if str(error).startswith("get_object: NoSuchKey:"):
                return None
            raise ResultError(f"{address}: {error}") from error
        if (size := answer["ContentLength"]) > MOST_BYTES:
            remedy = "write the data beside it, and its address as output"
            raise ResultError(f"{address} has {size} bytes, and a result at most {MOST_BYTES}; {remedy}")
        try:
            found: Any = json.loads(answer["Body"].read())
        except BotoCoreError as error:
            raise PassingError(f"{address}: {error}") from error
        except (ValueError, RecursionError) as error:
            raise ResultError(f"{address} is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise ResultError(f'{address} is not a JSON object; write {{"output": …}}')
        return cast("dict[str, Any]", found)


def address_of(folder: str, name: str) -> str:
    """Where the job of this name writes its result; empty when its task has no folder of results."""
    return f"{folder}{name}.json" if folder else ""
