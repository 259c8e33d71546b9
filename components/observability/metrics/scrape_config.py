"""The configuration of what reads metrics, for Prometheus and for AWS's managed scraper.

The managed scraper accepts `global` and `scrape_configs` only, with static, DNS and Kubernetes discovery. Source:
Amazon Managed Service for Prometheus user guide, "Using an AWS managed collector". Both have the same jobs. They differ
in the way to the kubelets: Prometheus asks each kubelet, and the scraper asks the API server for the kubelets' metrics.
"""

import json
from collections.abc import Sequence
from typing import Any

from .pod_target import PodTarget
from .spec import MetricsPlatformSpec
from .targets import (
    CADVISOR_KEPT,
    KUBELET_KEPT,
    NODE_EXPORTER_PORT,
    NODE_KEPT,
    pod_targets,
)

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - a path
CA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
Job = dict[str, Any]
Step = dict[str, Any]


def global_config(
    spec: MetricsPlatformSpec, cluster: str, further_labels: dict[str, str] | None = None
) -> dict[str, Any]:
    """The interval, and the labels of every series."""
    return {
        "scrape_interval": f"{spec.scrape_seconds}s",
        "scrape_timeout": "10s",
        "external_labels": {"cluster": cluster, **(further_labels or {})},
    }


def scrape_configs(spec: MetricsPlatformSpec, *, through_api_server: bool = False) -> list[Job]:
    """The jobs: nodes, kubelets, containers, and the pods of each part of the platform."""
    return [
        _node_exporter(),
        _kubelet("kubelet", "/metrics", KUBELET_KEPT, through_api_server),
        _containers(through_api_server),
        *(pod_job(target) for target in pod_targets(spec.exporters, spec.model_namespaces)),
    ]


def scraper_config(spec: MetricsPlatformSpec, cluster: str) -> str:
    """The file of the managed scraper."""
    jobs = scrape_configs(spec, through_api_server=True)
    # The collecting Prometheus is not there.
    jobs = [job for job in jobs if job["job_name"] != "prometheus"]
    return as_text({"global": global_config(spec, cluster), "scrape_configs": jobs})


def prometheus_config(spec: MetricsPlatformSpec, cluster: str, region: str, write_url: str) -> str:
    """The file of the collecting Prometheus, which sends each sample to the workspace at `write_url`.

    The workspace stores the samples of one of the pods with equal labels `cluster`. Source: Amazon Managed Service for
    Prometheus user guide, "Send high availability data to Amazon Managed Service for Prometheus with Prometheus".
    """
    remote = {"url": write_url, "sigv4": {"region": region}, "queue_config": {"max_shards": 20}}
    return as_text(
        {
            "global": global_config(spec, cluster, {"__replica__": "${POD_NAME}"}),
            "scrape_configs": scrape_configs(spec),
            "remote_write": [remote],
        }
    )


def as_text(config: Any) -> str:
    """The text of a configuration. JSON is YAML."""
    return json.dumps(config, indent=1)


def pod_job(target: PodTarget) -> Job:
    """The job that reads the pods of a part. One pod is one target, whichever ports its containers name."""
    selector = ",".join(f"{key}={value}" for key, value in sorted(target.labels.items()))
    job: Job = {
        "job_name": target.job,
        "metrics_path": target.path,
        "honor_labels": target.speaks_for_others,
        "kubernetes_sd_configs": [
            {
                "role": "pod",
                "namespaces": {"names": list(target.namespaces)},
                "selectors": [{"role": "pod", "label": selector}],
            }
        ],
        "relabel_configs": [
            _only("__meta_kubernetes_pod_phase", "Running"),
            {"source_labels": ["__meta_kubernetes_pod_container_init"], "regex": "true", "action": "drop"},
            *([_only("__meta_kubernetes_pod_container_image", target.image)] if target.image else []),
            _label("__address__", "__meta_kubernetes_pod_ip", f"$1:{target.port}"),
            *_target_labels(target),
        ],
        "metric_relabel_configs": [_kept(target.kept)],
    }
    if target.seconds:
        job["scrape_interval"] = f"{target.seconds}s"
    if target.secured:
        # These controllers make their own certificates, which no authority signs.
        job |= {"scheme": "https", **_token(), "tls_config": {"insecure_skip_verify": True}}
    return job


def _target_labels(target: PodTarget) -> list[Step]:
    """Who answered. Where the metrics name other pods, the labels namespace and pod are theirs."""
    node = _label("node", "__meta_kubernetes_pod_node_name")
    if target.speaks_for_others:
        return [node, _label("instance", "__meta_kubernetes_pod_node_name")]
    return [
        node,
        _label("namespace", "__meta_kubernetes_namespace"),
        _label("pod", "__meta_kubernetes_pod_name"),
        _label("instance", "__meta_kubernetes_pod_name"),
    ]


def _node_exporter() -> Job:
    """Nodes by their addresses, because the exporter uses the node's network."""
    return {
        **_nodes("node-exporter"),
        "relabel_configs": [
            _label("__address__", "__meta_kubernetes_node_address_InternalIP", f"$1:{NODE_EXPORTER_PORT}"),
            *_node_labels(),
        ],
        "metric_relabel_configs": [
            _kept(NODE_KEPT),
            # Each pod has an interface on its node; the node's own tell enough.
            _dropped(("__name__", "device"), r"node_network_.*;(veth|eni|cali|lo|dummy|docker).*"),
            _dropped(("__name__", "mode"), r"node_cpu_seconds_total;(guest|irq|nice|softirq|steal)"),
            _dropped(("__name__", "fstype"), r"node_filesystem_.*;(tmpfs|overlay|shm|squashfs|erofs|fuse.*)"),
        ],
    }


def _kubelet(job: str, path: str, kept: Sequence[str], through_api_server: bool) -> Job:
    """The kubelets, whose certificates the cluster's authority signs."""
    steps: list[Step] = []
    if through_api_server:
        steps = [
            {"replacement": "kubernetes.default.svc:443", "target_label": "__address__"},
            _label("__metrics_path__", "__meta_kubernetes_node_name", f"/api/v1/nodes/$1/proxy{path}"),
        ]
    return {
        **_nodes(job),
        "scheme": "https",
        "metrics_path": path,
        **_token(),
        "tls_config": {"ca_file": CA},
        "relabel_configs": [*steps, *_node_labels()],
        "metric_relabel_configs": [_kept(kept)],
    }


def _containers(through_api_server: bool) -> Job:
    job = _kubelet("cadvisor", "/metrics/cadvisor", CADVISOR_KEPT, through_api_server)
    job["honor_labels"] = True
    job["metric_relabel_configs"] += [
        # The sums of pods and of the node; dashboards add up containers.
        _dropped(("__name__", "container"), r"container_(cpu|memory|oom)_.*;(POD)?"),
        _dropped(("__name__", "pod"), r"container_network_.*;"),
        {"regex": "image|name", "action": "labeldrop"},
    ]
    return job


def _nodes(job: str) -> Job:
    return {"job_name": job, "kubernetes_sd_configs": [{"role": "node"}]}


def _node_labels() -> list[Step]:
    return [_label(label, "__meta_kubernetes_node_name") for label in ("node", "instance")]


def _token() -> dict[str, Any]:
    return {"authorization": {"credentials_file": TOKEN}}


def _label(target: str, source: str, replacement: str = "$1") -> Step:
    return {"source_labels": [source], "target_label": target, "replacement": replacement}


def _only(source: str, pattern: str) -> Step:
    return {"source_labels": [source], "regex": pattern, "action": "keep"}


def _kept(patterns: Sequence[str]) -> Step:
    return _only("__name__", "|".join(patterns))


def _dropped(sources: Sequence[str], pattern: str) -> Step:
    return {"source_labels": list(sources), "regex": pattern, "action": "drop"}
