"""The quality of models over several deployments, under the real engine. Skipped without the Pulumi CLI on PATH."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

PROGRAM = """
from components.observability.model_quality.model_quality import ModelQuality

cluster = pulumi.ProviderResource("kubernetes", "cluster", {})
quality = ModelQuality(
    "quality",
    {
        "cluster_name": "ml",
        "key_arn": "arn:aws:kms:us-east-1:111122223333:key/1",
        "log_bucket": "ml-logs",
        "tracking_address": "http://mlflow.mlflow.svc.cluster.local:5000",
        "bucket": "ml-predictions",
        "log_image": "registry.example.com/platform/prediction-log:0.1.0",
        "job_image": "registry.example.com/platform/model-quality:0.1.0",
        "deletion_protection": False,
        **given,
    },
    pulumi.ResourceOptions(providers=[provider, cluster]),
)
pulumi.export("jobs", quality.job_names)
"""
FRAUD: dict[str, Any] = {
    "name": "fraud",
    "namespace": "risk",
    "features": [{"name": "amount"}],
    "reference": "s3://ml-training/fraud/",
}
CHURN = {**FRAUD, "name": "churn", "reference": "s3://ml-training/churn/"}


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Program:
    return Program(engine, tmp_path, PROGRAM)


def changed(program: Program) -> list[tuple[str, str]]:
    """What the last command did, as operation and name."""
    return [(operation, urn.rpartition("::")[2]) for operation, urn in program.engine.changes()]


def test_models_come_and_go_without_a_change_of_the_bucket(program: Program) -> None:
    first = program.up({"models": [FRAUD, CHURN]})
    assert first.code == 0, first.printed
    # The order of the models changes nothing.
    assert program.up({"models": [FRAUD, CHURN]}, "--expect-no-changes").code == 0
    changed(program)
    updated = program.up({"models": [{**FRAUD, "sample_percent": 10}]})
    assert updated.code == 0, updated.printed
    done = changed(program)
    # The provider replaces a ConfigMap whose data changes.
    assert done.index(("delete", "quality-settings")) < done.index(("create", "quality-settings"))
    # The collector starts anew with its settings.
    assert ("update", "quality-collector") in done
    deleted = [name for operation, name in done if operation == "delete"]
    assert [name for name in deleted if name != "quality-settings"] == ["quality-churn-34481adf-job"]
    assert not [name for _, name in done if name.startswith("quality-predictions")]
    destroyed = program.destroy()
    assert destroyed.code == 0, destroyed.printed
