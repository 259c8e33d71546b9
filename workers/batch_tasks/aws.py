"""Calls of AWS, whose errors are those that pass and those that do not."""

from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]


class PassingError(Exception):
    """AWS did not answer, or asked to call less often. A later call can succeed."""


class RefusedError(Exception):
    """AWS refuses the call, or the task is too large for a job."""


def client(service: str, region: str) -> Any:
    """A client of a service that gives up after three attempts.

    Two workers with the same task would otherwise wait for each other's retries for minutes.
    """
    config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=20)
    make: Any = boto3.client  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return make(service, region_name=region, config=config)


def call(own: Any, operation: str, **request: Any) -> Any:
    """What an operation of a client answers.

    Raises:
        PassingError: a later call can succeed.
        RefusedError: AWS refuses the call; the message has the operation, the code and AWS's reason.
    """
    try:
        return getattr(own, operation)(**request)
    except ClientError as error:
        response: Any = error.response  # pyright: ignore[reportUnknownMemberType]
        status = response["ResponseMetadata"].get("HTTPStatusCode", 0)
        code, message = response["Error"]["Code"], response["Error"].get("Message", "")
        told = f"{operation}: {code}: {message}"
        if status >= 500 or status == 429 or "Throttl" in code or code == "TooManyRequestsException":
            raise PassingError(told) from error
        # Credentials are renewed while the worker runs, and a role's policy may come after it.
        if status in (401, 403) or "Expired" in code:
            raise PassingError(told) from error
        raise RefusedError(told) from error
    except BotoCoreError as error:
        raise PassingError(f"{operation}: {error}") from error
