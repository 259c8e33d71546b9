"""Objects of S3, as the job reads and writes them."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

LARGEST_READ = 256 << 20
"""Bytes of an object that are read at most. What is cut off cannot be unpacked, and counts as corrupt."""
_MISSING = ("NoSuchKey", "404")
_Result = TypeVar("_Result")


class UnavailableError(Exception):
    """S3 or MLflow does not answer, or refuses. A later attempt may succeed."""


class Storage:
    """The objects of S3, by bucket and key. `client` is boto3's."""

    def __init__(self, client: Any):
        self._client = client
        self._error: type[Exception] = cast(Any, import_module("botocore.exceptions")).ClientError

    def keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """The keys below a prefix, in order.

        Raises:
            UnavailableError: S3 does not list them.
        """
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found = self._asked(lambda: [each["Key"] for page in pages for each in page.get("Contents", ())], prefix)
        yield from found

    def read(self, bucket: str, key: str) -> bytes | None:
        """The content of an object; None if there is none.

        Raises:
            UnavailableError: S3 does not answer.
        """

        def get() -> bytes | None:
            try:
                return self._client.get_object(Bucket=bucket, Key=key)["Body"].read(LARGEST_READ)
            except self._error as error:
                if cast(Any, error).response["Error"]["Code"] in _MISSING:
                    return None
                raise

        return self._asked(get, key)

    def fetch(self, bucket: str, key: str, path: Path) -> None:
        """Write the content of an object to a file.

        Raises:
            UnavailableError: S3 does not answer, or has no such object.
        """
        self._asked(lambda: self._client.download_file(bucket, key, str(path)), key)

    def write(self, bucket: str, key: str, content: bytes, kind: str) -> None:
        """Write an object of a media type.

        Raises:
            UnavailableError: S3 does not take it.
        """
        self._asked(lambda: self._client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=kind), key)

    def _asked(self, call: Callable[[], _Result], place: str) -> _Result:
        try:
            return call()
        except Exception as error:
            raise UnavailableError(f"S3, {place}: {error}") from error


def address(uri: str) -> tuple[str, str]:
    """The bucket and the key of s3://<bucket>/<key>."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
