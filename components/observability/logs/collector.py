"""Fluent Bit on every node: its configuration, its script, and the values of its chart.

A record is written to the node's disk after the filters, so that its buffer holds redacted records only. Sources:
Fluent Bit 5.1.1, plugins/in_tail, filter_multiline, filter_kubernetes, filter_lua, out_cloudwatch_logs and
out_opensearch.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, cast

from ...core.manifest import kubernetes_object
from ...core.network_policies import Policy, allow_apis, allow_metrics
from ...core.pods import resources
from ..metrics.spec import NAMESPACE as MONITORING
from .spec import FALLBACK, HEARTBEAT, NAMESPACE, LogPipelineSpec, RedactionSpec, TokenLetters

NAME = "fluent-bit"
PODS = {"app.kubernetes.io/name": NAME}
METRICS_PORT = 2020
METRICS_PATH = "/api/v2/metrics/prometheus"
CONFIG_FILE, SCRIPT_FILE = "fluent-bit.yaml", "redaction.lua"
CONFIG_FOLDER = "/fluent-bit/etc/conf"
STATE_FOLDER = "/var/fluent-bit/state"
"""On the node: positions in files, and records that wait. They survive the pod."""
LOG_FOLDER = "/var/log"
_LETTERS = {
    TokenLetters.DIGITS: "%d",
    TokenLetters.HEXADECIMAL: "%x",
    TokenLetters.ALPHANUMERIC: "%w",
    TokenLetters.BASE64: "[%w+/=_%-]",
}
Section = dict[str, Any]


def group_name(spec: LogPipelineSpec, group: str) -> str:
    """The name of a log group."""
    return f"/mlplatform/{spec.name}/{group}"


def script(spec: LogPipelineSpec) -> str:
    """The Lua script: its settings, and the text that shapes and redacts records."""
    text = (Path(__file__).parent / SCRIPT_FILE).read_text(encoding="utf-8")
    return f"local SETTINGS = {_lua(_settings(spec))}\n\n{text}"


def _settings(spec: LogPipelineSpec) -> dict[str, Any]:
    redaction: RedactionSpec = spec.redaction
    return {
        "enabled": redaction.enabled,
        "fallback": FALLBACK,
        "groups": {home: group.name for group in spec.groups for home in sorted(group.namespaces)},
        "personal": {str(kind): True for kind in sorted(redaction.personal_data)},
        "keys": [_plain(key) for key in redaction.keys],
        "tokens": [
            {
                "kind": token.name,
                "prefix": token.prefix,
                "letters": _LETTERS[token.letters],
                "least": token.minimum,
                "most": token.maximum,
            }
            for token in redaction.tokens
        ],
    }


def _plain(key: str) -> str:
    """A name of a field as the script compares it."""
    return key.lower().translate(str.maketrans("", "", "_.-"))


def _lua(value: Any) -> str:
    """A value as Lua reads it. Texts are checked names and prefixes, without quotation marks and backslashes."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        fields = cast(dict[str, Any], value).items()
        return "{ " + ", ".join(f'["{key}"] = {_lua(child)}' for key, child in fields) + " }"
    if isinstance(value, list):
        return "{ " + ", ".join(map(_lua, cast(list[Any], value))) + " }"
    return str(value) if isinstance(value, int) else f'"{value}"'


def config(spec: LogPipelineSpec, output: Section, script_path: str = f"{CONFIG_FOLDER}/{SCRIPT_FILE}") -> str:
    """The configuration. JSON is YAML. `output` is one of `cloudwatch_output` and `opensearch_output`."""
    pipeline = {"inputs": [_containers(spec), _heartbeat()], "filters": _filters(script_path), "outputs": [output]}
    sections = {"service": _service(), "multiline_parsers": [_python_traces()], "pipeline": pipeline}
    return json.dumps(sections, indent=1)


def _service() -> Section:
    return {
        "flush": 5,
        "grace": 30,
        "log_level": "warn",
        "http_server": True,
        "http_listen": "0.0.0.0",  # noqa: S104 - the pod's own address; network policies admit Prometheus alone
        "http_port": METRICS_PORT,
        "health_check": True,
        "storage.path": f"{STATE_FOLDER}/buffer",
        "storage.sync": "normal",
        "storage.checksum": False,
        "storage.max_chunks_up": 32,
        "storage.backlog.mem_limit": "16M",
        "storage.metrics": True,
        "scheduler.cap": 120,
    }


def _containers(spec: LogPipelineSpec) -> Section:
    left_out = (NAMESPACE, *sorted(spec.excluded_namespaces))
    return {
        "name": "tail",
        "tag": "kube.*",
        "path": f"{LOG_FOLDER}/containers/*.log",
        # Names of files are <pod>_<namespace>_<container>-<id>.log; no name has an underscore itself.
        "exclude_path": ",".join(f"{LOG_FOLDER}/containers/*_{namespace}_*.log" for namespace in left_out),
        "multiline.parser": "cri",
        "db": f"{STATE_FOLDER}/positions.db",
        "db.locking": True,
        # A pod that ends before the list of files is refreshed would leave no logs.
        "refresh_interval": 5,
        "read_from_head": True,
        "skip_long_lines": True,
        "buffer_max_size": "256k",
        "rotate_wait": 30,
        "storage.type": "filesystem",
    }


def _heartbeat() -> Section:
    """A record each minute, whose absence rings an alarm outside of the cluster."""
    record = {"message": "alive", "group": HEARTBEAT, "pod": "${HOSTNAME}", "container": NAME}
    return {
        "name": "dummy",
        "tag": "heartbeat",
        "dummy": json.dumps(record),
        "interval_sec": 60,
        "storage.type": "memory",
    }


def _python_traces() -> Section:
    """Tracebacks with their causes. Fluent Bit's own parser `python` writes the last line twice and joins no causes."""
    rules = (
        ("start_state", r"/^Traceback \(most recent call last\):/", "frames"),
        ("frames", r"/^[ \t]+\S/", "frames"),
        ("frames", r"/^[\w.]+(: .*)?$/", "raised"),
        ("raised", r"/^$/", "between"),
        ("between", r"/^(During handling of the above exception|The above exception was the direct cause)/", "cause"),
        ("cause", r"/^$/", "cause"),
        ("cause", r"/^Traceback \(most recent call last\):/", "frames"),
    )
    return {
        "name": "python_traces",
        "type": "regex",
        "flush_timeout": 2000,
        "rules": [{"state": state, "regex": regex, "next_state": next_state} for state, regex, next_state in rules],
    }


def _filters(script_path: str) -> list[Section]:
    return [
        {
            "name": "multiline",
            "match": "kube.*",
            "multiline.key_content": "log",
            "multiline.parser": "python_traces, java, go",
            "emitter_name": "stack_traces",
            "emitter_storage.type": "filesystem",
            "emitter_mem_buf_limit": "16M",
        },
        {
            "name": "kubernetes",
            "match": "kube.*",
            "kube_tag_prefix": "kube.var.log.containers.",
            "merge_log": True,
            # The fields of an application are apart, so that none of them poses as its pod's.
            "merge_log_key": "data",
            "keep_log": False,
            "labels": True,
            "annotations": False,
            "namespace_labels": True,
            "namespace_annotations": False,
            # An application can neither choose its parser nor hide its logs.
            "k8s-logging.parser": False,
            "k8s-logging.exclude": False,
            "buffer_size": "1M",
            "kube_meta_cache_ttl": "10m",
        },
        {
            "name": "lua",
            "match": "kube.*",
            "script": script_path,
            "call": "shape",
            "enable_flb_null": True,
            "time_as_table": True,
        },
    ]


def _kept_on_disk(spec: LogPipelineSpec) -> Section:
    return {"match": "*", "retry_limit": "no_limits", "storage.total_limit_size": f"{spec.buffer_mib}M"}


def cloudwatch_output(spec: LogPipelineSpec, region: str) -> Section:
    """CloudWatch Logs: a group for each team or namespace, a stream for each container. It creates no group."""
    return {
        "name": "cloudwatch_logs",
        **_kept_on_disk(spec),
        "region": region,
        "log_group_name": group_name(spec, FALLBACK),
        "log_group_template": group_name(spec, "$group"),
        "log_stream_prefix": "unnamed-",
        "log_stream_template": "$pod.$container",
        "auto_create_group": False,
    }


def opensearch_output(spec: LogPipelineSpec, region: str, host: str) -> Section:
    """A collection of OpenSearch Serverless: an index for each group and day."""
    return {
        "name": "opensearch",
        **_kept_on_disk(spec),
        "host": host,
        "port": 443,
        "tls": True,
        "aws_auth": True,
        "aws_region": region,
        "aws_service_name": "aoss",
        "logstash_format": True,
        "logstash_prefix": FALLBACK,
        "logstash_prefix_key": "$group",
        "suppress_type_name": True,
        "compress": "gzip",
    }


def config_map(text: Any, lua: str) -> dict[str, Any]:
    """Both files. They contain no secret."""
    return kubernetes_object(
        "v1", "ConfigMap", NAME, NAMESPACE, labels=PODS, data={CONFIG_FILE: text, SCRIPT_FILE: lua}
    )


def checksum(text: str, lua: str) -> str:
    """Changes with the files, so that the pods start again."""
    return hashlib.sha256(f"{text}\n{lua}".encode()).hexdigest()[:16]


def chart_values(checked: Any) -> dict[str, Any]:
    """The values of the chart. `checked` is the checksum of the files.

    The files of containers belong to root, who reads them without any capability. Nothing is written outside of the
    state's folder on the node.
    """
    return {
        "fullnameOverride": NAME,
        "testFramework": {"enabled": False},
        "existingConfigMap": NAME,
        "serviceAccount": {"create": True, "name": NAME},
        "rbac": {"create": True, "nodeAccess": False, "eventsAccess": False},
        "command": ["/fluent-bit/bin/fluent-bit"],
        "args": [f"--config={CONFIG_FOLDER}/{CONFIG_FILE}"],
        "podAnnotations": {"mlplatform/config": checked},
        "securityContext": {
            "runAsUser": 0,
            "runAsGroup": 0,
            "privileged": False,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "metricsPort": METRICS_PORT,
        "service": {"port": METRICS_PORT},
        "daemonSetVolumes": [
            {"name": "logs", "hostPath": {"path": LOG_FOLDER, "type": "Directory"}},
            {"name": "state", "hostPath": {"path": STATE_FOLDER, "type": "DirectoryOrCreate"}},
        ],
        "daemonSetVolumeMounts": [
            {"name": "logs", "mountPath": LOG_FOLDER, "readOnly": True},
            {"name": "state", "mountPath": STATE_FOLDER},
        ],
        "livenessProbe": {
            "httpGet": {"path": "/", "port": "http"},
            "periodSeconds": 30,
            "timeoutSeconds": 5,
            "failureThreshold": 4,
        },
        # A collector without its destination keeps records on disk; it is ready all the same.
        "readinessProbe": {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 10, "timeoutSeconds": 5},
        "resources": resources("50m", "256Mi", "1"),
        "terminationGracePeriodSeconds": 45,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}},
        "tolerations": [{"operator": "Exists"}],
        "priorityClassName": "system-node-critical",
    }


def policies() -> list[Policy]:
    """The collectors reach AWS and the API server, and Prometheus reads their metrics."""
    return [allow_apis(NAMESPACE, PODS), allow_metrics(NAMESPACE, PODS, METRICS_PORT, MONITORING)]
