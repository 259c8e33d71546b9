"""Reads a state of Terraform or OpenTofu: its file of version 4, or what `terraform show -json` prints.

Source: hashicorp/terraform, internal/states/statefile/version4.go and internal/command/jsonstate/state.go, and
opentofu/opentofu, internal/encryption/base.go.
"""

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from planner.adoption.existing import Existing, terraform_type, without_secrets

MAX_BYTES = 256_000_000
"""The largest state that is read. Terraform's own backends hold smaller ones."""
STANDARD_INPUT = Path("-")
_VERSION = 4
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_REMEDY = "write it by `terraform state pull > terraform.tfstate` or `terraform show -json > state.json`"
_MANAGED = "managed"
_TAINTED = "Terraform marks it as tainted: its creation failed, and Terraform would replace it"


class StateError(ValueError):
    """A file is not a state of Terraform that can be read."""

    def __init__(self, path: Path, why: str, remedy: str = _REMEDY):
        super().__init__(f"{path}: {why}; {remedy}")


def read_terraform(path: Path) -> list[Existing]:
    """The resources of AWS in a state. The path `-` is standard input.

    Data sources, deposed instances and resources of other providers are left out. Attributes that Terraform marks as
    sensitive, or whose names say so, are never kept.

    Raises:
        StateError: the file cannot be read, is not a state, or has none of these forms.
    """
    document = _document(path)
    try:
        found = list(_resources(path, document))
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise StateError(path, "it is not a state of Terraform") from None
    counted = Counter(each.address for each in found)
    if twice := sorted(address for address, count in counted.items() if count > 1):
        raise StateError(path, f"{twice[0]} is in it twice")
    return found


def _document(path: Path) -> Any:
    try:
        # Standard input and named pipes have no size: the limit counts what is read.
        with sys.stdin.buffer if path == STANDARD_INPUT else path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StateError(path, f"{error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise StateError(path, f"it has more than {MAX_BYTES:,} bytes")
    try:
        document: Any = json.loads(data, parse_constant=_refused, parse_float=_finite)
        if _SURROGATE.search(data):
            # Half of a surrogate pair, which JSON can hold and UTF-8 cannot, becomes a question mark.
            document = json.loads(json.dumps(document, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        raise StateError(path, "it is not valid JSON") from None
    return document


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(number)
    return value


def _resources(path: Path, document: Any) -> Iterator[Existing]:
    if "encrypted_data" in document:
        raise StateError(path, "OpenTofu has encrypted it", "decrypt it by `tofu state pull > terraform.tfstate`")
    if "deployment" in document:
        raise StateError(path, "it is what `pulumi stack export` writes, not a state of Terraform")
    if "planned_values" in document or "resource_changes" in document:
        raise StateError(path, "it is a plan, not a state")
    if "format_version" in document:
        # A state without resources has no values.
        yield from _shown(document.get("values", {}).get("root_module", {}))
        return
    if "backend" in document:
        raise StateError(path, "it only names the backend that has the state")
    if document["version"] != _VERSION:
        raise StateError(
            path,
            f"version = {document['version']!r} is not {_VERSION}, Terraform's since 0.12",
            "run `terraform apply -refresh-only` with a Terraform of today, then " + _REMEDY,
        )
    for each in cast(Sequence[Mapping[str, Any]], document["resources"]):
        yield from _instances(each)


def _instances(resource: Mapping[str, Any]) -> Iterator[Existing]:
    """The instances of a resource in a state file."""
    if resource["mode"] != _MANAGED or not resource["type"].startswith("aws_"):
        return
    module = resource.get("module")
    base = ".".join(filter(None, (module, resource["type"], resource["name"])))
    kind, provider = terraform_type(resource["type"]), resource.get("provider")
    for instance in resource["instances"]:
        if instance.get("deposed"):
            continue
        index = f"[{json.dumps(instance['index_key'], ensure_ascii=False)}]" if "index_key" in instance else ""
        paths: Sequence[Sequence[Mapping[str, Any]]] = instance.get("sensitive_attributes") or ()
        marked = frozenset(path[0]["value"] for path in paths if path)
        doubt = _TAINTED if instance.get("status") == "tainted" else ""
        public = without_secrets(kind, _attributes(instance), marked)
        yield Existing(f"{base}{index}", kind, public, provider if isinstance(provider, str) else "", doubt)


def _attributes(instance: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attributes. Terraform 0.11 wrote nested ones as several, such as `tags.%`, which are left out."""
    flat = cast(Mapping[str, Any], instance.get("attributes_flat") or {})
    return instance.get("attributes") or {name: value for name, value in flat.items() if "." not in name}


def _shown(module: Mapping[str, Any]) -> Iterator[Existing]:
    """The resources of a module and of those in it, as `terraform show -json` prints them."""
    for each in module.get("resources") or ():
        if each["mode"] == _MANAGED and each["type"].startswith("aws_") and not each.get("deposed_key"):
            sensitive: Mapping[str, Any] = each.get("sensitive_values") or {}
            marked = frozenset(name for name, value in sensitive.items() if _holds_true(value))
            kind = terraform_type(each["type"])
            public = without_secrets(kind, each.get("values") or {}, marked)
            yield Existing(str(each["address"]), kind, public, doubt=_TAINTED if each.get("tainted") else "")
    for each in module.get("child_modules") or ():
        yield from _shown(each)


def _holds_true(value: Any) -> bool:
    """Whether a value of `sensitive_values` marks something, at any depth."""
    if isinstance(value, dict):
        return any(_holds_true(each) for each in cast(dict[str, Any], value).values())
    if isinstance(value, list):
        return any(_holds_true(each) for each in cast(list[Any], value))
    return value is True
