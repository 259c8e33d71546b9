"""What a topic became in AWS, whichever engine runs it."""

from typing import NamedTuple

import pulumi

from ....core.iam import Statement


class TopicOutputs(NamedTuple):
    """The ARN of a topic or stream, who may do what with it, and where consumers send what they can't process."""

    arn: pulumi.Output[str]
    write: pulumi.Output[list[Statement]]
    read: pulumi.Output[list[Statement]]
    dead_letter: pulumi.Output[str] | None = None
    dead_letter_arn: pulumi.Output[str] | None = None
