"""What a MetricsPlatform is made of, what it reads and may do, whom it tells, and what is refused."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from components.core.spec import SpecError
from components.observability.metrics.alert_routes import alertmanager_config, amp_definition
from components.observability.metrics.exporters import Exporter
from components.observability.metrics.metrics_platform import MetricsPlatform
from components.observability.metrics.own_rules import own_rules
from components.observability.metrics.promql import expression_problem, rule_problem
from components.observability.metrics.scrape_config import prometheus_config, scraper_config
from components.observability.metrics.spec import MetricsPlatformSpec
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from resources.resource import Resource
from stacks.monitoring import stack_dashboards, stack_rules
from tests.support.components.clusters import needs
from tests.support.components.iam import allows
from tests.support.components.known_actions import unknown_to_aws
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.components.observability.kept import is_kept
from tests.support.programs import path_of, require
from tests.support.stacks.configs import config

WORKSPACE = "aws:amp/workspace:Workspace"
TOPIC = "aws:sns/topic:Topic"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
RECEIVERS = [
    {"name": "on-call", "emails": ["on-call@example.com"]},
    {"name": "search", "slack": {"workspace_id": "T0123ABCD", "channel_id": "C0123ABCD"}},
    {"name": "pager", "pager_duty_secret": "alerts/pager"},
]
ALERTS = {
    "receivers": RECEIVERS,
    "routes": [
        {"receivers": ["on-call", "pager"], "severities": ["critical"]},
        {"receivers": ["search"], "owners": ["search"]},
    ],
}
EVERYTHING = MetricsPlatformSpec.model_validate(
    {"name": "ml", "exporters": [*Exporter], "model_namespaces": ["search", "risk"], "alerts": ALERTS}
)
URL = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1"


GROUP: dict[str, Any] = {"name": "g", "rules": [{"record": "a", "expr": "b"}]}


def rule_file(rule: dict[str, Any]) -> str:
    return yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]})


def made(**args: Any) -> Recording:
    given: Any = {"name": "ml", "cluster_name": "ml", "vpc_cidr": "10.40.0.0/16", **args}
    return run(lambda: MetricsPlatform("metrics", given))


def one(recording: Recording, kind: str, name: str = "") -> Resource:
    [found] = [each for each in recording.all(kind) if name in each.name]
    return found


def jobs(text: str) -> dict[str, Any]:
    return {job["job_name"]: job for job in json.loads(text)["scrape_configs"]}


def prometheus() -> str:
    return prometheus_config(EVERYTHING, "ml", "us-east-1", f"{URL}/api/v1/remote_write")


def test_grafana_queries_the_spans_and_no_other_log_group() -> None:
    sign_in: Any = {"secret_store": "aws", "secret_prefix": "ml", "sign_in_url": "https://sign-in.example.com"}
    documents = {
        each.name: each.inputs["policy"]
        for each in made(grafana={}, traces=True, **sign_in).all("aws:iam/rolePolicy:RolePolicy")
    }
    [spans] = [text for name, text in documents.items() if name.endswith("-spans")]
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws/spans:*"
    assert allows(spans, "logs:StartQuery", group)
    assert not allows(spans, "logs:StartQuery", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:payments:*")
    assert not unknown_to_aws(spans)
    without = made(grafana={}, **sign_in).all("aws:iam/rolePolicy:RolePolicy")
    assert not [each for each in without if each.name.endswith("-spans")]


def test_workspace_is_encrypted_logged_and_limited() -> None:
    recording = made(retention_days=395, maximum_series=50_000)
    workspace = one(recording, WORKSPACE)
    assert workspace.inputs["kmsKeyArn"].startswith("arn:aws:kms:")
    assert workspace.inputs["loggingConfiguration"]["logGroupArn"].endswith(":*")
    limits = one(recording, "aws:amp/workspaceConfiguration:WorkspaceConfiguration").inputs
    assert limits["retentionPeriodInDays"] == 395
    assert limits["limitsPerLabelSets"] == [{"labelSet": {}, "limits": {"maxSeries": 50_000}}]


def test_collector_writes_and_grafana_reads_this_workspace_alone() -> None:
    recording = made(
        grafana={"administrators": ["platform"]},
        secret_store="aws-secrets",
        secret_prefix="ml",
        sign_in_url="https://ml.auth.us-east-1.amazoncognito.com",
    )
    writing = one(recording, "aws:iam/rolePolicy:RolePolicy", "writer").inputs["policy"]
    [arn] = json.loads(writing)["Statement"][0]["Resource"]
    assert arn.startswith(f"arn:aws:aps:us-east-1:{ACCOUNT}:workspace/ws-metrics-workspace")
    policies = {each.name: each.inputs["policy"] for each in recording.all("aws:iam/rolePolicy:RolePolicy")}
    writer, reader = policies["metrics-writer-metrics"], policies["metrics-reader-metrics"]
    assert allows(writer, "aps:RemoteWrite", arn)
    assert not allows(writer, "aps:QueryMetrics", arn)
    assert allows(reader, "aps:QueryMetrics", arn)
    assert not allows(reader, "aps:RemoteWrite", arn)
    assert not allows(reader, "aps:QueryMetrics", f"arn:aws:aps:us-east-1:{ACCOUNT}:workspace/ws-other")


def test_grafana_has_one_way_to_sign_in() -> None:
    recording = made(
        grafana={"administrators": ["platform", "search"]},
        secret_store="aws-secrets",
        secret_prefix="ml",
        sign_in_url="https://ml.auth.us-east-1.amazoncognito.com",
    )
    pod = one(recording, "kubernetes:apps/v1:Deployment", "grafana").inputs["spec"]["template"]["spec"]
    grafana, signer = pod["containers"]
    settings = {each["name"]: each.get("value") for each in grafana["env"]}
    assert settings["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert settings["GF_AUTH_BASIC_ENABLED"] == "false"
    assert settings["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert settings["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"
    assert settings["GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"] is None
    assert signer["args"][:2] == ["--name", "aps"]
    jmespath = pytest.importorskip("jmespath")
    role = settings["GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH"]
    assert jmespath.search(role, {"cognito:groups": ["search"]}) == "Admin"
    assert jmespath.search(role, {"cognito:groups": ["risk"]}) == "Viewer"
    assert jmespath.search(role, {"email": "ada@example.com"}) == "Viewer"


def test_grafana_without_sign_in_registers_nothing() -> None:
    with pytest.raises(SpecError) as error:
        made(grafana={})
    assert "grafana needs secret_store, secret_prefix, sign_in_url" in str(error.value)


def test_topics_are_encrypted_and_take_messages_of_the_workspace() -> None:
    recording = made(alerts={"receivers": RECEIVERS[:1]})
    names = [topic.inputs["name"] for topic in recording.all(TOPIC)]
    assert sorted(names) == ["ml-heartbeat", "ml-on-call"]
    assert all(topic.inputs["kmsMasterKeyId"].startswith("arn:aws:kms:") for topic in recording.all(TOPIC))
    policy = json.loads(one(recording, "aws:sns/topicPolicy:TopicPolicy", "on-call").inputs["policy"])
    publishers = {each["Principal"]["Service"] for each in policy["Statement"] if each["Effect"] == "Allow"}
    assert publishers == {"aps.amazonaws.com", "cloudwatch.amazonaws.com"}
    key = json.loads(one(recording, "aws:kms/key:Key").inputs["policy"])
    users = [each["Principal"].get("Service") for each in key["Statement"]]
    assert {"aps.amazonaws.com", "cloudwatch.amazonaws.com"} <= {*users}


def test_silence_rings_at_the_first_receiver() -> None:
    recording = made(alerts={"receivers": RECEIVERS[:1]})
    alarm = one(recording, ALARM, "silence").inputs
    assert alarm["dimensions"] == {"TopicName": "ml-heartbeat"}
    assert (alarm["metricName"], alarm["treatMissingData"]) == ("NumberOfMessagesPublished", "breaching")
    assert alarm["alarmActions"] == [f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-on-call"]
    rules = yaml.safe_load(own_rules(EVERYTHING))["groups"][0]["rules"]
    [heartbeat] = [rule for rule in rules if rule["labels"]["severity"] == "none"]
    # It ends with the samples: an expression without series would fire for ever.
    assert "up{" in heartbeat["expr"]


SCRAPED: dict[str, Any] = {
    "collector": "scraper",
    "exporters": ["gpus"],
    "cluster_arn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/ml",
    "subnet_ids": ["subnet-1", "subnet-2"],
    "security_group_ids": ["sg-1"],
}


def test_managed_scraper_replaces_the_collector_and_its_key() -> None:
    recording = made(**SCRAPED)
    scraper = one(recording, "aws:amp/scraper:Scraper").inputs
    assert scraper["source"]["eks"]["subnetIds"] == ["subnet-1", "subnet-2"]
    assert json.loads(scraper["scrapeConfiguration"]).keys() == {"global", "scrape_configs"}
    assert "kmsKeyArn" not in one(recording, WORKSPACE).inputs
    assert recording.all("kubernetes:apps/v1:StatefulSet") == []
    opened = one(recording, POLICY, "scraper-gpus-gpu-system").inputs
    assert opened["metadata"]["namespace"] == "gpu-system"
    assert opened["spec"]["ingress"][0]["from"] == [{"ipBlock": {"cidr": "10.40.0.0/16"}}]


def test_managed_scraper_without_a_network_registers_nothing() -> None:
    with pytest.raises(SpecError) as error:
        made(collector="scraper")
    assert "the managed scraper needs cluster_arn, subnet_ids, security_group_ids" in str(error.value)


def test_cluster_engine_has_the_same_jobs_rules_and_routes() -> None:
    rules = {"own": "groups: []"}
    recording = made(engine="in-cluster", alerts={"receivers": RECEIVERS[:1]}, rules=rules, exporters=["gpus"])
    assert recording.all(WORKSPACE) == []
    releases = {each.inputs["chart"]: each for each in recording.all("kubernetes:helm.sh/v3:Release")}
    stack = releases["kube-prometheus-stack"].inputs
    assert stack["skipCrds"] is True
    assert releases["prometheus-operator-crds"].name in needs(recording, releases["kube-prometheus-stack"])
    prometheus_spec = stack["values"]["prometheus"]["prometheusSpec"]
    names = [job["job_name"] for job in prometheus_spec["additionalScrapeConfigs"]]
    assert {"kubelet", "cadvisor", "node-exporter", "gpus"} <= {*names}
    assert stack["values"]["additionalPrometheusRulesMap"].keys() == {"metrics", "own"}
    receivers = stack["values"]["alertmanager"]["config"]["receivers"]
    assert [each["name"] for each in receivers] == ["on-call", "heartbeat"]


def test_alertmanager_on_the_cluster_publishes_to_its_topics_alone() -> None:
    recording = made(engine="in-cluster", alerts={"receivers": RECEIVERS[:1]})
    policy = one(recording, "aws:iam/rolePolicy:RolePolicy", "publisher").inputs["policy"]
    assert allows(policy, "sns:Publish", f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-on-call")
    assert not allows(policy, "sns:Publish", f"arn:aws:sns:us-east-1:{ACCOUNT}:other")


def test_no_alerts_without_receivers() -> None:
    recording = made()
    assert recording.all(TOPIC) == []
    assert recording.all("aws:amp/alertManagerDefinition:AlertManagerDefinition") == []


def test_config_of_prometheus_is_valid(tmp_path: Path) -> None:
    require("promtool")
    found = json.loads(prometheus())
    # Debian's promtool is built without Kubernetes' discovery and without SigV4.
    for job in found["scrape_configs"]:
        job["static_configs"] = [{"targets": ["10.0.0.1:80"]}]
        del job["kubernetes_sd_configs"]
    del found["remote_write"][0]["sigv4"]
    contents: dict[str, dict[str, Any]] = {"prometheus": found, "scraper": {**found, "remote_write": []}}
    for name, content in contents.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(json.dumps(content), encoding="utf-8")
        checked = subprocess.run(
            ["promtool", "check", "config", "--syntax-only", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr


def test_managed_scraper_gets_what_it_accepts() -> None:
    found = json.loads(scraper_config(EVERYTHING, "ml"))
    assert found.keys() == {"global", "scrape_configs"}
    for job in found["scrape_configs"]:
        assert [key for key in job if key.endswith("_sd_configs")] == ["kubernetes_sd_configs"]


def test_every_job_keeps_a_list_of_metrics() -> None:
    for job in jobs(prometheus()).values():
        first = job["metric_relabel_configs"][0]
        assert (first["action"], first["source_labels"]) == ("keep", ["__name__"])
        assert re.compile(first["regex"]).fullmatch("anything_else") is None


def test_gateway_is_read_four_times_in_the_minute_of_a_rate() -> None:
    assert jobs(prometheus())["istio-gateway"]["scrape_interval"] == "15s"


def test_pods_that_gpus_serve_keep_their_labels() -> None:
    gpus = jobs(prometheus())["gpus"]
    assert gpus["honor_labels"] is True
    assert {"namespace", "pod"}.isdisjoint(step.get("target_label") for step in gpus["relabel_configs"])


@pytest.mark.parametrize("container", ["docker.io/library/nginx:1", "nvcr.io/nvidia/tritonserver:26.06-py3"])
def test_model_servers_are_told_apart_by_image(container: str) -> None:
    found = jobs(prometheus())
    matching = [
        name
        for name, job in found.items()
        for step in job["relabel_configs"]
        if step.get("source_labels") == ["__meta_kubernetes_pod_container_image"]
        and re.fullmatch(step["regex"], container)
    ]
    assert matching == (["models-triton"] if "triton" in container else [])


def names_in(expression: str) -> set[str]:
    """The words of a PromQL expression outside of strings, braces and groupings."""
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\[[^]]*\]", "", expression)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    return set(re.findall(r"[a-zA-Z_][a-zA-Z0-9_:]*", bare))


def expressions(value: Any) -> set[str]:
    """The queries below a value: those of rules and of panels."""
    if isinstance(value, list):
        return set[str]().union(*map(expressions, cast(list[Any], value)))
    if not isinstance(value, dict):
        return set()
    fields = cast(dict[str, Any], value)
    own = {fields["expr"]} if isinstance(fields.get("expr"), str) else set[str]()
    return own.union(*map(expressions, fields.values()))


def test_metrics_of_rules_dashboards_and_models_are_kept() -> None:
    model = ModelServiceSpec.model_validate(
        {
            "name": "ranking",
            "namespace": "search",
            "domain": "models.example.com",
            "model_uri": "s3://ml-models/ranking/1/",
            "runtime": "triton",
            "gpus": 1,
            "cpu": "3",
            "memory": "12Gi",
            "minimum": 1,
            "maximum": 2,
            "target_concurrency": 4,
            "monitoring": True,
        }
    )
    files = [yaml.safe_load(text) for text in (*stack_rules(config()).values(), own_rules(EVERYTHING))]
    files += [json.loads(text) for text in stack_dashboards(config()).values()]
    found = expressions([*files, *model_service_objects(model)])
    exporting = re.compile(
        r"(argocd|certmanager|clustersecretstore|container|DCGM|externalsecret|feast|feature_ingest|istio|karpenter"
        r"|keda|kn|kube|kubelet|kueue|kyverno|mlflow|node|nv|prometheus|vllm)_.*|cluster_autoscaler_.*"
    )
    asked = {name for expression in found for name in names_in(expression) if exporting.fullmatch(name)}
    assert len(asked) > 40
    assert sorted(name for name in asked if not is_kept(name)) == []


def delivered(severity: str, owner: str) -> list[str]:
    """The receivers of an alert, by the rules of an Alertmanager: each matching route that continues, then the rest."""
    alerts = EVERYTHING.alerts
    assert alerts
    route = alertmanager_config(alerts, {name: name for name in ("on-call", "search", "pager", "heartbeat")}, "r")[
        "route"
    ]
    name = "MetricsHeartbeat" if severity == "none" else "Other"
    labels = {"severity": severity, "owner": owner, "alertname": name}
    found: list[str] = []
    for each in route["routes"]:
        if all(_matches(matcher, labels) for matcher in each.get("matchers", [])):
            found.append(each["receiver"])
            if not each.get("continue"):
                break
    return found or [route["receiver"]]


def _matches(matcher: str, labels: dict[str, str]) -> bool:
    label, operator, value = re.fullmatch(r'(\w+)(=~|=)"(.*)"', matcher).groups()  # type: ignore[union-attr]
    return bool(re.fullmatch(value, labels[label])) if operator == "=~" else labels[label] == value


@pytest.mark.parametrize(
    ("severity", "owner", "receivers"),
    [
        ("critical", "risk", ["on-call", "pager"]),
        ("critical", "search", ["on-call", "pager", "search"]),
        ("warning", "search", ["search"]),
        ("warning", "risk", ["on-call"]),
        ("none", "platform", ["heartbeat"]),
    ],
)
def test_alerts_go_by_severity_and_owner(severity: str, owner: str, receivers: list[str]) -> None:
    assert delivered(severity, owner) == receivers


def test_alertmanager_takes_the_configuration(tmp_path: Path) -> None:
    require("amtool")
    alerts = EVERYTHING.alerts
    assert alerts
    topics = {
        name: f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-{name}" for name in ("on-call", "search", "pager", "heartbeat")
    }
    text = yaml.safe_load(amp_definition(alertmanager_config(alerts, topics, "us-east-1")))["alertmanager_config"]
    path = tmp_path / "alertmanager.yaml"
    path.write_text(text, encoding="utf-8")
    checked = subprocess.run(
        ["amtool", "check-config", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    for severity, owner in (("critical", "search"), ("warning", "risk"), ("none", "platform")):
        asked = [
            "amtool",
            "config",
            "routes",
            "test",
            f"--config.file={path}",
            f"severity={severity}",
            f"owner={owner}",
            "alertname=MetricsHeartbeat" if severity == "none" else "alertname=Other",
        ]
        routed = subprocess.run(asked, capture_output=True, text=True, check=True)
        assert routed.stdout.strip().split(",") == delivered(severity, owner)


def test_managed_alertmanager_gets_no_field_it_refuses() -> None:
    alerts = EVERYTHING.alerts
    assert alerts
    definition = yaml.safe_load(
        amp_definition(
            alertmanager_config(alerts, dict.fromkeys(("on-call", "search", "pager", "heartbeat"), "t"), "r")
        )
    )
    assert definition.keys() == {"alertmanager_config"}
    for refused in ("api_url", "http_config", "email_configs", "slack_configs", "webhook_configs"):
        assert refused not in definition["alertmanager_config"]


def dashboard(expression: str, kind: str = "prometheus") -> str:
    panel = {"title": "Up", "datasource": {"type": kind, "uid": "a"}, "targets": [{"expr": expression}]}
    return json.dumps({"uid": "a", "title": "A", "panels": [{"type": "row", "panels": [panel]}]})


@pytest.mark.parametrize(
    "expression",
    [
        "sum(rate(up[$__rate_interval])) by (job)",
        # A variable may stand for anything.
        'up{job="$job"',
        "topk([[most]], up",
    ],
)
def test_expressions_of_panels_may_have_variables(expression: str) -> None:
    made(dashboards={"mine": dashboard(expression)})


def test_queries_of_other_data_sources_are_not_read() -> None:
    made(dashboards={"mine": dashboard('{app="a"} |= "error"', "loki")})


EXPRESSIONS = [
    *("up", "sum by (a) (rate(b[5m]))", "a / on (b) group_left (c) d", "rate(a[5m] offset 1h) > bool 1", "x # comment"),
    *(
        "histogram_quantile(0.9, sum by (le) (rate(a_bucket[5m])))",
        "max_over_time(rate(a[5m])[1h:1m])",
        "time() - x @ end()",
    ),
    *('{__name__=~"a.*"}', "absent(up == 1)", "label_replace(up, 'a', '$1', 'b', '(.*)')", "-x ^ 2", "scalar(x) + NaN"),
    *(
        "sum(x",
        "x)",
        "rate(x)",
        "sum(1)",
        "x[5m",
        "x offset",
        "unknown(x)",
        "x =~ 'a'",
        "by (x) sum(x)",
        "1 + 'a'",
        "{}",
    ),
    *(
        "rate(sum(x)[5m])",
        "histogram_quantile(x, 0.9)",
        "topk(x)",
        "foo bar",
        "x{a=b}",
        "x > 5%",
        "a and 1",
        "!x",
        "x[",
    ),
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_are_read_as_promtool_reads_them(expression: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(rule_file({"record": "a", "expr": expression}), encoding="utf-8")
    command = [path_of("promtool"), "check", "rules", str(path)]
    accepted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert (expression_problem(expression) is None) == accepted


@pytest.mark.parametrize(
    "expression", ["up", "(up)", "1", "rate(up[5m])", "up > bool 0", "up[5m]", "(up[5m])", "up[1h:5m]", "'a'", "('a')"]
)
def test_rules_yield_what_prometheus_evaluates(expression: str, tmp_path: Path) -> None:
    rules, tests = tmp_path / "rules.yaml", tmp_path / "tests.yaml"
    rules.write_text(rule_file({"record": "a", "expr": expression}), encoding="utf-8")
    series = [{"series": "up", "values": "1x20"}]
    evaluated = {
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{"expr": "vector(1)", "eval_time": "5m", "exp_samples": [{"labels": "{}", "value": 1}]}],
    }
    tests.write_text(yaml.safe_dump({"rule_files": [str(rules)], "tests": [evaluated]}), encoding="utf-8")
    command = [path_of("promtool"), "test", "rules", str(tests)]
    accepted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert (rule_problem(expression) is None) == accepted


def test_very_long_expressions_are_not_read() -> None:
    made(rules={"mine": rule_file({"record": "a", "expr": "(" * 100_000})})


def test_a_config_without_rules_loads_no_parser() -> None:
    program = (
        "import sys; import components.observability.metrics.metrics_platform; print('promql_parser' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert found.stdout.strip() == "False"


BOMB = (
    "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)) + "groups: *a8"
)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"scrape_seconds": 45}, "must be one of 15, 30, 60, 120, 300 seconds"),
        ({"retention_days": 2000}, "retention_days = 2000: must be at most 1095"),
        ({"rules": {"bad": "groups"}}, "rules.bad is not a file of rules"),
        ({"rules": {"bomb": BOMB}}, "rules.bomb repeats itself by aliases too often"),
        ({"dashboards": {"bad": "{}"}}, "dashboards.bad is not a dashboard"),
        ({"rules": {"deep": "groups: " + "[" * 5000}}, "rules.deep is not a file of rules"),
        ({"rules": {"metrics": rule_file({"record": "a", "expr": "b"})}}, "rules.metrics is the name of the component"),
        ({"rules": {"mine": "groups: [1]"}}, "rules.mine: groups[0] = 1"),
        ({"rules": {"mine": rule_file({"alert": "A"})}}, "rules.mine: groups[0].rules[0].expr is missing"),
        ({"rules": {"mine": rule_file({"expr": "up"})}}, "a rule needs either record or alert"),
        ({"rules": {"mine": rule_file({"record": "a-b", "expr": "up"})}}, "groups[0].rules[0].record = 'a-b'"),
        ({"rules": {"mine": rule_file({"alert": "A", "expr": "up", "for": "5 minutes"})}}, "'5 minutes'"),
        ({"rules": {"mine": rule_file({"alert": "A", "expr": "up", "labels": {"a-b": "c"}})}}, "a-b"),
        ({"rules": {"mine": rule_file({"alert": "A", "expr": "up", "then": 1})}}, "then is not a known field"),
        ({"rules": {"mine": rule_file({"record": "a", "expr": "up", "for": "5m"})}}, "a rule with record has no for"),
        (
            {"rules": {"mine": rule_file({"record": "a", "expr": "sum(rate(up[5m])"})}},
            "rules.mine: groups[0].rules[0].expr = 'sum(rate(up[5m])': unclosed left parenthesis; correct",
        ),
        (
            {"rules": {"mine": rule_file({"record": "a", "expr": "rate(up)"})}},
            "expected type matrix in call to function",
        ),
        (
            {"rules": {"mine": rule_file({"alert": "A", "expr": "up[5m]"})}},
            "rules.mine: groups[0].rules[0].expr = 'up[5m]': it yields a range of values, which no rule can have; use",
        ),
        (
            {"rules": {"mine": rule_file({"alert": "A", "expr": "up", "labels": {"__name__": "a"}})}},
            "the label __name__ is the name of the series; write record or alert instead",
        ),
        ({"grafana": {"administrators": [f"g{number}" for number in range(51)]}}, "takes at most 50 items, and has 51"),
        ({"rules": {"mine": rule_file({"record": "a", "expr": "rat(up[5m])"})}}, "unknown function with name 'rat'"),
        ({"rules": {"mine": rule_file({"record": "a", "expr": 'up{job=~"["}'})}}, "illegal regex"),
        (
            {"dashboards": {"mine": dashboard("rate(up[$__rate_interval]")}},
            "dashboards.mine: panel 'Up': expr = 'rate(up[5m]': unclosed left parenthesis",
        ),
        ({"rules": {"mine": yaml.safe_dump({"groups": [GROUP, GROUP]})}}, "two groups have the name g; rename one"),
        ({"dashboards": {"deep": "[" * 100_000}}, "dashboards.deep is not a dashboard"),
        ({"dashboards": {"mine": '{"uid": 1, "title": "a"}'}}, "dashboards.mine: uid = 1: must be text"),
        ({"dashboards": {"mine": '{"uid": "a b", "title": "a"}'}}, "dashboards.mine: uid = 'a b'"),
        ({"dashboards": {"mine": '{"uid": "a", "title": NaN}'}}, "dashboards.mine is not a dashboard"),
        (
            {"dashboards": dict.fromkeys(("a", "b"), '{"uid": "one", "title": "a"}')},
            "dashboards.b has the uid one of dashboards.a; write another uid",
        ),
        ({"memory": "1Mi"}, "memory = '1Mi': a Prometheus needs 256Mi or more; raise it"),
        ({"memory": "9" * 5000 + "Gi"}, "memory = '999"),
        ({"model_namespaces": ["Search"]}, "'Search' is not a valid namespace name"),
        ({"alerts": {"receivers": [{**RECEIVERS[0], "name": "heartbeat"}]}}, "the receiver of the dead man's switch"),
        ({"exporters": ["nothing"]}, "exporters"),
        ({"alerts": {"receivers": [{"name": "a"}]}}, "receiver a has 0 of emails, slack and pagerDutySecret"),
        (
            {"alerts": {"receivers": RECEIVERS[:1], "routes": [{"receivers": ["oncall"]}]}},
            "a route leads to oncall, which is not a receiver; write one of on-call; did you mean on-call?",
        ),
        ({"alerts": {"receivers": [RECEIVERS[0], RECEIVERS[0]]}}, "two receivers have the name on-call"),
    ],
)
def test_wrong_arguments_register_nothing(args: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError) as error:
        made(**args)
    assert told in str(error.value)
