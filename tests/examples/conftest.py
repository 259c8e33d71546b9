import runpy
import sys
import zipfile

import pytest
from hatchling.build import build_wheel

from tests.support.components.example_programs import EXAMPLES
from tests.support.components.released import Upgrade, registered
from tests.support.programs import ROOT


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Upgrade:
    """What the program in Python registers with the wheel of today's code."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        with zipfile.ZipFile(folder / build_wheel(str(folder))) as archive:
            archive.extractall(folder / "site")
        patch.setattr(sys, "path", [str(folder / "site"), *sys.path])
        made = registered(lambda: runpy.run_path(str(EXAMPLES / "python" / "__main__.py")))
    for name in [name for name in sys.modules if name.partition(".")[0] == "mlplatform"]:
        del sys.modules[name]
    return made
