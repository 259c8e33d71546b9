"""What AWS Backup refuses: to delete vaults with recovery points, plans with selections, and locks that cooled off.

Sources: AWS Backup API reference, DeleteBackupVault, DeleteBackupPlan, DeleteBackupVaultLockConfiguration and
DeleteRecoveryPoint; AWS Backup developer guide, "AWS Backup Vault Lock"; hashicorp/terraform-provider-aws,
internal/service/backup/vault.go, for `forceDestroy`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.engine.memory import RefusedError, memory

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"


class BackupRules:
    """AWS Backup of one account, in the file `path`."""

    def __init__(self, path: Path):
        self._path = path

    def memory(self) -> AbstractContextManager[dict[str, Any]]:
        """Recovery points by vault, locks by vault, and the plans that have a selection."""
        return memory(self._path, {"points": {}, "locks": {}, "selected": [], "cool": False})

    def back_up(self) -> None:
        """Let a job of each vault succeed."""
        with self.memory() as known:
            known["points"] = {vault: points + 1 for vault, points in known["points"].items()}

    def cool_off(self) -> None:
        """Let the days of `changeableForDays` pass."""
        with self.memory() as known:
            known["cool"] = True

    def points(self) -> dict[str, int]:
        """How many recovery points each vault holds."""
        with self.memory() as known:
            return dict(known["points"])

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a resource."""
        with self.memory() as known:
            if kind == VAULT:
                known["points"][_vault(given["name"], given)] = 0
            if kind == LOCK:
                known["locks"][_vault(given["backupVaultName"], given)] = given.get("changeableForDays")
            if kind == SELECTION:
                known["selected"].append(given["planId"])
        return {}

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change a resource. A lock is replaced, and everything else has nothing that matters here."""
        return {"name": old["name"], "arn": old["arn"]} if kind == VAULT else {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Remove a resource."""
        with self.memory() as known:
            if kind == LOCK:
                vault = _vault(given["backupVaultName"], given)
                if known["locks"][vault] is not None and known["cool"]:
                    raise RefusedError("InvalidRequestException: The vault lock can't be changed or deleted any more")
                del known["locks"][vault]
            if kind == SELECTION:
                known["selected"].remove(given["planId"])
            if kind == PLAN and given["arn"].rpartition(":")[2] in known["selected"]:
                raise RefusedError(
                    "InvalidRequestException: Related backup plan selections must be deleted prior to backup plan "
                    "deletion"
                )
            if kind == VAULT:
                self._delete_vault(known, _vault(given["name"], given), forced=bool(given.get("forceDestroy")))

    def _delete_vault(self, known: dict[str, Any], vault: str, *, forced: bool) -> None:
        if known["points"][vault] and vault in known["locks"]:
            raise RefusedError("InvalidRequestException: Backup vault is locked, its recovery points can't be deleted")
        if known["points"][vault] and not forced:
            raise RefusedError("InvalidRequestException: Backup vault cannot be deleted (contains recovery points)")
        del known["points"][vault]


def _vault(name: str, given: Mapping[str, Any]) -> str:
    return f"{given.get('region', 'here')}/{name}"
