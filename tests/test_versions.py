"""What two rooms must both know is the same in both."""

import pytest

from components.facts import versions
from components.facts.chart_support import ISTIO
from components.facts.versions import (
    ADDONS,
    CLUSTER_AUTOSCALER_IMAGE,
    VERSIONS_CHECKED,
    Chart,
    KubernetesVersion,
    Upstream,
)
from components.facts.versions import STANDARD_SUPPORT_ENDS as DEPLOYED
from pricing.support import STANDARD_SUPPORT_ENDS as PRICED


def test_prices_and_components_agree_when_support_ends() -> None:
    assert {version: PRICED[version] for version in DEPLOYED} == DEPLOYED


def test_every_version_that_can_be_asked_for_has_its_add_ons_autoscaler_and_end() -> None:
    for version in KubernetesVersion:
        assert set(ADDONS[version]) == set(ADDONS[KubernetesVersion.V1_36])
        assert version in CLUSTER_AUTOSCALER_IMAGE
        assert version in DEPLOYED


PINS = {name: pin for name, pin in vars(versions).items() if isinstance(pin, Chart | Upstream)}


@pytest.mark.parametrize("pin", PINS.values(), ids=PINS)
def test_each_pin_names_its_makers_support_policy(pin: Chart | Upstream) -> None:
    assert pin.project.policy
    assert pin.project.source


@pytest.mark.parametrize("pin", [each for each in PINS.values() if isinstance(each, Chart)], ids=lambda pin: pin.name)
def test_no_chart_was_out_of_support_when_it_was_pinned(pin: Chart) -> None:
    assert pin.support_end is None or pin.support_end.day > VERSIONS_CHECKED


def test_kubeflows_istio_was_in_support_when_it_was_pinned() -> None:
    end = ISTIO.end_of(versions.KUBEFLOW_ISTIO)
    assert end
    assert end.day > VERSIONS_CHECKED


CALENDARS = ("ISTIO_BASE", "ISTIOD", "ISTIO_GATEWAY", "ARGO_CD", "KNATIVE_OPERATOR", "CERT_MANAGER", "KEDA")


@pytest.mark.parametrize("name", CALENDARS)
def test_makers_that_publish_a_calendar_have_an_end(name: str) -> None:
    pin = PINS[name]
    assert isinstance(pin, Chart)
    assert pin.support_end
