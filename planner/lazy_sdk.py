"""Imports the packages of a large SDK file by file, in the process of a plan alone.

The first resource of `pulumi_aws.ec2` runs two hundred files, and together with those of other services that is a
quarter of what a plan costs. Here a package starts empty, and a name is looked for in the file that is called after it:
`Vpc` and `VpcArgs` in `vpc.py`, `get_ami_output` in `get_ami.py`, other arguments in `_inputs.py`. When it is in none
of them, the package is run as its author wrote it, so that no name is missing.
"""

import re
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_PACKAGE = re.compile(r"pulumi_aws\.[a-z0-9]+")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def install() -> None:
    """Import the SDK's packages file by file from now on; those imported already stay as they are."""
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds the SDK's packages where they are, for loading file by file."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None or not _PACKAGE.fullmatch(fullname):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None or spec.submodule_search_locations is None:
            return None
        spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """Leaves a package empty until a name is asked of it."""

    def __init__(self, whole: Loader):
        self._whole = whole

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__getattr__"] = partial(self._attribute, module)

    def _attribute(self, module: ModuleType, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        for file in _files(name):
            path = f"{module.__name__}.{file}"
            if find_spec(path) is None:
                continue
            found = import_module(path)
            if name == file or name in vars(found):
                # A function is called like its file; the package's author lets the function win.
                vars(module)[name] = vars(found).get(name, found)
                return vars(module)[name]
        del vars(module)["__getattr__"]
        self._whole.exec_module(module)
        return getattr(module, name)


def _files(name: str) -> tuple[str, ...]:
    """The files that may have a name, the likeliest first."""
    words = _BETWEEN_WORDS.sub("_", name.removesuffix("Args")).lower().removesuffix("_output")
    return (name, words, "_inputs") if name.endswith("Args") else (name, words)
