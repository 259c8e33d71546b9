"""A restore shows first, changes nothing that exists, goes on after a fault at any call, and waits for people."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from operations.drill.__main__ import main as drill
from operations.restore.__main__ import main
from operations.restore.databases import counts
from operations.restore.journal import Journal
from operations.restore.plan import Clients
from operations.restore.platform import read_platform
from operations.restore.steps import RestoreError, show
from operations.settings import SettingsError
from tests.support.operations.recovery import (
    BUCKET,
    DATABASE,
    DATABASE_ARN,
    OUTPUTS,
    RUNS,
    TABLES,
    FakeClock,
    Faults,
    World,
    state,
    stores,
)

RESTORED = f"{DATABASE}-r1"
ALL = ("registry-cut-over", "models-cut-over")


@pytest.fixture
def aws() -> Iterator[tuple[Any, Any]]:
    with stores() as clients:
        yield clients


def test_the_registry_comes_first_and_the_online_store_last(aws: Any, tmp_path: Path) -> None:
    names = [each.name for each in World(aws, tmp_path).restore(from_vault=True).steps()]
    assert names == [
        *("registry-point", "registry-restore", "registry-verify", "registry-cut-over"),
        *("models-point", "models-restore", "models-verify", "models-cut-over"),
        "online-rebuild",
    ]


def test_a_second_run_does_nothing(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    world.run(confirm=ALL)
    counting = Faults()
    assert world.run(counting, confirm=ALL) is None
    assert counting.calls == 0


def test_a_person_cuts_over_before_the_next_store(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    waiting = world.run()
    assert waiting.name == "registry-cut-over"
    assert f"rename {DATABASE} to {DATABASE}-old, then {RESTORED} to {DATABASE}" in waiting.what
    assert not world.backup.jobs
    assert world.run(confirm=["registry-cut-over"]).name == "models-cut-over"
    assert not world.kubectl.jobs
    # What was confirmed once need not be confirmed again.
    assert world.run(confirm=["models-cut-over"]) is None


def test_a_restore_job_that_failed_is_followed_by_another(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path, failing_jobs=1)
    with pytest.raises(RestoreError, match="the restore job job-1 ended as FAILED: no capacity"):
        world.run(confirm=ALL, from_vault=True)
    assert world.run(confirm=ALL, from_vault=True) is None
    tokens = [each["IdempotencyToken"] for each in world.backup.jobs.values()]
    assert tokens == ["r1-registry-restore-1", "r1-registry-restore-2", "r1-models-restore-1"]


def test_the_newest_complete_recovery_point_is_taken(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    world.run(confirm=ALL)
    [job] = world.backup.jobs.values()
    assert job["RecoveryPointArn"].endswith("recovery-point:S3")
    assert job["Metadata"]["NewBucket"] == "true"


def test_rds_restores_to_a_moment_with_the_parameters_of_the_instance(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    world.run(confirm=ALL, at="2026-11-30T04:00:00Z")
    [made] = world.rds.describe_db_instances(DBInstanceIdentifier=RESTORED)["DBInstances"]
    assert {"Key": "restore-run", "Value": "r1"} in made["TagList"]


def test_backups_of_a_deleted_instance_are_used() -> None:
    from operations.restore.instances import rewound

    class Gone(Exception):  # noqa: N818 - RDS's name
        pass

    class Rds:
        class exceptions:  # noqa: N801 - boto3's name
            DBInstanceNotFoundFault = Gone

        restored: dict[str, Any] = {}

        def describe_db_instances(self, **_: Any) -> Any:
            if not self.restored:
                raise Gone
            endpoint = {"Address": "host"}
            return {"DBInstances": [{"DBInstanceStatus": "available", "DBInstanceArn": "arn", "Endpoint": endpoint}]}

        def describe_db_instance_automated_backups(self, **_: Any) -> Any:
            return {"DBInstanceAutomatedBackups": [{"DBInstanceAutomatedBackupsArn": "arn:auto-backup"}]}

        def restore_db_instance_to_point_in_time(self, **given: Any) -> None:
            self.restored.update(given)

    rds = Rds()
    target: Any = type("T", (), {"database_subnet_group": "g", "database_security_group_id": "sg"})
    assert rewound(rds, FakeClock(), "r1", "arn:aws:rds:r:1:db:ml", "ml-r1", target, "")["host"] == "host"
    assert rds.restored["SourceDBInstanceAutomatedBackupsArn"] == "arn:auto-backup"
    assert rds.restored["UseLatestRestorableTime"] is True


def test_an_instance_that_the_run_has_not_made_is_left_alone(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    world.rds.create_db_instance(
        DBInstanceIdentifier=RESTORED,
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="platform",
        MasterUserPassword="of-the-test",
    )
    with pytest.raises(RestoreError, match="an instance ml-prod-r1 exists, and this run has not made it"):
        world.run()


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"feast": {}}, "the database feast on .* holds no rows"),
        ({"feast": {**TABLES, "public.feature_views": 0}}, "the registry on .* has no rows in feature_views"),
        ({"mlflow": {"public.runs": 0}}, "the database mlflow on .* holds no rows"),
    ],
)
def test_an_empty_registry_stops_the_restore(aws: Any, tmp_path: Path, tables: Any, told: str) -> None:
    known = {"feast": TABLES, "mlflow": RUNS, **tables}

    def empty(host: str, database: str, statement: str) -> Sequence[str]:
        found = known[database]
        return [*found] if "pg_tables" in statement else [f"{name}|{rows}" for name, rows in found.items()]

    with pytest.raises(RestoreError, match=told):
        World(aws, tmp_path).run(query=empty)


def test_a_restored_database_is_compared_with_the_running_one(aws: Any, tmp_path: Path) -> None:
    hosts: list[str] = []

    def lossy(host: str, database: str, statement: str) -> Sequence[str]:
        hosts.append(host)
        found = TABLES if database == "feast" else RUNS
        found = {**found, "public.saved_datasets": 2} if host.startswith(f"{DATABASE}.") else found
        return [*found] if "pg_tables" in statement else [f"{name}|{rows}" for name, rows in found.items()]

    world = World(aws, tmp_path)
    with pytest.raises(RestoreError, match=r"feast on .* lacks the rows of public\.saved_datasets"):
        world.run(query=lossy, compare=True)
    assert {host.partition(".")[0] for host in hosts} == {DATABASE, RESTORED}
    assert world.run(query=lossy).name == "registry-cut-over"


def test_objects_that_are_missing_stop_the_restore(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    world.run(stores=["models"])
    journal = Journal("r1", tmp_path, world.clock)
    journal.note("models-verify", done=False)
    world.s3.delete_object(Bucket=f"{BUCKET}-r1", Key="fraud/3/model.json")
    with pytest.raises(RestoreError, match=r"1 objects of .* are not in .*: fraud/3/model\.json"):
        world.run(stores=["models"])


def test_a_lost_bucket_needs_no_comparison(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    world.run(stores=["models"])
    journal = Journal("r1", tmp_path, world.clock)
    journal.note("models-verify", done=False)
    for key in ("ranking/1/model.onnx", "fraud/3/model.json"):
        world.s3.delete_object(Bucket=BUCKET, Key=key)
    world.s3.delete_bucket(Bucket=BUCKET)
    world.run(stores=["models"])
    assert Journal("r1", tmp_path, world.clock).of("models-verify")["compared"] is False


def test_the_online_store_is_rebuilt_over_the_whole_range(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path, failing_pods=1)
    with pytest.raises(RestoreError, match="the Job rebuild-r1-1 failed; read its log"):
        world.run(stores=["models"], confirm=ALL)
    assert world.run(stores=["models"], confirm=ALL) is None
    scripts = [each["spec"]["template"]["spec"]["containers"][0]["command"][-1] for each in world.kubectl.jobs.values()]
    assert scripts[0] == scripts[1]
    assert " materialize 2026-01-01T00:00:00 2030-01-01T01:00:" in scripts[0]
    assert "incremental" not in scripts[0]


def test_each_event_is_a_line_of_the_log(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    with pytest.raises(RestoreError):
        world.run(Faults(1))
    world.run()
    lines = [json.loads(line) for line in (tmp_path / "restore-r1.jsonl").read_text().splitlines()]
    events = [(each["step"], each["event"]) for each in lines]
    assert events[:3] == [
        ("registry-restore", "started"),
        ("registry-restore", "failed"),
        ("registry-restore", "started"),
    ]
    assert events[-1] == ("registry-cut-over", "waiting")
    assert all(each["run"] == "r1" and each["time"] for each in lines)


def test_the_state_of_another_run_or_a_broken_file_is_refused(tmp_path: Path) -> None:
    Journal("r1", tmp_path, FakeClock()).note("a", done=True)
    (tmp_path / "restore-r1.json").rename(tmp_path / "restore-r2.json")
    with pytest.raises(SettingsError, match="it is another run; move the file"):
        Journal("r2", tmp_path, FakeClock())
    (tmp_path / "restore-r3.json").write_text("{")
    with pytest.raises(SettingsError, match="it is not the state of a restore"):
        Journal("r3", tmp_path, FakeClock())
    for steps in ({"registry-restore": "done"}, ["registry-restore"], None):
        (tmp_path / "restore-r4.json").write_text(json.dumps({"run": "r4", "steps": steps}))
        with pytest.raises(SettingsError, match="it is not the state of a restore"):
            Journal("r4", tmp_path, FakeClock())


@pytest.fixture
def applied(aws: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the command with --apply, for the bucket of models."""
    world = World(aws, tmp_path)

    def made(_region: str) -> Clients:
        return Clients(world.backup, world.rds, world.s3)

    for module in ("operations.restore.__main__", "operations.drill.__main__"):
        monkeypatch.setattr(f"{module}.clients", made)
        monkeypatch.setattr(f"{module}.SystemClock", lambda: world.clock)

    def run(*arguments: str, command: Callable[[Sequence[str]], int] = main) -> int:
        files = ["--platform", str(tmp_path / "platform.json"), "--folder", str(tmp_path)]
        return command([*files, "--run", "r1", "--store", "models", "--apply", *arguments])

    return run


def test_a_step_can_be_confirmed_only_when_it_waits(
    applied: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert applied("--confirm", "models-cut-over") == 2
    assert "confirm = 'models-cut-over': the run waits for nothing yet" in capsys.readouterr().err
    assert not (tmp_path / "restore-r1.jsonl").exists()
    assert applied() == 3
    assert applied("--confirm", "models-cutover") == 2
    assert "confirm = 'models-cutover': the run waits for models-cut-over" in capsys.readouterr().err
    assert applied("--confirm", "models-cut-over") == 0
    assert applied("--confirm", "models-cut-over") == 0


def test_a_drill_never_takes_or_removes_what_a_restore_made(
    applied: Callable[..., int], aws: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    applied()
    before = state(*aws)
    assert applied(command=drill) == 2
    assert "command = 'drill': the run r1 began with 'restore'; name another run" in capsys.readouterr().err
    assert state(*aws) == before


def test_a_run_cannot_change_its_moment(applied: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    applied("--at", "2026-11-30T04:00:00Z")
    assert applied("--at", "2026-11-30T05:00:00Z") == 2
    assert "at = '2026-11-30T05:00:00Z': the run r1 began with '2026-11-30T04:00:00Z'" in capsys.readouterr().err


def test_a_second_process_cannot_join_a_run(
    applied: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Journal("r1", tmp_path, FakeClock()).alone():
        assert applied() == 2
    assert "run = 'r1': another process works on this run" in capsys.readouterr().err
    assert applied() == 3


def test_a_folder_that_is_missing_is_refused(
    applied: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert applied("--folder", str(tmp_path / "none")) == 2
    assert "it is not a folder; make it, or name another" in capsys.readouterr().err


def test_a_store_that_is_named_twice_is_restored_once(applied: Callable[..., int], tmp_path: Path) -> None:
    assert applied("--store", "models") == 3
    log = (tmp_path / "restore-r1.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in log].count("started") == 3


def test_a_moment_is_one_of_utc(aws: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, asked = World(aws, tmp_path), list[str]()
    restore = world.rds.restore_db_instance_to_point_in_time

    def noted(**parameters: Any) -> Any:
        asked.append(parameters["RestoreTime"])
        return restore(**parameters)

    monkeypatch.setattr(world.rds, "restore_db_instance_to_point_in_time", noted)
    world.run(confirm=ALL, at="2026-11-30T04:00:00")
    assert asked == ["2026-11-30T04:00:00Z"]


def test_without_apply_the_steps_are_only_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "platform.json").write_text(json.dumps(OUTPUTS))
    arguments = ["--platform", str(tmp_path / "platform.json"), "--folder", str(tmp_path), "--run", "r1"]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "to do  registry-restore: restore ml-prod to the newest moment as the new instance ml-prod-r1" in told
    assert "nothing was called; add --apply to do it" in told
    assert [each.name for each in tmp_path.iterdir()] == ["platform.json"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--run", "R-1"], "run = 'R-1': it ends the names of what is made"),
        (["--run", "r1", "--store", "online"], "store = 'online': the stack backs up models, registry; name one"),
        (["--run", "r1", "--at", "now"], "at = 'now': it is not a valid time; write one such as 2026-11-30T04:00:00Z"),
        (["--run", "r1", "--at", "2026-02-30T04:00:00Z"], "at = '2026-02-30T04:00:00Z': it is not a valid time"),
        (["--run", "r1", "--at", "2026-11-30T04:00:00Z", "--from-vault"], "a vault has snapshots, and the newest is"),
        (["--run", "r1", "--online-from", "2026"], "online-from = '2026': it is not a valid time"),
    ],
)
def test_wrong_arguments_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    (tmp_path / "platform.json").write_text(json.dumps(OUTPUTS))
    assert main(["--platform", str(tmp_path / "platform.json"), "--folder", str(tmp_path), *arguments]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ({}, "backupVault is missing: the stack has no section recovery; add it, deploy it"),
        ({**OUTPUTS, "restoreRoleArn": "role"}, "restoreRoleArn = 'role': it is not a valid ARN"),
        (
            {**OUTPUTS, "backupStoreArns": {"registry": DATABASE_ARN}},
            "it has no ARN of models, which backupStores names",
        ),
        ([], "it must be a mapping of outputs"),
    ],
)
def test_outputs_that_lack_something_are_refused(tmp_path: Path, outputs: Any, told: str) -> None:
    (tmp_path / "platform.json").write_text(json.dumps(outputs))
    with pytest.raises(SettingsError) as error:
        read_platform(tmp_path / "platform.json")
    assert told in str(error.value)


def test_names_of_tables_with_quotes_are_counted() -> None:
    asked: list[str] = []

    def one(host: str, database: str, statement: str) -> Sequence[str]:
        asked.append(statement)
        return ['public."it\'s"'] if "pg_tables" in statement else ['public."it\'s"|3']

    assert counts(one, "host", "feast") == {'public."it\'s"': 3}
    assert "'public.\"it''s\"|'" in asked[1]


def test_show_tells_what_is_done(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    world.run()
    restore = world.restore()
    told = show(restore.steps(), restore.journal)
    assert [line.partition("  ")[0] for line in told[:3]] == ["done", "done", "to do"]


@pytest.mark.parametrize("status", ["failed", "incompatible-restore", "incompatible-network", "insufficient-capacity"])
def test_a_restore_that_cannot_end_is_told_at_once(aws: Any, tmp_path: Path, status: str) -> None:
    world = World(aws, tmp_path)
    started = world.clock.now()
    with pytest.raises(RestoreError, match=f"the instance {RESTORED} is {status}: .*; "):
        world.run(statuses={RESTORED: status})
    assert world.clock.now() == started


def test_the_cluster_comes_after_its_stores_and_waits_for_a_person(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    (tmp_path / "platform.json").write_text(json.dumps({**OUTPUTS, "clusterStateSchedule": "velero-state"}))
    steps = world.restore(cluster=True).steps()
    assert [each.name for each in steps][-3:] == ["models-cut-over", "cluster-state", "online-rebuild"]
    assert world.run(confirm=ALL, cluster=True).name == "cluster-state"
    assert "schedule velero-state by a Restore of Velero" in world.run(confirm=ALL, cluster=True).what
    assert world.run(confirm=(*ALL, "cluster-state"), cluster=True) is None


def test_a_stack_without_backups_of_the_cluster_cannot_restore_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "platform.json").write_text(json.dumps(OUTPUTS))
    assert main(["--run", "r1", "--platform", str(tmp_path / "platform.json"), "--cluster"]) == 2
    assert "cluster = true: the stack has no recovery.clusterState; add it and deploy it" in capsys.readouterr().err


def test_the_online_store_alone_is_rebuilt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "platform.json").write_text(json.dumps(OUTPUTS))
    files = ["--platform", str(tmp_path / "platform.json"), "--folder", str(tmp_path), "--run", "r1"]
    assert main([*files, "--online-only", "--online-from", "2026-01-01T00:00:00Z"]) == 0
    shown = capsys.readouterr().out
    assert "online-rebuild" in shown
    assert "registry-restore" not in shown
    assert "models-restore" not in shown


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "add --online-from"),
        (["--online-from", "2026-01-01T00:00:00Z", "--store", "models"], "store = ['models']"),
        (["--online-from", "2026-01-01T00:00:00Z", "--from-vault"], "from-vault = true"),
    ],
)
def test_the_online_store_alone_takes_its_own_arguments(
    arguments: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "platform.json").write_text(json.dumps(OUTPUTS))
    files = ["--platform", str(tmp_path / "platform.json"), "--folder", str(tmp_path), "--run", "r1"]
    assert main([*files, "--online-only", *arguments]) == 2
    assert named in capsys.readouterr().err
