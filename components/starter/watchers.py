"""What watches the machine and its services: Prometheus, its rules, and Alertmanager, which tells people by SNS."""

import json
from typing import Any

from .proxy import METRICS_PORT
from .settings import Settings
from .spec import StarterSpec

_TEXTFILE_SECONDS = 60
_BACKUP_GRACE_HOURS = 2


def prometheus(spec: StarterSpec) -> str:
    """The configuration of Prometheus. JSON is YAML."""
    targets = {"proxy": f"proxy:{METRICS_PORT}", "machine": "machine:9100", "prometheus": "localhost:9090"}
    return _text(
        {
            "global": {
                "scrape_interval": f"{_TEXTFILE_SECONDS}s",
                "evaluation_interval": "60s",
                "external_labels": {"machine": spec.name},
            },
            "rule_files": ["/etc/prometheus/rules.yml"],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["alerts:9093"]}]}]},
            "scrape_configs": [
                {"job_name": name, "static_configs": [{"targets": [target]}]} for name, target in targets.items()
            ],
        }
    )


def rules(spec: StarterSpec) -> str:
    """The alerts. The scripts of the machine write the metrics that begin with `starter_`."""
    late = (spec.backup_hours + _BACKUP_GRACE_HOURS) * 3600
    data = 'mountpoint="/data"'
    alerts: list[dict[str, Any]] = [
        _alert(
            "DataVolumeFills",
            f"node_filesystem_avail_bytes{{{data}}} / node_filesystem_size_bytes{{{data}}} < 0.15",
            "15m",
            "Less than 15 percent of /data is free. Raise dataGib, or delete files.",
        ),
        _alert(
            "MemoryShort",
            "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.08",
            "15m",
            "Less than 8 percent of the memory is available. Take a larger instanceType.",
        ),
        _alert(
            "ServiceUnhealthy",
            "starter_service_healthy == 0",
            "5m",
            "The service {{ $labels.service }} does not run or fails its check. Read its log: docker logs.",
        ),
        _alert(
            "UpstreamUnhealthy",
            "caddy_reverse_proxy_upstreams_healthy == 0",
            "5m",
            "{{ $labels.upstream }} does not answer the proxy.",
        ),
        _alert(
            "BackupLate",
            f"time() - starter_backup_success_timestamp_seconds > {late}",
            "0m",
            "No backup has succeeded in time. Read the log: journalctl --unit starter-backup.",
        ),
        _alert(
            "RestoreNotTested",
            "time() - starter_restore_check_success_timestamp_seconds > 8 * 86400",
            "0m",
            "The weekly test restore has not succeeded. Read the log: journalctl --unit starter-check.",
        ),
        _alert("TargetDown", "up == 0", "5m", "Prometheus does not reach {{ $labels.job }}."),
    ]
    return _text({"groups": [{"name": "starter", "rules": alerts}]})


def _alert(name: str, expression: str, lasting: str, summary: str) -> dict[str, Any]:
    return {"alert": name, "expr": expression, "for": lasting, "annotations": {"summary": summary}}


def alertmanager(spec: StarterSpec, settings: Settings) -> str:
    """The configuration of Alertmanager, which publishes to the topic with the role of the service."""
    subject = f"{spec.name}: {{{{ .CommonLabels.alertname }}}} is {{{{ .Status }}}}"
    sns = {
        "topic_arn": settings.topic_arn,
        "sigv4": {"region": settings.region},
        "subject": subject,
        "message": "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}",
        "send_resolved": True,
    }
    return _text(
        {
            "route": {
                "receiver": "people",
                "group_by": ["alertname"],
                "group_wait": "30s",
                "group_interval": "5m",
                "repeat_interval": "12h",
            },
            "receivers": [{"name": "people", "sns_configs": [sns]}],
        }
    )


def _text(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"
