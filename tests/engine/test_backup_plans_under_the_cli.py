"""Vaults, locks and plans over several deployments, against a stand-in that refuses what AWS Backup refuses.

Skipped where there is no Pulumi CLI on PATH.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

PROGRAM = """
from components.recovery.backup_plans.backup_plans import BackupPlans

BackupPlans(
    "recovery",
    {
        "vault_name": "ml",
        "stores": {"models": {"kind": "bucket"}},
        "store_arns": {"models": "arn:aws:s3:::ml-models"},
        "copy_region": "us-west-2",
        "emails": ["ml@example.com"],
        **given,
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""
OPEN: dict[str, Any] = {"deletion_protection": False}
COMPLIANCE: dict[str, Any] = {"lock": {"mode": "compliance", "changeable_for_days": 3}}
VAULTS = {"here/ml", "us-west-2/ml"}


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Program:
    return Program(engine, tmp_path, PROGRAM)


def up(program: Program, given: dict[str, Any], *options: str) -> None:
    outcome = program.up(given, *options)
    assert outcome.code == 0, outcome.printed


def test_a_vault_with_backups_is_emptied_by_a_destroy_only_without_protection(program: Program) -> None:
    backup = program.engine.backup(program.stack)
    up(program, {})
    up(program, {}, "--expect-no-changes")
    backup.back_up()
    refused = program.destroy()
    assert refused.code != 0
    assert "protected" in refused.printed
    assert {*backup.points()} == VAULTS
    # Unprotected in the state alone, AWS still refuses a vault with recovery points.
    assert program.run("state", "unprotect", "--all", "--yes").code == 0
    refused = program.destroy()
    assert refused.code != 0
    assert "Backup vault cannot be deleted (contains recovery points)" in refused.printed
    assert backup.points()["here/ml"] == 1


def test_a_destroy_removes_selections_before_plans_and_locks_before_vaults(program: Program) -> None:
    backup = program.engine.backup(program.stack)
    up(program, {})
    backup.back_up()
    up(program, OPEN)
    program.engine.changes()
    outcome = program.destroy()
    assert outcome.code == 0, outcome.printed
    gone = [urn.rpartition("::")[2] for operation, urn in program.engine.changes() if operation == "delete"]
    assert gone.index("recovery-models-selection") < gone.index("recovery-models-plan")
    for vault in ("recovery-vault", "recovery-copies"):
        assert gone.index(f"{vault}-lock") < gone.index(vault) < gone.index(f"{vault}-key")
    assert backup.points() == {}


def test_a_compliance_lock_that_cooled_off_keeps_the_vault_for_ever(program: Program) -> None:
    backup = program.engine.backup(program.stack)
    up(program, {**OPEN, **COMPLIANCE})
    backup.back_up()
    backup.cool_off()
    outcome = program.destroy()
    assert outcome.code != 0
    assert "The vault lock can't be changed or deleted any more" in outcome.printed
    assert backup.points() == dict.fromkeys(VAULTS, 1)


def test_a_compliance_lock_can_be_removed_while_it_cools_off(program: Program) -> None:
    backup = program.engine.backup(program.stack)
    up(program, {**OPEN, **COMPLIANCE})
    backup.back_up()
    outcome = program.destroy()
    assert outcome.code == 0, outcome.printed
    assert backup.points() == {}
