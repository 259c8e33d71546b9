"""Property values on the wire, and as rules and reports read them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from google.protobuf import struct_pb2

from components.testing.property_values import UNKNOWN_ON_WIRE, Decoder
from resources.resource import SECRET, UNKNOWN

decode = Decoder(unknown=UNKNOWN, secret=SECRET).decode


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
            encoded.string_value = UNKNOWN_ON_WIRE
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
