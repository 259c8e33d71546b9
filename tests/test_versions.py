"""What two rooms must both know is the same in both."""

from datetime import date

import pytest

from components.facts import versions
from components.facts.chart_support import ISTIO
from components.facts.versions import (
    ADDONS,
    CLUSTER_AUTOSCALER_IMAGE,
    STANDARD_SUPPORT_ENDS,
    VERSIONS_CHECKED,
    Chart,
    KubernetesVersion,
    Upstream,
    in_extended_support,
)


def test_each_kubernetes_version_has_add_ons_and_a_support_end() -> None:
    for version in KubernetesVersion:
        assert set(ADDONS[version]) == set(ADDONS[KubernetesVersion.V1_36])
        assert version in CLUSTER_AUTOSCALER_IMAGE
        assert version in STANDARD_SUPPORT_ENDS


def test_extended_support_begins_when_standard_ends() -> None:
    ends = STANDARD_SUPPORT_ENDS["1.34"]
    assert not in_extended_support("1.34", date(2026, 12, 1))
    assert in_extended_support("1.34", ends)
    assert in_extended_support("1.20", date(2026, 1, 1))
    assert not in_extended_support("2.0", ends)
    with pytest.raises(ValueError, match=r"."):
        in_extended_support("latest", ends)


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
