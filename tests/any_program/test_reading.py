"""Files of the Pulumi CLI, as the real engine wrote them, are read as the program that they are of."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from planner.any_program.bounded_json import MAX_DEPTH
from planner.any_program.program_error import ProgramError
from planner.any_program.read import read_program
from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.any_program.recorded import recorded


def read(name: str) -> dict[str, Resource]:
    return {each.name: each for each in read_program(str(recorded(name))).resources}


def changed(tmp_path: Path, name: str, change: Callable[[dict[str, Any]], object]) -> str:
    """The path of a copy of a recorded file with a change."""
    document = json.loads(recorded(name).read_text())
    change(document)
    path = tmp_path / name
    path.write_text(json.dumps(document))
    return str(path)


def test_preview_has_unknowns_secrets_and_what_depends_on_what() -> None:
    found = read("create.json")
    database, nat, web = found["database"], found["nat"], found["web-sg"]
    assert database.inputs["password"] == SECRET
    assert database.protect
    assert nat.inputs["subnetId"] is UNKNOWN
    assert nat.property_dependencies["subnetId"] == (found["net-a"].urn,)
    assert web.parent is not None
    assert web.parent.endswith("shop:index:Web::web")
    assert not found["shop-dev"].custom


def test_state_has_the_ids_and_masks_secrets_also_where_the_export_shows_them() -> None:
    shown = recorded("state-with-secrets.json").read_text()
    assert "hunter2hunter2" in shown
    for name in ("state.json", "state-with-secrets.json"):
        found = read(name)
        assert found["database"].inputs["password"] == SECRET
        assert found["net"].outputs["id"]
        assert found["nat"].inputs["subnetId"] == found["net-a"].outputs["id"]


def test_preview_after_a_deployment_has_both_sides() -> None:
    inventory = read_program(str(recorded("update.json")))
    assert inventory.before is not None
    before = {each.name: each for each in inventory.before}
    after = {each.name: each for each in inventory.resources}
    assert (before["machine"].inputs["instanceType"], after["machine"].inputs["instanceType"]) == (
        "t3.medium",
        "t3.large",
    )
    assert before.keys() - after.keys() == {"queue-1"}
    assert before.keys() == read("state.json").keys()
    assert inventory.notes == ()


@pytest.mark.parametrize("name", ["update-with-replacement-steps.json", "update.jsonl"])
def test_other_forms_of_a_preview_have_the_same_resources(name: str) -> None:
    expected, found = read("update.json"), read(name)
    assert {key: (each.type, each.inputs) for key, each in found.items()} == {
        key: (each.type, each.inputs) for key, each in expected.items()
    }


def test_preview_without_unchanged_resources_says_how_many_it_lacks() -> None:
    inventory = read_program(str(recorded("update-without-sames.json")))
    (note,) = inventory.notes
    missing = len(read_program(str(recorded("update.json"))).resources) - len(inventory.resources)
    assert note.startswith(f"{missing} unchanged resources are not in the file")
    assert "--show-sames" in note


def test_state_leaves_out_what_is_only_read_and_what_waits_for_its_deletion(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        rows = document["deployment"]["resources"]
        machine = next(row for row in rows if row["urn"].endswith("::machine"))
        rows.append({**machine, "delete": True, "id": "old"})
        rows.append({**machine, "urn": machine["urn"] + "-of-others", "external": True})
        document["deployment"]["pending_operations"] = [{"type": "creating", "resource": {"urn": "urn::lost"}}]

    inventory = read_program(changed(tmp_path, "state.json", change))
    assert {each.name for each in inventory.resources} == read("state.json").keys()
    interrupted, waiting = inventory.notes
    assert "creating of lost" in interrupted
    assert waiting.startswith("1 old copies wait")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"),
        ("aws:elasticloadbalancingv2/loadBalancer:LoadBalancer", "aws:lb/loadBalancer:LoadBalancer"),
        ("aws:alb/listener:Listener", "aws:lb/listener:Listener"),
    ],
)
def test_renamed_types_are_read_as_those_of_today(tmp_path: Path, old: str, new: str) -> None:
    def change(document: dict[str, Any]) -> None:
        document["steps"][-1]["newState"]["type"] = old

    assert read_program(changed(tmp_path, "create.json", change)).resources[-1].type == new


FILES: Mapping[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "failed": ("failed.json", lambda _: None, "the shop is closed"),
    "version": ("state.json", lambda document: document.update(version=2), "version = 2"),
    "urn": ("create.json", lambda document: document["steps"][0]["newState"].update(urn="x"), "is not a URN"),
    "type": ("create.json", lambda document: document["steps"][3]["newState"].pop("type"), "steps[3].newState.type"),
    "inputs": ("create.json", lambda document: document["steps"][3]["newState"].update(inputs=[]), ".inputs = a list"),
    "steps": ("create.json", lambda document: document.update(steps={}), "must be a list"),
    "other": ("create.json", lambda document: document.update(resources=[]), "no preview and no state"),
}


@pytest.mark.parametrize("name", FILES)
def test_wrong_file_names_the_field_and_the_remedy(tmp_path: Path, name: str) -> None:
    file, change, told = FILES[name]
    with pytest.raises(ProgramError) as refused:
        read_program(changed(tmp_path, file, change))
    assert told in str(refused.value)
    assert ";" in str(refused.value)


TEXTS = {
    "empty": (b"", "is empty"),
    "cut": (recorded("create.json").read_bytes()[:5000], "not JSON"),
    "cut events": (b"\n".join(recorded("update.jsonl").read_bytes().splitlines()[:-3]), "no summaryEvent"),
    "deep": (b'{"steps": ' + b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2) + b"}", "levels deep"),
    "very deep": (b"[" * 200_000, "levels deep"),
    "binary": (b"\x00\xff\xfe\x80", "not text in UTF-8"),
    "not a number": (b'{"duration": NaN}', "not JSON"),
    "huge number": (b'{"duration": 1e999}', "too large a number"),
    "list": (b"[1]", "no object"),
    "values": (b"[" + b"1," * 4_000_001, "more than 4,000,000 values"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_file_that_is_cut_off_or_hostile_is_refused(tmp_path: Path, name: str) -> None:
    content, told = TEXTS[name]
    path = tmp_path / "preview.json"
    path.write_bytes(content)
    with pytest.raises(ProgramError, match=told):
        read_program(str(path))


def test_file_of_power_shell_is_read(tmp_path: Path) -> None:
    path = tmp_path / "preview.json"
    path.write_bytes(recorded("create.json").read_text().encode("utf-16"))
    assert {each.name for each in read_program(str(path)).resources} == read("create.json").keys()
