"""Keeps values of the config that are secrets (`pulumi config set --secret`) secret in all resources."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pulumi
import yaml
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env

SHORTEST = 8
"""The fewest characters of a text that counts as a secret where the stack's file does not say which text is one."""


def keep_secrets() -> None:
    """Mark each input of a resource that contains a secret of the config as secret, for the stack that is running.

    The engine hands values to its program decrypted, and names only the keys that contain secrets.
    """
    keys = get_config_secret_keys_env()
    if not keys:
        return
    path = Path.cwd() / f"Pulumi.{pulumi.get_stack()}.yaml"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    secrets = secret_texts(get_config_env(), keys, text)

    def mark(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        inputs = cast(Mapping[str, Any], args.props)
        props = {name: value if value is None else _marked(value, secrets) for name, value in inputs.items()}
        return pulumi.ResourceTransformationResult(props=props, opts=args.opts)

    pulumi.runtime.register_stack_transformation(mark)


def secret_texts(config: Mapping[str, str], keys: Collection[str], stack_file: str) -> frozenset[str]:
    """The secrets of a config.

    Args:
        config: values by their full key, objects as JSON, decrypted.
        keys: the keys that contain secrets.
        stack_file: the text of Pulumi.<stack>.yaml, which says which values are encrypted (`secure`). For a key that it
            lacks, such as one of another file, each text of some length counts.
    """
    document: Any = yaml.safe_load(stack_file) or {}
    written: Mapping[str, Any] = document.get("config") or {}
    found: set[str] = set()
    for key in keys:
        value = _decoded(config.get(key, ""))
        named = [text for text in _secured(written.get(key), value) if text]
        found |= {*named} or {text for text in _texts(value) if len(text) >= SHORTEST}
    return frozenset(found)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _secured(written: Any, value: Any) -> Iterator[str]:
    """The texts of `value` that are encrypted in what is written."""
    if isinstance(written, dict):
        fields = cast(dict[str, Any], written)
        if set(fields) == {"secure"}:
            yield from _texts(value)
        elif isinstance(value, dict):
            values = cast(dict[str, Any], value)
            for name, item in fields.items():
                yield from _secured(item, values.get(name))
    elif isinstance(written, list) and isinstance(value, list):
        for item, each in zip(cast(list[Any], written), cast(list[Any], value), strict=False):
            yield from _secured(item, each)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in cast(Mapping[Any, Any], value).items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in cast(list[Any], value):
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _marked(value: pulumi.Input[Any], secrets: frozenset[str]) -> pulumi.Output[Any]:
    """The value, as a secret if a text in it contains a secret."""

    def mark(known: Any) -> Any:
        # A short secret, such as 1, is a part of many texts.
        found = any(
            text == secret or (len(secret) > 3 and secret in text) for text in _texts(known) for secret in secrets
        )
        return pulumi.Output.secret(known) if found else known

    return pulumi.Output.from_input(value).apply(mark)
