"""What is wrong with a program in Pulumi YAML by the schema of the components, as Pulumi's checker would find it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from tests.support.components.package_schema import Schema

_REFERENCE = re.compile(r"^\$\{(?P<name>\w+)(?:\.(?P<output>\w+))?.*\}$")
_ANY_REFERENCE = {"type": "string", "pattern": r"^\$\{.+\}$"}


def faults(program: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    """Each property of a component that the schema refuses, and each reference to what is not there."""
    types = {token.rpartition(":")[2]: _json_schema(kind) for token, kind in schema["types"].items()}
    for name, made in program["resources"].items():
        package, _, kind = made["type"].partition(":")
        if package != "mlplatform":
            continue
        resource = schema["resources"].get(f"mlplatform:index:{kind}")
        if resource is None:
            yield f"{name}: {kind} is not a component"
            continue
        wanted = {"properties": resource["inputProperties"], "required": resource.get("requiredInputs", ())}
        validator: Any = jsonschema.Draft202012Validator({**_json_schema(wanted), "$defs": types})
        for error in validator.iter_errors(made["properties"]):
            yield f"{name}.{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for key, value in made["properties"].items():
            fault = _reference_fault(value, resource["inputProperties"].get(key, {}), program, schema)
            if fault:
                yield f"{name}.{key}: {fault}"
    for name, value in program["outputs"].items():
        fault = _reference_fault(value, {"type": "string"}, program, schema)
        if fault:
            yield f"outputs.{name}: {fault}"


def _reference_fault(value: object, wanted: Schema, program: Mapping[str, Any], schema: Schema) -> str | None:
    match = _REFERENCE.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    made = program["resources"].get(match["name"])
    if made is None:
        return None if match["name"] in program["config"] else f"{value} leads to no resource"
    component = schema["resources"].get(made["type"].replace(":", ":index:"))
    if component is None:
        return None
    outputs = component["properties"]
    if match["output"] not in outputs:
        return f"{value} is not an output of {made['type']}"
    given = _shape(outputs[match["output"]])
    return None if given == _shape(wanted) else f"{value} is {given}, not {_shape(wanted)}"


def _shape(value: Schema) -> object:
    return (value.get("type"), _shape(value["items"])) if "items" in value else value.get("type")


def _json_schema(kind: Schema) -> dict[str, Any]:
    if "enum" in kind:
        return {"enum": [each["value"] for each in kind["enum"]]}
    return {
        "type": "object",
        "properties": {name: _value(each) for name, each in kind.get("properties", {}).items()},
        "required": [*kind.get("required", ())],
        "additionalProperties": False,
    }


def _value(value: Schema) -> dict[str, Any]:
    if "$ref" in value:
        return {"$ref": f"#/$defs/{value['$ref'].rpartition(':')[2]}"}
    inner: dict[str, Any] = {"type": value["type"]}
    if "items" in value:
        inner["items"] = _value(value["items"])
    if "additionalProperties" in value:
        inner["additionalProperties"] = _value(value["additionalProperties"])
    if value.get("plain") and value["type"] == "string":
        return {**inner, "not": _ANY_REFERENCE}
    return inner if value.get("plain") else {"anyOf": [inner, _ANY_REFERENCE]}
