"""Versions of secrets in Secrets Manager: a new one waits as AWSPENDING, and becomes AWSCURRENT once it works.

Source: Secrets Manager API reference, PutSecretValue and UpdateSecretVersionStage.
"""

import secrets
import string
from collections.abc import Callable, Mapping
from typing import Any

from ..restore.steps import RestoreError
from ..state import region_of
from .tools import Tools

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
PASSWORD_LENGTH = 40


def new_password() -> str:
    """Letters and digits, a letter first, because clients expand and parse other characters."""
    letters = string.ascii_letters
    rest = (secrets.choice(letters + string.digits) for _ in range(PASSWORD_LENGTH - 1))
    return secrets.choice(letters) + "".join(rest)


class Version:
    """The version that a run makes of a secret. The journal keeps ids of versions, and never a value."""

    def __init__(self, tools: Tools, arn: str):
        self._tools, self.arn = tools, arn
        self.id = tools.token(arn)

    def prepare(self, value: Callable[[str], str], step: str) -> Mapping[str, Any]:
        """Keep a new value as AWSPENDING; `value` makes it of the current one. Nothing that reads the secret sees it.

        Raises:
            RestoreError: the secret has no value yet, or another run has begun to rotate it.
        """
        stages = self._stages()
        current = _having(stages, CURRENT)
        if self.id in stages:
            return {"version": self.id, "before": str(self._tools.journal.of(step).get("before", current))}
        if not current:
            raise RestoreError(f"the secret {self.arn} has no value; deploy the stack first")
        pending = _having(stages, PENDING)
        if pending and pending != current:
            raise RestoreError(
                f"the secret {self.arn} has the version {pending} of another run as {PENDING}; finish that run, or "
                f"remove the stage: aws secretsmanager update-secret-version-stage --secret-id {self.arn} "
                f"--version-stage {PENDING} --remove-from-version-id {pending}"
            )
        self._tools.journal.note(step, before=current)
        self._client.put_secret_value(
            SecretId=self.arn,
            ClientRequestToken=self.id,
            SecretString=value(self.read(CURRENT)),
            VersionStages=[PENDING],
        )
        return {"version": self.id, "before": current}

    def publish(self, before: str) -> Mapping[str, Any]:
        """Make the version AWSCURRENT. The one before stays as AWSPREVIOUS.

        Raises:
            RestoreError: somebody has written another value since this run began.
        """
        stages = self._stages()
        current = _having(stages, CURRENT)
        if current == self.id:
            return {"version": self.id}
        if current != before or self.id not in stages:
            raise RestoreError(
                f"the secret {self.arn} has another value than when this run began; name another run to rotate it again"
            )
        self._client.update_secret_version_stage(
            SecretId=self.arn, VersionStage=CURRENT, MoveToVersionId=self.id, RemoveFromVersionId=current
        )
        return {"version": self.id}

    def read(self, stage: str = "") -> str:
        """The value at a stage; that of this version when no stage is named."""
        chosen = {"VersionStage": stage} if stage else {"VersionId": self.id}
        return str(self._client.get_secret_value(SecretId=self.arn, **chosen)["SecretString"])

    def _stages(self) -> Mapping[str, list[str]]:
        return self._client.describe_secret(SecretId=self.arn).get("VersionIdsToStages", {})

    @property
    def _client(self) -> Any:
        return self._tools.clients("secretsmanager", region_of(self.arn))


def _having(stages: Mapping[str, list[str]], stage: str) -> str:
    return next((version for version, named in stages.items() if stage in named), "")
