"""The components as another team imports them."""

import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.support.docs.pages import ROOT


@pytest.fixture
def as_package() -> Iterator[ModuleType]:
    """The components under the name that the wheel gives them."""
    package = ROOT / "components"
    found = importlib.util.spec_from_file_location(
        "mlplatform", package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    sys.modules["mlplatform"] = module
    found.loader.exec_module(module)
    yield module
    for name in [name for name in sys.modules if name == "mlplatform" or name.startswith("mlplatform.")]:
        del sys.modules[name]
