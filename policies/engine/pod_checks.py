"""What most rules ask of Pods, and rules that ask nothing else. The cluster refuses what they find, too."""

import json
from collections.abc import Callable, Iterator
from typing import Unpack

from policies.engine.checks import Value, must_be, must_not_be
from policies.engine.pod_templates import KUBERNETES, Pod, pods_in
from policies.engine.rule import About, Finding, Result, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, flag, read, text
from resources.resource import UNKNOWN, Resource

PodCheck = Callable[[Pod], Iterator[Result]]


def pod_rule(name: str, title: str, **about: Unpack[About]) -> Callable[[PodCheck], PodCheck]:
    """State a rule by a function that judges one Pod template, of any Kubernetes object."""

    def state(check: PodCheck) -> PodCheck:
        @rule(name, title, KUBERNETES, **about)
        def _(resource: Resource, stack: Stack) -> Iterator[Result]:
            for pod in pods_in(resource, stack):
                yield from check(pod)

        return check

    return state


def each_container(path: str, expected: Value, message: str, *, name: str, title: str, **about: Unpack[About]) -> None:
    """State the rule that an input of every container must be `expected`. The message follows the container's name."""
    bad = f"c{_optional(path)} != optional.of({_literal(expected)})"

    @pod_rule(name, title, **{"field": path, "admission": containers_with(bad, message), **about})
    def _(pod: Pod) -> Iterator[Result]:
        for container in pod.containers():
            if pod.complete or read(container.values, *path.split(".")) is not None:
                within = f"{container.path}."
                yield from must_be(container.values, path, expected, f"{container.label} {message}", within=within)


def no_container(path: str, forbidden: Value, message: str, *, name: str, title: str, **about: Unpack[About]) -> None:
    """State the rule that an input of no container may be `forbidden`. The message follows the container's name."""
    bad = f"c{_optional(path)} == optional.of({_literal(forbidden)})"

    @pod_rule(name, title, **{"field": path, "admission": containers_with(bad, message), **about})
    def _(pod: Pod) -> Iterator[Result]:
        for container in pod.containers():
            within = f"{container.path}."
            yield from must_not_be(container.values, path, forbidden, f"{container.label} {message}", within=within)


def no_pod(path: str, message: str, *, name: str, title: str, **about: Unpack[About]) -> None:
    """State the rule that the field `path` of no Pod may be true."""
    found = f"variables.pod.?{path} == optional.of(true) ? [{json.dumps(message)}] : []"

    @pod_rule(name, title, **{"field": path, "admission": found, **about})
    def _(pod: Pod) -> Iterator[Result]:
        yield from must_not_be(pod.spec, path, True, message, within=f"{pod.path}.")


def security_contexts(
    path: str, allowed: tuple[Value, ...], message: str, *, name: str, title: str, **about: Unpack[About]
) -> None:
    """State the rule that a field of the security contexts of a Pod and its containers is absent or in `allowed`.

    The message follows the container's name, or "the Pod". `{value}` in it becomes the value.
    """

    admission = _contexts_with(path, allowed, message)

    @pod_rule(name, title, **{"field": f"securityContext.{path}", "admission": admission, **about})
    def _(pod: Pod) -> Iterator[Result]:
        for context_path, label, context in pod.security_contexts():
            raw = read(context, *path.split("."))
            value = flag(raw) if isinstance(allowed[0], bool) else text(raw)
            if value is UNKNOWN:
                yield Undecided(f"{context_path}.{path}")
            elif value is not None and value not in allowed:
                yield Finding(f"{label} {message.replace('{value}', display(value))}")


def containers_with(condition: str, message: str) -> str:
    """The CEL expression of a list of messages, one for each container `c` with a condition."""
    said = json.dumps(f" {message}")
    return f'variables.containers.filter(c, {condition}).map(c, "container " + c.name + {said})'


def _contexts_with(path: str, allowed: tuple[Value, ...], message: str) -> str:
    """The same of the security contexts of the Pod and its containers, for a field with a value not in `allowed`."""
    field = _optional(f"securityContext.{path}")
    values = ", ".join(map(_literal, allowed))
    before, value, after = message.partition("{value}")

    def bad(owner: str) -> str:
        return f"!({owner}{field}.orValue({_literal(allowed[0])}) in [{values}])"

    def said(owner: str) -> str:
        shown = f" + string({owner}{field}.value()) + {json.dumps(after)}" if value else ""
        return f"{json.dumps(f' {before}')}{shown}"

    pod, container = "variables.pod", "c"
    of_pod = f'({bad(pod)} ? ["the Pod" + {said(pod)}] : [])'
    return (
        f'{of_pod} + variables.containers.filter(c, {bad(container)}).map(c, "container " + c.name + {said(container)})'
    )


def _optional(path: str) -> str:
    return "".join(f".?{part}" for part in path.split("."))


def _literal(value: Value) -> str:
    return json.dumps(value)
