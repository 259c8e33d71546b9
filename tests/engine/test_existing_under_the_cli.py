"""A stack over a network, a cluster and buckets that exist, under the engine. Skipped without the Pulumi CLI on PATH.

The account is emulated, and the data sources of the provider read it.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.engine.deployment import planned
from tests.support.engine.harness import Engine, Outcome
from tests.support.engine.owned import BUCKETS, CLUSTER, ZONES, Owned

NAME, REGION = "acme", "eu-central-1"
KEY = "aws:kms/key:Key"
FREE = {"deletionProtection": False}


def sections(owned: Owned) -> dict[str, Any]:
    """The config of a stack that names all of it."""
    raw, models = BUCKETS
    return {
        "network": {"vpcCidr": "10.50.0.0/16", "zones": [*ZONES], "existing": owned.network},
        "gpuCluster": {
            "clusterName": CLUSTER,
            "existing": {"securityGroupId": owned.security_group},
            "nodePools": [{"name": "system", "instanceTypes": ["m7i.xlarge"], "minimum": 2, "maximum": 4}],
            **FREE,
        },
        "featureStore": {
            "data": {"prefix": "acme", "existing": {"keyArn": owned.key, "raw": raw, "models": models}, **FREE},
            "catalog": {"database": "acme"},
            "online": {"cacheName": "acme", "gigabytes": 2, "users": [{"name": "serving", "access": "read"}], **FREE},
            "database": {"identifier": "acme", "instanceClass": "db.t4g.medium", "storageGib": 20, **FREE},
        },
    }


ENVIRONMENT = {
    "kind": "staging",
    "owner": "vision",
    "costCenter": "ml",
    "account": "123456789012",
    "region": REGION,
}


@dataclass(frozen=True)
class Life:
    """What became of the stack, and what its neighbours had before it, with it and after it."""

    wrong: Outcome
    up: Outcome
    again: Outcome
    refreshed: Outcome
    destroyed: Outcome
    deleted: list[str]
    left: list[dict[str, Any]]
    before: dict[str, Any]
    during: dict[str, Any]
    after: dict[str, Any]
    kept: Counter[str]
    """The keys that the stack leaves."""
    counted_before: Counter[str]
    counted_after: Counter[str]


@pytest.fixture(scope="module")
def life(engine: Engine) -> Life:
    engine.init(NAME, None, environment=ENVIRONMENT, cost={"monthlyBudget": 3000})
    account = engine.accounts.of(NAME)
    owned = Owned(account)
    config = sections(owned)
    before, counted_before = owned.all(), account.counts(REGION)
    engine.configure(NAME, **{**config, "network": {**config["network"], "zones": [*reversed(ZONES)]}})
    wrong = engine.run("preview", "--stack", NAME)
    engine.configure(NAME, **config)
    kept = Counter(each.type for each in planned(engine, NAME).resources if each.retain_on_delete and each.type == KEY)
    up = engine.run("up", "--yes", "--skip-preview", "--stack", NAME)
    again = engine.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", NAME)
    refreshed = engine.run("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", NAME)
    during = owned.all()
    engine.changes()
    destroyed = engine.run("destroy", "--yes", "--skip-preview", "--stack", NAME)
    deleted = [urn for operation, urn in engine.changes() if operation == "delete"]
    left, after = engine.resources(NAME), owned.all()
    counted_after = account.counts(REGION)
    return Life(
        wrong,
        up,
        again,
        refreshed,
        destroyed,
        deleted,
        left,
        before,
        during,
        after,
        kept,
        counted_before,
        counted_after,
    )


def test_a_zone_that_a_subnet_is_not_in_is_refused(life: Life) -> None:
    assert life.wrong.code != 0
    assert "its zone is eu-central-1a, not eu-central-1b; correct the config" in life.wrong.printed


def test_a_stack_is_deployed_over_what_exists(life: Life) -> None:
    assert life.up.code == 0, life.up.printed
    assert life.again.code == 0, life.again.printed
    assert life.refreshed.code == 0, life.refreshed.printed


def test_a_stack_changes_nothing_of_what_exists(life: Life) -> None:
    assert life.during == life.before


def test_a_destroy_leaves_what_exists_and_nothing_else(life: Life) -> None:
    assert life.destroyed.code == 0, life.destroyed.printed
    assert life.left == []
    assert len(life.deleted) > 50
    assert life.after == life.before
    # The keys of the cache and the database outlast the stack, because they encrypt the last snapshots.
    assert life.kept
    assert life.counted_after - life.counted_before == life.kept
    assert life.counted_before - life.counted_after == Counter()
