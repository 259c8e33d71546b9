"""A resource monitor that records in process what a Pulumi program registers, instead of deploying it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import resource_pb2

from components.testing.recording import DuplicateResourceError
from planner.event_loop import started_at
from planner.values import decode, encode
from resources.index import STACK_TYPE
from resources.resource import Resource

FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
)
"""What the recorder offers the SDK. Output values are left out: inputs then arrive as plain values."""


class Answers(Protocol):
    """What the cloud would have said: the computed outputs of a resource, and the answer to a question."""

    def pinned_to(self, provider: Mapping[str, Any]) -> "Answers":
        """The answers for the account and the region of a provider with these inputs."""
        ...

    def outputs(self, resource_type: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The computed outputs of a resource, its `id` among them; what is left out stays unknown."""
        ...

    def invoke(self, token: str, arguments: Mapping[str, Any], provider: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a function of a provider with these inputs. Raises `UnansweredError`, which names it."""
        ...


class RecordingMonitor:
    """Replaces the engine's monitor and keeps each registration as a `Resource`."""

    def __init__(
        self, project: str, stack: str, answers: Answers, on_resource: Callable[[Resource], None] | None = None
    ):
        self._prefix = f"urn:pulumi:{stack}::{project}::"
        self._answers = answers
        self._on_resource = on_resource
        self._identities: dict[str, tuple[str, struct_pb2.Struct]] = {}
        self._places: dict[str, str | None] = {}
        self.resources: dict[str, Resource] = {}
        self.outputs: dict[str, dict[str, Any]] = {}

    def RegisterResource(self, request: Any) -> resource_pb2.RegisterResourceResponse:  # noqa: N802 - gRPC's name
        """Record one resource and answer with its inputs, echoed as they came, and its computed outputs."""
        urn = self._urn(request.parent, request.type, request.name)
        if urn in self.resources:
            raise DuplicateResourceError(request.type, request.name, urn, self._places[urn])
        inputs: dict[str, Any] = decode(request.object)
        state = struct_pb2.Struct()
        state.CopyFrom(request.object)
        answers = self._answers.pinned_to(self._inputs_of(request.provider))
        computed = answers.outputs(request.type, request.name, inputs) if request.custom or request.remote else {}
        identity = str(computed.pop("id", "")) if request.custom else ""
        for key, value in computed.items():
            if key not in inputs:
                state.fields[key].CopyFrom(encode(value))
        self._identities[urn] = (identity, state)
        self._places[urn] = started_at()
        self.resources[urn] = Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            custom=request.custom,
            provider=request.provider.rpartition("::")[0] or None,
            dependencies=sorted(request.dependencies),
            property_dependencies={
                key: sorted(value.urns) for key, value in sorted(request.propertyDependencies.items()) if value.urns
            },
            inputs=inputs,
            outputs={"id": identity, **computed} if identity else computed,
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            ignore_changes=sorted(request.ignoreChanges),
        )
        if self._on_resource:
            self._on_resource(self.resources[urn])
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=state)

    def RegisterResourceOutputs(self, request: Any) -> empty_pb2.Empty:  # noqa: N802
        """Record the outputs of a component, or of the stack itself."""
        self.outputs[request.urn] = decode(request.outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802
        """Answer a provider function from recorded facts."""
        arguments: dict[str, Any] = decode(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            identity, state = self._identities[arguments["urn"]]
            answer = encode({"urn": arguments["urn"], "id": identity}).struct_value
            answer.fields["state"].struct_value.CopyFrom(state)
        else:
            provider = self._inputs_of(request.provider)
            answer = encode(self._answers.pinned_to(provider).invoke(request.tok, arguments, provider)).struct_value
        return resource_pb2.ResourceInvokeResponse(**{"return": answer})  # pyright: ignore[reportArgumentType] - a keyword

    def ReadResource(self, request: Any) -> resource_pb2.ReadResourceResponse:  # noqa: N802
        """Refuse: what exists already can't be read without an account."""
        raise ExistingResourceError(request.type, request.id)

    def GetDeploymentInfo(self, request: Any) -> resource_pb2.DeploymentInfo:  # noqa: N802, ARG002
        """Tell the SDK which features the recorder offers."""
        return resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)

    def RegisterPackage(self, request: Any) -> resource_pb2.RegisterPackageResponse:  # noqa: N802, ARG002
        """Accept a parameterized package."""
        return resource_pb2.RegisterPackageResponse(ref="recorded")

    def SignalAndWaitForShutdown(self, request: Any) -> empty_pb2.Empty:  # noqa: N802, ARG002
        """The program has ended; there is nothing to wait for."""
        return empty_pb2.Empty()

    def _inputs_of(self, provider: str) -> Mapping[str, Any]:
        """The inputs of a provider by its reference, `urn::id`; none of a default provider."""
        found = self.resources.get(provider.rpartition("::")[0])
        return found.inputs if found else {}

    def _urn(self, parent: str, resource_type: str, name: str) -> str:
        """The engine's rule: a type is qualified by its ancestors' types, the stack's own left out."""
        ancestors = parent.split("::")[2] if parent else STACK_TYPE
        qualified = resource_type if ancestors == STACK_TYPE else f"{ancestors}${resource_type}"
        return f"{self._prefix}{qualified}::{name}"


class ExistingResourceError(ValueError):
    """The program reads a resource that exists in an account, which a plan has none of."""

    def __init__(self, resource_type: str, identity: str):
        super().__init__(
            f"{resource_type} {identity!r} is read from the account (a .get() call), and a plan has no account; "
            "pass what is needed of it as an input"
        )
