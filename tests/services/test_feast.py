"""Our configuration of Feast, with a real PostgreSQL and a real Redis cluster: applied to, copied to, asked.

The commands are those of our Deployment and CronJob; the users are those that our own stores would give Feast.
"""

import json
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from components.data.feature_server.feast import athena, files
from tests.support.services import servers
from tests.support.services.feast import (
    DEADLINE,
    DEFINITIONS,
    Stores,
    apply,
    feast_stores,
    folder,
    healthy,
    materialize,
    run,
    served,
    write,
)

AWS = athena("us-east-1", "features", "features-feast", "s3://ml-offline/athena-results/feast")
DAY = 86400

READ_IN_TWO_PROCESSES = """
import os, sys
from feast import FeatureStore

store = FeatureStore(repo_path=sys.argv[1])
for _ in range(20):
    child = os.fork()
    store.registry.list_entities(store.project, allow_cache=False)
    if not child:
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
"""Reads the registry as a worker does beside another: both come from a process that has read it before."""


REFUSED = 'role "feast" is not permitted to log in'
"""What PostgreSQL logs once the server has asked in vain."""


@pytest.fixture(scope="module")
def stores() -> Iterator[Stores]:
    with feast_stores() as made:
        yield made


def features(address: str, *drivers: int) -> list[tuple[Any, ...]]:
    """The rating and the trips of drivers, as a client reads them."""
    question = {"features": ["driver_stats:rating", "driver_stats:trips"], "entities": {"driver_id": list(drivers)}}
    request = urllib.request.Request(
        f"{address}/get-online-features", json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found = json.load(answer)
    columns = dict(zip(found["metadata"]["feature_names"], found["results"], strict=True))
    return list(zip(columns["rating"]["values"], columns["trips"]["values"], strict=True))


@dataclass(frozen=True)
class Team:
    """A team's repository, and its data in the offline store."""

    repository: Path
    data: Path

    def defines(self, definitions: str) -> None:
        """What the team says of its features from now on."""
        (self.repository / "features.py").write_text(definitions, encoding="utf-8")


@pytest.fixture(scope="module")
def team(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A team whose features are applied; what it drops in the end is forgotten."""
    place = tmp_path_factory.mktemp("team")
    made = Team(folder(place / "repository", stores.config(files("file"))), place / "features/trips/part-0.parquet")
    write(made.data, (1, 4.5, 10, DAY), (1, 4.0, 9, 2 * DAY), (2, 3.5, 5, DAY))
    made.defines(DEFINITIONS.format(data=made.data))
    apply(stores, made.repository)
    yield made
    made.defines("")
    apply(stores, made.repository)
    assert stores.online.command("DBSIZE", username="administrator") == "0", "what was dropped is still stored"


def test_servers_are_ready_before_a_team_applies_definitions(stores: Stores, tmp_path: Path) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert stores.registry.sql(tables, database="feast") == ["0"]
    done = materialize(stores, folder(tmp_path / "copy", stores.config(files("file"))))
    assert done.returncode == 0, done.stderr
    with served(stores, folder(tmp_path / "serve", stores.config(AWS))) as address:
        assert healthy(address)


def test_applied_features_are_served_and_newer_ones_replace_them(stores: Stores, team: Team, tmp_path: Path) -> None:
    copied(stores, tmp_path / "file", "file")
    assert 0 < forgotten_after(stores) <= 7 * DAY
    # Configured as in AWS: a server never asks the offline store.
    with served(stores, folder(tmp_path / "serve", stores.config(AWS))) as address:
        assert features(address, 1, 2, 3) == [(4.5, 10), (3.5, 5), (None, None)]
        write(team.data, (1, 5.0, 11, 0), (2, 1.0, 1, 3 * DAY))
        copied(stores, tmp_path / "duckdb", "duckdb")
        # What lies before the last run isn't read again.
        assert features(address, 1, 2) == [(5.0, 11), (3.5, 5)]


def test_servers_answer_on_while_the_registry_is_away(stores: Stores, team: Team, tmp_path: Path) -> None:
    write(team.data, (3, 2.5, 7, 0))
    copied(stores, tmp_path / "copy", "file")
    config = stores.config(AWS)
    config["registry"]["cache_ttl_seconds"] = 1
    with served(stores, folder(tmp_path / "serve", config)) as address, away(stores.registry):
        deadline = time.monotonic() + DEADLINE
        while REFUSED not in stores.registry.log.read_text(encoding="utf-8"):
            assert features(address, 3) == [(2.5, 7)]
            assert time.monotonic() < deadline, "the server never asked the registry again"
        assert features(address, 3) == [(2.5, 7)]
        # A probe while the server asks the registry again may fail; the kubelet forgives five, ten seconds apart.
        deadline = time.monotonic() + DEADLINE
        while not healthy(address):
            assert time.monotonic() < deadline, "no probe succeeded"


def test_forked_workers_read_the_registry_at_the_same_time(stores: Stores, team: Team, tmp_path: Path) -> None:
    pod = folder(tmp_path / "serve", stores.config(AWS))
    done = run(stores, ["python", "-c", READ_IN_TWO_PROCESSES, str(pod)])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("store", ["registry", "online"])
def test_a_store_of_another_authority_is_not_trusted(stores: Stores, team: Team, tmp_path: Path, store: str) -> None:
    registry, online = stores.registry, stores.online
    if store == "registry":
        registry = replace(registry, certificates=online.certificates)
    else:
        online = replace(online, certificates=registry.certificates)
    write(team.data, (1, 2.0, 12, 0))
    config = Stores(registry, online).config(files("file"))
    done = materialize(stores, folder(tmp_path / "copy", config))
    assert done.returncode != 0
    # OpenSSL's two words for it: an authority of the same name whose signature it isn't, or none of that name.
    assert any(fault in done.stderr for fault in ("provider signature failure", "certificate verify failed"))


def copied(stores: Stores, pod: Path, engine: str) -> None:
    """Materialize by an engine that reads files."""
    done = materialize(stores, folder(pod, stores.config(files(engine))))
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def away(registry: servers.Postgres) -> Generator[None]:
    """The registry refuses Feast and ends what it had open, as in a failover."""
    registry.sql("ALTER ROLE feast NOLOGIN")
    registry.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'feast'")
    try:
        yield
    finally:
        registry.sql("ALTER ROLE feast LOGIN")


def forgotten_after(stores: Stores) -> int:
    """The seconds that some stored key still has."""
    script = "return redis.call('TTL', redis.call('RANDOMKEY'))"
    return int(stores.online.command("EVAL", script, "0", username="administrator"))
