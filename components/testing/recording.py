"""Runs a Pulumi program with mocks that answer as AWS does, and records what it registers."""

import asyncio
import contextvars
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast, overload

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import Mocks
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, set_mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

from .fake_aws import FakeAws
from .property_values import Decoder

ACCOUNT = "123456789012"
REGION = "us-east-1"
UNKNOWN = "[unknown]"
"""Replaces an input that only the deployment knows."""
SECRET = "[secret]"  # noqa: S105 - the mask itself
"""Replaces an input that is a Pulumi secret."""

_PROJECT = "mlplatform"
_STACK = "test"
_STACK_TYPE = "pulumi:pulumi:Stack"

Reply = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A reply, or a function from the resource's inputs or the call's arguments to a reply."""


class _Registered(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent(self) -> str | None: ...


ResourceT = TypeVar("ResourceT", bound=_Registered)


@dataclass(frozen=True, slots=True)
class RecordedResource:
    """A resource that the program registered. `parent`, `provider` and `dependencies` are URNs.

    `inputs` have camelCase keys, as in `scalingConfig`, with `UNKNOWN` and `SECRET` in place of values.
    """

    urn: str
    type: str
    name: str
    parent: str | None
    provider: str | None
    inputs: Mapping[str, Any]
    dependencies: Sequence[str]
    ignore_changes: Sequence[str]
    protect: bool
    retain_on_delete: bool


class Recorder(Mocks, ABC, Generic[ResourceT]):
    """Answers a program as AWS does, and records what the program registers. `Recording` is the usual one.

    A `preview` knows no id, ARN or address. `zones` maps the availability zones of the account to their ids.
    `default_tags` are those of the default AWS provider. `computed` adds outputs by resource type. `answers` adds or
    replaces replies by function token, as in
    `{"aws:ec2/getSubnet:getSubnet": {"id": "subnet-1", "availabilityZone": "us-east-1a"}}`.
    """

    decoder = Decoder(unknown=UNKNOWN, secret=SECRET)

    def __init__(
        self,
        *,
        preview: bool = False,
        region: str = REGION,
        zones: Mapping[str, str] | None = None,
        default_tags: Mapping[str, str] | None = None,
        computed: Mapping[str, Reply] | None = None,
        answers: Mapping[str, Reply] | None = None,
    ):
        self.preview = preview
        self.resources: list[ResourceT] = []
        self.calls: list[tuple[str, dict[str, Any], str]] = []
        """Calls of provider functions: token, arguments, provider."""
        self.registered_outputs: list[tuple[str, dict[str, Any]]] = []
        """Calls of `register_outputs`: the URN of the component, and its outputs."""
        self._aws = FakeAws(region, ACCOUNT, suffix="-1a2b3c4", zones=zones)
        self._computed = computed or {}
        self._answers = answers or {}
        self._default_provider = {"defaultTags": json.dumps({"tags": dict(default_tags or {})})}
        self._provider_inputs: dict[str, Mapping[str, Any]] = {}

    @abstractmethod
    def record(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> ResourceT:
        """A registration as `resources` keeps it."""

    def all(self, resource_type: str) -> list[ResourceT]:
        """The resources of a type, by name."""
        return sorted((each for each in self.resources if each.type == resource_type), key=lambda each: each.name)

    def one(self, resource_type: str, name: str | None = None) -> ResourceT:
        """The only resource of a type, or the one with that name.

        Raises:
            AssertionError: when there is not exactly one. It lists the names of all resources of the type.
        """
        found = [each for each in self.all(resource_type) if name in (None, each.name)]
        names = [each.name for each in self.all(resource_type)]
        if len(found) != 1:
            raise AssertionError(f"{resource_type} {name or ''}: {len(found)} found among {names}")
        return found[0]

    def children(self, component: str) -> list[ResourceT]:
        """The resources whose parent is the component of this name."""
        return [each for each in self.resources if each.parent and each.parent.endswith(f"::{component}")]

    def outputs(self, component: str) -> dict[str, Any]:
        """The outputs that the component of this name registered.

        Raises:
            AssertionError: when it did not register them exactly once.
        """
        found = [outputs for urn, outputs in self.registered_outputs if urn.endswith(f"::{component}")]
        if len(found) != 1:
            raise AssertionError(f"{component} registered its outputs {len(found)} times")
        return found[0]

    def call(self, args: MockCallArgs) -> Any:
        """Answer a provider function."""
        arguments = cast(dict[str, Any], args.args)  # pyright: ignore[reportUnknownMemberType]
        self.calls.append((args.token, arguments, args.provider))
        if args.token in self._answers:
            return dict(_resolve(self._answers[args.token], arguments))
        provider = self._inputs_of(args.provider)
        return self._aws.pinned_to(provider).invoke(args.token, arguments, provider)

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Answer a registration with the inputs and, unless this is a preview, with an id and computed outputs."""
        inputs = cast(dict[str, Any], args.inputs)  # pyright: ignore[reportUnknownMemberType]
        remote = args.typ.startswith("eks:") or args.typ in self._computed
        if self.preview or not (args.custom or remote):
            return "", inputs
        computed = {
            **self._aws.pinned_to(self._inputs_of(args.provider)).outputs(args.typ, args.name, inputs),
            **_resolve(self._computed.get(args.typ, {}), inputs),
        }
        identity = str(computed.pop("id", ""))
        return identity if args.custom else "", {**computed, **inputs}

    def _inputs_of(self, provider: str | None) -> Mapping[str, Any]:
        """The inputs of a provider by its reference, `urn::id`."""
        return self._provider_inputs.get((provider or "").rpartition("::")[0], self._default_provider)

    def register(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> None:
        """Keep a registration."""
        self.resources.append(self.record(urn, request))
        if request.type.startswith("pulumi:providers:"):
            self._provider_inputs[urn] = self.decoder.decode(request.object)

    def register_outputs(self, urn: str, outputs: struct_pb2.Struct) -> None:
        """Keep the outputs of a component."""
        self.registered_outputs.append((urn, self.decoder.decode(outputs)))


class Recording(Recorder[RecordedResource]):
    """Records each resource as a `RecordedResource`."""

    def record(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> RecordedResource:
        """The registration with plain values."""
        return RecordedResource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            provider=request.provider.rpartition("::")[0] or None,
            inputs=self.decoder.decode(request.object),
            dependencies=sorted(request.dependencies),
            ignore_changes=sorted(request.ignoreChanges),
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
        )


class DuplicateResourceError(ValueError):
    """Two resources of one type have the same name and the same parents; the engine would refuse the second.

    `first` is the place in the program that registered the first one, where it is known.
    """

    def __init__(self, resource_type: str, name: str, urn: str, first: str | None = None):
        at = f", first at {first}" if first else ""
        super().__init__(
            f"{resource_type} {name!r} is registered twice{at}; give one of them another name (both are {urn})"
        )


RecorderT = TypeVar("RecorderT", bound=Recorder[Any])


@overload
def run(build: Callable[[], object]) -> Recording: ...
@overload
def run(build: Callable[[], object], recording: RecorderT) -> RecorderT: ...
def run(build: Callable[[], object], recording: Recorder[Any] | None = None) -> Recorder[Any]:
    """Run `build` as a Pulumi program until it has ended, and return what it registered.

    An exception of `build` is raised; a `recording` made beforehand then has what was registered until then. Each run
    has its own event loop and its own Pulumi settings.

    Raises:
        DuplicateResourceError: when the program registers two resources of one URN.
    """
    recording = Recording() if recording is None else recording
    contextvars.Context().run(_run, build, recording)
    return recording


class _Monitor(MockMonitor):
    """The SDK's mock monitor. It also records what `Mocks` do not get: parents, dependencies, options, outputs."""

    def __init__(self, recording: Recorder[Any]):
        super().__init__(recording)
        self._recording = recording
        self._urns: set[str] = set()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        ancestors = parent.split("::")[2] if parent else _STACK_TYPE
        qualified = type_ if ancestors == _STACK_TYPE else f"{ancestors}${type_}"
        return f"urn:pulumi:{_STACK}::{_PROJECT}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        if request.type != _STACK_TYPE:
            urn = self.make_urn(request.parent, request.type, request.name)
            if urn in self._urns:
                raise DuplicateResourceError(request.type, request.name, urn)
            self._urns.add(urn)
            self._recording.register(urn, request)
        return super().RegisterResource(request)  # pyright: ignore[reportUnknownMemberType]

    def RegisterResourceOutputs(self, request: Any) -> empty_pb2.Empty:  # noqa: N802
        if not request.urn.endswith(f"::{_PROJECT}-{_STACK}"):
            self._recording.register_outputs(request.urn, request.outputs)
        return empty_pb2.Empty()


def _run(build: Callable[[], object], recording: Recorder[Any]) -> None:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_Inline(max_workers=1))
    asyncio.set_event_loop(loop)

    def program() -> None:
        build()

    try:
        # The mocks share one set of pending outputs; a failed run would leave its own to the next run.
        SETTINGS.outputs = set()  # pyright: ignore[reportAttributeAccessIssue] - a property of the context
        set_mocks(recording, _PROJECT, _STACK, preview=recording.preview, monitor=_Monitor(recording))
        loop.run_until_complete(run_pulumi_func(program))
    finally:
        unfinished = asyncio.all_tasks(loop)
        for task in unfinished:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*unfinished, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()


class _Inline(ThreadPoolExecutor):
    """Runs a call on the calling thread. Only that thread has the event loop that a resource reference needs."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - an executor passes every exception on
            future.set_exception(error)
        return future


def _resolve(reply: Reply, given: Mapping[str, Any]) -> Mapping[str, Any]:
    return reply(given) if callable(reply) else reply
