"""Models to be served: one that a test changes, and every kind that the spec allows."""

from typing import Any

from hypothesis import strategies as st

from components.core.spec import parse
from components.serving.model_service.model_service import ModelService
from components.serving.model_service.objects import model_service_objects
from components.serving.model_service.spec import ModelServiceSpec
from components.serving.serving_platform.names import Runtime
from components.serving.serving_platform.runtimes import model_formats
from tests.support.components.mocks import ACCOUNT, Recording, run

BUCKET = f"acme-models-{ACCOUNT}"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/models"
MODEL: dict[str, Any] = {
    "name": "fraud",
    "namespace": "models",
    "domain": "models.example.com",
    "modelUri": f"s3://{BUCKET}/fraud/3/",
    "runtime": "triton",
    "cpu": "2",
    "memory": "8Gi",
    "minimum": 2,
    "maximum": 10,
    "targetConcurrency": 8,
}
FLOOR = {"name": "office", "minimum": 6, "start": "08:00", "end": "20:30"}
ON_DEMAND: dict[str, Any] = {"scaleToZero": True, "protocol": "REST", "minimum": 0}
CACHE: dict[str, Any] = {"group": "inference", "sizeGib": 12}
CANARY: dict[str, Any] = {"modelUri": f"s3://{BUCKET}/fraud/4/", "percent": 10}

Key = tuple[str, str]


def objects(**changes: Any) -> dict[Key, dict[str, Any]]:
    """The objects of `MODEL` with `changes`, by kind and name. A field that is changed to None is left out."""
    return by_key(model_service_objects(parse(ModelServiceSpec, values(**changes), "model")))


def values(**changes: Any) -> dict[str, Any]:
    """`MODEL` with `changes`."""
    return {key: value for key, value in {**MODEL, **changes}.items() if value is not None}


def by_key(manifests: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
    """Manifests by kind and name, each of which is there once."""
    found = {(each["kind"], each["metadata"]["name"]): each for each in manifests}
    assert len(found) == len(manifests)
    return found


def served(recording: Recording | None = None, **changes: Any) -> Recording:
    """A ModelService "fraud" of `MODEL` with `changes`."""
    given: Any = {**values(**changes), "cluster_name": "ml", "models_key_arn": KEY}
    return run(lambda: ModelService("fraud", given), recording)


_NAMES = st.from_regex(r"\A[a-z][a-z0-9-]{0,20}[a-z0-9]\Z").filter(lambda name: not name.endswith("-canary"))
_URIS = st.from_regex(r"\As3://[a-z0-9]{3,20}/([A-Za-z0-9_-][A-Za-z0-9_.-]{0,9}/){1,3}\Z")
_WORDS = st.text(alphabet="abcXYZ019._-", min_size=1, max_size=20).filter(
    lambda word: word[0].isalpha() and word[-1].isalnum()
)
_DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]


@st.composite
def floors(draw: st.DrawFn, minimum: int, maximum: int) -> dict[str, Any]:
    """A schedule between the bounds of its model."""
    start, end = sorted(draw(st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True)))
    floor: dict[str, Any] = {
        "name": draw(st.from_regex(r"\A[a-z0-9]{1,10}\Z")),
        "minimum": draw(st.integers(minimum, maximum)),
        "start": f"{start // 60:02}:{start % 60:02}",
        "end": f"{end // 60:02}:{end % 60:02}",
    }
    if draw(st.booleans()):
        floor["days"] = draw(st.lists(st.sampled_from(_DAYS), min_size=1, unique=True))
    if draw(st.booleans()):
        floor["timeZone"] = draw(st.sampled_from(["America/New_York", "Asia/Tokyo", "Etc/GMT+5"]))
    return floor


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """Values that the spec accepts, of every kind."""
    name, domain = draw(_NAMES), draw(st.sampled_from(["models.example.com", "ml.acme.io"]))
    runtime = draw(st.sampled_from(sorted(Runtime)))
    minimum = draw(st.integers(1, 500))
    maximum = draw(st.integers(minimum, 1000))
    wanted: dict[str, Any] = {
        "name": name,
        "namespace": draw(st.from_regex(r"\Ateam-[a-z0-9]{1,10}\Z")),
        "domain": domain,
        "modelUri": draw(_URIS),
        "runtime": runtime,
        "cpu": draw(st.from_regex(r"\A([1-9][0-9]?|[1-9][0-9]{2}m)\Z")),
        "memory": draw(st.from_regex(r"\A([1-9][0-9]{3}Mi|[1-9][0-9]{0,3}Gi)\Z")),
        "minimum": minimum,
        "maximum": maximum,
        "targetConcurrency": draw(st.integers(1, 10000)),
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "host": st.from_regex(r"\A[a-z]{1,10}\Z").map(lambda label: f"{label}.{domain}"),
        "modelFormat": st.sampled_from(model_formats(Runtime(runtime))),
        "storageGib": st.integers(1, 1000),
        "schedules": st.lists(floors(minimum, maximum), max_size=3),
        "canary": st.fixed_dictionaries({"modelUri": _URIS, "percent": st.integers(0, 100)}),
        "cache": st.fixed_dictionaries({"group": st.just("inference"), "sizeGib": st.integers(1, 16384)}),
        "predictionLogs": st.fixed_dictionaries({"mode": st.sampled_from(["all", "request", "response"])}),
        "traceCollector": st.just("collector.tracing.svc.cluster.local"),
        "timeoutSeconds": st.integers(1, 3600),
        "startupMinutes": st.integers(1, 180),
        "egress": st.lists(
            st.fixed_dictionaries({"cidr": st.just("10.40.0.0/16"), "port": st.integers(1, 65535)}), max_size=2
        ),
        "labels": st.dictionaries(_WORDS, _WORDS, max_size=2),
        "prometheusUrl": st.just("http://prometheus.metrics:9090/prom"),
        "monitoring": st.booleans(),
        "monitoringNamespace": st.just("metrics"),
        "latencyMilliseconds": st.integers(1, 3_600_000),
        "errorPercent": st.integers(1, 100),
        "runbookUrl": st.just("https://wiki.example.com/runbooks.md"),
    }
    accelerated: dict[str, st.SearchStrategy[Any]] = {
        "gpus": st.integers(0, 8),
        "gpuShare": st.fixed_dictionaries(
            {"mode": st.sampled_from(["mps", "time-slicing"]), "pods": st.integers(2, 16)}
        ),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(optional))))
    if runtime == "mlserver":
        chosen |= {"modelFormat"}
    if runtime == "huggingface":
        chosen -= {"traceCollector"}
    if kind := draw(st.sampled_from(["", "gpus", "gpuShare"])):
        wanted[kind] = draw(accelerated[kind])
    if draw(st.booleans()):
        protocol = draw(st.sampled_from(["REST", "gRPC"]))
        wanted |= {"scaleToZero": True, "protocol": protocol, "minimum": 0}
        chosen -= {"host", "schedules", *(["predictionLogs"] if protocol == "gRPC" else [])}
    return wanted | {field: draw(optional[field]) for field in sorted(chosen)}
