"""What is imported for what: to read a config takes no SDK of what it declares."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def imported(program: str) -> set[str]:
    """The modules that a fresh process has after `program`."""
    program = f"{program}\nimport sys\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_a_config_is_read_without_the_components_that_it_asks_for() -> None:
    modules = imported("import stacks.config")
    assert "components.gpu_cluster.spec" in modules
    assert (
        not {
            "components.gpu_cluster.gpu_cluster",
            "components.cache.cache",
            "components.delivery.delivery",
            "components.model_service.objects",
            "pulumi_aws.ec2.vpc",
            "pulumi_aws.eks.cluster",
            "pulumi_eks",
            "pulumi_kubernetes",
        }
        & modules
    )


def test_a_component_is_found_where_it_always_was_and_nothing_else_is() -> None:
    modules = imported(
        "import components.cache\n"
        "assert not hasattr(components.cache, 'Cash')\n"
        "from components.cache import Cache, CacheSpec\n"
        "assert Cache.__module__ == 'components.cache.cache'"
    )
    assert "components.cache.cache" in modules
