"""Grafana on the cluster: its dashboards are the program's, and people sign in with the user pool.

Grafana keeps nothing of its own, so it needs no database: dashboards and data sources are files, users come with the
sign-in, and what someone changes in the browser is lost with the pod.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pulumi

from ...core.account import Account
from ...core.iam import allow, document
from ...core.images import pulled
from ...core.manifest import kubernetes_object
from ...core.network_policies import Policy, addresses, admit, allow_apis, pods_of, reach
from ...core.pods import RESTRICTED, on_system_nodes, resources
from ...facts.versions import GRAFANA_IMAGE, SIGV4_PROXY_IMAGE
from ..dashboards.grafana_json import CLOUDWATCH, DATA_SOURCE, TRACES
from ..traces.tempo_config import API_PORT as TEMPO_PORT
from ..traces.tempo_objects import QUERY_URL as TEMPO_URL
from ..traces.tempo_spec import TEMPO_NAMESPACE, TEMPO_PODS
from .spec import NAMESPACE as METRICS_NAMESPACE
from .spec import GrafanaSpec
from .targets import GRAFANA_NAMESPACE as NAMESPACE
from .targets import PROMETHEUS_PORT

NAME = "grafana"
PODS = {"app.kubernetes.io/name": NAME}
PORT = 3000
SECRET = "grafana-client"  # noqa: S105 - a name
CLIENT_ID, CLIENT_SECRET = "GF_AUTH_GENERIC_OAUTH_CLIENT_ID", "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"
_PROXY_PORT = 8005
_USER = 472
_DASHBOARDS = "/var/lib/dashboards"
_PROVISIONING = "/etc/grafana/provisioning"
Manifest = dict[str, Any]


def service_account() -> Manifest:
    """The identity at AWS. It has no Kubernetes API access."""
    return kubernetes_object("v1", "ServiceAccount", NAME, NAMESPACE, automountServiceAccountToken=False)


def service() -> Manifest:
    """What the load balancer's binding and `kubectl port-forward` name."""
    ports = [{"name": "http", "port": PORT, "targetPort": "http", "protocol": "TCP"}]
    spec = {"type": "ClusterIP", "selector": PODS, "ports": ports}
    return kubernetes_object("v1", "Service", NAME, NAMESPACE, labels=PODS, spec=spec)


def cloudwatch_access() -> str:
    """Lets Grafana read the metrics of managed services. None of these actions can name resources.

    Sources: Grafana, "Configure the Amazon CloudWatch data source", IAM policies; service authorization reference.
    """
    metrics = ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    return document(allow("ReadMetrics", [*metrics, "ec2:DescribeRegions", "tag:GetResources"], ["*"]))


def spans_access(account: Account) -> str:
    """Lets Grafana query the log group of spans with CloudWatch Logs Insights, and no other group.

    Grafana 13 has the data source of X-Ray as a plugin only, which a pod would load from the internet. Sources:
    Grafana, "Configure the Amazon CloudWatch data source", permissions for logs; service authorization reference.
    """
    group = account.arn("logs", "log-group:aws/spans:*")
    results = ["logs:GetQueryResults", "logs:StopQuery", "logs:DescribeLogGroups"]
    return document(
        allow("QuerySpans", ["logs:StartQuery", "logs:GetLogGroupFields"], [group]),
        allow("ReadResults", results, ["*"]),
    )


def provisioning(query_url: pulumi.Input[str], region: str, *, tempo: bool) -> Manifest:
    """The data sources and the folder of dashboards. Nobody changes them in the browser."""
    source = {
        "name": "Metrics",
        "uid": DATA_SOURCE,
        "type": "prometheus",
        "access": "proxy",
        "isDefault": True,
        "editable": False,
        "jsonData": {"httpMethod": "POST", "timeInterval": "60s"},
    }
    managed = {
        "name": "CloudWatch",
        "uid": CLOUDWATCH,
        "type": "cloudwatch",
        "access": "proxy",
        "editable": False,
        "jsonData": {"authType": "default", "defaultRegion": region},
    }
    further = [managed, *([_traces()] if tempo else [])]
    sources = pulumi.Output.from_input(query_url).apply(
        lambda url: json.dumps({"apiVersion": 1, "datasources": [{**source, "url": url}, *further]}, indent=1)
    )
    provider = {
        "name": "mlplatform",
        "type": "file",
        "allowUiUpdates": False,
        "disableDeletion": True,
        "options": {"path": _DASHBOARDS},
    }
    files = {
        "datasources.yaml": sources,
        "dashboards.yaml": json.dumps({"apiVersion": 1, "providers": [provider]}, indent=1),
    }
    return kubernetes_object("v1", "ConfigMap", "grafana-provisioning", NAMESPACE, data=files)


def _traces() -> dict[str, Any]:
    """The data source of Tempo on the cluster. A span of a model leads to the objectives of the model.

    A model server names itself by `service.name`, and the objectives have this name as their label `service`. Source:
    Grafana 13, "Configure trace to metrics correlation" of the Tempo data source.
    """
    return {
        "name": "Traces",
        "uid": TRACES,
        "type": "tempo",
        "access": "proxy",
        "editable": False,
        "url": TEMPO_URL,
        "jsonData": {
            "httpMethod": "GET",
            "nodeGraph": {"enabled": True},
            "tracesToMetrics": {
                "datasourceUid": DATA_SOURCE,
                "spanStartTimeShift": "-30m",
                "spanEndTimeShift": "30m",
                "tags": [{"key": "service.name", "value": "service"}],
                "queries": [{"name": "Share of bad requests", "query": "slo:bad_ratio:5m{$__tags}"}],
            },
        },
    }


def dashboard_maps(dashboards: Mapping[str, str]) -> dict[str, Manifest]:
    """A ConfigMap for each dashboard, by the dashboard's name."""
    return {
        name: kubernetes_object(
            "v1", "ConfigMap", f"dashboard-{name}", NAMESPACE, data={f"{name}.json": dashboards[name]}
        )
        for name in sorted(dashboards)
    }


def deployment(
    spec: GrafanaSpec,
    dashboards: Mapping[str, str],
    sign_in_url: pulumi.Input[str],
    region: str,
    proxied_host: str | None,
) -> Manifest:
    """One pod. With `proxied_host`, requests to the data source are signed for AWS by a second container."""
    content = hashlib.sha256(json.dumps(dict(sorted(dashboards.items()))).encode()).hexdigest()[:16]
    pod = {
        "serviceAccountName": NAME,
        **on_system_nodes(),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": _USER, "runAsGroup": _USER, "fsGroup": _USER},
        "containers": [_grafana(spec, sign_in_url), *([_signer(region, proxied_host)] if proxied_host else [])],
        "volumes": [
            {"name": "data", "emptyDir": {"sizeLimit": "2Gi"}},
            {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}},
            _files("datasources", [("grafana-provisioning", "datasources.yaml")]),
            _files("providers", [("grafana-provisioning", "dashboards.yaml")]),
            _files("dashboards", [(f"dashboard-{name}", f"{name}.json") for name in sorted(dashboards)]),
        ],
    }
    wanted = {
        "replicas": 1,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "selector": {"matchLabels": PODS},
        "template": {"metadata": {"labels": PODS, "annotations": {"mlplatform/dashboards": content}}, "spec": pod},
    }
    return kubernetes_object("apps/v1", "Deployment", NAME, NAMESPACE, labels=PODS, spec=wanted)


def _files(volume: str, files: list[tuple[str, str]]) -> Manifest:
    sources = [{"configMap": {"name": name, "items": [{"key": key, "path": key}]}} for name, key in files]
    return {"name": volume, "projected": {"sources": sources}}


def _grafana(spec: GrafanaSpec, sign_in_url: pulumi.Input[str]) -> Manifest:
    probe = {"httpGet": {"path": "/api/health", "port": "http"}, "periodSeconds": 10, "timeoutSeconds": 5}
    credentials = [
        {"name": key, "valueFrom": {"secretKeyRef": {"name": SECRET, "key": key}}} for key in (CLIENT_ID, CLIENT_SECRET)
    ]
    variables = [{"name": name, "value": value} for name, value in settings(spec, sign_in_url).items()]
    amounts = resources("100m", "512Mi", "1")
    for part in amounts.values():
        part["ephemeral-storage"] = "3Gi"
    return {
        "name": NAME,
        "image": pulled(GRAFANA_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "env": [*variables, *credentials],
        "ports": [{"name": "http", "containerPort": PORT}],
        "startupProbe": {**probe, "failureThreshold": 30},
        "readinessProbe": {**probe, "failureThreshold": 3},
        "livenessProbe": {**probe, "failureThreshold": 6},
        "resources": amounts,
        "securityContext": RESTRICTED,
        "volumeMounts": [
            {"name": "data", "mountPath": "/var/lib/grafana"},
            {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - a volume of its own
            {"name": "datasources", "mountPath": f"{_PROVISIONING}/datasources", "readOnly": True},
            {"name": "providers", "mountPath": f"{_PROVISIONING}/dashboards", "readOnly": True},
            {"name": "dashboards", "mountPath": _DASHBOARDS, "readOnly": True},
        ],
    }


def settings(spec: GrafanaSpec, sign_in_url: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    """Grafana's settings as environment variables: one way to sign in, and no user of its own.

    Source: Grafana 13, "Configure generic OAuth authentication" and conf/defaults.ini.
    """
    pages = pulumi.Output.from_input(sign_in_url)
    oauth: dict[str, pulumi.Input[str]] = {
        "ENABLED": "true",
        "NAME": "the user pool",
        "SCOPES": "openid email profile",
        "AUTH_URL": pulumi.Output.concat(pages, "/oauth2/authorize"),
        "TOKEN_URL": pulumi.Output.concat(pages, "/oauth2/token"),
        "API_URL": pulumi.Output.concat(pages, "/oauth2/userInfo"),
        "USE_PKCE": "true",
        "USE_REFRESH_TOKEN": "true",
        "EMAIL_ATTRIBUTE_PATH": "email",
        "LOGIN_ATTRIBUTE_PATH": "email",
        "ROLE_ATTRIBUTE_PATH": role_path(spec.administrators),
        "ROLE_ATTRIBUTE_STRICT": "true",
        "ALLOW_ASSIGN_GRAFANA_ADMIN": "false",
        "AUTO_LOGIN": "true",
    }
    return {
        "GF_SERVER_ROOT_URL": spec.url,
        "GF_SERVER_HTTP_PORT": str(PORT),
        "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
        "GF_SECURITY_COOKIE_SECURE": "true" if spec.domain else "false",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
        "GF_SECURITY_STRICT_TRANSPORT_SECURITY": "true" if spec.domain else "false",
        "GF_AUTH_DISABLE_LOGIN_FORM": "true",
        "GF_AUTH_BASIC_ENABLED": "false",
        "GF_AUTH_ANONYMOUS_ENABLED": "false",
        "GF_USERS_ALLOW_SIGN_UP": "false",
        "GF_SNAPSHOTS_EXTERNAL_ENABLED": "false",
        "GF_PUBLIC_DASHBOARDS_ENABLED": "false",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        # Plugins would be fetched from the internet when the pod starts. Those of Prometheus and Tempo are in the
        # image, and an update that cannot be written would unload them (grafana/grafana, issue 132528).
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_PLUGINS_PLUGIN_ADMIN_ENABLED": "false",
        "GF_LOG_MODE": "console",
        "GF_LOG_CONSOLE_FORMAT": "json",
        "GF_PATHS_PROVISIONING": _PROVISIONING,
        **{f"GF_AUTH_GENERIC_OAUTH_{key}": value for key, value in oauth.items()},
    }


def role_path(administrators: tuple[str, ...]) -> str:
    """A JMESPath expression over the token: the role of who signs in, by the groups of the user pool."""
    tests = [f"contains(\"cognito:groups\"[*] || `[]`, '{group}')" for group in administrators]
    return f"({' || '.join(tests)}) && 'Admin' || 'Viewer'" if tests else "'Viewer'"


def _signer(region: str, host: str) -> Manifest:
    """Signs the requests to the workspace with the pod's IAM role; Grafana 13 has no SigV4 of its own.

    Sources: grafana/grafana, pull request 123089; awslabs/aws-sigv4-proxy v1.11.1, README.
    """
    # It answers within the pod's namespace, where Grafana alone runs.
    probe = {"tcpSocket": {"port": "sigv4"}, "periodSeconds": 10, "timeoutSeconds": 5}
    return {
        "name": "sigv4",
        "image": pulled(SIGV4_PROXY_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "args": ["--name", "aps", "--region", region, "--host", host, "--port", f":{_PROXY_PORT}"],
        "ports": [{"name": "sigv4", "containerPort": _PROXY_PORT}],
        "readinessProbe": {**probe, "failureThreshold": 3},
        "livenessProbe": {**probe, "failureThreshold": 6},
        "resources": resources("20m", "64Mi", "500m"),
        "securityContext": {**RESTRICTED, "runAsUser": _USER, "runAsGroup": _USER},
    }


def signed_url(workspace_url: str) -> str:
    """The address at which the second container answers for the workspace."""
    _, _, path = workspace_url.removeprefix("https://").partition("/")
    return f"http://localhost:{_PROXY_PORT}/{path}"


def policies(load_balancer_cidrs: pulumi.Input[list[str]] | None, *, in_cluster: bool, tempo: bool) -> list[Policy]:
    """Who reaches Grafana, and that it reaches AWS and the sign-in pages, and Prometheus and Tempo of the cluster."""
    found = [allow_apis(NAMESPACE, PODS)]
    if tempo:
        found.append(reach("allow-tempo", NAMESPACE, PODS, pods_of(TEMPO_NAMESPACE, TEMPO_PODS), [TEMPO_PORT]))
    if in_cluster:
        found.append(reach("allow-prometheus", NAMESPACE, PODS, pods_of(METRICS_NAMESPACE), [PROMETHEUS_PORT]))
    if load_balancer_cidrs is not None:
        balancer = pulumi.Output.from_input(load_balancer_cidrs).apply(lambda each: addresses(*each))
        found.append(admit("allow-load-balancer", NAMESPACE, PODS, balancer, [PORT]))
    return found


def binding(target_group_arn: pulumi.Input[str]) -> Manifest:
    """The load balancer sends HTTP to the pod."""
    return kubernetes_object(
        "elbv2.k8s.aws/v1beta1",
        "TargetGroupBinding",
        NAME,
        NAMESPACE,
        spec={
            "serviceRef": {"name": NAME, "port": PORT},
            "targetGroupARN": target_group_arn,
            "targetType": "ip",
            "ipAddressType": "ipv4",
        },
    )
