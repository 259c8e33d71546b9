"""The SDK's registration of resources with less work around each, only in the process of a plan.

`docs/decisions/pulumi-3.272.0-registration.patch` changes the SDK itself in the same way, where the change is right for
every program. What a plan alone can leave out is marked below.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping
from functools import partial
from typing import Any

import pulumi
from pulumi import _utils, log
from pulumi import output as outputs
from pulumi.runtime import invoke, rpc, settings
from pulumi.runtime import resource as registration
from pulumi.runtime.proto import source_pb2

Resolver = Callable[[Any, bool, bool, set[pulumi.Resource] | None, Exception | None], None]

_SETTINGS: Any = settings.SETTINGS
_OUTPUT: Any = pulumi.Output

_PLAIN = frozenset({str, bool, int, float, type(None)})
"""Types whose values are sent as they are. A subclass, such as an enum, is not among them."""


def install() -> None:
    """Register resources with less work from now on."""
    for module, name, replacement in _REPLACEMENTS:
        setattr(module, name, replacement)


def _current(self: Any, owner: object, _: type) -> Any:
    """The value of a property of the SDK's settings, read once instead of twice."""
    value = self._data.get(self._ContextProperty__default)
    return self if owner is None or isinstance(value, dict) else value


def _track(self: Any) -> None:
    """Note an output whose failure would otherwise be overlooked; one that has its value already cannot fail."""
    data: asyncio.Future[Any] = self._data
    if not data.done() or data.cancelled() or data.exception() is not None:
        _SETTINGS.outputs.add(data)
        data.add_done_callback(_untrack)


def _untrack(data: asyncio.Future[Any]) -> None:
    if not data.cancelled() and data.exception() is None:
        _SETTINGS.outputs.discard(data)


def _transfer_properties(res: pulumi.Resource, props: Mapping[str, Any], custom: bool) -> dict[str, Resolver]:
    """Give `res` an output for each property: one future, where the SDK has four and a task that awaits them."""
    resolvers: dict[str, Resolver] = {}
    for name in props:
        if name == "urn" or (name == "id" and custom):
            continue
        future: asyncio.Future[Any] = asyncio.Future()
        resolvers[name] = partial(_resolve, res, future)
        vars(res)[name] = _OUTPUT._from_data(future)
    return resolvers


def _resolve(
    res: pulumi.Resource,
    future: asyncio.Future[Any],
    value: Any,
    known: bool,
    secret: bool,
    dependencies: set[pulumi.Resource] | None,
    error: Exception | None,
) -> None:
    if error is not None:
        future.set_exception(error)
        return
    needed = {*(dependencies or ()), res}
    data = outputs._OutputData(resources=needed, value=value, is_known=known, is_secret=secret)  # pyright: ignore[reportPrivateUsage]
    future.set_result(data)


_serialize = rpc.serialize_property


class _Ready:
    """A value to await that is there already."""

    __slots__ = ("_value",)

    def __init__(self, value: Any):
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        return self._value
        yield  # makes this a generator, as `await` wants


def _serialize_property(value: Any, *args: Any, return_protobuf_value: bool = False, **options: Any) -> Awaitable[Any]:
    """Send a plain value as it is, before the SDK asks for all that it could be."""
    if type(value) in _PLAIN and not return_protobuf_value:
        return _Ready(value)
    return _serialize(value, *args, return_protobuf_value=return_protobuf_value, **options)


_create_urn = registration.create_urn


class _NoUrn:
    async def future(self) -> str:
        return ""


def _urn_for_mocks(name: Any, type_: Any, parent: Any = None, *rest: Any) -> "pulumi.Output[str] | _NoUrn":
    """Make no URN for a program without a monitor: a registration makes one, of a plain name, and drops it."""
    if isinstance(name, str) and not rest:
        return _NoUrn()
    return _create_urn(name, type_, parent, *rest)


# A plan alone leaves these out: the recorder reads no places, the log drops every message, and calls of the recorder
# stay on the calling thread.
def _no_places() -> source_pb2.StackTrace:
    return source_pb2.StackTrace()


def _no_place(_: source_pb2.StackTrace) -> None:
    return None


def _say_nothing(*_: Any, **__: Any) -> None:
    return None


def _same(call: Callable[..., Any]) -> Callable[..., Any]:
    return call


_REPLACEMENTS: tuple[tuple[Any, str, Any], ...] = (
    (_utils.ContextProperty, "__get__", _current),
    (_OUTPUT, "_track", _track),
    (rpc, "transfer_properties", _transfer_properties),
    (rpc, "serialize_property", _serialize_property),
    (registration, "create_urn", _urn_for_mocks),
    (registration, "_get_stack_trace", _no_places),
    (registration, "_get_source_position", _no_place),
    (registration, "wrap_with_context", _same),
    (invoke, "wrap_with_context", _same),
    (log, "debug", _say_nothing),
)
