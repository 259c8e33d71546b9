"""Feast's own configuration, feature_store.yaml, as plain data and as text.

Feast replaces `${NAME}` by the environment before it reads the text. It takes values of the online store's connection
apart at commas and reads them as JSON: what is replaced must be letters and digits, a letter first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONFIG_FILE = "feature_store.yaml"
"""What Feast looks for in the folder that it is started for."""
REGISTRY_USERNAME, REGISTRY_PASSWORD = "FEAST_REGISTRY_USERNAME", "FEAST_REGISTRY_PASSWORD"
ONLINE_USERNAME, ONLINE_PASSWORD = "FEAST_ONLINE_USERNAME", "FEAST_ONLINE_PASSWORD"
"""The environment that the configuration takes users and passwords from."""

_REFRESH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store answers over TLS: `certificates` is a file of the authorities that vouch for it, or empty where
    those that everyone trusts do."""

    host: str
    port: int
    certificates: str = ""


def athena(region: str, database: str, workgroup: str, staging: str) -> dict[str, Any]:
    """An offline store on S3, queried by Athena. `staging` is the S3 address, without a slash at its end, below which
    Feast keeps what it exports for as long as it reads it."""
    return {
        "type": "athena",
        "region": region,
        "data_source": "AwsDataCatalog",
        "database": database,
        "workgroup": workgroup,
        "s3_staging_location": staging,
    }


def files(engine: str) -> dict[str, Any]:
    """An offline store of Parquet files on disk, laid out as those that Athena queries, and read by `duckdb` or `file`
    (Dask): to try definitions without AWS. The pinned image lacks what either would need to read S3."""
    return {"type": engine}


def feast_config(
    project: str, registry: Place, online: Place, offline: Mapping[str, Any], keep_days: int | None = None
) -> dict[str, Any]:
    """The configuration of one project: PostgreSQL for the registry, a Redis cluster for online features.

    It contains no password: users and passwords are in the environment of Feast's process. With `keep_days`, features
    expire when they are not written for that long.
    """
    return {
        "project": project,
        "provider": "local",
        "registry": {
            "registry_type": "sql",
            "path": _registry_url(registry),
            # An expired copy is renewed by a request, and kept where the database doesn't answer.
            "cache_ttl_seconds": _REFRESH_SECONDS,
            # Feast forks its workers with a connection open. Two workers on one TLS session break it, so each use opens
            # a connection of its own.
            "sqlalchemy_config_kwargs": {"echo": False, "pool_recycle": 0},
        },
        "online_store": {
            "type": "redis",
            "redis_type": "redis_cluster",
            "connection_string": _online_connection(online),
            **({"key_ttl_seconds": keep_days * 86400} if keep_days else {}),
        },
        "offline_store": dict(offline),
        "entity_key_serialization_version": 3,
    }


def as_text(config: Mapping[str, Any]) -> str:
    """The configuration as the file that Feast reads: JSON, which is YAML too."""
    return json.dumps(config, indent=2) + "\n"


def _registry_url(place: Place) -> str:
    query = {"sslmode": "verify-full", "sslrootcert": place.certificates or "system", "connect_timeout": "5"}
    options = "&".join(f"{key}={value}" for key, value in query.items())
    login = f"${{{REGISTRY_USERNAME}}}:${{{REGISTRY_PASSWORD}}}"
    return f"postgresql+psycopg://{login}@{place.host}:{place.port}/feast?{options}"


def _online_connection(place: Place) -> str:
    options = {
        "ssl": "true",
        "username": f"${{{ONLINE_USERNAME}}}",
        "password": f"${{{ONLINE_PASSWORD}}}",
        "socket_connect_timeout": "2",
        "socket_timeout": "10",
    }
    if place.certificates:
        options["ssl_ca_certs"] = place.certificates
    return ",".join([f"{place.host}:{place.port}", *(f"{key}={value}" for key, value in options.items())])
