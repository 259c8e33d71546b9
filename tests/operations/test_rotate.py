"""A rotation changes each password once, waits for people, keeps no password in its files, and can be run again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from components.facts.client_secrets import secret_value
from operations.restore.steps import RestoreError
from operations.rotate.__main__ import What, main, steps
from operations.settings import SettingsError
from tests.support.operations.recovery import Faults
from tests.support.operations.rotation import CACHE_USER, CLIENTS, DATABASE, REGION, World, account
from tests.support.planner.plans import plan_of

KEYS = ("secrets-key", "recovery-copies-key", "image-signatures-search-key")
CONFIRM = ("argocd-sign-in", "grafana-sign-in", "signing-keys")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with account():
        yield World(tmp_path, plan_of("prod"), KEYS)


def password(world: World, use: str) -> str:
    return json.loads(world.current(f"ml-prod/{use}"))["password"]


def names(world: World, what: What) -> list[str]:
    return [each.name for each in steps(what, world.tools())]


def test_roles_of_postgresql_get_new_passwords_that_pods_use(world: World) -> None:
    assert world.run(What.POSTGRESQL) is None
    for role in ("feast", "mlflow"):
        new = password(world, f"database/{role}")
        assert not new.startswith("old-")
        assert len(new) == 40
        assert world.roles[role] == new
    assert world.logins("feast-registry", "password") == {world.roles["feast"]}
    assert world.logins("mlflow-database", "password") == {world.roles["mlflow"]}
    assert {each.split("/")[0] for each in world.cluster.restarts} == {"feast", "mlflow", "feature-ingest"}
    assert "rotate-r1-1" in world.cluster.jobs


def test_a_second_run_of_the_same_name_changes_nothing(world: World) -> None:
    world.run(What.POSTGRESQL)
    before, counting = dict(world.roles), Faults()
    assert world.run(What.POSTGRESQL, counting) is None
    assert counting.calls == 0
    assert world.roles == before
    assert world.run(What.POSTGRESQL, run="r2") is None
    assert all(world.roles[role] != before[role] for role in before)


def test_a_job_that_fails_is_made_again(world: World) -> None:
    world.failing_jobs = 1
    with pytest.raises(RestoreError, match="the Job rotate-r1-1 failed; read its log"):
        world.run(What.POSTGRESQL)
    assert world.logins("feast-registry", "password") == {"old-database-feast"}
    assert world.run(What.POSTGRESQL) is None
    assert "rotate-r1-2" in world.cluster.jobs
    assert world.logins("feast-registry", "password") == {world.roles["feast"]}


def test_no_login_of_a_cache_fails_at_any_moment(world: World) -> None:
    seen: list[int] = []

    def look() -> None:
        held = world.cache.passwords[CACHE_USER]
        assert world.logins("feast-online-store", "password") <= set(held)
        assert password(world, "online-store/feast") in held
        seen.append(len(held))

    world.watched = look
    assert world.run(What.CACHE) is None
    assert sorted(set(seen)) == [1, 2]
    assert world.cache.passwords[CACHE_USER] == [password(world, "online-store/feast")]
    assert world.cache.passwords[CACHE_USER] != ["old-online-store-feast"]


def test_a_client_has_two_secrets_until_a_person_has_signed_in(world: World) -> None:
    waiting = world.run(What.COGNITO)
    assert waiting
    assert waiting.name == "argocd-sign-in"
    assert "https://deploy.prod.example.com" in waiting.what
    assert len(world.cognito.clients[CLIENTS["argocd"]]) == 2
    assert world.run(What.COGNITO, confirm=CONFIRM) is None
    for name, identifier in CLIENTS.items():
        [new] = world.cognito.clients[identifier].values()
        assert not new.startswith("old")
        use = {"argocd": "delivery/sso", "grafana": "sign-in/grafana"}[name]
        assert world.current(f"ml-prod/{use}") == secret_value(identifier, new)
    [grafana] = world.cognito.clients[CLIENTS["grafana"]].values()
    assert world.logins("grafana-client", "clientSecret") == {grafana}


def test_a_client_with_two_secrets_of_another_run_is_left_alone(world: World) -> None:
    world.run(What.COGNITO)
    world.folder = world.folder / "another"
    world.folder.mkdir()
    world.vault.update_secret_version_stage(
        SecretId="ml-prod/delivery/sso",
        VersionStage="AWSPENDING",
        RemoveFromVersionId=_version(world, "ml-prod/delivery/sso", "AWSPENDING"),
    )
    with pytest.raises(RestoreError, match=r"the client argocd has two secrets.*delete-user-pool-client-secret"):
        world.run(What.COGNITO, run="r2")


def _version(world: World, secret: str, stage: str) -> str:
    stages = world.vault.describe_secret(SecretId=secret)["VersionIdsToStages"]
    return next(version for version, named in stages.items() if stage in named)


def test_a_secret_that_cognito_does_not_show_is_told_before_a_refresh_reads_it(world: World) -> None:
    world.cognito.shows_new = False
    with pytest.raises(RestoreError, match="Cognito does not show the new secret of argocd yet; deploy without"):
        world.run(What.COGNITO, confirm=CONFIRM)


def test_a_rotation_that_another_run_began_is_told(world: World) -> None:
    world.failing_jobs = 1
    with pytest.raises(RestoreError):
        world.run(What.POSTGRESQL, Faults(at=4))
    with pytest.raises(RestoreError, match=r"has the version .* of another run as AWSPENDING; finish that run"):
        world.run(What.POSTGRESQL, run="r2")


def test_a_password_that_somebody_writes_meanwhile_is_kept(world: World) -> None:
    counting = Faults()

    def look() -> None:
        if counting.calls == 6:
            world.vault.put_secret_value(SecretId="ml-prod/database/feast", SecretString='{"password": "by-hand"}')

    world.watched = look
    with pytest.raises(RestoreError, match="has another value than when this run began; name another run"):
        world.run(What.POSTGRESQL, counting)
    assert password(world, "database/feast") == "by-hand"


def test_an_administrator_is_checked_and_rotated_when_told(world: World) -> None:
    world.run(What.POSTGRESQL)
    secret = world.client("rds", REGION).describe_db_instances()["DBInstances"][0]["MasterUserSecret"]["SecretArn"]
    before = _version(world, secret, "AWSCURRENT")
    assert world.run(What.POSTGRESQL, run="r2", now=True) is None
    assert _version(world, secret, "AWSCURRENT") != before


def test_an_administrator_that_rds_has_forgotten_is_told(world: World) -> None:
    world.clock.time += 30 * 24 * 3600
    with pytest.raises(RestoreError, match=f"RDS last rotated the administrator of {DATABASE} on .*each 7 days"):
        world.run(What.POSTGRESQL)


def test_keys_are_checked_in_their_regions(world: World) -> None:
    waiting = world.run(What.KMS)
    assert waiting
    assert waiting.name == "signing-keys"
    assert "image-signatures-search-key" in waiting.what
    world.clock.time += 400 * 24 * 3600
    with pytest.raises(
        RestoreError, match=r"secrets-key was last rotated on .*; recovery-copies-key was last|recovery"
    ):
        world.run(What.KMS, run="r2")
    key = world.keys["secrets-key"]
    world.client("kms", REGION).disable_key_rotation(KeyId=key)
    with pytest.raises(RestoreError, match="secrets-key is not rotated: aws kms enable-key-rotation --key-id"):
        world.run(What.KMS, run="r3")


def test_keys_are_rotated_once_in_a_run(world: World) -> None:
    assert world.run(What.KMS, now=True)
    assert world.run(What.KMS, confirm=CONFIRM, now=True) is None
    for name in ("secrets-key", "recovery-copies-key"):
        arn = world.keys[name]
        found = world.client("kms", arn.split(":")[3]).list_key_rotations(KeyId=arn)["Rotations"]
        assert [each["RotationType"] for each in found] == ["ON_DEMAND"]


def test_a_key_that_was_rotated_too_often_is_told(world: World) -> None:
    arn = world.keys["secrets-key"]
    for _ in range(25):
        world.client("kms", REGION).rotate_key_on_demand(KeyId=arn)
    with pytest.raises(RestoreError, match="secrets-key was rotated on demand 25 times, and KMS allows no more"):
        world.run(What.KMS, now=True)


def test_certificates_that_are_not_issued_are_told_with_their_records(world: World) -> None:
    assert names(world, What.TLS) == ["load-balancers", "databases", "cluster"]
    # moto leaves a certificate pending for a minute, as ACM does before the records are in the zone.
    with pytest.raises(
        RestoreError, match=r"the certificate of .*prod.example.com is PENDING_VALIDATION; look whether"
    ):
        world.run(What.TLS)


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ({"conditions": [{"type": "Ready", "status": "False"}]}, False),
        ({"conditions": [{"type": "Ready", "status": "True"}], "renewalTime": "2020-01-01T00:00:00Z"}, False),
        ({"conditions": [{"type": "Ready", "status": "True"}], "renewalTime": "2120-01-01T00:00:00Z"}, True),
    ],
)
def test_certificates_in_the_cluster_are_checked(world: World, status: Any, ready: bool) -> None:
    world.cluster.certificates = [{"metadata": {"namespace": "kserve", "name": "serving-cert"}, "status": status}]
    step = next(each for each in steps(What.TLS, world.tools()) if each.name == "cluster")
    assert step.act
    if ready:
        assert step.act() == {"certificates": 1}
    else:
        with pytest.raises(RestoreError, match="the Certificate kserve/serving-cert is not renewed"):
            step.act()


def test_old_access_keys_are_told(world: World) -> None:
    iam = world.client("iam", REGION)
    iam.create_user(UserName="old-robot")
    iam.create_access_key(UserName="old-robot")
    world.clock.time = datetime.now(UTC).timestamp()
    assert world.run(What.ACCESS_KEYS) is None
    world.clock.time += 91 * 24 * 3600
    with pytest.raises(RestoreError, match=r"the access key .* of old-robot is of .*; its owner makes another one"):
        world.run(What.ACCESS_KEYS, run="r2")


@pytest.mark.parametrize("what", [What.POSTGRESQL, What.CACHE, What.COGNITO])
def test_no_password_is_written_to_a_file(world: World, what: What) -> None:
    world.run(what, confirm=CONFIRM)
    text = "".join(path.read_text() for path in world.folder.glob("rotate-*"))
    held = [*world.roles.values(), *world.cache.passwords[CACHE_USER]]
    held += [secret for client in world.cognito.clients.values() for secret in client.values()]
    assert text
    assert not [each for each in held if each in text]


def test_without_apply_nothing_is_called(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["prod", "cache", "--run", "c1", "--state", str(world.folder / "state.json"), "--folder", str(world.folder)]
    counting = [world.cache.passwords[CACHE_USER]]
    assert main(given) == 0
    told = capsys.readouterr().out
    assert [line.split()[2].rstrip(":") for line in told.splitlines()[:-1]] == names(world, What.CACHE)
    assert "nothing was called; add --apply to do it" in told
    assert not (world.folder / "rotate-c1.json").exists()
    assert counting == [world.cache.passwords[CACHE_USER]]


def test_what_the_stack_has_not_is_refused(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state", str(world.folder / "state.json"), "--folder", str(world.folder), "--run", "r1"]
    assert main(["prod", "mysql", *state]) == 2
    assert "it has no users of MySQL; rotate postgresql or cache" in capsys.readouterr().err
    assert main(["staging", "kms", *state]) == 2
    assert "stack = 'staging': the file is the state of 'prod'; write the file by `pulumi stack export" in (
        capsys.readouterr().err
    )
    assert main(["prod", "tls", *state, "--now"]) == 2
    assert "now = true: only postgresql, mysql, kms have what AWS rotates by itself" in capsys.readouterr().err


def test_a_run_keeps_what_it_is_for(world: World) -> None:
    world.run(What.CACHE)
    with pytest.raises(SettingsError, match="what = 'postgresql': the run r1 began with 'cache'; name another run"):
        world.run(What.POSTGRESQL)
