"""What the engine hands to a policy, as the resources that rules read."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pulumi_policy import PolicyProviderResource, PolicyResource, ResourceValidationArgs
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY, serialize_properties
from pulumi_policy.proxy import (
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
)

from policies.eks import REMOTE_CLUSTER
from resources.resource import SECRET, UNKNOWN, Resource

_UNKNOWNS = frozenset(
    {
        UNKNOWN_ARCHIVE_VALUE,
        UNKNOWN_ARRAY_VALUE,
        UNKNOWN_ASSET_VALUE,
        UNKNOWN_BOOLEAN_VALUE,
        UNKNOWN_NUMBER_VALUE,
        UNKNOWN_OBJECT_VALUE,
        UNKNOWN_STRING_VALUE,
    }
)


class RecordedInputs:
    """The inputs of every resource of the deployment, recorded before any rule sees it.

    A validation is handed secrets in the clear, and a stack validation outputs instead of inputs. A remediation, which
    the engine runs first, can tell which inputs are secret, so inputs are recorded there and read from here.
    """

    def __init__(self) -> None:
        self._recorded: dict[str, Resource] = {}

    def record(self, args: ResourceValidationArgs) -> None:
        """Keep the inputs of a resource that is about to be judged, with secrets masked."""
        self._recorded[args.urn] = _resource(args, plain(serialize_properties(args.props)))

    def resource(self, args: ResourceValidationArgs) -> Resource:
        """The resource that a validation is about."""
        return self._recorded.get(args.urn) or _resource(args, readable(args.props))

    def stack(self, resources: Sequence[PolicyResource]) -> list[Resource]:
        """The resources that a stack validation is about, with the inputs that they were registered with."""
        return [self._in_stack(resource) for resource in resources if self.judged(resource.resource_type, resource.urn)]

    def judged(self, resource_type: str, urn: str) -> bool:
        """Whether rules can judge a resource here.

        An engine that knows no inputs of the remote `eks.Cluster` shows its children instead, and they are judged.
        """
        recorded = self._recorded.get(urn)
        return resource_type != REMOTE_CLUSTER or bool(recorded and recorded.inputs)

    def _in_stack(self, seen: PolicyResource) -> Resource:
        recorded = self._recorded.get(seen.urn)
        return Resource(
            urn=seen.urn,
            type=seen.resource_type,
            name=seen.name,
            parent=seen.parent.urn if seen.parent else None,
            custom=_is_custom(seen.resource_type, seen.provider),
            provider=seen.provider.urn if seen.provider else None,
            dependencies=[other.urn for other in seen.dependencies],
            property_dependencies={
                name: [other.urn for other in others] for name, others in seen.property_dependencies.items()
            },
            inputs=recorded.inputs if recorded else readable(seen.props),
            protect=seen.opts.protect,
            ignore_changes=list(seen.opts.ignore_changes),
        )


def provider_of(args: ResourceValidationArgs) -> list[Resource]:
    """The provider of a resource, as a resource of its own, where it has one."""
    provider = args.provider
    if provider is None:
        return []
    return [Resource(provider.urn, provider.resource_type, provider.name, inputs=readable(provider.props))]


def plain(value: Any) -> Any:
    """A value of the engine's wire format as rules read it, with `UNKNOWN` and `SECRET` for unknowns and secrets."""
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWNS else value
    if isinstance(value, Mapping):
        entries = cast(Mapping[str, Any], value)
        if entries.get(SPECIAL_SIG_KEY) == SPECIAL_SECRET_SIG:
            return SECRET
        return {key: plain(item) for key, item in entries.items() if key != SPECIAL_SIG_KEY}
    if isinstance(value, list):
        return [plain(item) for item in cast(list[Any], value)]
    return value


def readable(value: Any) -> Any:
    """The values of a checking proxy, with `UNKNOWN` where it refuses one. It does not mark secrets."""
    if isinstance(value, Mapping):
        entries = cast(Mapping[str, Any], value)
        return {key: _item(entries, key) for key in entries}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        items = cast(Sequence[Any], value)
        return [_item(items, index) for index in range(len(items))]
    return value


def _item(holder: Any, key: Any) -> Any:
    try:
        return readable(holder[key])
    except UnknownValueError:
        return UNKNOWN


def _resource(args: ResourceValidationArgs, inputs: Any) -> Resource:
    return Resource(
        urn=args.urn,
        type=args.resource_type,
        name=args.name,
        parent=args.opts.parent,
        custom=_is_custom(args.resource_type, args.provider),
        provider=args.provider.urn if args.provider else None,
        inputs=inputs,
        protect=args.opts.protect,
        ignore_changes=list(args.opts.ignore_changes),
    )


def _is_custom(resource_type: str, provider: PolicyProviderResource | None) -> bool:
    return provider is not None or resource_type.startswith("pulumi:providers:")
