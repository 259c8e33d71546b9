"""The ingestion of features by Spark: real Spark, Kafka, Redis, PostgreSQL and Feast, also when the job is killed.

Feast and its packages come to Spark as on EMR: by PYTHONPATH, for the driver and the executors.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.programs import require
from tests.support.services import servers
from tests.support.services.ingest import Platform, click, ingest_platform

pytestmark = pytest.mark.slow

JARS = servers.ROOT / ".venv/spark-jars"
DEADLINE = 480.0
"""Spark and Feast take minutes to start on a busy machine."""

KILLED_AFTER_WRITE = """
import os, signal, sys
from workers.feature_ingest_spark.job import Job

write = Job._write

def killed(self, *batch):
    write(self, *batch)
    os.killpg(os.getpgid(0), signal.SIGKILL)

Job._write = killed
from workers.feature_ingest_spark.__main__ import main
sys.exit(main())
"""
"""The job, killed after it has written a batch and before Spark notes in the checkpoint that it is done."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    servers.tool("spark", "spark-submit")
    if not list(JARS.glob("spark-sql-kafka-*.jar")):
        pytest.skip("the jars of the job are missing in .venv/spark-jars; `make services` fetches them with Maven")
    with ingest_platform(tmp_path_factory.mktemp("feast")) as made:
        yield made


@dataclass
class Running:
    """The job as a process."""

    process: subprocess.Popen[str]
    log: Path

    def wait(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until `holds`."""
        deadline = time.monotonic() + DEADLINE
        while not holds():
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-6000:]
            assert time.monotonic() < deadline, what + self.log.read_text(encoding="utf-8")[-6000:]
            time.sleep(0.2)

    def log_has(self, text: str) -> bool:
        """Whether the job has said something."""
        return text in self.log.read_text(encoding="utf-8")


def settings(platform: Platform, *topics: str, **changed: Any) -> dict[str, Any]:
    """The job's settings for topics of the platform."""
    return {
        "name": "ml",
        "source": "kafka",
        "consumer": f"{topics[0]}-ingest",
        "region": "us-east-1",
        "brokers": platform.broker.address,
        "security": "none",
        "topics": [
            {"name": each, "views": ["user_clicks"], "record_format": "json", "dead_letters": f"{each}-dead-letter"}
            for each in topics
        ],
        "checkpoints": f"{platform.folder}/checkpoints/",
        "feast": (platform.folder / "feature_store.yaml").read_text(encoding="utf-8"),
        "trigger_seconds": 1,
        "metrics": False,
        **changed,
    }


@contextmanager
def job(platform: Platform, given: dict[str, Any], program: str = "", **variables: str) -> Generator[Running]:
    """The job on a Spark of this machine with two cores. It is killed afterwards, as EMR ends workers."""
    require("java")
    script = servers.ROOT / "workers/feature_ingest_spark/__main__.py"
    if program:
        script = platform.folder / f"{given['consumer']}.py"
        script.write_text(program, encoding="utf-8")
    [packages] = (servers.ROOT / ".venv/ingest/lib").glob("python*/site-packages")
    environment = {
        **platform.environment(given["topics"][0]["name"]),
        "PATH": f"{servers.tool('spark', 'python').parent}:{os.environ['PATH']}",
        "PYTHONPATH": f"{servers.ROOT}:{packages}",
        "SPARK_LOCAL_IP": "127.0.0.1",
        **variables,
    }
    confs = ["spark.ui.enabled=false", "spark.log.level=WARN", "spark.driver.memory=640m"]
    command = [
        *(str(servers.tool("spark", "spark-submit")), "--master", "local[2]"),
        *(word for conf in confs for word in ("--conf", conf)),
        *("--jars", ",".join(map(str, JARS.glob("*.jar")))),
        str(script),
        json.dumps(given),
    ]
    log = platform.folder / f"{given['consumer']}-{time.monotonic_ns()}.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            cwd=platform.folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        yield Running(process, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_records_become_features_and_old_ones_change_nothing(platform: Platform) -> None:
    topic = platform.topic("spark-served")
    newer, older = click("s-ada", 2, second=5), click("s-ada", 1, second=3)
    platform.send(topic, newer, older, click("s-bob", 7), b"no JSON", click("s-eve", "nine"))
    with job(platform, settings(platform, topic)) as running:
        # MSK takes the lag from what the group has committed.
        running.wait(lambda: platform.committed(topic) == 5, "the job did not commit")
        platform.send(topic, click("s-bob", 6, second=0), click("s-bob", 8, second=1))
        running.wait(lambda: platform.committed(topic) == 7, "the job did not go on")
    found = platform.features("s-ada", "s-bob", "s-eve")
    assert found["total"] == [2, 8, None]
    letters = platform.dead_letters(topic, 2)
    reasons = {letter.value(): str(dict(letter.headers() or [])["mlplatform-reason"]) for letter in letters}
    assert "not valid JSON" in reasons[b"no JSON"]
    assert dict(letters[0].headers() or [])["trace"] == b"1"


def test_a_job_killed_after_a_write_repeats_the_batch_alone(platform: Platform) -> None:
    topic = platform.topic("spark-killed")
    given = settings(platform, topic)
    platform.send(topic, click("s-kim", 1, second=1), click("s-lee", 5, second=1), b"bad")
    with job(platform, given, KILLED_AFTER_WRITE) as killed:
        assert killed.process.wait(DEADLINE) == -signal.SIGKILL, killed.log.read_text(encoding="utf-8")[-6000:]
    assert platform.features("s-kim", "s-lee")["total"] == [1, 5]
    assert platform.committed(topic) < 0
    # A late record of the same entity arrives with a newer one of another.
    platform.send(topic, click("s-kim", 0, second=0), click("s-lee", 6, second=2))
    with job(platform, given) as running:
        running.wait(lambda: platform.committed(topic) == 5, "the job did not continue")
        # The batch that was interrupted is read again as it was, and then what came after it.
        assert running.log_has("{'written': 2, 'rejected': 1}")
        assert running.log_has("batch 1: {'written': 2}")
    assert platform.features("s-kim", "s-lee")["total"] == [1, 6]
    # The dead letter was written twice: at least once.
    assert [letter.value() for letter in platform.dead_letters(topic, 2)] == [b"bad", b"bad"]
    platform.send(topic, click("s-kim", 9, second=9))
    with job(platform, given) as again:
        again.wait(lambda: platform.committed(topic) == 6, "the job did not continue from its checkpoint")
        assert not again.log_has("batch 1:")
    assert platform.features("s-kim")["total"] == [9]


def test_rows_of_an_entity_in_two_partitions_keep_the_newest(platform: Platform) -> None:
    topic, users = platform.topic("spark-two"), [f"s-two-{number}" for number in range(40)]
    platform.send(topic, *(click(user, 2, second=9) for user in users))
    platform.send(topic, *(click(user, 1, second=1) for user in users), partition=1)
    with job(platform, settings(platform, topic, batch_size=3)) as running:
        running.wait(lambda: running.log_has("{'written': 80}"), "not all rows are written")
    assert platform.features(*users)["total"] == [2] * 40


def test_a_job_of_some_minutes_ends_by_itself(platform: Platform) -> None:
    topic = platform.topic("spark-short")
    program = "from workers.feature_ingest_spark.__main__ import main; main([*sys.argv[1:], '--minutes', '0.5'])"
    with job(platform, settings(platform, topic), f"import sys; {program}") as running:
        assert running.process.wait(DEADLINE) == 0, running.log.read_text(encoding="utf-8")[-6000:]
