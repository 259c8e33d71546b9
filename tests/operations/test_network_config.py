"""The network of a stack deploys alone, so that a runner inside it can deploy the rest."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from operations.network_config import main, network_config
from planner.build import build_plan
from tests.support.planner.programs import project

ROOT = Path(__file__).parents[2]
STACKS = ("prod", "staging", "kubeflow")


@pytest.mark.parametrize("stack", STACKS)
def test_network_of_each_stack_deploys_alone(stack: str, tmp_path: Path) -> None:
    config = network_config((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    root = project(tmp_path, (ROOT / "__main__.py").read_text(), config)
    (root / "Pulumi.yaml").write_text("name: mlplatform\nruntime: python\n")
    plan = build_plan(root, "test", today=date(2026, 11, 21))
    assert plan.deployable, [each.message for each in plan.violations]
    made = [each for each in plan.resources if each.custom and not each.type.startswith("pulumi:")]
    assert {each.urn.split("::")[2].split("$")[0] for each in made} == {"mlplatform:index:Network"}
    assert set(plan.outputs) == {"region", "vpcId", "privateSubnetIds", "isolatedSubnetIds"}


def test_config_is_written_beside_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "secretsprovider: awskms://alias/x\nencryptedkey: abc\nconfig:\n"
        "  mlplatform:environment: {kind: staging}\n  mlplatform:cost: {monthlyBudget: 5}\n"
        "  mlplatform:network: {vpcCidr: 10.0.0.0/16}\n  mlplatform:gpuCluster: {clusterName: x}\n"
    )
    assert main(["dev", "--root", str(tmp_path)]) == 0
    path = tmp_path / "build" / "dev" / "network.yaml"
    assert capsys.readouterr().out == f"{path}\n"
    written = yaml.safe_load(path.read_text())
    assert set(written) == {"secretsprovider", "encryptedkey", "config"}
    assert set(written["config"]) == {"mlplatform:environment", "mlplatform:cost", "mlplatform:network"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "Pulumi.dev.yaml: "),
        ("config: {}", "config.mlplatform:environment is missing"),
        ("config: [", "Pulumi.dev.yaml: "),
        ("config: 5", "config must be a mapping"),
        ("- a", "must be a mapping"),
    ],
)
def test_stack_file_without_network_is_refused(
    text: str | None, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "Pulumi.dev.yaml").write_text(text)
    assert main(["dev", "--root", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "build").exists()
