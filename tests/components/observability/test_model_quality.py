"""ModelQuality: its bucket, its rights, its pods and its ways, and the inputs that it refuses."""

import json
from typing import Any

import pytest

from components.core.account import Account
from components.core.spec import SpecError, parse
from components.observability.model_quality.access import LATEST, PREDICTIONS, REPORTS, collector_access, job_access
from components.observability.model_quality.model_quality import ModelQuality
from components.observability.model_quality.settings import settings_document
from components.observability.model_quality.spec import MOST_VALUES, ModelQualitySpec, job_name
from components.serving.serving_platform.names import AGENT_PORT, PREDICTION_LOG_URL
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.components.models import objects
from workers.model_quality import settings as read
from workers.model_quality.job import window
from workers.model_quality.settings import Settings

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/data"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/platform"
COLUMN = {"name": "score"}
MODEL: dict[str, Any] = {
    "name": "fraud",
    "namespace": "risk",
    "features": [{"name": "amount", "tensor": "features", "index": 1}, {"name": "country", "kind": "category"}],
    "predictions": [COLUMN],
    "reference": "s3://acme-training/fraud/",
}
CONFIG: dict[str, Any] = {
    "bucket": "acme-predictions",
    "logImage": f"{IMAGE}/prediction-log:1",
    "jobImage": f"{IMAGE}/model-quality:1",
    "models": [MODEL],
}


def made(**changes: Any) -> Recording:
    given: Any = {**CONFIG, **changes, "cluster_name": "ml", "key_arn": KEY, "log_bucket": "acme-logs"}
    return run(lambda: ModelQuality("quality", given))


def manifests(recording: Recording, kind: str) -> list[dict[str, Any]]:
    return [dict(each.inputs) for each in recording.resources if each.type.rpartition(":")[2] == kind]


def refused(**changes: Any) -> str:
    with pytest.raises(SpecError) as error:
        parse(ModelQualitySpec, {**CONFIG, **changes}, "quality")
    return str(error.value)


def with_model(**changes: Any) -> dict[str, Any]:
    return {"models": [{**MODEL, **changes}]}


def test_predictions_and_reports_expire() -> None:
    [lifecycle] = manifests(made(retentionDays=7, reportDays=90), "BucketLifecycleConfiguration")
    expired = {
        each["filter"]["prefix"]: each["expiration"]["days"] for each in lifecycle["rules"] if each["filter"]["prefix"]
    }
    assert expired == {PREDICTIONS: 7, REPORTS: 90}
    [old] = [each for each in lifecycle["rules"] if "noncurrentVersionExpiration" in each]
    assert old["noncurrentVersionExpiration"]["noncurrentDays"] == 1


def test_bucket_is_encrypted_with_the_given_key() -> None:
    [encryption] = manifests(made(), "BucketServerSideEncryptionConfiguration")
    [rule] = encryption["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}


def test_collector_writes_predictions_and_cannot_read_them() -> None:
    statements = json.loads(collector_access(Account(ACCOUNT, "us-east-1", "aws"), "b", KEY))["Statement"]
    actions = {each["Sid"]: (each["Action"], each["Resource"]) for each in statements}
    assert actions["WritePredictions"] == (["s3:PutObject"], ["arn:aws:s3:::b/predictions/*"])
    assert actions["ReadNewestReports"] == (["s3:GetObject"], [f"arn:aws:s3:::b/reports/*/{LATEST}"])
    assert not [each for each in statements if any("Delete" in action for action in each["Action"])]


def test_job_reads_its_training_data_and_no_other() -> None:
    references = ["s3://acme-training/fraud/", "s3://acme-training/churn/1.parquet"]
    statements = json.loads(job_access(Account(ACCOUNT, "us-east-1", "aws"), "b", KEY, references))["Statement"]
    found = {each["Sid"]: each for each in statements}
    assert found["ReadTrainingData"]["Resource"] == [
        "arn:aws:s3:::acme-training/fraud/*",
        "arn:aws:s3:::acme-training/churn/1.parquet",
    ]
    assert found["FindTrainingData"]["Condition"] == {"StringLike": {"s3:prefix": ["fraud/*", "churn/1.parquet"]}}
    written = [each["Resource"] for each in statements if "s3:PutObject" in each["Action"]]
    assert written == [["arn:aws:s3:::b/reports/*"]]


def test_folders_are_those_of_the_programs() -> None:
    assert (PREDICTIONS, REPORTS, LATEST) == (read.PREDICTIONS, read.REPORTS, read.LATEST)


def test_values_that_are_compared_are_those_of_the_job() -> None:
    assert (MOST_VALUES, 200_000) == (window.MOST_VALUES, window.MOST_ROWS)


def test_pods_are_restricted_and_have_no_api_token() -> None:
    recording = made()
    [deployment] = manifests(recording, "Deployment")
    [job] = manifests(recording, "CronJob")
    for pod in (deployment["spec"]["template"]["spec"], job["spec"]["jobTemplate"]["spec"]["template"]["spec"]):
        [container] = pod["containers"]
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["runAsUser"] == 65532


def test_job_with_wrong_settings_is_not_tried_again() -> None:
    [job] = manifests(made(), "CronJob")
    spec = job["spec"]["jobTemplate"]["spec"]
    [rule] = spec["podFailurePolicy"]["rules"]
    assert (rule["action"], rule["onExitCodes"]["values"]) == ("FailJob", [2, 3])
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert spec["template"]["spec"]["containers"][0]["args"] == ["risk/fraud"]


def test_only_listed_models_reach_the_collector() -> None:
    [policy] = [each for each in manifests(made(), "NetworkPolicy") if each["metadata"]["name"] == "allow-models"]
    [rule] = policy["spec"]["ingress"]
    assert rule["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "risk"}},
            "podSelector": {"matchLabels": {"mlplatform.io/model": "fraud"}},
        }
    ]


def test_job_reaches_mlflow_only_when_there_is_one() -> None:
    names = {each["metadata"]["name"] for each in manifests(made(), "NetworkPolicy")}
    tracked = made(tracking_address="http://mlflow.mlflow:5000")
    assert {each["metadata"]["name"] for each in manifests(tracked, "NetworkPolicy")} - names == {
        "allow-tracking",
        "allow-model-quality",
    }
    [job] = manifests(tracked, "CronJob")
    environment = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "MLFLOW_TRACKING_URI", "value": "http://mlflow.mlflow:5000"} in environment


def test_settings_are_those_that_the_programs_read() -> None:
    labels = {"uri": "s3://acme-training/labels/", "prediction": "score", "maximumError": 0.5}
    spec = parse(ModelQualitySpec, {**CONFIG, **with_model(labels=labels, test="p-value", threshold=0.001)}, "quality")
    [model] = Settings.model_validate_json(settings_document(spec)).models
    assert [(each.name, each.kind, each.tensor, each.index, each.output) for each in model.columns] == [
        ("amount", "number", "features", 1, False),
        ("country", "category", "country", 0, False),
        ("score", "number", "score", 0, True),
    ]
    assert (model.test, model.experiment, model.labels and model.labels.maximum) == ("p-value", "fraud", 0.5)


def test_names_of_jobs_are_unique_and_short() -> None:
    keys = [("a-b", "c"), ("a", "b-c"), ("n" * 63, "m" * 46)]
    models = [{**MODEL, "namespace": namespace, "name": name} for namespace, name in keys]
    spec = parse(ModelQualitySpec, {**CONFIG, "models": models}, "quality")
    names = [job_name(each) for each in spec.models]
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 52


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"logImage": f"{IMAGE}/prediction-log"}, "has no version"),
        ({"jobImage": f"{IMAGE}/model-quality:latest"}, "has no version"),
        ({"models": []}, "models"),
        ({"models": [MODEL, MODEL]}, "risk/fraud is there twice"),
        ({"retentionDays": 1}, "must be above the windowHours of fraud"),
        (with_model(features=[], predictions=[]), "without columns nothing is compared"),
        (with_model(features=[COLUMN]), "score is the name of two columns"),
        (with_model(features=[{"name": f"c{n}"} for n in range(51)]), "name at most 50"),
        (with_model(features=[{**COLUMN, "name": "a", "categories": ["x"]}]), "only a category has them"),
        (with_model(features=[{"name": "a", "kind": "category", "minimum": 1}]), "only a number has it"),
        (with_model(features=[{"name": "a", "minimum": 1, "maximum": 1}]), "must be above minimum = 1"),
        (with_model(features=[{"name": f"c{n}"} for n in range(49)], minimumRows=30_001), "at most 30,000 rows"),
        (with_model(windowHours=5), "must be one of 1, 2, 3"),
        (with_model(schedule="0 25 * * *"), "schedule"),
        (with_model(test="p-value", threshold=1), "a p-value is below 1"),
        (with_model(reference="s3://acme-training/a.csv"), "reference"),
        (with_model(reference="s3://acme-training/../a.csv"), "reference"),
        (with_model(reference="s3://acme-training/*/"), "reference"),
        *(
            (with_model(reference=reference), "it is not the address of training data")
            for reference in (
                "s3://acme-training/../a.parquet",
                "s3://acme-training/a/../b/",
                "s3://acme-training//a/",
                "s3://acme-training/a//b.parquet",
                "s3://acme-training/",
                "/a/b.parquet",
                "models:/fraud@champion/../x.parquet",
                "runs:/0a1b/a//x.parquet",
            )
        ),
        (
            with_model(labels={"uri": "s3://acme-training/a/../b/", "prediction": "score"}),
            "it is not the address of a folder",
        ),
        (with_model(schedule="* * * * *"), "has 1 min between two runs, and 43,920 runs a month"),
        (with_model(schedule="0 1,13 * * *"), "leave 1440 minutes or more, as in 0 1 * * *"),
        ({"jobMemory": "1Mi"}, "jobMemory = '1Mi': a comparison needs 512Mi or more; raise it"),
        ({"jobCpu": "10m"}, "jobCpu = '10m': a comparison with less than 100m CPU takes minutes to start"),
        (
            with_model(labels={"uri": "s3://acme-training/labels/", "prediction": "amount"}),
            "predictions has no such column",
        ),
        (
            with_model(labels={"uri": "s3://acme-training/labels/", "prediction": "score", "minimumAccuracy": 0.5}),
            "has no such bound",
        ),
    ],
)
def test_wrong_arguments_are_refused(changes: dict[str, Any], told: str) -> None:
    assert told in refused(**changes)


@pytest.mark.parametrize(
    "reference",
    [
        "s3://acme-training/a.parquet",
        "s3://acme/a/b/",
        "models:/fraud@champion/r.parquet",
        "models:/fraud/3/r",
        "runs:/0a1b/x/r.parquet",
    ],
)
def test_references_of_s3_and_mlflow_are_accepted(reference: str) -> None:
    parse(ModelQualitySpec, {**CONFIG, **with_model(reference=reference)}, "quality")


def test_logged_model_sends_events_and_admits_the_gateway_at_the_agent() -> None:
    found = objects(predictionLogs={"mode": "request"}, canary={"modelUri": "s3://acme-models/fraud/4/", "percent": 10})
    for name in ("fraud", "fraud-canary"):
        predictor = found["InferenceService", name]["spec"]["predictor"]
        assert predictor["logger"] == {"url": PREDICTION_LOG_URL, "mode": "request"}
    policy = found["NetworkPolicy", "fraud"]["spec"]
    assert AGENT_PORT in [port["port"] for rule in policy["ingress"] for port in rule["ports"]]
    [out] = [rule for rule in policy["egress"] if any(port["port"] == 8080 for port in rule["ports"])]
    assert out["to"][0]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "prediction-log"}
    plain = json.dumps(objects()["NetworkPolicy", "fraud"])
    assert str(AGENT_PORT) not in plain
    assert "prediction-log" not in plain
