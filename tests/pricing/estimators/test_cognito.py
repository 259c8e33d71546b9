"""User pools, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from tests.support.pricing.build import (
    priced,
    resource,
)


@pytest.mark.parametrize(
    ("tier", "monthly"),
    # 2,000 users at 0.0055, 0.015 and 0.02; a pool without a tier is Essentials.
    [("LITE", 11), ("ESSENTIALS", 30), ("PLUS", 40), (None, 30)],
)
def test_users_who_sign_in(tier: str | None, monthly: float) -> None:
    pool = resource("aws:cognito/userPool:UserPool", userPoolTier=tier)
    assert priced(pool, signed_in_users=2_000).monthly == monthly
