"""The images of the quality of models: their commands start in a read-only root, and name what is missing."""

import json
import urllib.request
from pathlib import Path

import pytest

from tests.support.images.containers import container
from tests.support.services.servers import free_port

pytestmark = pytest.mark.slow

SETTINGS = {
    "bucket": "predictions",
    "models": [
        {
            "namespace": "risk",
            "name": "fraud",
            "columns": [{"name": "score", "kind": "number", "tensor": "score", "output": True}],
            "reference": "s3://training/fraud/",
            "experiment": "fraud",
        }
    ],
}


def test_image_of_the_collector_starts_and_answers(tmp_path: Path) -> None:
    made, port = container("prediction-log", tmp_path / "root", tools="prediction-log"), free_port()
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(SETTINGS))
    given = {
        "MODEL_QUALITY_SETTINGS": str(path),
        "PREDICTION_LOG_PORT": str(port),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        # S3 does not answer here.
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert "8080" in {word for each in made.stage.all("EXPOSE") for word in each.words()}
    check = [word.replace("127.0.0.1:8080", f"127.0.0.1:{port}") for word in made.health_check()]
    before = made.files()
    with made.started(made.command(), given) as process:
        made.wait_until(process, lambda: made.run(check, {})[0] == 0)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b"prediction_log_events_total" in answer.read()
    assert made.files() == before


@pytest.mark.parametrize("image", ["prediction-log", "model-quality"])
def test_image_without_settings_ends_and_names_them(image: str, tmp_path: Path) -> None:
    made = container(image, tmp_path / "root", tools=image)
    code, output = made.run(made.command("risk/fraud"), {"MODEL_QUALITY_SETTINGS": str(tmp_path / "none.json")})
    assert code == 2
    assert "MODEL_QUALITY_SETTINGS" in output
