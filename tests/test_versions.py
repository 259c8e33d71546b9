"""What two rooms must both know is the same in both."""

from components.versions import ADDONS, CLUSTER_AUTOSCALER_IMAGE, KubernetesVersion
from components.versions import STANDARD_SUPPORT_ENDS as DEPLOYED
from pricing.support import STANDARD_SUPPORT_ENDS as PRICED


def test_prices_and_components_agree_when_support_ends() -> None:
    assert {version: PRICED[version] for version in DEPLOYED} == DEPLOYED


def test_every_version_that_can_be_asked_for_has_its_add_ons_autoscaler_and_end() -> None:
    for version in KubernetesVersion:
        assert set(ADDONS[version]) == set(ADDONS[KubernetesVersion.V1_36])
        assert version in CLUSTER_AUTOSCALER_IMAGE
        assert version in DEPLOYED
