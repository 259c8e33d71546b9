"""Records what a program registers as the `Resource` that rules and prices read."""

from collections.abc import Callable

from pulumi.runtime.proto import resource_pb2

from components import testing
from components.testing import ACCOUNT, REGION
from components.testing.property_values import Decoder
from planner.evaluation import short_stacks
from resources.resource import SECRET, UNKNOWN, Resource

__all__ = ["ACCOUNT", "REGION", "Recording", "run"]

DEFAULT_TAGS = {"owner": "ml-platform"}


class Recording(testing.Recorder[Resource]):
    """Records each resource as a `Resource`."""

    decoder = Decoder(unknown=UNKNOWN, secret=SECRET)

    def record(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Resource:
        return Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            custom=request.custom,
            provider=request.provider.rpartition("::")[0] or None,
            dependencies=sorted(request.dependencies),
            property_dependencies={key: sorted(value.urns) for key, value in request.propertyDependencies.items()},
            inputs=self.decoder.decode(request.object),
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            ignore_changes=sorted(request.ignoreChanges),
        )


def run(build: Callable[[], object], recording: Recording | None = None) -> Recording:
    """Run `build` as a Pulumi program, and return what it registered."""
    with short_stacks():
        return testing.run(build, Recording(default_tags=DEFAULT_TAGS) if recording is None else recording)
