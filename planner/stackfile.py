"""Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml` as the engine would, without decrypting anything."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from planner.yaml_document import YamlError, read_document
from resources.resource import SECRET
from stacks.config import NAMESPACE, StackConfig

MAX_BYTES = 2**20
"""The largest file that is read. The config of the largest stack of this project takes 8 KB."""

MAX_CONFIG_BYTES = 128 * 1024 - 64
"""The largest config that the engine can hand to its program, in one environment variable: Linux's MAX_ARG_STRLEN."""

STACK_KEYS = ("config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment")
"""The keys of a stack file. Source: ProjectStack in pulumi/pulumi, sdk/go/common/workspace/project.go."""


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
    if not isinstance(project, str) or not project:
        raise StackFileError("Pulumi.yaml: name is missing; write the project's name as text")
    path = _path(root, stack)
    document = _mapping(path)
    for key in document:
        if key not in STACK_KEYS:
            raise StackFileError(f"{path.name}: {key} is not a known key; {_known(key)}")
    raw: Any = document.get("config") or {}
    if not isinstance(raw, Mapping):
        raise StackFileError(f"{path.name}: config must be a mapping of keys to values, not {_kind(raw)}")
    config, secret_keys = _config(cast(Mapping[str, Any], raw), project, path.name)
    found = StackFile(project, stack, path, config, secret_keys)
    if len(found.config_json) > MAX_CONFIG_BYTES:
        raise StackFileError(
            f"{path.name}: config takes {len(found.config_json):,} bytes as JSON, and the engine can hand at most "
            f"{MAX_CONFIG_BYTES:,} to the program; divide the stack"
        )
    return found


def _path(root: Path, stack: str) -> Path:
    # Source: Pulumi, "Stacks": names hold letters, digits, hyphens, underscores and periods.
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", stack):
        raise StackFileError(
            f"no stack {stack!r}: a name holds letters, digits, hyphens, underscores and periods; "
            "write the <stack> of Pulumi.<stack>.yaml"
        )
    path = root / f"Pulumi.{stack}.yaml"
    if not path.exists():
        known = sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in root.glob("Pulumi.*.yaml"))
        names, nearest = ", ".join(known) or "none", get_close_matches(stack, known, n=1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        new = "" if nearest else f"; `make init STACK={stack}` writes a new one"
        raise StackFileError(f"no stack {stack!r}: {path.name} does not exist; known: {names}{hint}{new}")
    return path


def _known(key: str) -> str:
    sections = {field.alias for field in StackConfig.model_fields.values()}
    if ":" in key or key in sections:
        return f"write it under config, as {key if ':' in key else f'{NAMESPACE}:{key}'}"
    nearest = get_close_matches(key, STACK_KEYS, n=1)
    return f"known: {', '.join(STACK_KEYS)}" + (f"; did you mean {nearest[0]}?" if nearest else "")


def _config(raw: Mapping[str, Any], project: str, file: str) -> tuple[dict[str, str], frozenset[str]]:
    """Each value by its full key, as the engine would hand it to the program, and the keys of secrets.

    The engine sorts the keys and those of objects, because it writes JSON from Go maps. Source: pulumi/pulumi,
    sdk/go/common/resource/config/object.go, and encoding/json, `Marshal`.
    """
    config: dict[str, str] = {}
    secret_keys: set[str] = set()
    for key, value in raw.items():
        name = key if ":" in key else f"{project}:{key}"
        if name in config:
            raise StackFileError(f"{file}: config has {name} twice, once as {name.partition(':')[2]}; keep one")
        namespace = name.partition(":")[0]
        if namespace != NAMESPACE and get_close_matches(namespace, [NAMESPACE], cutoff=0.8):
            correct = f"{NAMESPACE}:{name.partition(':')[2]}"
            raise StackFileError(f"{file}: config.{name} is not a known key; did you mean {correct}?")
        if value is None:
            raise StackFileError(f"{file}: config.{name} has no value; write one, or remove the key")
        plain, secret = _masked(value)
        config[name] = plain if isinstance(plain, str) else json.dumps(plain, sort_keys=True)
        if secret:
            secret_keys.add(name)
    return dict(sorted(config.items())), frozenset(secret_keys)


def _mapping(path: Path) -> dict[str, Any]:
    text = _text(path)
    try:
        document = read_document(text)
    except YamlError as error:
        raise StackFileError(f"{path.name}: {error}") from None
    if document is not None and not isinstance(document, dict):
        raise StackFileError(f"{path.name} must hold a mapping of keys to values, not {_kind(document)}")
    return cast(dict[str, Any], document or {})


def _text(path: Path) -> str:
    try:
        # A pipe or a device could be read without end.
        if path.exists() and not path.is_file():
            raise StackFileError(f"{path.name} is not a regular file; put the YAML file in its place")
        if path.stat().st_size > MAX_BYTES:
            size = f"{path.stat().st_size:,} bytes"
            raise StackFileError(f"{path.name} has {size}, more than {MAX_BYTES:,}; keep config alone in it")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise StackFileError(f"{path} does not exist; run this in the project's folder") from None
    except OSError as error:
        raise StackFileError(f"{path} cannot be read: {error.strerror}; make it a readable file") from None
    except UnicodeDecodeError as error:
        raise StackFileError(f"{path.name} is not UTF-8 (byte {error.start + 1:,}); save it as UTF-8") from None


def _kind(value: object) -> str:
    kinds = {"list": "a list", "dict": "a mapping", "str": "text", "bool": "a boolean", "NoneType": "nothing"}
    return kinds.get(type(value).__name__, "a number")


def _masked(value: Any) -> tuple[Any, bool]:
    """The value with each `secure:` replaced by the mask, and whether there was one."""
    if isinstance(value, Mapping):
        mapping = cast(Mapping[str, Any], value)
        if set(mapping) == {"secure"} and isinstance(mapping["secure"], str):
            return SECRET, True
        pairs = {key: _masked(item) for key, item in mapping.items()}
        return {key: plain for key, (plain, _) in pairs.items()}, any(secret for _, secret in pairs.values())
    if isinstance(value, list):
        items = [_masked(item) for item in cast(list[Any], value)]
        return [plain for plain, _ in items], any(secret for _, secret in items)
    return value, False
