"""Quotas of metrics, logs, traces and backups are listed when a plan needs more than an account has."""

import json

import pytest

from planner.quotas.quota import Quota
from planner.quotas.required import quotas
from resources.resource import Resource
from tests.support.planner.plans import STACKS, built
from tests.support.stacks.configs import config


def made(kind: str, count: int, **inputs: object) -> list[Resource]:
    return [Resource(urn=f"{kind}-{n}", type=kind, name=f"part-{n:03d}", inputs=inputs) for n in range(count)]


def workspace(**files: Resource) -> list[Resource]:
    return [Resource(urn="w", type="aws:amp/workspace:Workspace", name="metrics", inputs={}), *files.values()]


def of_workspace(kind: str, name: str, **inputs: object) -> Resource:
    dependencies = {"workspaceId": ["w"]}
    return Resource(urn=name, type=kind, name=name, inputs=inputs, property_dependencies=dependencies)


def only(found: tuple[Quota, ...]) -> Quota:
    [quota] = found
    return quota


@pytest.mark.parametrize(
    ("kind", "default", "code"),
    [
        ("aws:backup/vault:Vault", 300, "L-7705D2CB"),
        ("aws:backup/plan:Plan", 300, "L-BD69F607"),
        ("aws:grafana/workspace:Workspace", 5, "L-2C2D5119"),
        ("aws:xray/samplingRule:SamplingRule", 25, "L-8C0C998A"),
        ("aws:amp/workspace:Workspace", 25, "by name"),
    ],
)
def test_resources_count_in_each_region(kind: str, default: int, code: str) -> None:
    assert quotas(made(kind, default)) == ()
    elsewhere = Resource(urn="far", type=kind, name="far", inputs={"region": "us-west-2"})
    assert quotas([*made(kind, default), elsewhere]) == ()
    found = only(quotas([*made(kind, default + 1), elsewhere]))
    assert (found.code, found.default, found.needed) == (code, default, default + 1)
    assert f"from part-000 to part-{default:03d}" in found.why


def test_a_fixed_quota_says_what_to_do_instead() -> None:
    found = only(quotas(made("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", 11)))
    assert found.needed == 11
    assert found.why.endswith("AWS does not raise it: join their statements in one policy")


@pytest.mark.parametrize(
    ("kind", "field", "most"),
    [
        ("aws:cloudwatch/logMetricFilter:LogMetricFilter", "logGroupName", 100),
        ("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "logGroup", 2),
    ],
)
def test_filters_of_a_log_group_count(kind: str, field: str, most: int) -> None:
    group = Resource(urn="g", type="aws:cloudwatch/logGroup:LogGroup", name="audit", inputs={})

    def filters(count: int) -> list[Resource]:
        return [
            Resource(urn=f"f{n}", type=kind, name=f"f{n}", inputs={}, property_dependencies={field: ["g"]})
            for n in range(count)
        ]

    assert quotas([group, *filters(most)]) == ()
    found = only(quotas([group, *filters(most + 1)]))
    assert (found.default, found.needed) == (most, most + 1)
    assert found.why.startswith("audit; AWS does not raise it")


def test_limits_of_series_count_and_their_reads() -> None:
    def settings(series: int) -> Resource:
        limits = [{"labelSet": {}, "limits": {"maxSeries": series}}]
        kind = "aws:amp/workspaceConfiguration:WorkspaceConfiguration"
        return of_workspace(kind, "settings", limitsPerLabelSets=limits)

    def of_prometheus(series: int, seconds: int) -> tuple[Quota, ...]:
        found = quotas(workspace(limits=settings(series)), config(metrics__scrapeSeconds=seconds))
        return tuple(each for each in found if each.service == "aps")

    assert of_prometheus(50_000_000, 30) == ()
    assert only(quotas(workspace(limits=settings(60_000_000)))).code == "L-5A151448"
    # 30 million series, one sample of each every 15 seconds.
    rate = only(of_prometheus(30_000_000, 15))
    assert (rate.code, rate.default, rate.needed) == ("L-F4BCE0BA", 1_666_666, 2_000_000)


def test_rules_of_all_files_count() -> None:
    def file(name: str, count: int, *, as_json: bool) -> Resource:
        rules = [
            {"record": f"job:requests:rate{n}", "expr": "sum by (job) (rate(expr_total[5m]))"} for n in range(count)
        ]
        lines = ["groups:", "- name: a", "  rules:"]
        lines += [f"  - expr: {rule['expr']}\n    record: {rule['record']}" for rule in rules]
        data = json.dumps({"groups": [{"name": "a", "rules": rules}]}) if as_json else "\n".join(lines)
        return of_workspace("aws:amp/ruleGroupNamespace:RuleGroupNamespace", name, data=data)

    assert quotas(workspace(a=file("a", 1_000, as_json=True), b=file("b", 1_000, as_json=False))) == ()
    found = only(quotas(workspace(a=file("a", 1_001, as_json=True), b=file("b", 1_000, as_json=False))))
    assert (found.code, found.default, found.needed) == ("L-3D15CDB4", 2_000, 2_001)


def test_large_files_of_rules_are_named() -> None:
    file = of_workspace("aws:amp/ruleGroupNamespace:RuleGroupNamespace", "teams", data="#" * 1_000_001)
    found = only(quotas(workspace(file=file)))
    assert (found.code, found.needed) == ("L-C62641E3", 1_000_001)
    assert found.why == "teams; AWS does not raise it: split the file in metrics.rules"


def test_routes_of_alerts_count() -> None:
    routes = [{"receiver": f"team-{n}", "matchers": [f'owner="team-{n}"']} for n in range(101)]
    text = json.dumps({"alertmanager_config": json.dumps({"route": {"routes": routes}, "receivers": []})})
    file = of_workspace("aws:amp/alertManagerDefinition:AlertManagerDefinition", "alerts", definition=text)
    found = only(quotas(workspace(file=file)))
    assert (found.code, found.needed) == ("L-E3E60B3E", 101)


def test_requests_of_log_collectors_count_at_the_peak() -> None:
    pools = {f"gpuCluster__nodePools__{n}__maximum": 440 for n in range(3)}
    assert not [each for each in quotas([], config()) if each.service == "logs"]
    [found] = [each for each in quotas([], config(**pools)) if each.service == "logs"]
    assert (found.code, found.default) == ("L-7E1FAE88", 5_000)
    # 20 containers of at least 1,320 nodes, every 5 seconds.
    assert found.needed >= 1_320 * 20 / 5


def test_compute_units_of_collections_count_each_way() -> None:
    collection = made("aws:opensearch/serverlessCollection:ServerlessCollection", 1)

    def found(units: float) -> dict[str, float]:
        usage = {**config().usage.model_dump(by_alias=True, exclude_unset=True), "logs": {"ocus": units}}
        return {each.code: each.needed for each in quotas(collection, config(usage=usage)) if each.service == "aoss"}

    assert found(20) == {}
    assert found(30) == {"L-50FA809B": 15, "L-4E98D4EB": 15}


def test_spans_of_the_busiest_seconds_count() -> None:
    usage = {**config().usage.model_dump(by_alias=True, exclude_unset=True), "traces": {"spanGb": 4_000}}
    [found] = [each for each in quotas([], config(usage=usage)) if each.service == "xray"]
    # 4 billion spans of 1 KB in 2,628,000 seconds, times 3.
    assert found.needed == 4_567
    assert found.why.endswith("lower traces.sampling.percent")


@pytest.mark.slow
@pytest.mark.parametrize("stack", STACKS)
def test_stacks_need_no_quota_of_observability(stack: str) -> None:
    services = {each.service for each in built(stack).quotas}
    assert not services & {"aps", "logs", "xray", "backup", "grafana", "aoss"}
