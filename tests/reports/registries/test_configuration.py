"""The registry of settings, held against the stack files and the config's own schema."""

from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from planner.stackfile import StackFile, read_stack_file
from reports.registries.configuration import configuration

ROOT = Path(__file__).parents[3]


def rows(stack_file: StackFile) -> dict[str, dict[str, Any]]:
    return {str(row["setting"]): dict(row) for row in configuration(stack_file).rows}


def leaves(value: Any, path: str) -> list[tuple[str, Any]]:
    """The values of a stack file by their paths; a list of plain values is one value."""
    if isinstance(value, dict):
        items = cast(dict[str, Any], value).items()
        return [leaf for key, item in items for leaf in leaves(item, f"{path}.{key}" if path else key)]
    if isinstance(value, list) and any(isinstance(each, dict) for each in cast(list[Any], value)):
        return [leaf for n, item in enumerate(cast(list[Any], value)) for leaf in leaves(item, f"{path}[{n}]")]
    return [(path, value)]


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_every_value_of_the_stack_file_is_listed_with_its_source(stack: str) -> None:
    listed = rows(read_stack_file(ROOT, stack))
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    written = leaves({key.removeprefix("mlplatform:"): value for key, value in config.items()}, "")
    sources = {path for path, row in listed.items() if row["source"] == "stack file"}
    missing = [path for path, _ in written if not any(path == each or path.startswith(f"{each}.") for each in sources)]
    assert missing == []
    assert len(written) > 50


def test_defaults_and_derived_values_are_told_apart() -> None:
    listed = rows(read_stack_file(ROOT, "prod"))
    assert listed["network.vpcCidr"]["source"] == "stack file"
    assert listed["network.vpcCidr"]["value"] == "10.40.0.0/16"
    assert listed["featureStore.online.snapshotWindow"]["source"] == "default"
    # Taken over from modelServing.zoneName.
    assert listed["modelServing.loadBalancer.zoneName"]["source"] == "derived"


def test_each_setting_has_a_meaning() -> None:
    listed = rows(read_stack_file(ROOT, "prod"))
    assert [path for path, row in listed.items() if not row["meaning"]] == []


def test_a_secret_of_the_stack_file_is_masked(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: mlplatform\nruntime: python\n", encoding="utf-8")
    text = (ROOT / "Pulumi.staging.yaml").read_text(encoding="utf-8")
    (tmp_path / "Pulumi.test.yaml").write_text(
        f"{text}\n  other:token:\n    secure: AAABAJ8sWEETCIPHER\n", encoding="utf-8"
    )
    listed = rows(read_stack_file(tmp_path, "test"))
    assert listed["other:token"]["value"] == "[secret]"
    assert "CIPHER" not in str(listed)
