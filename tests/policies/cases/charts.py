"""Cases of the rules in policies/charts.py."""

from datetime import date
from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

ISTIO_CHARTS = "https://istio-release.storage.googleapis.com/charts"


RELEASE = "kubernetes:helm.sh/v3:Release"
FILE = make("kubernetes:yaml/v2:ConfigFile", {"file": "missing.yaml"}, custom=False)


def release(chart: Any, version: Any, repository: Any = "", tag: str = "") -> Resource:
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
    passes("chart-source", release("app", "1.2.3", "https://charts.example.com")),
    passes("chart-source", release("oci://ghcr.io/team/app", "1.2.3")),
    fails(
        "chart-source", release("app", "1.2.3", "http://charts.example.com"), found="repo is http://charts.example.com"
    ),
    fails("chart-source", release("HTTP://charts.example.com/app.tgz", "1.2.3"), found="chart is HTTP://"),
    fails(
        "chart-source",
        make("kubernetes:helm.sh/v3:Chart", {"chart": "app", "fetchOpts": {"repo": "http://charts.example.com"}}),
        found="fetchOpts.repo is http://",
    ),
    fails("chart-source", make("kubernetes:helm.sh/v4:Chart", {"plainHttp": True}), found="plainHttp is true"),
    fails(
        "chart-source",
        make("kubernetes:source.toolkit.fluxcd.io/v1:GitRepository", {"spec": {"url": "http://git.example.com/a"}}),
        found="spec.url is http://",
    ),
    passes("chart-source", make(RELEASE), kind="absent"),
    unknown("chart-source", release("app", "1.2.3", UNKNOWN), undecided="repositoryOpts.repo"),
    *(passes("chart-version", release("app", version)) for version in ("1.2.3", "v1.2.3", "1.2.3-rc.1+build")),
    passes("chart-version", release("./charts/app", None)),
    passes("chart-version", release("https://charts.example.com/app-1.2.3.tgz", None)),
    *(
        fails("chart-version", release("app", version), found="is a range")
        for version in ("^1.2.3", "~1.2", "1.x", "*", ">=1.0.0", "1.2", "latest")
    ),
    fails("chart-version", release("app", None), found="names no version"),
    fails("chart-version", make("kubernetes:helm.sh/v4:Chart", {"chart": "app"}), found="names no version"),
    passes("chart-version", make(RELEASE), kind="absent"),
    unknown("chart-version", release("app", UNKNOWN), undecided="version"),
    *(
        passes("chart-values-http", make(RELEASE, {"values": {"url": [f"http://{host}/api"]}}))
        for host in ("prometheus.monitoring.svc:9090", "localhost:3000", "169.254.169.254", "minio", "www.w3.org")
    ),
    passes("chart-values-http", make(RELEASE, {"values": {"url": "https://api.example.com"}})),
    fails(
        "chart-values-http",
        make(RELEASE, {"values": {"sinks": [{"url": "http://logs.example.com/v1"}]}}),
        found="values.sinks[0].url names http://logs.example.com, without TLS",
    ),
    fails(
        "chart-values-http",
        make(RELEASE, {"values": {"url": "http://logs.example.co.uk/in"}}),
        found="values.url names http://logs.example.co.uk, without TLS",
    ),
    passes("chart-values-http", make(RELEASE, {"values": {"url": "http://loki-gateway.logging.svc/push"}})),
    passes("chart-values-http", make(RELEASE), kind="absent"),
    passes("chart-values-http", make(RELEASE, {"values": UNKNOWN}), kind="unknown"),
    passes("manifests-in-sight", make("kubernetes:yaml/v2:ConfigGroup", {"objs": [{"kind": "Pod"}]})),
    passes("manifests-in-sight", make("kubernetes:yaml:ConfigGroup", {"yaml": "kind: Pod"})),
    passes("manifests-in-sight", FILE, make("kubernetes:core/v1:Pod", name="child", parent=FILE.urn)),
    fails("manifests-in-sight", FILE, found="creates what is in missing.yaml, which no rule sees here"),
    fails("manifests-in-sight", make("kubernetes:yaml:ConfigGroup", {"files": ["*.yaml"]}), found="creates what is in"),
    *(
        fails(
            "manifests-in-sight",
            make(f"kubernetes:{kind}:Directory", {"directory": "https://github.com/team/app"}),
            found="creates what is in https://github.com/team/app",
        )
        for kind in ("kustomize", "kustomize/v2")
    ),
    fails("manifests-in-sight", make("kubernetes:helm.sh/v4:Chart", {"chart": "app"}), found="creates what is in app"),
    *(
        fails("manifests-in-sight", make(RELEASE, {"chart": chart}), found=f"creates what is in {chart}, which no rule")
        for chart in ("./missing", "../missing", "/missing", "missing-1.0.0.tgz")
    ),
    passes("manifests-in-sight", make(RELEASE, {"chart": "keda", "repositoryOpts": {"repo": "https://kedacore.io"}})),
    passes("manifests-in-sight", make(RELEASE, {"chart": "oci://ghcr.io/kedacore/charts/keda"})),
    passes("manifests-in-sight", make(RELEASE, {"chart": UNKNOWN}), kind="unknown"),
    passes("manifests-in-sight", make("kubernetes:yaml/v2:ConfigGroup"), kind="absent"),
    unknown("manifests-in-sight", make("kubernetes:yaml/v2:ConfigFile", {"file": UNKNOWN}), undecided="file"),
    unknown("manifests-in-sight", make("kubernetes:yaml/v2:ConfigGroup", {"yaml": UNKNOWN}), undecided="yaml"),
    passes("chart-values-in-sight", make(RELEASE, {"values": {"replicas": 2}})),
    passes("chart-values-in-sight", make(RELEASE, {"valueYamlFiles": []}), kind="absent"),
    fails(
        "chart-values-in-sight",
        make(RELEASE, {"valueYamlFiles": [{"path": "values.yaml"}]}),
        found="takes values from files",
    ),
    fails("chart-values-in-sight", make(RELEASE, {"valueYamlFiles": UNKNOWN}), found="from files", kind="unknown"),
]
