"""Amazon Cognito: user pools."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import text
from resources.resource import Resource

_TIERS = {"LITE": "user-lite", "ESSENTIALS": "user-essentials", "PLUS": "user-plus"}


@prices("aws:cognito/userPool:UserPool")
def user_pool(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The users who sign in in a month, each at the price of the pool's tier; those that are free aren't deducted."""
    tier = text(resource.inputs, "userPoolTier", "ESSENTIALS")
    if tier not in _TIERS:
        yield Gap(f"the tier {tier} has no estimator")
        return
    users = stack.share(resource, stack.usage.signed_in_users)
    yield stack.charge(resource, "cognito", _TIERS[tier], users, f"users who sign in, tier {tier.lower()}")
