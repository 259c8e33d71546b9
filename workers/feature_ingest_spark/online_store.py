"""Feast in a process of Spark: its folder, its logins and the database's certificates."""

import json
import os
import ssl
import urllib.request
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast

from workers.feature_ingest.online_store import FeastStore
from workers.feature_ingest.records import UnavailableError
from workers.feature_ingest_spark.settings import JobSettings, Login

_CONFIG_FILE = "feature_store.yaml"
_FETCH_SECONDS = 30

_stores: dict[str, FeastStore] = {}


def store_of(settings: JobSettings) -> FeastStore:
    """The online store of this process. Spark uses a Python process for many tasks, so it is made once.

    Raises:
        UnavailableError: a secret or the certificates cannot be read now.
    """
    if settings.feast not in _stores:
        os.environ.update(_environment(settings.logins, settings.region))
        folder = Path(mkdtemp(prefix="feast-"))
        (folder / _CONFIG_FILE).write_text(_config(settings, folder), encoding="utf-8")
        _stores[settings.feast] = FeastStore(str(folder))
    return _stores[settings.feast]


def _environment(logins: Mapping[str, Login], region: str) -> dict[str, str]:
    """Users and passwords, as Feast's configuration names them."""

    @cache
    def secret(arn: str) -> Mapping[str, str]:
        client: Any = cast(Any, import_module("boto3")).client("secretsmanager", region_name=region)
        try:
            return json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        except Exception as error:
            raise UnavailableError(f"the secret {arn}: {error}") from error

    return {"FEAST_USAGE": "False", **{name: secret(each.secret)[each.key] for name, each in logins.items()}}


def _config(settings: JobSettings, folder: Path) -> str:
    if not settings.bundle_address:
        return settings.feast
    bundle = folder / "certificates.pem"
    bundle.write_text(_certificates(settings.bundle_address), encoding="ascii")
    return settings.feast.replace(settings.bundle_path, str(bundle))


def _certificates(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=_FETCH_SECONDS) as answer:  # noqa: S310 - the component's address
            found = answer.read().decode("ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found)
    except (OSError, ValueError) as error:
        raise UnavailableError(f"the certificates at {address}: {error}") from error
    return found
