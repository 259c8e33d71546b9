"""IAM Access Analyzer: external access is free, and unused access has a price for each role and user."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import text
from resources.resource import Resource


@prices("aws:accessanalyzer/analyzer:Analyzer")
def analyzer(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Nothing for external access. For unused access, AWS charges each role and user; those of the stack are counted.

    Source: IAM user guide, "Create an IAM Access Analyzer unused access analyzer".
    """
    kind = text(resource.inputs, "type", "ACCOUNT")
    if kind.endswith("_UNUSED_ACCESS"):
        known = len(stack.of_type("aws:iam/role:Role")) + len(stack.of_type("aws:iam/user:User"))
        what = "roles and users of the stack analyzed for unused access"
        yield stack.charge(resource, "access-analyzer", "unused-access-role-or-user", known, what)
    elif kind.endswith("_INTERNAL_ACCESS"):
        yield Gap("internal access analysis has no estimator")
