"""Keys, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from tests.support.pricing.build import (
    priced,
    resource,
)


def test_a_key_and_its_requests() -> None:
    # 1.00, and 100,000 requests x 0.03 / 10,000 = 0.30.
    result = priced(resource("aws:kms/key:Key", enableKeyRotation=True))
    assert result.monthly == pytest.approx(1.30)
    assert result.unpriced == ()


def test_a_key_of_elliptic_curves_and_its_signatures() -> None:
    # 1.00, and 20,000 signatures x 0.15 / 10,000 = 0.30.
    key = resource("aws:kms/key:Key", keyUsage="SIGN_VERIFY", customerMasterKeySpec="ECC_NIST_P256")
    assert priced(key, kms_signatures=20_000).monthly == pytest.approx(1.30)
    assert priced(key).monthly == pytest.approx(1.00)
    assert priced(key).unpriced == ()
