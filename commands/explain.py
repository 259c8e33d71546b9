"""Explains a rule, a field of the config or a resource of a planned stack: `python -m stacks explain kms-rotation`."""

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from commands.fields import default_text, field_called, first_sentence, limit_text, model_of, type_text
from commands.stack_files import project_root, stack_names
from operations.flags import FlagParser
from policies.engine.evaluate import EXPIRED, UNUSED
from policies.engine.registry import RULES
from policies.engine.rule import Rule
from stacks.config import NAMESPACE, StackConfig

FOUND, UNKNOWN = 0, 2

_WIDTH = 80
_ON_EXCEPTIONS = {
    EXPIRED: (
        "An exception's last day has passed, or is more than a year away.",
        "high, mandatory; policies.levels cannot change it",
        "Mend the resource, or have the exception approved again for a year at most.",
    ),
    UNUSED: (
        "An exception covers nothing in the stack, or names an object that it does not cover.",
        "low, advisory",
        "Remove the exception if no other stack needs it, or correct its resource or object.",
    ),
}
"""The verdicts on exceptions, which no rule makes: title, severity and remedy."""
_SECTIONS = {
    "serving": "modelServing",
    "batch": "batchQueue",
    "spark": "sparkCluster",
    "training": "trainingPlatform",
    "people": "permissionSets",
    "identity-center": "permissionSets",
    "cluster-state": "recovery",
    "aws": "environment",
    "admission": "policies",
    "grafana": "metrics",
    "schedules": "clusterJobs",
}
"""The section that makes a component, where the component's name does not say it."""


def parser(prog: str = "python -m stacks explain") -> argparse.ArgumentParser:
    """The flags of the command."""
    found = FlagParser(
        prog=prog, description="Explain a policy rule, a field of the config, or a resource of a planned stack."
    )
    found.add_argument("what", help="kms-rotation, gpuCluster.nodePools, or a resource's name, for example")
    found.add_argument("--stack", help="the stack whose last plan has the resource; every planned stack by default")
    return found


def main(arguments: Sequence[str] | None = None, prog: str = "python -m stacks explain") -> int:
    """Print what is known of a name, or the names most like it."""
    options = parser(prog).parse_args(arguments)
    what = options.what.removeprefix(f"{NAMESPACE}:")
    root = project_root()
    stacks = stack_names(root)
    if options.stack and options.stack not in stacks:
        print(f"explain: --stack = {options.stack}: no such stack; write {', '.join(stacks)}", file=sys.stderr)
        return UNKNOWN
    plans = dict(_plans(root, [options.stack] if options.stack else stacks))
    parts = [
        *([_rule(RULES[what])] if what in RULES else []),
        *([_on_exceptions(what)] if what in _ON_EXCEPTIONS else []),
        *_field(what),
        *(part for stack, plan in plans.items() for part in _resources(what, stack, plan)),
    ]
    if not parts:
        print(_unknown(options.what, what, plans), file=sys.stderr)
        return UNKNOWN
    print("\n\n".join(parts))
    return FOUND


def _unknown(given: str, what: str, plans: Mapping[str, Any]) -> str:
    names = {each["name"] for plan in plans.values() for each in plan["resources"]}
    fields = list(_paths(StackConfig))
    last = what.rpartition(".")[2]
    near = [
        *get_close_matches(what, [*RULES, *_ON_EXCEPTIONS], n=3, cutoff=0.7),
        *get_close_matches(what, fields, n=3, cutoff=0.7),
        *get_close_matches(what, [path for path in fields if path.rpartition(".")[2] == last], n=3, cutoff=0),
        *get_close_matches(what, names, n=3, cutoff=0.7),
    ]
    lines = [f"explain: {given!r} is not a rule, a field of the config or a planned resource"]
    if near:
        lines += ["did you mean:", *(f"  {each}" for each in dict.fromkeys(near))]
    if not plans:
        lines.append("No stack is planned yet; `make plan STACK=<stack>` lets resources be explained.")
    return "\n".join(lines)


def _rule(rule: Rule) -> str:
    return "\n".join(
        [
            f"rule {rule.name}",
            *_text(rule.title),
            *_row("severity", f"{rule.severity}, {rule.level} unless policies.levels says otherwise"),
            *_row("judges", ", ".join(sorted(rule.types | rule.covers)) or "every resource, or the stack"),
            *(_row("field", rule.field) if rule.field else []),
            *_row("remedy", rule.remediation),
            *_row("controls", "; ".join(map(str, rule.frameworks))),
        ]
    )


def _on_exceptions(name: str) -> str:
    title, severity, remedy = _ON_EXCEPTIONS[name]
    return "\n".join(
        [
            f"verdict {name}",
            *_text(title),
            *_row("severity", severity),
            *_row("judges", "each entry of policies/exceptions.yaml"),
            *_row("remedy", remedy),
            *_row("page", "docs/policies.md#grant-an-exception"),
        ]
    )


def _field(path: str) -> Iterator[str]:
    """The field at a path such as `gpuCluster.nodePools[0].minimum`, if the config has it."""
    model: type[BaseModel] | None = StackConfig
    field: FieldInfo | None = None
    for name in path.split("."):
        field = field_called(model, name.partition("[")[0]) if model else None
        if not field:
            return
        model = model_of(field.annotation)
    if field:
        yield "\n".join([f"field {path}", *_field_lines(field, model, path)])


def _field_lines(field: FieldInfo, model: type[BaseModel] | None, path: str) -> Iterator[str]:
    yield from _text(field.description or "")
    yield from _row("type", type_text(field.annotation))
    yield from _row("default", default_text(field))
    if limits := "; ".join(filter(None, (limit_text(each, field.annotation) for each in field.metadata))):
        yield from _row("limits", limits)
    if field.examples:
        yield from _row("example", "; ".join(json.dumps(each, default=str) for each in field.examples))
    if model:
        yield "  fields"
        for key, inner in model.model_fields.items():
            needed = " (required)" if inner.is_required() else ""
            text = f"{inner.alias or key}{needed}: {first_sentence(inner.description or '')}"
            yield from textwrap.wrap(text, _WIDTH, initial_indent="    ", subsequent_indent="      ")
        yield from _text(f"`explain {path}.<field>` explains one of them.")


def _paths(model: type[BaseModel], start: str = "", above: frozenset[type[BaseModel]] = frozenset()) -> Iterator[str]:
    """The path of every field of `model` and of the models in it, such as `gpuCluster.nodePools.name`."""
    for key, field in model.model_fields.items():
        path = f"{start}{field.alias or key}"
        yield path
        inner = model_of(field.annotation)
        if inner and inner not in above:
            yield from _paths(inner, f"{path}.", above | {inner})


def _plans(root: Path, stacks: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The last plan of each stack that has one."""
    for stack in stacks:
        try:
            yield stack, json.loads((root / "build" / stack / "plan.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue


def _resources(name: str, stack: str, plan: Mapping[str, Any]) -> Iterator[str]:
    resources = {each["urn"]: each for each in cast(list[dict[str, Any]], plan["resources"])}
    for urn, resource in resources.items():
        if name not in (resource["name"], urn):
            continue
        parents = list(_parents(resource, resources))
        inside = [each["urn"] for each in resources.values() if resource in _parents(each, resources)]
        lines = [each for each in plan["cost"]["lines"] if each["urn"] in (urn, *inside)]
        lines.sort(key=lambda each: -each["monthly"])
        found = [each for each in plan["policies"] if each["urn"] == urn]
        outermost = (parents or [resource])[-1]["name"]
        yield "\n".join(
            [
                f"resource {resource['name']} of stack {stack}",
                *_row("type", resource["type"]),
                *_row("component", " in ".join(each["name"] for each in parents) or "the stack itself"),
                *_row("config", _section(outermost)),
                *(_row("holds", f"{len(inside)} resources") if inside else []),
                *_row("cost", f"{sum(each['monthly'] for each in lines):,.2f} USD a month"),
                *(line for each in lines[:_SHOWN] for line in _row("", f"{each['monthly']:,.2f} {each['what']}")),
                *(_row("", f"and {len(lines) - _SHOWN} more") if len(lines) > _SHOWN else []),
                *_row("findings", "none" if not found else f"{len(found)}"),
                *(line for each in found for line in _row("", _finding(each))),
            ]
        )


_SHOWN = 5
"""The lines of the cost of a component that are shown."""


def _finding(verdict: Mapping[str, Any]) -> str:
    accepted = f" (accepted: {verdict['exception']})" if verdict["exception"] else ""
    return f"{verdict['level']} {verdict['policy']}: {verdict['message']}{accepted}"


def _parents(resource: Mapping[str, Any], resources: Mapping[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The components that a resource is in, the innermost first, without the stack."""
    parent = resources.get(resource["parent"] or "")
    while parent and parent["parent"]:
        yield parent
        parent = resources.get(parent["parent"])


def _section(component: str) -> str:
    """The section of the config that makes an outermost component."""
    words = component.split("-")
    starts = ["-".join(words[:count]) for count in range(len(words), 0, -1)]
    # A team's name comes before what the component is.
    for start in (*starts, words[-1]):
        section = _SECTIONS.get(start, to_camel(start.replace("-", "_")))
        if field_called(StackConfig, section):
            return f"{NAMESPACE}:{section}"
    return "made by several sections"


def _text(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _row(name: str, text: str) -> list[str]:
    label = f"  {name:<10}"
    return textwrap.wrap(text, _WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)


if __name__ == "__main__":
    sys.exit(main())
