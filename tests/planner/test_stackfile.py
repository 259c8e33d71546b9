"""Stack files are read as the engine reads them, and what is wrong with one is said."""

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from planner.stackfile import StackFileError, read_stack_file
from resources.resource import SECRET
from tests.support.planner.plans import ROOT, STACKS, file_of


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"Pulumi{'.' + name if name != 'project' else ''}.yaml").write_text(text)
    return folder


def test_values_become_text_and_objects_json(tmp_path: Path) -> None:
    write(tmp_path, project="name: p\n", prod="config:\n  p:a: 1\n  b: {c: [true, x]}\n  aws:region: eu-west-1\n")
    found = read_stack_file(tmp_path, "prod")
    assert dict(found.config) == {"p:a": "1", "p:b": '{"c": [true, "x"]}', "aws:region": "eu-west-1"}
    assert not found.secret_keys


def test_secure_values_are_masked_wherever_they_stand(tmp_path: Path) -> None:
    write(tmp_path, project="name: p\n", prod="config:\n  p:a: {secure: v1:xyz}\n  p:b: {c: [{secure: v1:abc}, d]}\n")
    found = read_stack_file(tmp_path, "prod")
    assert dict(found.config) == {"p:a": SECRET, "p:b": f'{{"c": ["{SECRET}", "d"]}}'}
    assert found.secret_keys == {"p:a", "p:b"}


def test_objects_are_sorted_by_key_as_the_engine_does(tmp_path: Path) -> None:
    write(tmp_path, project="name: p\n", prod="config:\n  p:b: 1\n  p:a: {z: [{y: 1, B: 2}], A: {d: 3, c: 4}}\n")
    found = read_stack_file(tmp_path, "prod").config
    assert list(found) == ["p:a", "p:b"]
    assert found["p:a"] == '{"A": {"c": 4, "d": 3}, "z": [{"B": 2, "y": 1}]}'


@pytest.mark.parametrize("stack", sorted({*STACKS} - {"everything"}))
def test_the_order_of_keys_in_a_file_changes_nothing(tmp_path: Path, stack: str) -> None:
    document = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    write(tmp_path, project="name: mlplatform\n", **{stack: json.dumps(_reversed(document))})
    found = read_stack_file(tmp_path, stack)
    assert found.config_json == file_of(stack).config_json


def _reversed(value: Any) -> Any:
    """The value with the keys of each mapping in reverse order."""
    if isinstance(value, dict):
        return {key: _reversed(item) for key, item in reversed(cast(dict[str, Any], value).items())}
    return [_reversed(each) for each in cast(list[Any], value)] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"Pulumi.yaml does not exist; run this in the project's folder"),
        ({"project": "runtime: python\n"}, r"Pulumi.yaml: name is missing"),
        ({"project": "name: p\n", "prod": ""}, r"no stack 'prd': .* known: prod; did you mean prod\?"),
        ({"project": "name: p\n", "staging": ""}, r"known: staging; `make init STACK=prd` writes a new one"),
        ({"project": "name: p\n", "prd": "config: [1]\n"}, r"Pulumi.prd.yaml: config must be a mapping"),
        ({"project": "name: 5\n"}, r"Pulumi.yaml: name is missing; write the project's name as text"),
        ({"project": "name: p\nname: q\n"}, r"Pulumi.yaml: line 2: the key 'name' is given twice"),
        ({"project": "name: p\n", "prd": "config: {a\n"}, r"Pulumi.prd.yaml: line 2: not valid YAML"),
        (
            {"project": "name: p\n", "prd": "- a\n"},
            r"Pulumi.prd.yaml must hold a mapping of keys to values, not a list",
        ),
        ({"project": "name: p\n", "prd": "just text\n"}, r"must hold a mapping of keys to values, not text"),
        ({"project": "name: p\n", "prd": "confg: {}\n"}, r"confg is not a known key; .* did you mean config\?"),
        ({"project": "name: p\n", "prd": "network: {}\n"}, r"write it under config, as mlplatform:network"),
        ({"project": "name: p\n", "prd": "mlplatform:cost: {}\n"}, r"write it under config, as mlplatform:cost"),
        (
            {"project": "name: p\n", "prd": "config: {mlplatfrom:cost: {}}\n"},
            r"config.mlplatfrom:cost is not a known key; did you mean mlplatform:cost\?",
        ),
        ({"project": "name: p\n", "prd": "config: {a: 1, 'p:a': 2}\n"}, r"config has p:a twice, once as a; keep one"),
        ({"project": "name: p\n", "prd": "config: {a: }\n"}, r"config.p:a has no value; write one, or remove the key"),
        ({"project": "name: p\n", "prd": f"config: {{a: {'x' * 140_000}}}\n"}, r"config takes 140,\d+ bytes"),
        (
            {"project": "name: p\n", "prd": f"# {'x' * 10_000_000}\n"},
            r"Pulumi.prd.yaml has 10,000,003 bytes, more than",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, files: dict[str, str], message: str) -> None:
    write(tmp_path, **files)
    with pytest.raises(StackFileError, match=message):
        read_stack_file(tmp_path, "prd")


def test_a_stack_name_is_no_path(tmp_path: Path) -> None:
    write(tmp_path, project="name: p\n")
    for name in ("../prd", "org/p/prd", "", "a b", "prd\x1b[31m"):
        with pytest.raises(StackFileError, match="a name holds letters, digits, hyphens, underscores and periods"):
            read_stack_file(tmp_path, name)


def test_what_stands_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, project="name: p\n")
    stack = tmp_path / "Pulumi.prd.yaml"
    stack.mkdir()
    with pytest.raises(StackFileError, match=r"Pulumi.prd.yaml is not a regular file"):
        read_stack_file(tmp_path, "prd")
    stack.rmdir()
    os.mkfifo(stack)
    with pytest.raises(StackFileError, match=r"Pulumi.prd.yaml is not a regular file"):
        read_stack_file(tmp_path, "prd")
    stack.unlink()
    stack.write_text("config: {}")
    stack.chmod(0)
    if not os.access(stack, os.R_OK):
        with pytest.raises(StackFileError, match=r"cannot be read: Permission denied"):
            read_stack_file(tmp_path, "prd")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    write(tmp_path, project="name: p\n")
    stack = tmp_path / "Pulumi.prd.yaml"
    for text in ("config: {}".encode("utf-16"), "config: {a: é}".encode("latin-1")):
        stack.write_bytes(text)
        with pytest.raises(StackFileError, match=r"Pulumi.prd.yaml is not UTF-8 .*; save it as UTF-8"):
            read_stack_file(tmp_path, "prd")
    stack.write_text("config: {a: é}", encoding="utf-8-sig")
    assert dict(read_stack_file(tmp_path, "prd").config) == {"p:a": "é"}


def test_only_a_text_under_secure_is_a_secret(tmp_path: Path) -> None:
    write(tmp_path, project="name: p\n", prod="config:\n  a: {secure: {b: 1}}\n")
    assert not read_stack_file(tmp_path, "prod").secret_keys
