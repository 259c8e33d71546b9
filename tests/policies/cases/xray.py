"""Cases of the rules in policies/xray.py."""

import json
from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

LIMITED = ["memory_limiter", "batch"]


def indexing(percent: Any) -> Resource:
    return make(
        "aws:xray/indexingRule:IndexingRule", {"rule": {"probabilistic": {"desiredSamplingPercentage": percent}}}
    )


def collector(processors: Any = None, **exporter: Any) -> Resource:
    config: dict[str, Any] = {
        "receivers": {"otlp": {}},
        "exporters": {"otlp_http": exporter},
        "service": {"pipelines": {"traces": {"processors": LIMITED if processors is None else processors}}},
    }
    return config_map(json.dumps(config))


def config_map(text: Any) -> Resource:
    return make("kubernetes:core/v1:ConfigMap", {"data": {"config.yaml": text}})


AS_YAML = """
receivers: {otlp: {}}
exporters: {otlp/backend: {endpoint: "backend.example.com:4317", tls: {insecure: true}}}
service: {pipelines: {traces: {processors: [batch, memory_limiter]}}}
"""

CASES = [
    passes("trace-indexing", indexing(1)),
    fails("trace-indexing", indexing(10), found="indexes 10 % of the traces"),
    passes("trace-indexing", make("aws:xray/indexingRule:IndexingRule"), kind="absent"),
    unknown("trace-indexing", indexing(UNKNOWN), undecided="desiredSamplingPercentage"),
    passes("collector-memory", collector()),
    passes("collector-memory", config_map("receivers and pipelines: a note")),
    passes("collector-memory", config_map(UNKNOWN), kind="unknown"),
    fails("collector-memory", config_map(AS_YAML), found="traces in config.yaml that does not begin"),
    fails("collector-memory", collector([]), kind="absent", found="does not begin with memory_limiter"),
    passes("collector-encryption", collector(traces_endpoint="https://xray.us-east-1.amazonaws.com/v1/traces")),
    passes("collector-encryption", collector(endpoint="http://tempo.tempo.svc.cluster.local:4318")),
    passes("collector-encryption", collector(), kind="absent"),
    passes("collector-encryption", config_map(UNKNOWN), kind="unknown"),
    fails("collector-encryption", collector(endpoint="http://backend.example.com:4318"), found="without TLS"),
    fails("collector-encryption", config_map(AS_YAML), found="sends spans to backend.example.com without TLS"),
]
