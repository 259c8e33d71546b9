"""Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml` as the engine would, without decrypting anything."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

import yaml

from pricing.resource import SECRET


class StackFileError(ValueError):
    """A project or stack file that is missing or isn't what Pulumi reads."""


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack's config as a program gets it: every value a string, objects as JSON, secrets masked."""

    project: str
    name: str
    path: Path
    config: Mapping[str, str]
    secret_keys: frozenset[str]

    @property
    def config_json(self) -> str:
        """What the engine puts into the environment variable PULUMI_CONFIG."""
        return json.dumps(dict(self.config))

    @property
    def secret_keys_json(self) -> str:
        """What the engine puts into PULUMI_CONFIG_SECRET_KEYS."""
        return json.dumps(sorted(self.secret_keys))


def read_stack_file(root: Path, stack: str) -> StackFile:
    """Read the stack called `stack` of the project in `root`.

    Raises:
        StackFileError: naming the file and what is wrong with it.
    """
    project = _mapping(root / "Pulumi.yaml").get("name")
    if not isinstance(project, str):
        raise StackFileError(f"{root / 'Pulumi.yaml'}: name is missing")
    path = root / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        known = sorted(file.name.split(".")[1] for file in root.glob("Pulumi.*.yaml"))
        nearest = get_close_matches(stack, known, n=1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        raise StackFileError(f"no stack {stack!r}: {path.name} does not exist; known: {', '.join(known)}{hint}")
    raw: Any = _mapping(path).get("config") or {}
    if not isinstance(raw, Mapping):
        raise StackFileError(f"{path.name}: config must be a mapping of keys to values")
    config: dict[str, str] = {}
    secret_keys: set[str] = set()
    for key, value in cast(Mapping[str, Any], raw).items():
        plain, secret = _masked(value)
        name = key if ":" in key else f"{project}:{key}"
        config[name] = plain if isinstance(plain, str) else json.dumps(plain)
        if secret:
            secret_keys.add(name)
    return StackFile(project, stack, path, config, frozenset(secret_keys))


def _mapping(path: Path) -> dict[str, Any]:
    try:
        document: Any = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except FileNotFoundError:
        raise StackFileError(f"{path} does not exist; run this in the project's folder") from None
    except yaml.YAMLError as error:
        raise StackFileError(f"{path.name} is no YAML: {error}") from None
    if document is not None and not isinstance(document, dict):
        raise StackFileError(f"{path.name} must hold a mapping, not {type(document).__name__}")
    return cast(dict[str, Any], document or {})


def _masked(value: Any) -> tuple[Any, bool]:
    """The value with each `secure:` replaced by the mask, and whether there was one."""
    if isinstance(value, Mapping):
        mapping = cast(Mapping[str, Any], value)
        if set(mapping) == {"secure"}:
            return SECRET, True
        pairs = {key: _masked(item) for key, item in mapping.items()}
        return {key: plain for key, (plain, _) in pairs.items()}, any(secret for _, secret in pairs.values())
    if isinstance(value, list):
        items = [_masked(item) for item in cast(list[Any], value)]
        return [plain for plain, _ in items], any(secret for _, secret in items)
    return value, False
