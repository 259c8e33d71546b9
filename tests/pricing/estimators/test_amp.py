"""Workspaces of Prometheus and of Grafana, worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from components.observability.metrics.metrics_platform import MetricsPlatform
from pricing.lines import Estimate
from resources.resource import UNKNOWN, Resource
from tests.support.components.mocks import run
from tests.support.pricing.build import priced, referring, resource

WORKSPACE = "aws:amp/workspace:Workspace"


def workspace(name: str = "metrics") -> Resource:
    return resource(WORKSPACE, name)


def platform(**args: Any) -> list[Resource]:
    given: Any = {"name": "ml", "cluster_name": "ml", "vpc_cidr": "10.40.0.0/16", **args}
    return run(lambda: MetricsPlatform("metrics", given)).resources


def costs(found: Estimate) -> dict[str, float]:
    assert found.gaps == ()
    return {line.what: line.monthly for line in found.lines if line.monthly}


def usage(**metrics: Any) -> dict[str, Any]:
    return {"metrics": {"queriedBillion": 0, **metrics}}


def test_samples_of_the_first_tier_and_their_storage() -> None:
    # 1,000 million / 10 x 0.9 = 90; 1,000 million x 2 B = 1.8626 GB x 150 x 24 / 730 months x 0.03 = 0.2756.
    assert costs(priced(workspace(), **usage(samplesMillion=1000))) == {
        "samples ingested": pytest.approx(90),
        "samples of 4.9 months": pytest.approx(0.2756, abs=0.001),
    }


def test_samples_beyond_two_billion_cost_less() -> None:
    # 2,000 / 10 x 0.9 = 180; 500 / 10 x 0.35 = 17.5.
    found = costs(priced(workspace(), **usage(samplesMillion=2500, bytesPerSample=0)))
    assert found == {"samples ingested": pytest.approx(180), "samples beyond 2 billion": pytest.approx(17.5)}


def test_retention_of_the_configuration_decides_the_storage() -> None:
    kept = workspace()
    configuration = referring(
        resource("aws:amp/workspaceConfiguration:WorkspaceConfiguration", "configuration", retentionPeriodInDays=365.0),
        {"workspaceId": [kept]},
        workspaceId=UNKNOWN,
    )
    # 1.8626 GB x 12 months x 0.03 = 0.6705.
    found = costs(priced(kept, configuration, **usage(samplesMillion=1000)))
    assert found["samples of 12.0 months"] == pytest.approx(0.6705, abs=0.001)


def test_samples_read_by_rules_and_dashboards() -> None:
    # 50 x 0.1.
    found = costs(priced(workspace(), **usage(samplesMillion=0, queriedBillion=50)))
    assert found == {"samples read by rules and dashboards": pytest.approx(5)}


@pytest.mark.parametrize(("stated", "million"), [({}, 500), ({"samplesMillion": 700}, 700)])
def test_samples_are_those_that_the_platform_registers(stated: dict[str, Any], million: int) -> None:
    found = priced(*platform(samples_million=500), **usage(**stated))
    assert costs(found)["samples ingested"] == pytest.approx(million / 10 * 0.9)


@pytest.mark.parametrize("args", [{}, {"engine": "in-cluster", "samples_million": 500}])
def test_platform_registers_no_samples_without_need(args: dict[str, Any]) -> None:
    [component] = [each for each in platform(**args) if each.type == "mlplatform:index:MetricsPlatform"]
    assert component.inputs == {}


def test_two_workspaces_share_the_samples() -> None:
    found = priced(workspace("one"), workspace("two"), **usage(samplesMillion=1000, bytesPerSample=0))
    assert [line.monthly for line in found.lines if line.monthly] == [pytest.approx(45), pytest.approx(45)]


def test_managed_scraper_is_unpriced_not_free() -> None:
    assert priced(resource("aws:amp/scraper:Scraper", "scraper")).gaps != ()


def test_users_of_managed_grafana() -> None:
    # 5 x 9 + 20 x 5.
    found = costs(priced(resource("aws:grafana/workspace:Workspace", "grafana")))
    assert sum(found.values()) == pytest.approx(145)
