"""Real stores of Feast, and Feast's commands as our Deployment and CronJob have them."""

import json
import os
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from components.data.cache.access import CacheAccess, access_string
from components.data.feature_server.feast import (
    CONFIG_FILE,
    ONLINE_PASSWORD,
    ONLINE_USERNAME,
    REGISTRY_PASSWORD,
    REGISTRY_USERNAME,
    Place,
    as_text,
    feast_config,
)
from components.data.feature_server.objects import CONFIG_FOLDER, PORT, cron_job, deployment
from components.data.feature_server.spec import FeatureServerSpec
from components.data.store_access.job import database_grants, schema_grants
from tests.support.services import servers

PROJECT = "drivers"
SPEC = FeatureServerSpec.model_validate({"project": PROJECT, "clientNamespaces": ["models"], "keepDays": 7})
PASSWORD = "a0123456789012345678901234567890123456789"
DEADLINE = 120.0
NOTHING: Mapping[str, str] = MappingProxyType({})

DEFINITIONS = """
from datetime import timedelta
from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import Float32, Int64

driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
trips = FileSource(name="trips", path="{data}", timestamp_field="event_timestamp")
driver_stats = FeatureView(
    name="driver_stats",
    entities=[driver],
    ttl=timedelta(days=30),
    schema=[Field(name="rating", dtype=Float32), Field(name="trips", dtype=Int64)],
    source=trips,
)
"""
"""What a team says of its features, in the repository of its own pipeline."""

WRITE_ROWS = """
import sys, json, pandas
rows = pandas.DataFrame(json.loads(sys.argv[2]))
rows["event_timestamp"] = pandas.to_datetime(rows["event_timestamp"], unit="s", utc=True)
rows.to_parquet(sys.argv[1], coerce_timestamps="us", allow_truncated_timestamps=True)
"""
"""Writes Parquet as Athena reads it: timestamps in microseconds."""


@dataclass(frozen=True)
class Stores:
    """The registry's PostgreSQL and the online store, with what a pod has in its environment to log in."""

    registry: servers.Postgres
    online: servers.Redis

    @property
    def environment(self) -> dict[str, str]:
        """What the two ExternalSecrets bring."""
        return {
            REGISTRY_USERNAME: "feast",
            REGISTRY_PASSWORD: PASSWORD,
            ONLINE_USERNAME: self.online.username,
            ONLINE_PASSWORD: self.online.password,
        }

    def config(self, offline: dict[str, Any]) -> dict[str, Any]:
        """The configuration that FeatureServer generates, for these stores."""
        registry = Place(self.registry.host, self.registry.port, str(self.registry.certificates))
        online = Place(self.online.host, self.online.port, str(self.online.certificates))
        return feast_config(PROJECT, registry, online, offline, SPEC.keep_days)


@contextmanager
def feast_stores() -> Generator[Stores]:
    """A PostgreSQL and a Redis cluster with the users that our own stores give Feast."""
    servers.tool("feast", "feast")
    access = access_string(CacheAccess.WRITE, ["*"]).removeprefix("on ")
    with servers.postgres() as registry, servers.redis(True, "ml-online-feast", access) as online:
        registry.sql(f"CREATE ROLE feast LOGIN PASSWORD '{PASSWORD}'")
        registry.sql("CREATE DATABASE feast")
        for statement in (*database_grants("feast", []), *schema_grants("feast", [])):
            registry.sql(statement, database="feast")
        yield Stores(registry, online)


def folder(place: Path, config: dict[str, Any]) -> Path:
    """What a pod mounts, or what a team's pipeline starts from."""
    place.mkdir(parents=True, exist_ok=True)
    (place / CONFIG_FILE).write_text(as_text(config), encoding="utf-8")
    return place


def run(stores: Stores, command: list[str]) -> subprocess.CompletedProcess[str]:
    """A command of Feast's, to its end."""
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(stores), timeout=DEADLINE, check=False
    )


def environment(stores: Stores) -> dict[str, str]:
    """What a container of ours has, with a home that can't be written."""
    binaries = servers.tool("feast", "feast").parent
    home = {"HOME": "/nonexistent", "FEAST_USAGE": "False"}
    return {"PATH": f"{binaries}:{os.environ['PATH']}", **home, **stores.environment}


def apply(stores: Stores, team: Path) -> None:
    done = run(stores, ["feast", "--chdir", str(team), "apply"])
    assert done.returncode == 0, done.stdout + done.stderr


def materialize(stores: Stores, pod: Path) -> subprocess.CompletedProcess[str]:
    """The CronJob's own command, in the folder `pod` instead of the mounted one."""
    template = cron_job(SPEC, "us-east-1")["spec"]["jobTemplate"]["spec"]["template"]
    [container] = template["spec"]["containers"]
    return run(stores, [word.replace(CONFIG_FOLDER, str(pod)) for word in container["command"]])


@contextmanager
def served(stores: Stores, pod: Path, further: Mapping[str, str] = NOTHING) -> Generator[str]:
    """The address of the Deployment's own command, once its probe passes. `further` is added to its environment."""
    port = servers.free_port()
    [container] = deployment(SPEC, "us-east-1", "")["spec"]["template"]["spec"]["containers"]
    places = {CONFIG_FOLDER: str(pod), str(PORT): str(port), "0.0.0.0": "127.0.0.1"}
    # Metrics have a port of their own that can't be chosen.
    command = [places.get(word, word) for word in map(str, container["command"]) if word != "--metrics"]
    log = pod.parent / f"{pod.name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env={**environment(stores), **further}, stdout=output, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + DEADLINE
        while not healthy(address):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)
        # Shown with whatever failed.
        print(log.read_text(encoding="utf-8"))


def healthy(address: str) -> bool:
    """What the probes of the Deployment ask."""
    return servers.is_healthy(f"{address}/health", seconds=20)


def write(file: Path, *rows: tuple[int, float, int, int]) -> None:
    """Rows of driver, rating, trips and how many seconds ago that was."""
    file.parent.mkdir(parents=True, exist_ok=True)
    now = int(time.time())
    names = ("driver_id", "rating", "trips", "event_timestamp")
    content = [dict(zip(names, (*row[:3], now - row[3]), strict=True)) for row in rows]
    python = servers.tool("feast", "python")
    subprocess.run([str(python), "-c", WRITE_ROWS, str(file), json.dumps(content)], check=True, timeout=60)
