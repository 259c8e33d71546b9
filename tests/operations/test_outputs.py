"""The file of a stack's outputs: what every command that reads it refuses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations.ingest.platform import read_platform as read_for_ingest
from operations.restore.platform import read_platform as read_for_restore
from operations.settings import SettingsError
from operations.train.platform import read_platform as read_for_training


@pytest.mark.parametrize("read", [read_for_ingest, read_for_restore, read_for_training])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "it is not valid JSON; write the file by `pulumi stack output --json --show-secrets`"),
        (b"\xff", "it is not valid JSON; write the file by `pulumi stack output --json --show-secrets`"),
        (b"[" * 100_000, "it is not valid JSON; write the file by `pulumi stack output --json --show-secrets`"),
        (
            b"[]",
            "document = []: it must be a mapping of outputs; "
            "write the file by `pulumi stack output --json --show-secrets`",
        ),
    ],
    ids=["cut", "bytes", "deep", "list"],
)
def test_a_file_that_is_not_outputs_is_refused(
    tmp_path: Path, read: Callable[[Path], Any], content: bytes, told: str
) -> None:
    path = tmp_path / "platform.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as error:
        read(path)
    assert str(error.value) == f"{path}: 1 problem\n  {told}"
