"""Property values on the wire, and as rules and reports read them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from google.protobuf import struct_pb2

from resources.resource import SECRET, UNKNOWN

# The engine's signatures of special values: pulumi/pulumi, sdk/go/common/resource/properties.go
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature, not a secret
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Plain values of a struct: secrets masked, unknowns as `UNKNOWN`, a resource reference as its id or URN."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == _UNKNOWN else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_decode(item) for item in value.list_value.values]
        case "struct_value":
            fields = value.struct_value.fields
            return _special(fields) if _SIGNATURE in fields else {key: _decode(item) for key, item in fields.items()}
        case _:
            return None


def _special(fields: Mapping[str, struct_pb2.Value]) -> Any:
    match fields[_SIGNATURE].string_value:
        case signature if signature == _SECRET:
            return SECRET
        case signature if signature == _RESOURCE:
            return _decode(fields["id"]) or _decode(fields["urn"]) if "id" in fields else _decode(fields["urn"])
        case signature if signature in (_ASSET, _ARCHIVE):
            return {key: _decode(item) for key, item in fields.items() if key != _SIGNATURE}
        case signature:
            raise ValueError(f"property value with the unknown signature {signature}")


def encode(value: Any) -> struct_pb2.Value:
    """A plain value on the wire; `UNKNOWN` becomes the engine's unknown."""
    encoded = struct_pb2.Value()
    match value:
        case None:
            encoded.null_value = struct_pb2.NULL_VALUE
        case bool():
            encoded.bool_value = value
        case int() | float():
            encoded.number_value = value
        case str():
            encoded.string_value = value
        case _ if value is UNKNOWN:
            encoded.string_value = _UNKNOWN
        case Mapping():
            encoded.struct_value.SetInParent()
            for key, item in cast(Mapping[str, Any], value).items():
                encoded.struct_value.fields[key].CopyFrom(encode(item))
        case Sequence():
            encoded.list_value.SetInParent()
            encoded.list_value.values.extend([encode(item) for item in cast(Sequence[Any], value)])
        case _:
            raise TypeError(f"a recorded answer holds a {type(value).__name__}, which has no place on the wire")
    return encoded
