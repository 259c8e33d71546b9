"""The resources that the example in Python makes with the last version, and what an upgrade to today's code does.

`python -m tests.support.components.released` records those of the version in pyproject.toml.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pulumi
from pulumi.runtime.proto import resource_pb2

from components.testing import Recorder, run
from planner.input_changes import Effect, changes_of
from planner.replacement import effect_of, facts_of
from tests.support.components.example_programs import TOOLS, TOOLS_STACK, ZONE_ID
from tests.support.components.package_schema import version
from tests.support.programs import ROOT

FILE = ROOT / "tests" / "examples" / "released.json"

Record = Mapping[str, Mapping[str, Any]]
"""The inputs whose change could replace the resource, by URN."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A resource with the URNs that it takes over."""

    urn: str
    type: str
    name: str
    parent: str | None
    inputs: Mapping[str, Any]
    aliases: frozenset[str]


class Upgrade(Recorder[Registered]):
    """Records the URNs of aliases too, as the engine derives them: a child inherits the aliases of its parent."""

    def record(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Registered:
        return Registered(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            inputs=self.decoder.decode(request.object),
            aliases=frozenset(self._aliases(request)),
        )

    def _aliases(self, request: resource_pb2.RegisterResourceRequest) -> Iterator[str]:
        parent = next((each for each in self.resources if each.urn == request.parent), None)
        aliases: list[Any] = [*cast(Any, request).aliases]
        for alias in aliases:
            spec = alias.spec
            above = "" if spec.noParent else spec.parentUrn or request.parent
            yield alias.urn or _urn(above, spec.type or request.type, spec.name or request.name)
        for above in parent.aliases if parent else ():
            former = above.rpartition("::")[2]
            inherited = parent is not None and request.name.startswith(parent.name)
            name = former + request.name.removeprefix(parent.name) if parent and inherited else request.name
            yield _urn(above, request.type, name)


def registered(program: Callable[[], object]) -> Upgrade:
    """What a program registers as the stack of another team, which reads the outputs of the tools."""
    computed: dict[str, dict[str, Any]] = {"pulumi:pulumi:StackReference": {"outputs": TOOLS, "secretOutputNames": []}}

    def configured() -> None:
        settings = {"mlplatform:zoneId": ZONE_ID, "mlplatform:toolsStack": TOOLS_STACK}
        pulumi.runtime.set_all_config(settings)
        program()

    return run(configured, Upgrade(region="us-east-1", computed=computed))


def record_of(made: Upgrade) -> Record:
    """What a later version is compared with: the resources of providers."""
    return {
        each.urn: {key: value for key, value in each.inputs.items() if key in _forcing(each.type)}
        for each in sorted(made.resources, key=lambda each: each.urn)
        if each.type.startswith(("aws:", "eks:", "kubernetes:", "tls:", "random:"))
    }


def harm(released: Record, made: Upgrade) -> Iterator[str]:
    """What an upgrade replaces, and what it deletes and creates again under another name or parent."""
    today = {urn: each for each in made.resources for urn in (each.urn, *each.aliases)}
    kept = {id(today[urn]) for urn in released if urn in today}
    created = {each.type for each in made.resources if id(each) not in kept}
    for urn, before in released.items():
        kind = urn.split("::")[2].rpartition("$")[2]
        after = today.get(urn)
        if after is None:
            if kind in created:
                yield f"{urn} is deleted, and another {kind} created; give the new one an alias"
            continue
        for change in changes_of(before, {key: value for key, value in after.inputs.items() if key in _forcing(kind)}):
            if effect_of(kind, change) is Effect.REPLACES:
                yield f"{urn} is replaced: {change.path} was {change.before!r}, and is {change.after!r}"


def _urn(parent: str, kind: str, name: str) -> str:
    """The URN of a resource below the parent of this URN, which is the stack where there is none."""
    chain = parent.split("::")[2] if parent else ""
    above = "" if chain in ("", "pulumi:pulumi:Stack") else f"{chain}$"
    return f"urn:pulumi:test::mlplatform::{above}{kind}::{name}"


def _forcing(kind: str) -> frozenset[str]:
    facts = facts_of(kind)
    if facts is None:
        return frozenset()
    paths = (*facts.always, *facts.computed, *facts.when_removed, *facts.unless_mutable, *facts.vpc)
    return frozenset(path[0] for path in paths)


def _write() -> None:
    import runpy
    import sys

    import components

    sys.modules["mlplatform"] = components
    made = registered(lambda: runpy.run_path(str(ROOT / "examples" / "components" / "python" / "__main__.py")))
    rows = ",\n".join(
        f"{json.dumps(urn)}: {json.dumps(inputs, sort_keys=True)}" for urn, inputs in record_of(made).items()
    )
    FILE.write_text(f'{{"version": "{version()}", "resources": {{\n{rows}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    _write()
