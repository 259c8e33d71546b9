"""How ModelService registers a model, what the model may read, and what is refused by which name."""

from typing import Any

import pytest

from components.core.spec import SpecError
from tests.support.components.clusters import needs, statements
from tests.support.components.mocks import Recording
from tests.support.components.models import BUCKET, CANARY, FLOOR, KEY, objects, served

SERVICE, CANARY_SERVICE = ("InferenceService", "fraud"), ("InferenceService", "fraud-canary")
QUARTER = {"mode": "mps", "pods": 4}


@pytest.fixture(scope="module")
def recording() -> Recording:
    return served(canary=CANARY, monitoring=True)


KINDS = {
    "ServiceAccount": "core/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1",
    "InferenceService": "serving.kserve.io/v1beta1",
    "ScaledObject": "keda.sh/v1alpha1",
    "VirtualService": "networking.istio.io/v1",
    "Service": "core/v1",
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "PrometheusRule": "monitoring.coreos.com/v1",
}


def registered(recording: Recording) -> dict[tuple[str, str], Any]:
    found = [each for each in recording.resources if each.type.startswith("kubernetes:")]
    return {(each.inputs["kind"], each.inputs["metadata"]["name"]): each for each in found}


def test_the_component_registers_those_objects_and_no_other(recording: Recording) -> None:
    found = registered(recording)
    assert {key: each.inputs for key, each in found.items()} == objects(canary=CANARY, monitoring=True)
    for (kind, _), each in found.items():
        assert each.type == f"kubernetes:{KINDS[kind]}:{kind}"
    assert recording.outputs("fraud")["url"] == "https://fraud.models.example.com"


def test_model_starts_after_its_needs_and_before_its_routes(recording: Recording) -> None:
    found = registered(recording)
    names = {each.name: key for key, each in found.items()}
    before = {key: {names[name] for name in needs(recording, each) if name in names} for key, each in found.items()}
    first = {("ServiceAccount", "fraud"), ("NetworkPolicy", "fraud"), ("PodDisruptionBudget", "fraud")}
    services = {SERVICE, CANARY_SERVICE}
    assert all(not before[key] for key in first)
    assert all(before[key] == first for key in services)
    assert all(before[key] == first | services for key in set(found) - first - services)


def test_a_model_starts_with_its_identity(recording: Recording) -> None:
    identity = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    found = objects()
    account = found["ServiceAccount", "fraud"]["metadata"]
    assert (identity.inputs["namespace"], identity.inputs["serviceAccount"]) == (account["namespace"], account["name"])
    assert found[SERVICE]["spec"]["predictor"]["serviceAccountName"] == account["name"]
    for key in (SERVICE, CANARY_SERVICE):
        assert identity.name in needs(recording, registered(recording)[key])


def test_the_model_reads_its_own_folders_and_nothing_else(recording: Recording) -> None:
    found = statements(recording.one("aws:iam/rolePolicy:RolePolicy"))
    folders = [f"arn:aws:s3:::{BUCKET}/fraud/{version}/*" for version in (3, 4)]
    assert found["Read"] == {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": folders}
    assert found["Decrypt"]["Resource"] == [KEY]
    assert found["Decrypt"]["Action"] == ["kms:Decrypt"]
    # KServe asks whether the bucket is there, in a request without a prefix.
    assert found["List"]["Resource"] == [f"arn:aws:s3:::{BUCKET}"]
    assert found["List"]["Condition"] == {"StringLikeIfExists": {"s3:prefix": ["fraud/3/*", "fraud/4/*"]}}
    assert set(found) == {"List", "Read", "Decrypt"}


def test_nothing_is_known_too_early_at_a_preview() -> None:
    previewed = served(Recording(preview=True))
    assert set(registered(previewed)) == set(objects())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"minimum": None}, "minimum is missing; it is required"),
        ({"maximum": None}, "maximum is missing; it is required"),
        ({"targetConcurrency": None}, "target_concurrency is missing; it is required"),
        ({"minimum": 0}, "minimum = 0 leaves no replica to answer; set 1 or more, or set scaleToZero"),
        ({"maximum": 1}, "maximum = 1 must be at least minimum = 2"),
        ({"runtime": "tritn"}, "runtime = 'tritn': allowed: triton, huggingface, mlserver; did you mean triton?"),
        ({"runtime": "mlserver"}, "modelFormat is missing; runtime mlserver has no default: set one of sklearn"),
        (
            {"modelFormat": "sklearn"},
            "modelFormat = sklearn is not a format of runtime triton; allowed: tensorrt",
        ),
        ({"host": "fraud.example.org"}, "host = fraud.example.org is not one label below domain = models.example.com"),
        ({"host": "a.b.models.example.com"}, "host = a.b.models.example.com is not one label below domain"),
        ({"domain": "models"}, "domain = 'models': "),
        ({"namespace": "istio-system"}, "namespace = istio-system is not for models; choose one of"),
        ({"namespace": "kube-public"}, "namespace = kube-public is not for models"),
        ({"name": "fraud-canary"}, "name = fraud-canary would be taken for the canary of another model"),
        ({"name": "f" * 47}, "name = '" + "f" * 47 + "': "),
        ({"modelUri": "s3://acme/fraud/model.onnx"}, "modelUri = s3://acme/fraud/model.onnx must end with /"),
        ({"modelUri": "https://acme/fraud/"}, "modelUri = 'https://acme/fraud/': "),
        ({"gpus": 1, "gpuShare": QUARTER}, "gpus = 1 and gpuShare are both set; keep one: gpus for whole GPUs"),
        ({"gpuShare": {"mode": "mig", "pods": 2}}, "gpuShare.mode = 'mig': allowed: mps, time-slicing"),
        ({"gpuShare": {"mode": "mps", "pods": 17}}, "gpuShare.pods = 17: "),
        ({"canary": {**CANARY, "percent": 101}}, "canary.percent = 101: "),
        (
            {"schedules": [{**FLOOR, "minimum": 11}]},
            "schedules[0].minimum = 11 is above maximum = 10",
        ),
        (
            {"schedules": [{**FLOOR, "minimum": 1}]},
            "schedules[0].minimum = 1 is below that of the model, minimum = 2; a schedule raises it",
        ),
        (
            {"schedules": [{**FLOOR, "end": "07:00"}]},
            "schedules[0].end = 07:00 must be after start = 08:00 on the same day",
        ),
        ({"schedules": [{**FLOOR, "start": "8:00"}]}, "schedules[0].start = '8:00': "),
        ({"cpu": "0"}, "cpu = '0': "),
        ({"replicas": 2}, "replicas is not a known field; known here: name, namespace, domain"),
    ],
)
def test_a_wrong_model_is_refused_before_anything_is_made(changes: dict[str, Any], told: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as refused:
        served(recording, **changes)
    assert str(refused.value).startswith("ModelService(fraud): 1 wrong\n  ")
    assert told in str(refused.value)
    assert not recording.resources


def test_a_name_is_as_long_as_its_canarys_service_lets_it_be() -> None:
    name = "f" * 46
    [grpc, _] = objects(name=name, canary=CANARY)["VirtualService", name]["spec"]["http"]
    services = [each["destination"]["host"].split(".")[0] for each in grpc["route"]]
    assert max(map(len, services)) == 63
