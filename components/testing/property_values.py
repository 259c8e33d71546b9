"""Plain Python values of the properties that the Pulumi SDK sends to the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

# Source of the signatures: pulumi/pulumi, sdk/go/common/resource/properties.go
UNKNOWN_ON_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature, not a secret
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"


@dataclass(frozen=True, slots=True)
class Decoder:
    """Decodes properties. `unknown` replaces a value that only the deployment knows, `secret` replaces a secret."""

    unknown: object
    secret: object

    def decode(self, struct: struct_pb2.Struct) -> dict[str, Any]:
        """The values of a struct. A reference to a resource becomes the id or the URN of that resource.

        Raises:
            ValueError: for a value with an unknown signature.
        """
        return {key: self._value(value) for key, value in struct.fields.items()}

    def _value(self, value: struct_pb2.Value) -> Any:
        match value.WhichOneof("kind"):
            case "string_value":
                return self.unknown if value.string_value == UNKNOWN_ON_WIRE else value.string_value
            case "number_value":
                number = value.number_value
                return int(number) if number.is_integer() else number
            case "bool_value":
                return value.bool_value
            case "list_value":
                return [self._value(item) for item in value.list_value.values]
            case "struct_value":
                struct = value.struct_value
                return self._special(struct.fields) if _SIGNATURE in struct.fields else self.decode(struct)
            case _:
                return None

    def _special(self, fields: Mapping[str, struct_pb2.Value]) -> Any:
        match fields[_SIGNATURE].string_value:
            case signature if signature == _SECRET:
                return self.secret
            case signature if signature == _RESOURCE:
                return (self._value(fields["id"]) if "id" in fields else None) or self._value(fields["urn"])
            case signature if signature in (_ASSET, _ARCHIVE):
                return {key: self._value(item) for key, item in fields.items() if key != _SIGNATURE}
            case signature:
                raise ValueError(f"property value with the unknown signature {signature}")
