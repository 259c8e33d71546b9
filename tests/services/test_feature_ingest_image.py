"""The image of the ingestion of features: its command starts, its health check asks it, and SIGTERM ends it."""

import urllib.request
from pathlib import Path

from tests.support.images.containers import Container, container
from tests.support.services.servers import free_port

FEAST = """
project: shop
provider: local
registry: {folder}/registry.db
online_store:
  type: sqlite
  path: {folder}/online.db
entity_key_serialization_version: 3
"""


def ingest(tmp_path: Path) -> Container:
    return container("feature-ingest", tmp_path / "root", tools="ingest")


def at(port: int, command: list[str]) -> list[str]:
    """The health check, for the port of the test."""
    assert any("127.0.0.1:8080" in word for word in command)
    return [word.replace("127.0.0.1:8080", f"127.0.0.1:{port}") for word in command]


def test_image_of_the_ingestion_starts_and_answers(tmp_path: Path) -> None:
    made, port = ingest(tmp_path), free_port()
    feast = tmp_path / "feast"
    feast.mkdir()
    (feast / "feature_store.yaml").write_text(FEAST.format(folder=feast))
    given = {
        "INGEST_TOPIC": "clicks",
        "INGEST_GROUP": "ingest",
        "INGEST_VIEWS": "user_clicks",
        "INGEST_BROKERS": f"127.0.0.1:{free_port()}",
        "INGEST_DEAD_LETTERS": "clicks-rejected",
        "INGEST_SECURITY": "none",
        "INGEST_FEAST_FOLDER": str(feast),
        "INGEST_PORT": str(port),
    }
    assert "8080" in {word for each in made.stage.all("EXPOSE") for word in each.words()}
    check = at(port, made.health_check())
    before = made.files()
    assert made.run(check, {})[0] == 1
    with made.started(made.command(), given) as process:
        made.wait_until(process, lambda: made.run(check, {})[0] == 0)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert answer.status == 200
    # SIGTERM let the worker leave its group.
    assert process.returncode == 0
    assert made.files() == before


def test_image_without_settings_ends_and_names_them(tmp_path: Path) -> None:
    made = ingest(tmp_path)
    code, output = made.run(made.command(), {})
    assert code == 2
    assert "INGEST_TOPIC" in output
