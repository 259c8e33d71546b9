"""Cases of the rules in policies/inference_services.py."""

from typing import Any

from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown

SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
COLLECTOR = "http://prediction-log.model-quality.svc.cluster.local:8080"


def logged(**logger: Any) -> dict[str, Any]:
    return {"spec": {"predictor": {"logger": {"mode": "all", **logger}}}}


CASES = [
    passes("inference-log", make(SERVICE, logged(url=COLLECTOR))),
    passes("inference-log", make(SERVICE, logged(url="http://collector.logs.svc"))),
    passes("inference-log", make(SERVICE, {"spec": {"predictor": {}}}), kind="absent"),
    fails("inference-log", make(SERVICE, logged(url="s3://bucket/predictions")), found="to s3://bucket/predictions"),
    fails("inference-log", make(SERVICE, logged(url="https://logs.example.com")), found="to https://logs.example.com"),
    fails("inference-log", make(SERVICE, logged(url="http://a.b.svc.example.com")), found="example.com"),
    fails("inference-log", make(SERVICE, logged()), kind="absent", found="the default of KServe"),
    fails(
        "inference-log",
        make(SERVICE, logged(url=COLLECTOR, storage={"path": "/logs", "key": "k", "parameters": {"format": "json"}})),
        found="stores whole requests and responses",
    ),
    fails(
        "inference-log",
        make(SERVICE, {"spec": {"predictor": {}, "transformer": {"logger": {"url": "http://10.0.0.1"}}}}),
        found="spec.transformer.logger",
    ),
    unknown("inference-log", make(SERVICE, {"spec": {"predictor": UNKNOWN}}), undecided="spec.predictor.logger"),
    unknown("inference-log", make(SERVICE, logged(url=UNKNOWN)), undecided="spec.predictor.logger.url"),
]
