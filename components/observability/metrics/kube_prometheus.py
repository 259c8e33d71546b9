"""The engine in-cluster: kube-prometheus-stack, with the same jobs, rules and routes as the workspace has.

Its custom resource definitions are a release of their own, because Helm never upgrades those of a chart's folder, and
`kubectl apply` cannot write them: they exceed the size of an annotation. Source: prometheus-community/helm-charts,
issues 1500 and 4001.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
import yaml

from ...core.pods import on_system_nodes, resources
from .scrape_config import scrape_configs
from .spec import MetricsPlatformSpec

ALERTMANAGER = "alertmanager"
_WITHOUT_TARGETS = (
    "coreDns",
    "kubeApiServer",
    "kubeControllerManager",
    "kubeDns",
    "kubeEtcd",
    "kubeProxy",
    "kubeScheduler",
    "kubelet",
)
"""Monitors of the chart. Those of the control plane have no target on EKS, and the jobs read the kubelets."""


def stack_values(
    spec: MetricsPlatformSpec,
    cluster: pulumi.Input[str],
    rules: Mapping[str, str],
    alertmanager: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Values of the chart. Grafana and exporters are this component's own, as with the workspace."""
    place = on_system_nodes()
    selectors = ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")
    return {
        "crds": {"enabled": False},
        "defaultRules": {"create": False},
        "grafana": {"enabled": False},
        "kubeStateMetrics": {"enabled": False},
        "nodeExporter": {"enabled": False},
        **{part: {"enabled": False} for part in _WITHOUT_TARGETS},
        "additionalPrometheusRulesMap": {name: yaml.safe_load(rules[name]) for name in sorted(rules)},
        "alertmanager": _alertmanager(alertmanager),
        "prometheus": {
            "serviceAccount": {"create": False, "name": "prometheus"},
            "serviceMonitor": {"selfMonitor": False},
            "prometheusSpec": {
                "replicas": spec.replicas,
                "retention": f"{spec.retention_days}d",
                # A full disk would stop the pod.
                "retentionSize": f"{spec.storage_gib * 85 // 100}GiB",
                "scrapeInterval": f"{spec.scrape_seconds}s",
                "externalLabels": {"cluster": cluster},
                "additionalScrapeConfigs": scrape_configs(spec),
                # Monitors and rules of teams count, whatever their labels.
                **{f"{kind}SelectorNilUsesHelmValues": False for kind in selectors},
                "resources": resources("500m", spec.memory, "2"),
                "podAntiAffinity": "hard",
                "storageSpec": _disk(spec.storage_gib),
                **place,
            },
        },
        "prometheusOperator": {
            # Without webhooks the API server needs no way in; rules are checked before a deployment.
            "admissionWebhooks": {"enabled": False},
            "tls": {"enabled": False},
            "serviceMonitor": {"selfMonitor": False},
            "resources": resources("50m", "256Mi", "500m"),
            **place,
        },
    }


def _alertmanager(config: Mapping[str, Any] | None) -> dict[str, Any]:
    if config is None:
        return {"enabled": False}
    return {
        "enabled": True,
        "serviceAccount": {"create": True, "name": ALERTMANAGER, "automountServiceAccountToken": False},
        "serviceMonitor": {"selfMonitor": False},
        "config": dict(config),
        "alertmanagerSpec": {
            "replicas": 2,
            "podAntiAffinity": "hard",
            "resources": resources("20m", "128Mi", "500m"),
            "storage": _disk(1),
            **on_system_nodes(),
        },
    }


def _disk(gib: int) -> dict[str, Any]:
    claim = {
        "storageClassName": "gp3",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{gib}Gi"}},
    }
    return {"volumeClaimTemplate": {"spec": claim}}
