"""Components of one evaluation that the next one keeps, since it makes them of the same arguments.

A component that is kept does not run again: the new object takes the attributes of the old one, outputs and children
among them, and the monitor takes over what the old one registered.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import CodeType, FunctionType
from typing import Any, cast

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.sync_await import _sync_await  # pyright: ignore[reportPrivateUsage] - what invokes wait by
from pydantic import BaseModel

from components.core.component import Component
from planner.recorder import RecordingMonitor

_PLAIN = (str, bytes, int, float, bool, type(None), set, frozenset, Enum, date, BaseModel, CodeType)
"""Types whose values are compared as they are."""


Key = tuple[tuple[type, str], ...]
"""A component by its class and name, after those that it is made in."""


@dataclass(slots=True)
class _Made:
    """A component, what it was made of, and the URNs that it and its components registered."""

    key: Key
    component: Component[Any, Any]
    args: Any
    options: pulumi.ResourceOptions | None
    children_before: object = None
    """The children of the same component in the evaluation before, if its options are the same."""
    urns: list[str] = field(default_factory=list[str])


_making: ContextVar[tuple[_Made, ...]] = ContextVar("making", default=())
_keeper: ContextVar["KeptComponents | None"] = ContextVar("keeper", default=None)


class KeepingMonitor(RecordingMonitor):
    """Notes which component registers a resource, and takes over what a kept component registered."""

    before: "KeepingMonitor | None" = None
    """What heard the evaluation before."""

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Record one resource, for the components that are being made: the same object where nothing changes."""
        answer = super().RegisterResource(request)
        for made in _making.get():
            made.urns.append(answer.urn)
        last = self.before.resources.get(answer.urn) if self.before else None
        if last is not None and last == self.resources[answer.urn]:
            self.resources[answer.urn] = last
        return answer

    def has_registered_again(self, last: str, now: str) -> bool:
        """Whether what the resource `now` registers is what the resource `last` registered before."""
        recorded = self.before.resources.get(last) if self.before else None
        return recorded is not None and recorded == self.resources.get(now)

    def take_over(self, urns: Sequence[str]) -> bool:
        """Record `urns` as before; nothing, and False, where the program has made one of them in this evaluation."""
        if self.before is None or any(urn in self.resources for urn in urns):
            return False
        for urn in urns:
            self.resources[urn] = self.before.resources[urn]
            self._identities[urn] = self.before._identities[urn]
            self._places[urn] = self.before._places[urn]
        return True


class KeptComponents:
    """The components of one evaluation, made or kept from the evaluation before."""

    def __init__(self, monitor: KeepingMonitor, before: "KeptComponents | None"):
        self._monitor = monitor
        self._before = before._now if before else {}
        self._now: dict[Key, _Made] = {}
        monitor.before = before._monitor if before else None

    def begin(self) -> None:
        """From now on in this context, keep components and note what is made."""
        _install(Component)
        _keeper.set(self)

    def end(self) -> None:
        """The program has ended, and everything that it made is there: what came before is not needed any more."""
        self._before, self._monitor.before = {}, None
        for made in self._now.values():
            made.children_before = None

    def make(
        self,
        component: Component[Any, Any],
        make: Callable[[], None],
        name: str,
        args: Any,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Give `component` the attributes of the one before, if that was made of the same; otherwise make it."""
        within = _making.get()
        key = (*(within[-1].key if within else ()), (type(component), name))
        # A transformation of the whole stack sees each resource that is made, and may count them.
        root: Any = settings.get_root_resource()
        if root._transformations or key in self._now:
            make()
            return
        made = self._now[key] = _Made(key, component, args, opts)
        last = self._before.get(key)
        if last and self._settled((args, opts)) and self._same(last.options, opts):
            made.children_before = _children_of(last.component)
            if self._same(last.args, args) and self._monitor.take_over(last.urns):
                self._keep(made, last)
                return
        token = _making.set((*within, made))
        try:
            make()
        finally:
            _making.reset(token)

    def _keep(self, made: _Made, last: _Made) -> None:
        vars(made.component).update(vars(last.component))
        if made.options and made.options.parent:
            made.options.parent._childResources.add(made.component)  # pyright: ignore[reportPrivateUsage]
        depth = len(made.key)
        self._now |= {key: each for key, each in self._before.items() if key[:depth] == made.key}
        made.urns = last.urns
        self._now[made.key] = made
        for outer in _making.get():
            outer.urns += last.urns

    def _settled(self, given: tuple[Any, ...]) -> bool:
        try:
            _sync_await(_settle(given))
        except Exception:  # noqa: BLE001 - the component meets the same error, and says where
            return False
        return True

    def _same(self, last: Any, now: Any) -> bool:
        if last is now:
            return True
        if type(last) is not type(now):
            return False
        if isinstance(last, pulumi.Output):
            return self._same_output(cast(pulumi.Output[Any], last), now)
        if isinstance(last, pulumi.Resource):
            return self._same_resource(last, now)
        if isinstance(last, _PLAIN):
            return last == now
        parts, others = _parts(last), _parts(now)
        if parts is None or others is None or parts.keys() != others.keys():
            return False
        return all(self._same_part(key, parts[key], others[key]) for key in parts)

    def _same_part(self, key: Any, last: Any, now: Any) -> bool:
        if key == (".", "depends_on"):
            return _reachable(last) == _reachable(now)
        within = _making.get()
        if key == (".", "parent") and within and now is within[-1].component:
            # What is inherited from a parent comes from its options.
            return _children_of(last) is within[-1].children_before
        return self._same(last, now)

    def _same_output(self, last: pulumi.Output[Any], now: pulumi.Output[Any]) -> bool:
        before, after = _data(last), _data(now)
        return (
            (before.is_known, before.is_secret) == (after.is_known, after.is_secret)
            and _urns(before.resources) == _urns(after.resources)
            and self._same(before.value, after.value)
        )

    def _same_resource(self, last: pulumi.Resource, now: pulumi.Resource) -> bool:
        """Whether the two registered the same. A component may hand on anything, so it must have been kept."""
        if isinstance(last, pulumi.ComponentResource):
            return _children_of(last) is _children_of(now)
        return self._monitor.has_registered_again(_data(last.urn).value, _data(now.urn).value)


def _install(base: type[Component[Any, Any]]) -> None:
    """Let each class below `base` ask whether to make a component anew."""
    for each in base.__subclasses__():
        _install(each)
        init = vars(each).get("__init__")
        if init and not hasattr(init, "__wrapped__"):
            each.__init__ = _asking(init)


def _asking(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def ask(component: Component[Any, Any], *args: Any, **kwargs: Any) -> None:
        keeper, within = _keeper.get(), _making.get()
        # A class calls the `__init__` of its base for itself.
        if keeper is None or (within and within[-1].component is component):
            init(component, *args, **kwargs)
        else:
            keeper.make(component, functools.partial(init, component, *args, **kwargs), *args, **kwargs)

    return ask


def _parts(value: Any) -> Mapping[Any, Any] | None:
    """What a value consists of; None where this is not known."""
    if isinstance(value, FunctionType):
        cells = value.__closure__ or ()
        return {
            "code": value.__code__,
            "defaults": value.__defaults__,
            **{i: c.cell_contents for i, c in enumerate(cells)},
        }
    attributes = cast(Mapping[str, Any], getattr(value, "__dict__", {}))
    own = {(".", key): item for key, item in attributes.items()}
    if isinstance(value, Mapping):
        return {**cast(Mapping[Any, Any], value), **own}
    if isinstance(value, list | tuple):
        return {**dict(enumerate(cast(Sequence[Any], value))), **own}
    return own or None


async def _settle(value: Any) -> None:
    """Wait until `value` can be compared: its outputs have their values, and its resources their URNs."""
    if isinstance(value, pulumi.Output):
        data = await _future(cast(pulumi.Output[Any], value))
        await _settle(data.value)
        for each in data.resources:
            await _settle(each)
    elif isinstance(value, pulumi.Resource):
        await _future(value.urn)
        if isinstance(value, pulumi.ComponentResource):
            for each in list(_children_of(value)):
                await _settle(each)
    elif not isinstance(value, _PLAIN):
        for each in (_parts(value) or {}).values():
            await _settle(each)


def _future(output: pulumi.Output[Any]) -> Any:
    return output._data  # pyright: ignore[reportPrivateUsage]


def _data(output: pulumi.Output[Any]) -> Any:
    return _future(output).result()


def _children_of(component: Any) -> Any:
    """The set of a component's children. A kept component has the set of the one before."""
    return cast(Mapping[str, Any], vars(component)).get("_childResources")


def _urns(resources: Iterable[pulumi.Resource]) -> set[str]:
    found: set[str] = set()
    for each in resources:
        if isinstance(each, pulumi.ComponentResource):
            found |= _urns(_children_of(each))
        else:
            found.add(_data(each.urn).value)
    return found


def _reachable(depends_on: Any) -> set[str]:
    """The URNs that a `depends_on` leads to."""
    if depends_on is None:
        return set()
    if isinstance(depends_on, pulumi.Output):
        return _reachable(_data(cast(pulumi.Output[Any], depends_on)).value)
    if isinstance(depends_on, pulumi.Resource):
        return _urns([depends_on])
    return {urn for each in depends_on for urn in _reachable(each)}
