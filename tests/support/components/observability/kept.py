"""Which metrics the scrape configuration stores."""

import re

from components.observability.metrics.exporters import Exporter
from components.observability.metrics.scrape_config import scrape_configs
from components.observability.metrics.spec import MetricsPlatformSpec

_MADE_BY_A_SCRAPE = {"up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling"}


def is_kept(metric: str) -> bool:
    """Whether a job stores the metric, in a stack with every part."""
    spec = MetricsPlatformSpec(name="ml", exporters=tuple(Exporter), model_namespaces=("models",))
    kept = [
        step["regex"]
        for job in scrape_configs(spec)
        for step in job["metric_relabel_configs"]
        if step["action"] == "keep"
    ]
    return metric in _MADE_BY_A_SCRAPE or any(re.fullmatch(pattern, metric) for pattern in kept)
