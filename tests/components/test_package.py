"""The package finds components by name, and proposes the nearest name for a wrong one."""

import subprocess
import sys

import pytest

import components


def test_wrong_name_of_component_proposes_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"components has no NodePol; did you mean NodePool\?"):
        getattr(components, "NodePol")  # noqa: B009 - type checkers know that it is absent
    assert not hasattr(components, "NodePol")


def test_from_import_of_wrong_name_proposes_the_nearest() -> None:
    with pytest.raises(ImportError, match=r"components has no NodePol; did you mean NodePool\?"):
        exec("from components import NodePol", {})


def test_from_import_finds_components_and_folders() -> None:
    program = "from components import network, testing, NodePool; print(network.__name__, NodePool.__name__)"
    # A new process, because a folder that has been imported is an attribute.
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "components.network NodePool\n"


def test_name_near_to_no_component_gets_no_proposal() -> None:
    with pytest.raises(AttributeError, match=r"components has no Zzz$"):
        getattr(components, "Zzz")  # noqa: B009
