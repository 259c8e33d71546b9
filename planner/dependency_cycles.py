"""The SDK's check for cycles among dependencies, without its search where none can be."""

from pulumi import Resource
from pulumi.runtime import rpc


def install() -> None:
    """Check dependencies here from now on.

    The SDK searches all that a resource depends on for each dependency it declares: a twentieth of what a plan costs.
    """
    rpc.declare_dependency = _DECLARED.declare  # pyright: ignore[reportPrivateImportUsage]


def forget() -> None:
    """The program has ended, so that what it declared closes no cycle any more. It would be kept for the next one."""
    _DECLARED.clear()


class Dependencies:
    """What each resource depends on. Holds no cycle."""

    def __init__(self) -> None:
        self._of: dict[Resource, set[Resource]] = {}
        self._needed: set[Resource] = set()

    def declare(self, from_resource: Resource, to_resource: Resource) -> bool:
        """Note that `from_resource` depends on `to_resource`; False when that would close a cycle."""
        if to_resource in self._of.get(from_resource, ()):
            return True
        if from_resource is to_resource or (
            from_resource in self._needed
            and not _is_registered(to_resource)
            and self._reaches(to_resource, from_resource)
        ):
            return False
        self._of.setdefault(from_resource, set()).add(to_resource)
        self._needed.add(to_resource)
        return True

    def clear(self) -> None:
        """Forget everything."""
        self._of.clear()
        self._needed.clear()

    def _reaches(self, start: Resource, sought: Resource) -> bool:
        seen, found = {start}, [start]
        while found:
            new = self._of.get(found.pop(), set[Resource]()) - seen
            seen |= new
            found += new
        return sought in seen


def _is_registered(resource: Resource) -> bool:
    """Whether `resource` has its URN. Then all that it needs was registered before it, so nothing that is yet to be."""
    return resource.urn._data.done()  # pyright: ignore[reportPrivateUsage]


_DECLARED = Dependencies()
