"""Collectors of traces and AWS X-Ray: spans are not lost, leave the cluster encrypted, and cost no more than wanted."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import yaml

from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import entries, number, read
from resources.resource import UNKNOWN, Resource

_INDEXING = "aws:xray/indexingRule:IndexingRule"
_CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
_FREE_PERCENT = 1
_INSIDE = (".svc", ".cluster.local")
_SENDERS = ("otlp", "otlp_grpc", "otlphttp", "otlp_http")
_ADDRESSES = ("endpoint", "traces_endpoint")
_Config = Mapping[str, Any]


@rule(
    "trace-indexing",
    "X-Ray indexes no more traces than are free",
    _INDEXING,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Rate Optimization"), well_architected("COST06-BP01")],
    remediation="Set rule.probabilistic.desiredSamplingPercentage to 1. Spans are searched without it.",
    field="rule.probabilistic.desiredSamplingPercentage",
)
def _indexing(indexing: Resource, _: Stack) -> Iterator[Result]:
    percent = number(read(indexing.inputs, "rule", "probabilistic", "desiredSamplingPercentage"))
    if percent is UNKNOWN:
        yield Undecided("rule.probabilistic.desiredSamplingPercentage")
    elif percent is not None and percent > _FREE_PERCENT:
        yield Finding(f"indexes {percent:g} % of the traces, where {_FREE_PERCENT} % is free")


def _is_collector(config_map: Resource, stack: Stack) -> bool:
    return bool(stack.once_for(config_map, _configs))


@rule(
    "collector-memory",
    "Collectors of traces limit their memory before all else",
    _CONFIG_MAP,
    when=_is_collector,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL05-BP02")],
    remediation="Name memory_limiter first among the processors of each pipeline. It refuses spans, and senders try "
    "again; without it the pod is killed and loses all that waits in it.",
    field="data",
)
def _limited(config_map: Resource, stack: Stack) -> Iterator[Result]:
    for key, config in stack.once_for(config_map, _configs):
        for name, pipeline in _section(config, "service", "pipelines").items():
            first = next(iter(_as_list(read(pipeline, "processors"))), None)
            if str(first).partition("/")[0] != "memory_limiter":
                yield Finding(f"has a pipeline {name} in {key} that does not begin with memory_limiter")


@rule(
    "collector-encryption",
    "Spans leave the cluster encrypted",
    _CONFIG_MAP,
    when=_is_collector,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC09-BP02")],
    remediation="Write an address with https:// and no tls.insecure, or the name of a Service of the cluster.",
    field="data",
)
def _encrypted(config_map: Resource, stack: Stack) -> Iterator[Result]:
    for key, config in stack.once_for(config_map, _configs):
        for name, exporter in _section(config, "exporters").items():
            if name.partition("/")[0] not in _SENDERS:
                continue
            for address in (str(read(exporter, each)) for each in _ADDRESSES if read(exporter, each)):
                host = address.rpartition("://")[2].partition("/")[0].partition(":")[0]
                plain = address.startswith("http://") or read(exporter, "tls", "insecure") is True
                if plain and not host.endswith(_INSIDE):
                    yield Finding(f"sends spans to {host} without TLS, by the exporter {name} in {key}")


def _configs(config_map: Resource) -> list[tuple[str, _Config]]:
    """The configurations of collectors in a ConfigMap, as JSON or YAML, by their keys."""
    parsed = (
        (key, _parsed(text))
        for key, text in entries(read(config_map.inputs, "data"))
        if isinstance(text, str) and "receivers" in text and "pipelines" in text
    )
    return [
        (key, cast(_Config, config))
        for key, config in parsed
        if isinstance(config, Mapping) and _section(cast(_Config, config), "service", "pipelines")
    ]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        return None
    except ValueError:
        try:
            return yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError):
            return None


def _section(config: _Config, *path: str) -> _Config:
    found = read(config, *path)
    return cast(_Config, found) if isinstance(found, Mapping) else {}


def _as_list(value: Any) -> list[Any]:
    return list(cast(list[Any], value)) if isinstance(value, list | tuple) else []
