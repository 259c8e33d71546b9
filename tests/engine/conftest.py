from collections.abc import Generator

import pytest

from tests.support.engine.harness import Engine, eks_plugin
from tests.support.engine.proxy import answering_proxy
from tests.support.programs import require


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Generator[Engine]:
    """The engine with the user's own pulumi-eks where that is installed, else with a stand-in for it."""
    require("pulumi")
    with answering_proxy(tmp_path_factory.mktemp("proxy")) as proxy:
        made = Engine(tmp_path_factory.mktemp("engine"), eks_plugin(), proxy)
        yield made
        made.accounts.close()


@pytest.fixture(scope="session")
def engine_without_eks(tmp_path_factory: pytest.TempPathFactory) -> Generator[Engine]:
    """The engine as it is where pulumi-eks isn't installed."""
    require("pulumi")
    made = Engine(tmp_path_factory.mktemp("engine-without-eks"), None)
    yield made
    made.accounts.close()
