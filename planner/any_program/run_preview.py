"""Plans a program of any language in its folder, with the Pulumi CLI of the user."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, cast

from planner.any_program.bounded_json import MAX_BYTES
from planner.any_program.preview import failure_of
from planner.any_program.program_error import ProgramError

_ARGUMENTS = ("preview", "--json", "--show-sames", "--non-interactive")
_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
_BY_HAND = "`pulumi preview --json --show-sames > preview.json`"
_SHOWN = 2_000


def preview_of(folder: Path, stack: str | None) -> bytes:
    """What `pulumi preview --json` prints in `folder`, for `stack` or the selected one.

    Raises:
        ProgramError: when the folder is no program, the CLI is missing, or it failed without a document.
    """
    if not any((folder / name).is_file() for name in _PROJECT_FILES):
        raise ProgramError(
            f"{folder} has no Pulumi.yaml; name the folder of a Pulumi program, or the file of a preview"
        )
    command = shutil.which("pulumi")
    if command is None:
        raise ProgramError(
            f"{folder} cannot be planned: there is no `pulumi` on PATH; install the Pulumi CLI, or run {_BY_HAND} "
            "where it is and name that file"
        )
    arguments = [command, *_ARGUMENTS, *(["--stack", stack] if stack else [])]
    environment = {key: value for key, value in os.environ.items() if key != "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        # Files, not pipes: plugins that outlive the CLI would keep a pipe open.
        code = subprocess.run(  # noqa: S603 - the user's own CLI
            arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment, check=False
        ).returncode
        output.seek(0)
        errors.seek(0)
        content, complaint = output.read(MAX_BYTES + 1), errors.read(_SHOWN).decode(errors="replace")
    if len(content) > MAX_BYTES:
        raise ProgramError(f"the preview of {folder} is larger than {MAX_BYTES:,} bytes; divide the program")
    if code:
        # A failed preview is a document too. It lacks resources, and it need not say so.
        said = " ".join((_failure(content) or complaint or content[:_SHOWN].decode(errors="replace")).split())[:_SHOWN]
        raise ProgramError(f"`pulumi preview` failed in {folder} with exit code {code}: {said}; mend it there")
    return content


def _failure(content: bytes) -> str:
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return failure_of(cast(dict[str, Any], document)) if isinstance(document, dict) else ""
