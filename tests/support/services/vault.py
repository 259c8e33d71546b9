"""A Secrets Manager that answers tests, and what is kept in it."""

import json
from typing import Any


class Vault:
    """A base of objects with a client of Secrets Manager as `vault`."""

    vault: Any

    def secret(self, use: str, value: str = "") -> str:
        """The ARN of a secret, made when there is none."""
        try:
            return self.vault.describe_secret(SecretId=f"test/{use}")["ARN"]
        except self.vault.exceptions.ResourceNotFoundException:
            given = {"SecretString": value} if value else {}
            return self.vault.create_secret(Name=f"test/{use}", **given)["ARN"]

    def login(self, use: str) -> tuple[str, str]:
        """The name and the password that a secret holds."""
        value = json.loads(self.vault.get_secret_value(SecretId=f"test/{use}")["SecretString"])
        return value["username"], value["password"]
