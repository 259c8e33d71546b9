"""InferenceServices of KServe: where their logger sends requests and responses."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from policies.engine.frameworks import well_architected
from policies.engine.objects import INFERENCE_SERVICE
from policies.engine.rule import Area, Finding, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import is_set, read, text
from resources.resource import UNKNOWN, Resource

_COMPONENTS = ("predictor", "transformer", "explainer")


def _logged_elsewhere(component: str) -> str:
    """The CEL expression of what the rule finds in one component of a service."""
    logger, at = f"object.spec.{component}.logger", f"spec.{component}.logger"
    url = f"{logger}.?url.orValue('')"
    inside = json.dumps(r"^(?i:https?)://[^/?#@.]+\.[^/?#@.]+\.svc(?:\.cluster\.local)?\.?(?::\d*)?(?:[/?#]|$)")
    return (
        f"(object.spec.?{component}.?logger.hasValue() ? "
        f"(has({logger}.storage) ? ['{at} stores whole requests and responses'] : []) + "
        f"({url}.matches({inside}) ? [] : ['{at} sends requests and responses to ' + "
        f"({url} == '' ? 'the default of KServe' : {url})]) : [])"
    )


@rule(
    "inference-log",
    "Predictions are logged through a collector of the cluster",
    INFERENCE_SERVICE,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC08-BP03"), well_architected("SEC07-BP02")],
    remediation="Use predictionLogs of ModelService: a collector stores the configured columns alone. KServe's own "
    "storage keeps whole bodies, with personal data, and an address outside the cluster gets them.",
    field="spec.<component>.logger",
    in_cluster=[
        InCluster(
            resources={"serving.kserve.io/v1beta1": ["inferenceservices"]},
            found=" + ".join(map(_logged_elsewhere, _COMPONENTS)),
        )
    ],
)
def _through_a_collector(service: Resource, _: Stack) -> Iterator[Result]:
    for component in _COMPONENTS:
        logger = read(service.inputs, "spec", component, "logger")
        if logger is UNKNOWN:
            yield Undecided(f"spec.{component}.logger")
        elif logger is not None:
            yield from _logger(logger, f"spec.{component}.logger")


def _logger(logger: object, at: str) -> Iterator[Result]:
    if is_set(read(logger, "storage")):
        yield Finding(f"{at} stores whole requests and responses")
    url = text(read(logger, "url"))
    if url is UNKNOWN:
        yield Undecided(f"{at}.url")
    elif not isinstance(url, str) or not _in_cluster(url):
        yield Finding(f"{at} sends requests and responses to {url or 'the default of KServe'}")


def _in_cluster(url: str) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".").removesuffix(".cluster.local")
    return parts.scheme in ("http", "https") and host.endswith(".svc") and host.count(".") == 2
