"""Names of a package that are imported when they are asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def on_demand(package: str, **modules: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package that finds each name in the module given for it.

    A component's spec is thereby read without the SDKs that the component itself needs, which take seconds to import.
    """

    def find(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return find
