"""The kept definitions: what the script keeps of a published one, and that they are those of our own kinds."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.definitions.__main__ import KINDS, compact, written
from tests.support.components.definitions import DEFINITIONS, ROOT, strict

FILES = sorted(DEFINITIONS.glob("*.yaml"))
PORT = {"type": "integer", "description": "where it listens", "minimum": 1, "maximum": 65535}
POD = {"type": "object", "description": "a pod", "properties": {"host": {"type": "string"}, "port": PORT}}


def publish(folder: Path, **extra: Any) -> None:
    """A folder as projects publish it, with one kind in two versions."""
    schema = {
        "type": "object",
        "description": "runs pods",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "spec": {
                "type": "object",
                "properties": {
                    "description": {"type": "string", "maxLength": 20},
                    "limit": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
                    "mode": {"type": "string", "enum": ["a", "b"], "default": "a"},
                    "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                    "pods": {"type": "array", "items": POD},
                    "master": POD,
                },
                "x-kubernetes-validations": [
                    {"rule": "has(self.mode)\n  || has(self.limit)", "message": "runs pods", "optionalOldSelf": True},
                ],
            },
            "status": {"type": "object"},
        },
    }
    versions = [
        {"name": "v1", "served": True, "schema": {"openAPIV3Schema": schema}},
        {"name": "v1alpha1", "served": False, "schema": {"openAPIV3Schema": schema}},
    ]
    made = {"spec": {"names": {"kind": "Job"}, "scope": "Cluster", "versions": versions}, **extra}
    (folder / "jobs.example.com.yaml").write_text(yaml.safe_dump(made))
    row = "| jobs.example.com | example/jobs | 0a1b2c3d 2026-08-22 |"
    (folder / "README.md").write_text(f"| definition | project | commit, date |\n|---|---|---|\n{row}\n")


def test_structure_and_source_of_a_definition_are_kept(tmp_path: Path) -> None:
    publish(tmp_path)
    text = written("example.com", ["jobs"], tmp_path)
    kept = yaml.safe_load(text)["jobs.example.com"]
    assert (kept["kind"], kept["scope"]) == ("Job", "Cluster")
    assert kept["source"] == "example/jobs@0a1b2c3d of 2026-08-22"
    assert {*kept["versions"]} == {"v1"}
    schema = kept["versions"]["v1"]
    assert {*schema["properties"]} == {"spec"}
    assert schema["required"] == ["spec"]
    rules = schema["properties"]["spec"]["x-kubernetes-validations"]
    assert rules == [{"rule": "has(self.mode) || has(self.limit)", "optionalOldSelf": True}]
    fields = schema["properties"]["spec"]["properties"]
    # A field may have a keyword's name.
    assert fields["description"] == {"type": "string", "maxLength": 20}
    assert fields["mode"] == {"type": "string", "enum": ["a", "b"], "default": "a"}
    assert fields["limit"]["x-kubernetes-int-or-string"] is True
    assert fields["free"]["x-kubernetes-preserve-unknown-fields"] is True
    assert fields["pods"]["items"] == fields["master"] == compact(POD)
    assert not re.search("runs pods|a pod|where it listens", text)
    assert text.count("maximum: 65535") == 1


def test_a_kind_that_the_folder_does_not_have_is_named(tmp_path: Path) -> None:
    publish(tmp_path)
    with pytest.raises(LookupError, match=r"has no tasks\.example\.com\.yaml with a row in its README\.md"):
        written("example.com", ["tasks"], tmp_path)


def test_the_kept_definitions_are_those_that_the_script_writes() -> None:
    assert [path.stem for path in FILES] == sorted(KINDS)
    for path in FILES:
        found = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        assert [*found] == [f"{plural}.{path.stem}" for plural in KINDS[path.stem]]
        for name, kept in found.items():
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{8,40} of \d{4}-\d\d-\d\d", kept["source"]), name
            for version in kept["versions"].values():
                assert compact(version) == version, name


def test_every_kept_definition_is_of_a_created_kind() -> None:
    rooms = [ROOT / each for each in ("components", "charts", "deploy", "tests/deploy/base")]
    paths = [path for room in rooms for suffix in ("py", "yaml") for path in room.rglob(f"*.{suffix}")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    kinds = [kept["kind"] for path in FILES for kept in yaml.safe_load(path.read_text()).values()]
    assert len(kinds) >= 20
    assert [kind for kind in kinds if not re.search(rf"\b{kind}\b", text)] == []


def test_a_strict_definition_knows_every_field() -> None:
    closed = strict(
        {"type": "object", "properties": {"pod": POD, "free": {"x-kubernetes-preserve-unknown-fields": True}}}
    )
    assert closed["additionalProperties"] is False
    assert closed["properties"]["pod"]["additionalProperties"] is False
    assert "additionalProperties" not in closed["properties"]["free"]
