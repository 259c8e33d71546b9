"""A real Kafka of one node, from the jars of `make services`."""

import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.programs import require
from tests.support.services.servers import ROOT, free_port, server_process, wait_until

JARS = ROOT / ".venv/kafka"
_CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"
"""Any 16 bytes in Base64."""


@dataclass(frozen=True)
class Kafka:
    """A broker without TLS, on this machine alone."""

    address: str


@contextmanager
def kafka() -> Generator[Kafka]:
    """A new Kafka in KRaft mode, without topics."""
    require("java")
    if not list(JARS.glob("kafka_2.13-*.jar")):
        pytest.skip("the jars of Kafka are missing in .venv/kafka; `make services` fetches them with Maven")
    with TemporaryDirectory(prefix="kafka-", ignore_cleanup_errors=True) as name:
        folder, broker, controller = Path(name), free_port(), free_port()
        listeners = f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": listeners,
            "advertised.listeners": listeners,
            "log.dirs": folder / "data",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            # The default of 9 s fences a broker that gets no CPU beside other tests.
            "broker.session.timeout.ms": 60000,
            # A worker that was killed leaves no word; the group goes on without it after this time.
            "group.min.session.timeout.ms": 1000,
            "auto.create.topics.enable": "false",
        }
        file = folder / "server.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()), encoding="utf-8")
        java = [shutil.which("java") or "java", "-cp", f"{JARS}/*", "-Xmx384m"]
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        format_disks = ["kafka.tools.StorageTool", "format", "--standalone", "-t", _CLUSTER, "-c", str(file)]
        subprocess.run([*java, *format_disks], check=True, capture_output=True, timeout=60)
        server = Kafka(f"127.0.0.1:{broker}")
        with server_process([*java, quiet, "kafka.Kafka", str(file)], folder) as process:
            wait_until(process, lambda: _serves(server), folder)
            yield server


def committed_offset(server: str, group: str, topic: str, partition: int = 0, timeout: float = 120.0) -> int:
    """The offset that a consumer group has committed; negative when it has none.

    Asks again for `timeout` seconds while no broker coordinates the group: a busy broker loses that role for a moment.
    """
    from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

    passing = {
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    }
    consumer = Consumer({"bootstrap.servers": server, "group.id": group, "log_level": 0})
    deadline = time.monotonic() + timeout
    try:
        while True:
            try:
                [place] = consumer.committed([TopicPartition(topic, partition)], timeout=timeout)
                return place.offset
            except KafkaException as error:
                if error.args[0].code() not in passing or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
    finally:
        consumer.close()


def _serves(server: Kafka) -> bool:
    """Whether the broker answers and coordinates groups, which it does only some time after it answers."""
    from confluent_kafka import KafkaException

    try:
        committed_offset(server.address, "readiness", "readiness", timeout=1)
    except KafkaException:
        return False
    return True
