"""Runs a program that uses these components, against an AWS account that does not exist.

    from mlplatform import NodePool
    from mlplatform.testing import run

    recording = run(lambda: NodePool("burst", {...}))
    assert recording.one("aws:eks/nodeGroup:NodeGroup").inputs["scalingConfig"]["minSize"] == 0

`run` returns after the program has ended. So assertions are plain ones on what was registered, and none of them is
inside an `apply` that never runs.
"""

from .fake_aws import FakeAws, UnansweredError
from .recording import (
    ACCOUNT,
    REGION,
    SECRET,
    UNKNOWN,
    DuplicateResourceError,
    RecordedResource,
    Recorder,
    Recording,
    run,
)

__all__ = [
    "ACCOUNT",
    "REGION",
    "SECRET",
    "UNKNOWN",
    "DuplicateResourceError",
    "FakeAws",
    "RecordedResource",
    "Recorder",
    "Recording",
    "UnansweredError",
    "run",
]
