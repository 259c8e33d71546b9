"""Reads what a stack exports: the file that `pulumi stack output --json` prints."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from .settings import Settings, SettingsError, fault, matching

WRITE = "write the file by `pulumi stack output --json --show-secrets`"
"""Without the flag an output that was made of a secret is `[secret]`."""
Arn = Annotated[
    str, matching(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[^\s:]\S*", f"it is not a valid ARN; {WRITE}")
]
Region = Annotated[
    str, matching(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+", f"it is not a valid region, such as us-east-1; {WRITE}")
]


class Outputs(Settings):
    """Outputs of a stack, or a part of one. Other outputs are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


def read_outputs(path: Path) -> Mapping[str, Any]:
    """The outputs in a file, by name.

    Raises:
        SettingsError: the file is not readable, or not what `pulumi stack output --json` prints.
    """
    try:
        document: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(path), [f"{error.strerror}; {WRITE}"]) from None
    except (ValueError, RecursionError):
        raise SettingsError(str(path), [f"it is not valid JSON; {WRITE}"]) from None
    if not isinstance(document, dict):
        raise SettingsError(str(path), [fault("document", document, f"it must be a mapping of outputs; {WRITE}")])
    return cast(Mapping[str, Any], document)
