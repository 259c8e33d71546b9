"""What exists already: resources of AWS, with attributes by the names that Terraform gives them and without secrets."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from planner.adoption.kinds import OTHER_NAMES, RENAMED
from policies.engine.secret_text import names_secret

_SECRET_NAME = re.compile(
    r"password|secret_string|secret_binary|client_secret|private_key|shared_key|token|passphrase|credential|user_data|"
    r"^secret$|"
    r"(container|node|eks|ecs)_(properties|definitions)",
    re.IGNORECASE,
)
_SECRETS: Final[Mapping[str, frozenset[str]]] = {"aws_ssm_parameter": frozenset({"value", "value_wo"})}
"""Attributes that are secret in one type, and whose names do not say so."""
_ARN_PARTS = 5
_DEEPEST = 60
"""The levels of a value that are kept. The deepest input of AWS WAF has about thirty."""


@dataclass(frozen=True, slots=True)
class Existing:
    """One resource of AWS."""

    address: str
    """Its address in Terraform, such as module.data.aws_s3_bucket.raw["eu"], or its ARN."""
    type: str
    """Terraform's type."""
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Attributes by Terraform's names, without secrets."""
    provider: str = ""
    """The provider's configuration in Terraform, which names a region and an account."""
    doubt: str = ""
    """Why a person must look at it before it is adopted."""

    @property
    def arn(self) -> str:
        """The ARN; empty without one."""
        found = self.attributes.get("arn")
        return found if isinstance(found, str) and found.startswith("arn:") else ""

    @property
    def tags(self) -> Mapping[str, str]:
        """All tags, those of the provider among them."""
        found = self.attributes.get("tags_all") or self.attributes.get("tags")
        return cast(Mapping[str, str], found) if isinstance(found, dict) else {}

    @property
    def place(self) -> str:
        """Its region and account, as far as the state names them, such as us-east-1, 111122223333."""
        regions, accounts = self.places
        return ", ".join((*sorted(regions), *sorted(accounts)))

    @property
    def places(self) -> tuple[set[str], set[str]]:
        """The regions and the accounts that its attributes name."""
        parts = self.arn.split(":", 5) if self.arn.count(":") >= _ARN_PARTS else ["", "", "", "", ""]
        # The region of a replication set of Incident Manager is a list of blocks.
        regions = (parts[3], self.attributes.get("region"), self.attributes.get("bucket_region"))
        return {each for each in regions if isinstance(each, str) and each}, {parts[4]} - {""}


def without_secrets(kind: str, attributes: Mapping[str, Any], marked: frozenset[str]) -> dict[str, Any]:
    """The attributes of a resource that are neither marked as secret nor named like one, at any depth."""
    secrets = marked | _SECRETS.get(kind, frozenset())
    kept = {
        name: _public(value, 1) for name, value in attributes.items() if name not in secrets and not _is_secret(name)
    }
    renamed = RENAMED.get(kind, {})
    return kept | {renamed[name]: value for name, value in kept.items() if name in renamed}


def terraform_type(name: str) -> str:
    """The type, of those that Terraform has under two names."""
    return OTHER_NAMES.get(name, name)


def of_the_stack(existing: Sequence[Existing], region: str, account: str) -> list[Existing]:
    """Those that are not in another region or account.

    A resource that names no place, such as a policy of a repository, is where the others of its provider are.
    """
    regions: defaultdict[str, set[str]] = defaultdict(set)
    accounts: defaultdict[str, set[str]] = defaultdict(set)
    for each in existing:
        if each.provider:
            regions[each.provider] |= each.places[0]
            accounts[each.provider] |= each.places[1]

    def is_here(each: Existing) -> bool:
        named, owners = each.places
        named = named or (regions[each.provider] if len(regions[each.provider]) == 1 else set())
        owners = owners or (accounts[each.provider] if len(accounts[each.provider]) == 1 else set())
        return named <= {region} and owners <= {account}

    return [each for each in existing if is_here(each)]


def _is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) or names_secret(name)


def _public(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        found = cast(dict[str, Any], value)
        return {name: _public(each, depth + 1) for name, each in found.items() if not _is_secret(name)}
    if isinstance(value, list):
        return [_public(each, depth + 1) for each in cast(list[Any], value)]
    return value
