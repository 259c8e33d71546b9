"""The component provider: what `pulumi package add` installs, for programs in every language of Pulumi."""

import ast
import functools
import importlib
import inspect
import sys
import typing
from pathlib import Path

if not __package__:
    # The engine runs this folder as a script, which belongs to no package; its modules would hide others of their name.
    _folder = Path(__file__).resolve().parent
    sys.path[0] = str(_folder.parent)
    __package__ = _folder.name
    importlib.import_module(__package__)

import pulumi
from pulumi.provider.experimental import component, component_provider_host
from pulumi.provider.experimental.analyzer import Analyzer, AnalyzeResult
from pulumi.provider.experimental.schema import PackageSpec, generate_schema

_package = importlib.import_module(__package__ or "")
_public = [getattr(_package, name) for name in _package.__all__]
COMPONENTS: list[type[pulumi.ComponentResource]] = [
    each for each in _public if issubclass(each, pulumi.ComponentResource)
]


class PackageAnalyzer(Analyzer):
    """Pulumi's own, but for two things that it passes on badly to other languages.

    It reads descriptions from the source of the last class alone, not of those that it inherits from; and code is
    generated for enums in PascalCase: PER_ZONE would reach another Python program as PE_R_ZONE.
    """

    def analyze(self, components: list[type[pulumi.ComponentResource]]) -> AnalyzeResult:
        """The definitions of the components and their types."""
        result = super().analyze(components)
        members = [member for kind in result["type_definitions"].values() for member in kind.enum or ()]
        for member in members:
            if member.name.replace("_", "").isalpha():
                member.name = member.name.title().replace("_", "")
        return result

    def get_docstring(self, typ: type, name: str) -> str | None:
        """The description of the field `name` of `typ`."""
        own = super().get_docstring(typ, name)
        inherited = (self.get_docstring(base, name) for base in _bases(typ)) if not own else ()
        return own or next((description for description in inherited if description), None)


@functools.cache
def _bases(typ: type) -> list[type]:
    """The TypedDicts that `typ` is made from, which Python 3.11 keeps in the source alone."""
    if not typing.is_typeddict(typ):
        return []
    [definition] = [node for node in ast.parse(inspect.getsource(typ)).body if isinstance(node, ast.ClassDef)]
    known = vars(sys.modules[typ.__module__])
    named = [known.get(base.id) for base in definition.bases if isinstance(base, ast.Name)]
    return [base for base in named if base is not None and typing.is_typeddict(base)]


_SDK_NAMES: dict[str, dict[str, typing.Any]] = {
    "csharp": {"rootNamespace": "Pulumi"},
    "go": {
        "importBasePath": "example.com/pulumi-mlplatform/sdk/go/mlplatform",
        "modulePath": "example.com/pulumi-mlplatform/sdk/go",
    },
    "java": {"basePackage": "com.pulumi"},
    "nodejs": {"packageName": "@pulumi/mlplatform"},
    "python": {"packageName": "pulumi_mlplatform"},
}
"""What programs import. Pulumi would name a package that is added from a repository after the repository's owner."""


def package_schema(*parts: typing.Any) -> PackageSpec:
    """The schema by Pulumi's own function, with the names of the SDKs, and with what Go needs: without it an object in
    a list has no type to write."""
    schema = generate_schema(*parts)
    for language, names in _SDK_NAMES.items():
        schema.language[language].update(names)
    schema.language["go"]["generateExtraInputTypes"] = True
    return schema


if __name__ == "__main__":
    setattr(component, "Analyzer", PackageAnalyzer)  # noqa: B010 - a private import otherwise
    setattr(component, "generate_schema", package_schema)  # noqa: B010 - the same
    for each in COMPONENTS:
        each.__doc__ = inspect.getdoc(each)
    component_provider_host(COMPONENTS, name="mlplatform")
