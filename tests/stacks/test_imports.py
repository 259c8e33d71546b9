"""What is imported for what: to read a config takes no SDK of what it declares."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def imported(program: str) -> set[str]:
    """The modules that a fresh process has after `program`."""
    program = f"{program}\nimport sys\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_a_config_is_read_without_the_components_that_it_asks_for() -> None:
    modules = imported("import stacks.config")
    assert "components.cluster.gpu_cluster.spec" in modules
    assert (
        not {
            "components.cluster.gpu_cluster.gpu_cluster",
            "components.data.cache.cache",
            "components.delivery.argo_cd.delivery",
            "components.serving.model_service.objects",
            "pulumi_aws.ec2.vpc",
            "pulumi_aws.eks.cluster",
            "pulumi_eks",
            "pulumi_kubernetes",
        }
        & modules
    )


def test_the_package_gives_every_name_that_it_lists() -> None:
    modules = imported(
        "import components\n"
        "assert not hasattr(components, 'NodePol')\n"
        "assert all(getattr(components, name).__name__ == name for name in components.__all__)"
    )
    assert "components.cluster.node_pool.node_pool" in modules


def test_a_component_is_imported_when_it_is_first_used() -> None:
    modules = imported("from components import NodePool")
    assert "components.cluster.node_pool.node_pool" in modules
    assert "components.data.cache.cache" not in modules


def test_the_sdk_of_grafana_is_not_imported_by_the_program() -> None:
    modules = imported("import stacks.platform")
    assert "components.observability.dashboards.boards" in modules
    assert not [name for name in modules if name.startswith("grafana_foundation_sdk")]
