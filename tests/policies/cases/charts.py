"""Cases of the rules in policies/charts.py."""

from datetime import date
from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

ISTIO_CHARTS = "https://istio-release.storage.googleapis.com/charts"


def release(chart: Any, version: Any, repository: str = "", tag: str = "") -> Resource:
    values = {"global": {"image": {"tag": tag}}} if tag else {}
    inputs = {"chart": chart, "version": version, "repositoryOpts": {"repo": repository}, "values": values}
    return make("kubernetes:helm.sh/v3:Release", inputs)


CASES = [
    passes("chart-support", release("istiod", "1.31.4", ISTIO_CHARTS)),
    passes("chart-support", release("argo-cd", "10.1.1", tag="v3.4.13")),
    passes("chart-support", release("https://example.com/own-chart", "0.1.0")),
    # Its end is only expected: the rule that gives notice tells of it.
    passes("chart-support", release("keda", "2.20.2")),
    fails("chart-support", release("istiod", "1.29.1", ISTIO_CHARTS), found="has had no fixes since 2026-10-15"),
    fails("chart-support", release("base", "1.28.0", ISTIO_CHARTS), found="since 2026-07-01"),
    fails("chart-support", release("oci://registry.example.com/istio/gateway", "1.28.0"), found="since 2026-07-01"),
    fails(
        "chart-support",
        release("argo-cd", "9.0.0", tag="v3.3.14"),
        found="since 2026-11-03",
    ),
    passes("chart-support", make("kubernetes:helm.sh/v3:Release"), kind="absent"),
    unknown("chart-support", release("istiod", UNKNOWN), undecided="version"),
    unknown("chart-support", release(UNKNOWN, "1.31.4"), undecided="chart"),
    fails("chart-support", release("istiod", "1.28.0", ISTIO_CHARTS), today=date(2026, 7, 1), found="since 2026-07-01"),
    passes("chart-support", release("istiod", "1.29.1", ISTIO_CHARTS), today=date(2026, 10, 14)),
    passes("chart-support-end", release("istiod", "1.31.4", ISTIO_CHARTS)),
    passes("chart-support-end", release("istiod", "1.29.1", ISTIO_CHARTS)),
    passes("chart-support-end", release("istiod", "1.30.8", ISTIO_CHARTS), settings={"supportNotice": 5}),
    fails(
        "chart-support-end",
        release("istiod", "1.30.8", ISTIO_CHARTS),
        found="leaves support on 2026-12-02, in 11 days, as expected from the makers' calendar",
    ),
    passes("chart-support-end", make("kubernetes:helm.sh/v3:Release"), kind="absent"),
    unknown("chart-support-end", release("istiod", UNKNOWN), undecided="version"),
    fails(
        "chart-support-end",
        release("istiod", "1.29.1", ISTIO_CHARTS),
        today=date(2026, 10, 1),
        found="on 2026-10-15, in 14 days",
    ),
    fails(
        "chart-support-end",
        release("istiod", "1.30.8", ISTIO_CHARTS),
        settings={"supportNotice": 11},
        found="in 11 days",
    ),
    fails(
        "chart-support-end",
        release("istiod", "1.30.8", ISTIO_CHARTS),
        today=date(2026, 12, 2),
        found="2026-12-02, now, as expected",
    ),
]
