"""The folders and files of S3 that a config may name."""

from typing import Annotated

from pydantic import StringConstraints

PATH_NAME = r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]*"
"""A name in a path: no `..`, which S3 takes as a name and clients resolve; not empty; no wildcard of IAM."""
PATH_REMEDY = "with letters, digits, - _ = and . in each name, no . at a name's start and no doubled slash"
Folder = Annotated[str, StringConstraints(pattern=rf"^({PATH_NAME}/)+$", max_length=1024)]
"""A folder of a bucket, with a slash at its end."""
