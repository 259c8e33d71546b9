"""Imports the packages of a large SDK class by class, only in the process of a plan.

The first resource of `pulumi_aws.ec2` runs two hundred files, and those of its nested types hold two thousand classes,
of which a plan needs some dozens; with those of other services that is a third of what a plan costs. Here

- a package starts empty, and a name is looked for in the file that is called after it: `Vpc` and `VpcArgs` in `vpc.py`,
  `get_ami_output` in `get_ami.py`. When it is in none, the package is run as its author wrote it;
- a nested type, of `_inputs.py`, `outputs.py` or `_enums.py`, is created from its compiled body at its first use, or
  when a class that is there names it.
"""

import builtins
import re
import sys
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from types import CodeType, ModuleType, new_class
from typing import Any, TypedDict

import pulumi

_NAME = re.compile(r"pulumi_(?:aws\.[a-z0-9]+|eks)(?:\.(\w+))?")
_ROOTS = frozenset({"pulumi_aws", "pulumi_eks"})
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def install() -> None:
    """Import the SDK's packages class by class from now on; those imported already stay as they are."""
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds the SDK's packages and files where they are, for loading bit by bit."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in _ROOTS:
            spec = PathFinder.find_spec(fullname, path, target)
            if spec and isinstance(spec.loader, SourceFileLoader):
                spec.loader = _Root(spec.loader)
            return spec
        match = _NAME.fullmatch(fullname)
        spec = PathFinder.find_spec(fullname, path, target) if path and match else None
        if not (spec and match and isinstance(spec.loader, SourceFileLoader)):
            return None
        if file := match[1]:
            spec.loader = _LOADERS.get(file, _File)(spec.loader)
        elif spec.submodule_search_locations is not None:
            spec.loader = _Package(spec.loader)
        return spec


class _Lazy(Loader):
    """Loads a module otherwise than `whole`, which would run it from top to bottom."""

    def __init__(self, whole: SourceFileLoader):
        self._whole = whole

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__getattr__"] = partial(self._missing, module)

    def _missing(self, module: ModuleType, name: str) -> Any:
        """The value of a name that the module doesn't have yet."""
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}", name=name, obj=module)

    def _code(self, module: ModuleType) -> CodeType:
        code = self._whole.get_code(module.__name__)
        if code is None:
            raise ImportError(f"{module.__name__} has no code", name=module.__name__)
        return code


class _Package(_Lazy):
    """Leaves a package empty until a name is asked of it."""

    _ran = False

    def _missing(self, module: ModuleType, name: str) -> Any:
        if name.startswith("__"):
            return super()._missing(module, name)
        for file in _files(name):
            path = f"{module.__name__}.{file}"
            if find_spec(path) is None:
                continue
            found = import_module(path)
            if name == file or hasattr(found, name):
                # A function is called like its file; the package's author lets the function win.
                vars(module)[name] = getattr(found, name, found)
                return vars(module)[name]
        if not self._ran:
            self._ran = True
            self._whole.exec_module(module)
        return vars(module)[name] if name in vars(module) else super()._missing(module, name)


class _Root(_Package):
    """Leaves the package of a whole SDK empty, and tells Pulumi where the class of each resource is."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        # The author's call of `register`, whose two arguments are lists in JSON.
        lists = [each for each in self._code(module).co_consts if isinstance(each, str) and each.startswith("\n[")]
        import_module(f"{module.__name__}._utilities").register(*lists)

    def _missing(self, module: ModuleType, name: str) -> Any:
        # A package of the SDK, such as `ec2`, is not a file with its own name.
        if (
            not name.startswith("_")
            and (spec := find_spec(f"{module.__name__}.{name}"))
            and spec.submodule_search_locations
        ):
            return import_module(spec.name)
        return super()._missing(module, name)


class _File(_Lazy):
    """Runs a file, and makes the nested types that its classes name."""

    def exec_module(self, module: ModuleType) -> None:
        code = self._code(module)
        vars(module)["__builtins__"] = _BUILTINS
        exec(code, vars(module))  # noqa: S102 - as an import does
        for body in _bodies(code).values():
            _make_named(body, module)


class _Types(_Lazy):
    """Runs the code above a file's classes, and keeps each class body until the class is used."""

    bodies: dict[str, CodeType]

    def exec_module(self, module: ModuleType) -> None:
        code = self._code(module)
        self.bodies = _bodies(code)
        self._texts = [each for each in code.co_consts if isinstance(each, str)]
        with Path(self._whole.path).open(encoding="utf-8") as source:
            head = "".join(takewhile(lambda line: not line.startswith("__all__"), source))
        exec(compile(head, self._whole.path, "exec"), vars(module))  # noqa: S102
        super().exec_module(module)

    def _missing(self, module: ModuleType, name: str) -> Any:
        if name not in self.bodies:
            return super()._missing(module, name)
        names = vars(module)
        names[name] = self._made(name, lambda space: exec(self.bodies[name], names, space))  # noqa: S102
        _make_named(self.bodies[name], module)
        return names[name]

    def _made(self, name: str, fill: Callable[[dict[str, Any]], None]) -> type:
        """The class `name`, whose attributes `fill` sets."""
        if name.endswith("ArgsDict"):
            return new_class(name, (TypedDict,), exec_body=fill)
        created: type[Any] = new_class(name, exec_body=fill)
        return pulumi.input_type(created)


class _Outputs(_Types):
    def _made(self, name: str, fill: Callable[[dict[str, Any]], None]) -> type:
        created: type[Any] = new_class(name, (dict,), exec_body=fill)
        return pulumi.output_type(created)


class _Enums(_Types):
    def _made(self, name: str, fill: Callable[[dict[str, Any]], None]) -> type:
        created: type[Any] = new_class(name, (str, Enum), exec_body=fill)
        return pulumi.type_token(next(each for each in self._texts if each.endswith(f":{name}")))(created)


def _class(body: Callable[..., Any], name: str, *bases: type, **keywords: Any) -> type:
    """Python's `class` statement; the state that `.get()` describes stays without properties."""
    if name.startswith("_") and name.endswith("State"):
        return type(name, bases, {})
    return builtins.__build_class__(body, name, *bases, **keywords)


_BUILTINS = {**vars(builtins), "__build_class__": _class}

_LOADERS: dict[str, type[_Lazy]] = {"_inputs": _Types, "outputs": _Outputs, "_enums": _Enums}


def _bodies(code: CodeType) -> dict[str, CodeType]:
    """The bodies of a file's classes."""
    return {each.co_name: each for each in code.co_consts if isinstance(each, CodeType)}


def _make_named(body: CodeType, module: ModuleType) -> None:
    """Give `module` the types that a class names in quotes, for Python looks for them there."""
    for file in ("_inputs", "_enums"):
        nested = sys.modules.get(f"{module.__package__}.{file}")
        loader = nested.__loader__ if nested else None
        if isinstance(loader, _Types):
            for name in body.co_consts:
                # Resources accept dictionaries as well; nothing resolves the types of those.
                if name in loader.bodies and name not in vars(module) and not name.endswith("ArgsDict"):
                    vars(module)[name] = getattr(nested, name)


def _files(name: str) -> tuple[str, ...]:
    """The files that may have a name, the likeliest first."""
    words = _BETWEEN_WORDS.sub("_", name.removesuffix("Dict").removesuffix("Args")).lower().removesuffix("_output")
    return tuple(dict.fromkeys((words, name, "_inputs", "_enums")))
