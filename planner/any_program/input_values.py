"""Values as the Pulumi CLI writes them in previews and states, turned into those that rules and estimators read."""

from collections.abc import Mapping
from typing import Any, cast

from resources.resource import SECRET, UNKNOWN

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""An unknown value of any type in a preview. Source: pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go."""

# Sources: pulumi/pulumi, sdk/go/common/resource/properties.go and sdk/go/common/resource/sig/sig.go.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
_SIGNED_BY_PROVIDER = "__"
"""How the keys begin that a provider adds for itself, such as `__defaults` and `__meta`."""


def plain(value: Any) -> Any:
    """A value without signatures: `UNKNOWN` and `SECRET` in place of what is unknown or secret, ids of references.

    A text that holds the mark of an unknown is unknown as a whole. Assets keep their hash and path. The value has at
    most `bounded_json.MAX_DEPTH` levels.
    """
    if isinstance(value, str):
        return UNKNOWN if UNKNOWN_TEXT in value else value
    if isinstance(value, list):
        return [plain(item) for item in cast(list[Any], value)]
    if isinstance(value, dict):
        return _mapping(cast(dict[str, Any], value))
    return value


def _mapping(value: Mapping[str, Any]) -> Any:
    match value.get(_SIGNATURE):
        case None:
            return {key: plain(item) for key, item in value.items() if not key.startswith(_SIGNED_BY_PROVIDER)}
        case signature if signature == _SECRET:
            return SECRET
        case signature if signature == _OUTPUT:
            return SECRET if value.get("secret") is True else plain(value["value"]) if "value" in value else UNKNOWN
        case signature if signature == _REFERENCE:
            identity = value.get("id")
            return plain(identity) if isinstance(identity, str) and identity else UNKNOWN
        case _:
            return {key: plain(value[key]) for key in ("hash", "path", "uri") if key in value}
