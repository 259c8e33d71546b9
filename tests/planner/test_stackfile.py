"""Stack files are read as the engine reads them, and what is wrong with one is said."""

from pathlib import Path

import pytest

from planner.stackfile import StackFileError, read_stack_file
from pricing.resource import SECRET


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


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"Pulumi.yaml does not exist; run this in the project's folder"),
        ({"project": "runtime: python\n"}, r"Pulumi.yaml: name is missing"),
        ({"project": "name: p\n", "prod": ""}, r"no stack 'prd': .* known: prod; did you mean prod\?"),
        ({"project": "name: p\n", "prd": "config: [1]\n"}, r"Pulumi.prd.yaml: config must be a mapping"),
        ({"project": "name: p\n", "prd": "config: {a\n"}, r"Pulumi.prd.yaml is no YAML"),
        ({"project": "name: p\n", "prd": "- a\n"}, r"Pulumi.prd.yaml must hold a mapping, not list"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, files: dict[str, str], message: str) -> None:
    write(tmp_path, **files)
    with pytest.raises(StackFileError, match=message):
        read_stack_file(tmp_path, "prd")
