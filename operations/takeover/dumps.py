"""The last backup of a starter's database in S3, with the number of its rows."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..restore.steps import RestoreError

_ROWS = ".dump.rows"
_STAMP = re.compile(r"[0-9TZ-]{1,40}")


@dataclass(frozen=True, slots=True)
class Frozen:
    """A backup that freeze.sh made."""

    stamp: str
    tables: Mapping[str, int]
    """The rows of each table."""
    sequences: Mapping[str, int | None]
    """The last value of each sequence; None before its first use."""


def newest(s3: Any, bucket: str, database: str) -> Frozen:
    """The newest backup of a database that freeze.sh made.

    Raises:
        RestoreError: there is none.
    """
    prefix = f"databases/{database}/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = sorted(each["Key"] for page in pages for each in page.get("Contents", ()) if each["Key"].endswith(_ROWS))
    if not keys:
        raise RestoreError(f"s3://{bucket}/{prefix} has no backup of freeze.sh; run it on the starter's machine")
    rows: Any = json.loads(s3.get_object(Bucket=bucket, Key=keys[-1])["Body"].read())
    stamp = keys[-1].removeprefix(prefix).removesuffix(_ROWS)
    if not _STAMP.fullmatch(stamp):
        raise RestoreError(f"s3://{bucket}/{keys[-1]} is not named by freeze.sh; remove it, and run freeze.sh again")
    return Frozen(stamp, rows["tables"], rows["sequences"])


def download(s3: Any, bucket: str, database: str, stamp: str, file: Path) -> str:
    """Download a dump, and return its checksum.

    Raises:
        RestoreError: the dump differs from its checksum.
    """
    key = f"databases/{database}/{stamp}.dump"
    wanted = s3.get_object(Bucket=bucket, Key=f"{key}.sha256")["Body"].read().decode().strip()
    s3.download_file(bucket, key, str(file))
    if (found := checksum_of(file)) != wanted:
        raise RestoreError(f"s3://{bucket}/{key} differs from its checksum; run freeze.sh again")
    return found


def checksum_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
