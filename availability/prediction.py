"""The predicted availability of a stack from its resources."""

from collections.abc import Mapping, Sequence

from availability.capabilities import Finder
from availability.delivered import Delivered
from availability.parts import Availability
from availability.recovery import recoveries_of, standby_of
from availability.site import Site
from resources.resource import Resource

ASSUMPTIONS = (
    "Parts fail independently of each other.",
    "A service is as available as AWS's monthly commitment; most months are better, and AWS guarantees credits alone.",
    "AWS's commitment for one instance holds for a single replica, and for all nodes of a pool in one zone.",
    "Replicas and nodes are even over their zones, as Kubernetes and Auto Scaling place them by default.",
    "Every store and server that pods may reach is needed for each request.",
    "Our own software, deployments, quotas and mistakes are not in the figures.",
    "No agreement covers interruptions of spot instances, or whether EC2 has GPU nodes left after a zone is lost.",
)
"""What the figures take for granted."""


def availability_of(
    resources: Sequence[Resource],
    *,
    delivered: Mapping[tuple[str, str], Delivered] | None = None,
    costs: Mapping[str, float] | None = None,
) -> Availability:
    """The predicted availability of everything that people depend on in a stack.

    Args:
        resources: all resources of the stack.
        delivered: the models that Argo CD delivers, by namespace and name, with what their overlays say.
        costs: USD a month by URN, for the price of improvements.

    Never raises for what a resource holds: what the plan does not know makes a figure an upper bound, with the reason.
    """
    site = Site(resources, costs)
    return Availability(Finder(site, delivered or {}).find(), recoveries_of(site), standby_of(site), site.zones)
