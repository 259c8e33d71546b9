"""A rotation that breaks at any call, before its effect or after it, is finished by a second run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.facts.client_secrets import secret_value
from operations.restore.steps import RestoreError
from operations.rotate.__main__ import What
from tests.support.operations.recovery import Faults
from tests.support.operations.rotation import CACHE_USER, CLIENTS, REGION, World, account
from tests.support.planner.plans import plan_of

pytestmark = pytest.mark.slow

CONFIRM = ("argocd-sign-in", "grafana-sign-in", "signing-keys")
KEYS = ("secrets-key", "recovery-copies-key")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with account():
        yield World(tmp_path, plan_of("prod"), KEYS)


def _each_call(world: World, what: What, **options: bool) -> Iterator[str]:
    """Break each call of a run in turn, before and after its effect, and finish the run."""
    counting = Faults()
    assert world.run(what, counting, confirm=CONFIRM, run="whole", **options) is None
    assert counting.calls >= 6
    for number in range(1, counting.calls + 1):
        for late in (False, True):
            name = f"{'late' if late else 'early'}{number}"
            with pytest.raises(RestoreError):
                world.run(what, Faults(number, after=late), confirm=CONFIRM, run=name, **options)
            world.finish(what, confirm=CONFIRM, run=name, **options)
            yield name


def _password(world: World, use: str) -> str:
    return json.loads(world.current(f"ml-prod/{use}"))["password"]


def test_roles_of_databases(world: World) -> None:
    for _ in _each_call(world, What.POSTGRESQL):
        for role, secret in (("feast", "feast-registry"), ("mlflow", "mlflow-database")):
            assert world.roles[role] == _password(world, f"database/{role}")
            assert world.logins(secret, "password") == {world.roles[role]}


def test_users_of_caches_log_in_at_every_moment(world: World) -> None:
    def look() -> None:
        held = world.cache.passwords[CACHE_USER]
        assert world.logins("feast-online-store", "password") | {_password(world, "online-store/feast")} <= set(held)

    world.watched = look
    for _ in _each_call(world, What.CACHE):
        assert world.cache.passwords[CACHE_USER] == [_password(world, "online-store/feast")]
        assert world.logins("feast-online-store", "password") == {*world.cache.passwords[CACHE_USER]}


def test_clients_of_cognito_sign_in_at_every_moment(world: World) -> None:
    def look() -> None:
        held = {*world.cognito.clients[CLIENTS["grafana"]].values()}
        assert world.logins("grafana-client", "clientSecret") <= held
        assert json.loads(world.current("ml-prod/sign-in/grafana"))["clientSecret"] in held

    world.watched = look
    for _ in _each_call(world, What.COGNITO):
        for name, use in (("argocd", "delivery/sso"), ("grafana", "sign-in/grafana")):
            [secret] = world.cognito.clients[CLIENTS[name]].values()
            assert world.current(f"ml-prod/{use}") == secret_value(CLIENTS[name], secret)


def test_keys_are_rotated_once_by_each_run(world: World) -> None:
    rotated = 2
    for _ in _each_call(world, What.KMS, now=True):
        key = world.keys["secrets-key"]
        found = world.client("kms", REGION).list_key_rotations(KeyId=key)["Rotations"]
        assert len(found) == rotated
        # A key has 25 such rotations at most, and the run has more calls than that.
        world.forget_rotations()
        rotated = 1
