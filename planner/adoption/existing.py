"""What exists already: resources of AWS as a state of Terraform describes them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

MAX_BYTES = 256_000_000
"""The largest state that is read. Terraform's own backends hold smaller ones."""
_VERSION = 4
_SENSITIVE = re.compile(
    r"password|secret_string|secret_binary|client_secret|private_key|token|passphrase|credential|user_data|"
    r"container_(properties|definitions)",
    re.IGNORECASE,
)
_ARN_PARTS = 5
_REMEDY = "write it by `terraform state pull > terraform.tfstate` or `terraform show -json > state.json`"


class StateError(ValueError):
    """A file is not a state of Terraform that can be read."""

    def __init__(self, path: Path, why: str):
        super().__init__(f"{path}: {why}; {_REMEDY}")


@dataclass(frozen=True, slots=True)
class Existing:
    """One resource that Terraform manages."""

    address: str
    """Its address in Terraform, such as module.data.aws_s3_bucket.raw["eu"]."""
    type: str
    """Terraform's type."""
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Attributes by Terraform's names, without secrets."""

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
        parts = self._arn_parts
        region = parts[3] or self.attributes.get("region") or self.attributes.get("bucket_region") or ""
        return ", ".join(filter(None, (str(region), parts[4])))

    @property
    def _arn_parts(self) -> list[str]:
        return self.arn.split(":", _ARN_PARTS) if self.arn.count(":") >= _ARN_PARTS else [""] * (_ARN_PARTS + 1)

    def is_elsewhere(self, region: str, account: str) -> bool:
        """Whether its ARN, or its attribute region, names another region or another account."""
        parts = self._arn_parts
        regions = {parts[3], self.attributes.get("region") or "", self.attributes.get("bucket_region") or ""}
        return not regions <= {"", region} or parts[4] not in ("", account)


def read_terraform(path: Path) -> list[Existing]:
    """The resources of AWS in a state of Terraform: its file of version 4, or what `terraform show -json` prints.

    Data sources, deposed instances and resources of other providers are left out. Attributes that Terraform marks as
    sensitive, or whose names say so, are never kept.

    Raises:
        StateError: the file cannot be read, is not a state, or has none of these forms.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise StateError(path, f"it has more than {MAX_BYTES:,} bytes")
        text = path.read_text(encoding="utf-8-sig")
        # Half of a surrogate pair, which JSON can hold and UTF-8 cannot, becomes a question mark.
        whole = json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace")
        document: Any = json.loads(whole)
    except OSError as error:
        raise StateError(path, f"{error.strerror}") from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, StateError):
            raise
        raise StateError(path, "it is not valid JSON") from None
    try:
        if isinstance(document, dict) and "format_version" in document:
            return list(_shown(cast(dict[str, Any], document)["values"]["root_module"]))
        if document["version"] != _VERSION:
            raise StateError(path, f"version = {document['version']!r} is not {_VERSION}, Terraform's since 0.12")
        resources = cast(Sequence[Mapping[str, Any]], document["resources"])
        return [found for each in resources for found in _instances(each)]
    except (KeyError, TypeError, AttributeError):
        raise StateError(path, "it is not a state of Terraform") from None


def _instances(resource: Mapping[str, Any]) -> Iterator[Existing]:
    """The instances of a resource in a state file."""
    if resource["mode"] != "managed" or not resource["type"].startswith("aws_"):
        return
    module = resource.get("module")
    base = ".".join(filter(None, (module, resource["type"], resource["name"])))
    for instance in resource["instances"]:
        if not instance.get("deposed"):
            index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
            paths: Sequence[Sequence[Mapping[str, Any]]] = instance.get("sensitive_attributes") or ()
            marked = {path[0]["value"] for path in paths if path}
            yield Existing(f"{base}{index}", resource["type"], _public(instance.get("attributes") or {}, marked))


def _shown(module: Mapping[str, Any]) -> Iterator[Existing]:
    """The resources of a module and of those in it, as `terraform show -json` prints them."""
    for each in module.get("resources") or ():
        if each["mode"] == "managed" and each["type"].startswith("aws_") and not each.get("deposed_key"):
            sensitive: Mapping[str, Any] = each.get("sensitive_values") or {}
            marked = {name for name, value in sensitive.items() if value is True}
            yield Existing(str(each["address"]), each["type"], _public(each.get("values") or {}, marked))
    for each in module.get("child_modules") or ():
        yield from _shown(each)


def _public(attributes: Mapping[str, Any], marked: set[Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name not in marked and not _SENSITIVE.search(name)}
