"""The configuration of Grafana Tempo as one process with all parts, which keeps traces in a bucket.

Source: grafana/tempo v3.0.3, docs/sources/tempo/configuration/_index.md and manifest.md; cmd/tempo/app/modules.go. In
this mode Tempo needs no Kafka, and no second process can share its work.
"""

from typing import Any

from ...facts.regions import dns_suffix
from .spec import HTTP_PORT
from .tempo_spec import TempoSpec

API_PORT = 3200
"""Queries, and commands such as ending the process."""
METRICS_PORT = 3101
"""Metrics and readiness only, so that who reads metrics cannot read traces."""
DATA_FOLDER = "/var/tempo"
_KINDS_OF_TRACES = 3
"""Kinds that the collectors limit each by itself: with errors, slow, and all others."""
_LIVE_SECONDS = 60
"""How long a trace may be open: twice what Tempo waits for its end."""
_LEAST_LIVE_TRACES = 10_000
_LARGEST_REQUEST = 20_000_000
"""Source: OpenTelemetry Collector v0.158.0, config/confighttp, default of max_request_body_size."""
_MEGABYTE = 1_000_000
_BLOCK_BYTES = 50 * _MEGABYTE


def tempo_config(spec: TempoSpec, region: str, spans_per_second: int) -> dict[str, Any]:
    """The configuration. `spans_per_second` is the rate of each kind that the collectors send at most."""
    retention = {"block_retention": f"{24 * spec.retention_days}h"}
    rate = spec.megabytes_per_second * _MEGABYTE
    return {
        "target": "all",
        "server": {"http_listen_port": API_PORT, "log_format": "json", "log_level": "info"},
        "internal_server": {"enable": True, "http_listen_port": METRICS_PORT, "register_instrumentation": True},
        "distributor": {
            "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"0.0.0.0:{HTTP_PORT}"}}}},
            # A collector that is told to wait sends again.
            "retry_after_on_resource_exhausted": "5s",
        },
        "live_store": {
            "wal": {"path": f"{DATA_FOLDER}/live-store/traces"},
            "shutdown_marker_dir": f"{DATA_FOLDER}/live-store/shutdown-marker",
            # A block makes some five objects, each with its price; the default is 30 seconds.
            "max_block_duration": "5m",
            "max_block_bytes": _BLOCK_BYTES,
        },
        "backend_scheduler": {
            "local_work_path": DATA_FOLDER,
            "provider": {"compaction": {"compaction": retention}},
        },
        # Another process merges the blocks again, so that a restart need not wait the default of 30 seconds.
        "backend_worker": {"compaction": retention, "finish_on_shutdown_timeout": "5s"},
        "storage": {
            "trace": {
                "backend": "s3",
                "s3": {
                    "bucket": spec.bucket,
                    "endpoint": f"s3.{region}.{dns_suffix(region)}",
                    "region": region,
                    "tls_min_version": "VersionTLS12",
                },
                "wal": {"path": f"{DATA_FOLDER}/wal"},
            }
        },
        "overrides": {
            "defaults": {
                "ingestion": {
                    "rate_limit_bytes": rate,
                    # A request that is larger than the burst would never be taken.
                    "burst_size_bytes": max(2 * rate, _LARGEST_REQUEST),
                    "max_traces_per_user": max(_LEAST_LIVE_TRACES, _KINDS_OF_TRACES * spans_per_second * _LIVE_SECONDS),
                },
                "global": {"max_bytes_per_trace": spec.trace_megabytes * _MEGABYTE},
            }
        },
        "usage_report": {"reporting_enabled": False},
    }
