"""The configurations of the collectors, as the OpenTelemetry Collector reads them.

A decision about a trace needs all of its spans in one collector. With several collectors, a first layer sends the spans
of a trace to the same collector of the second layer, which decides. Source: OpenTelemetry Collector contrib v0.158.0,
README of tailsamplingprocessor, "Scaling collectors with the tail sampling processor", and of loadbalancingexporter.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .spec import GRPC_PORT, HTTP_PORT, METRICS_PORT, NAMESPACE, TracingSpec

SAMPLER = "sampler"
HEALTH_PORT = 13133
ADDRESS = "${env:POD_IP}"
"""The pod's own address: a collector listens nowhere else."""
_TRACES_HELD = 20_000
_DECISIONS_HELD = 200_000
"""Decisions are remembered longer than traces, so that late spans share the fate of their trace."""
_LARGEST_TRACE = 2 * 1024 * 1024
Config = dict[str, Any]

PERSONAL_ATTRIBUTES = (
    # Text of queries contains literals; a failed statement and its values are in the message of the exception.
    r"db\.(statement|query\.text|query\.parameter\..*|query\.summary|user|operation\.parameter\..*)",
    r"db\.redis\..*args.*",
    r"exception\.(message|stacktrace)",
    # Bodies, headers and cookies.
    r"(http|rpc)\.(request|response)\.(body|body\.content|header\..*|metadata\..*)",
    r"(http|rpc)\.(grpc\.)?(request|response)\.metadata\..*",
    r"messaging\.message\.(body|payload)",
    # Prompts and answers of language models.
    r"(gen_ai|llm|traceloop)\..*(prompt|completion|message|content|instructions|entity\.input|entity\.output).*",
    # Who called, and from where.
    r"(enduser|user|session)\..*",
    r"user_agent(\.original)?|http\.user_agent",
    r"client\.(address|port)|http\.client_ip|peer\.address|net\.(sock\.)?peer\.(ip|addr)",
    r"source\.address|network\.peer\.address",
    # Credentials and addresses by a word of their name.
    r"(?i)(.*[._-])?(passwords?|passwd|pwd|secrets?|token|authorization|api[._-]?key|credentials?|cookies?)([._-].*)?",
    r"(?i)(.*[._-])?(e-?mail|phone|iban)([._-].*)?",
    r"url\.query|process\.command_(line|args)|process\.environment_variable\..*",
)
"""Names of attributes whose values are masked, as regular expressions for the whole name.

Sources: OpenTelemetry semantic conventions, the registry's pages of db, http, url, user, client, exception and gen_ai;
envoyproxy/envoy, source/common/tracing/http_tracer_impl.cc.
"""

PERSONAL_VALUES = (
    # What follows the question mark of an address.
    r"\?[^\s\"']+",
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",
    r"(?i)(bearer|basic) +[A-Za-z0-9._~+/=-]+",
    r"(AKIA|ASIA)[A-Z0-9]{16}",
    r"[a-z0-9+]+://[^/\s:@]+:[^/\s@]+@",
    r"'(?:[^'\\]|\\.|'')*'",
    r"\b[0-9]{13,19}\b",
)
"""Values that are masked in every attribute: queries of addresses, emails, tokens, logins, SQL literals, cards."""


def front_config(spec: TracingSpec) -> Config:
    """The first layer: it masks personal data, then sends each trace to its collector of the second layer."""
    exporter = {
        "routing_key": "traceID",
        # Spans wait before a collector is chosen, so that those of one that is gone go to another.
        "sending_queue": {"queue_size": 1000},
        "retry_on_failure": {"initial_interval": "1s", "max_interval": "5s", "max_elapsed_time": "60s"},
        "protocol": {
            "otlp": {
                "tls": {"insecure": True},
                "timeout": "5s",
                "sending_queue": {"enabled": False},
                "retry_on_failure": {"enabled": False},
            }
        },
        "resolver": {
            "dns": {
                "hostname": f"{SAMPLER}.{NAMESPACE}.svc.cluster.local",
                "port": str(GRPC_PORT),
                "interval": "5s",
                "timeout": "2s",
            }
        },
    }
    masking = masks(spec)
    return _config(spec, [*masking, "batch"], {"load_balancing": exporter}, {}, masking)


def sampler_config(spec: TracingSpec, exporters: Config, extensions: Config) -> Config:
    """The second layer: it keeps what the policies choose. The only layer also masks personal data."""
    chosen = {**({} if spec.layered else masks(spec)), "tail_sampling": tail_sampling(spec)}
    return _config(spec, [*chosen, "batch"], exporters, extensions, chosen)


def x_ray_exporter(region: str, dns_suffix: str) -> tuple[Config, Config]:
    """The exporter to X-Ray's OTLP endpoint and the extension that signs its requests.

    The endpoint takes HTTP with gzip alone, and W3C trace IDs. Source: CloudWatch user guide, "OTLP endpoints".
    """
    exporter = {
        "traces_endpoint": f"https://xray.{region}.{dns_suffix}/v1/traces",
        "compression": "gzip",
        "auth": {"authenticator": "sigv4auth"},
        **_sending(),
    }
    return {"otlp_http": exporter}, {"sigv4auth": {"region": region, "service": "xray"}}


def endpoint_exporter(endpoint: str) -> Config:
    """The exporter to another store, by OTLP over HTTP."""
    return {"otlp_http": {"endpoint": endpoint.rstrip("/"), "compression": "gzip", **_sending()}}


def _sending() -> Config:
    """How long an exporter waits, keeps spans and tries again."""
    return {
        "timeout": "10s",
        "sending_queue": {"queue_size": 1000, "num_consumers": 4},
        "retry_on_failure": {"initial_interval": "1s", "max_interval": "30s", "max_elapsed_time": "300s"},
    }


def masks(spec: TracingSpec) -> dict[str, Config]:
    """The processors that mask personal data in attributes of resources, spans and their events, and in spans' names.

    The status of a failed span repeats the message of its exception.
    """
    names = (*PERSONAL_ATTRIBUTES, *spec.redacted_attributes)
    statements = ['set(span.status.message, "") where span.status.message != ""']
    statements += [f'replace_pattern(span.name, "{_quoted(value)}", "****")' for value in PERSONAL_VALUES]
    return {
        "redaction": {
            "allow_all_keys": True,
            "blocked_key_patterns": [_escaped(f"^(?:{name})$") for name in names],
            "blocked_values": [_escaped(value) for value in PERSONAL_VALUES],
            "summary": "silent",
        },
        "transform": {"error_mode": "ignore", "trace_statements": [_escaped(each) for each in statements]},
    }


def tail_sampling(spec: TracingSpec) -> Config:
    """The policies. A trace is kept if one of them chooses it."""
    return {
        "decision_wait": f"{spec.sampling.decision_seconds}s",
        "num_traces": _TRACES_HELD,
        "decision_cache": {"sampled_cache_size": _DECISIONS_HELD, "non_sampled_cache_size": _DECISIONS_HELD},
        "maximum_trace_size_bytes": _LARGEST_TRACE,
        "policies": list(_policies(spec)),
    }


def _policies(spec: TracingSpec) -> Iterator[Config]:
    sampling = spec.sampling
    yield _limited("errors", spec, _named("status_code", {"status_codes": ["ERROR"]}))
    others = [_of_model(model) for model in sorted(sampling.slow_models)]
    for model in sorted(sampling.slow_models):
        slow = {"threshold_ms": sampling.slow_models[model]}
        yield _limited(f"slow-{model}", spec, _of_model(model), _named("latency", slow))
    without = [_without(each) for each in others]
    yield _limited("slow", spec, *without, _named("latency", {"threshold_ms": sampling.slow_milliseconds}))
    if sampling.percent:
        yield _limited("others", spec, _named("probabilistic", {"sampling_percentage": sampling.percent}))


def _limited(name: str, spec: TracingSpec, *conditions: Config) -> Config:
    """A policy whose traces meet all conditions, up to a rate of spans. The collectors share the rate."""
    rate = math.ceil(spec.sampling.spans_per_second / spec.replicas)
    limit = _named("rate_limiting", {"spans_per_second": rate, "burst_capacity": 2 * spec.sampling.spans_per_second})
    return {"name": name, "type": "and", "and": {"and_sub_policy": [*conditions, limit]}}


def _named(kind: str, settings: Mapping[str, Any], name: str = "") -> Config:
    return {"name": name or kind, "type": kind, kind: dict(settings)}


def _of_model(model: str) -> Config:
    """Traces of a model: the gateway names its predictor, and a model server that sends spans itself names the model.

    Source: istio/istio, "outbound|<port>|<subset>|<host>" names of clusters; envoyproxy/envoy, tag upstream_cluster.
    """
    predictor = rf"[|]{re.escape(model)}(-canary)?-predictor[-.]"
    conditions = [
        f'attributes["upstream_cluster"] != nil and IsMatch(attributes["upstream_cluster"], "{_quoted(predictor)}")',
        f'resource.attributes["service.name"] == "{model}"',
    ]
    return _named("ottl_condition", {"error_mode": "ignore", "span": conditions}, f"of-{model}")


def _without(policy: Config) -> Config:
    return {"name": f"not-{policy['name']}", "type": "not", "not": {"not_sub_policy": policy}}


def _config(
    spec: TracingSpec, steps: list[str], exporters: Config, extensions: Config, processors: Mapping[str, Config]
) -> Config:
    """A collector with one pipeline of traces. It refuses spans before its memory is full."""
    protocols = {"grpc": {"endpoint": f"{ADDRESS}:{GRPC_PORT}"}, "http": {"endpoint": f"{ADDRESS}:{HTTP_PORT}"}}
    metrics = {"pull": {"exporter": {"prometheus": {"host": ADDRESS, "port": METRICS_PORT}}}}
    return {
        "extensions": {"health_check": {"endpoint": f"{ADDRESS}:{HEALTH_PORT}"}, **extensions},
        "receivers": {"otlp": {"protocols": protocols}},
        "processors": {
            "memory_limiter": {
                "check_interval": "1s",
                "limit_mib": spec.mebibytes * 80 // 100,
                "spike_limit_mib": spec.mebibytes * 20 // 100,
            },
            **processors,
            # X-Ray takes at most 10,000 spans and 5 MB in a request.
            "batch": {"timeout": "1s", "send_batch_size": 1000, "send_batch_max_size": 2000},
        },
        "exporters": exporters,
        "service": {
            "extensions": ["health_check", *extensions],
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": ["memory_limiter", *steps], "exporters": [*exporters]}
            },
            "telemetry": {
                "logs": {"encoding": "json", "level": "info"},
                "metrics": {"level": "normal", "readers": [metrics]},
            },
        },
    }


def as_text(config: Config) -> str:
    """The text of a configuration. JSON is YAML."""
    return json.dumps(config, indent=1)


def _quoted(pattern: str) -> str:
    """The inside of a string of OTTL, which reads a backslash as the beginning of an escape."""
    return pattern.replace("\\", "\\\\").replace('"', '\\"')


def _escaped(pattern: str) -> str:
    """The collector reads $ as the beginning of a variable, and $$ as a dollar."""
    return pattern.replace("$", "$$")
