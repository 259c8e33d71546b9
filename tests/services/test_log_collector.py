"""Lines of containers on their way through a real Fluent Bit to CloudWatch Logs, which is moto."""

import json
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import pytest

from components.observability.logs.collector import cloudwatch_output, group_name, opensearch_output
from components.observability.logs.spec import HEARTBEAT, LogPipelineSpec
from tests.support.components.observability.queries import exported_metrics
from tests.support.services.log_collector import Node, cloudwatch, dry_run, log_collector
from tests.support.services.servers import REGION, secure_moto

SPEC = LogPipelineSpec.model_validate(
    {
        "name": "ml-test",
        "groups": [{"name": "search", "namespaces": ["search"]}, {"name": "risk", "namespaces": ["risk"]}],
        "excluded_namespaces": ["quiet"],
    }
)
TRACE = [
    "Traceback (most recent call last):",
    '  File "/app/server.py", line 3, in predict',
    "    raise ValueError('password=hunter2')",
    "ValueError: password=hunter2",
    "",
    "During handling of the above exception, another exception occurred:",
    "",
    "Traceback (most recent call last):",
    '  File "/app/server.py", line 9, in <module>',
    "ZeroDivisionError: division by zero",
]
JAVA = ['Exception in thread "main" java.lang.RuntimeException: x', "\tat a.b.C.d(C.java:1)"]
GO = ["panic: boom", "", "goroutine 1 [running]:", "main.main()", "\t/app/main.go:5 +0x1d"]
FIELDS = {
    "level": "info",
    "message": "login of jane@example.com",
    "kubernetes": {"namespace_name": "risk"},
    "n": 7,
    "ratio": 0.25,
    "none": None,
    "empty": [],
    "values": [1, None, 2],
}


@dataclass(frozen=True)
class Aws:
    """CloudWatch Logs, and where it answers."""

    logs: Any
    address: str
    authority: Path

    def output(self, spec: LogPipelineSpec) -> dict[str, Any]:
        return cloudwatch(spec, self.address, self.authority)

    def events(self, spec: LogPipelineSpec, group: str, count: int) -> list[dict[str, Any]]:
        """The records of a group, once there are so many."""
        deadline = time.monotonic() + 60
        while True:
            found = self.logs.filter_log_events(logGroupName=group_name(spec, group))["events"]
            if len(found) >= count or time.monotonic() > deadline:
                return [json.loads(each["message"]) for each in found]
            time.sleep(0.2)


Events = Callable[[str, int], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def aws() -> Generator[Aws]:
    with secure_moto() as (address, authority):
        session: Any = boto3.Session("testing", "testing", region_name=REGION)
        client = session.client(
            "logs",
            endpoint_url=address,
            verify=str(authority),
        )
        for group in (*SPEC.retentions, HEARTBEAT):
            client.create_log_group(logGroupName=group_name(SPEC, group))
        yield Aws(client, address, authority)


def _write(node: Node) -> None:
    node.write([*TRACE, json.dumps(FIELDS), "mail bob@example.com", *JAVA, *GO, "after"])
    node.write(["first half ~", "second half"], pod="ranking-2")
    node.write(["of risk"], pod="fraud-1", namespace="risk")
    node.write(["of another namespace"], pod="x-1", namespace="tools")
    node.write(["of the collector itself"], pod="fluent-bit-1", namespace="logging")
    node.write(["of an excluded namespace"], pod="q-1", namespace="quiet")


@pytest.fixture(scope="module")
def node(aws: Aws) -> Generator[Node]:
    with log_collector(SPEC, aws.output(SPEC), _write) as found:
        yield found


@pytest.fixture(scope="module")
def events(aws: Aws, node: Node) -> Events:
    return lambda group, count: aws.events(SPEC, group, count)


def test_stack_traces_are_one_record_each(events: Events) -> None:
    messages = [each["message"] for each in events("search", 7)]
    assert "\n".join(TRACE).replace("hunter2", "[REDACTED:password]") in messages
    assert "\n".join(JAVA) in messages
    assert "\n".join(GO) in messages
    assert "after" in messages


def test_a_line_that_containerd_cut_is_whole(events: Events) -> None:
    assert "first half second half" in [each["message"] for each in events("search", 7)]


def test_record_is_structured_and_names_its_pod(events: Events) -> None:
    [found] = [each for each in events("search", 7) if each.get("level") == "info"]
    assert found["message"] == "login of [REDACTED:email]"
    assert found["redacted"] == "email"
    named = {key: found[key] for key in ("namespace", "pod", "container", "node", "app", "team", "group", "stream")}
    assert named == {
        "namespace": "search",
        "pod": "ranking-1",
        "container": "server",
        "node": "node-1",
        "app": "ranking",
        "team": "search",
        "group": "search",
        "stream": "stdout",
    }
    assert found["data"]["kubernetes"] == {"namespace_name": "risk"}
    kept = {key: found["data"][key] for key in ("n", "ratio", "none", "empty", "values")}
    assert kept == {"n": 7, "ratio": 0.25, "none": None, "empty": [], "values": [1, None, 2]}


def test_nothing_of_the_environment_or_annotations_leaves_the_node(events: Events) -> None:
    everything = json.dumps([events("search", 7), events("risk", 1), events("platform", 1)])
    for secret in ("hunter2", "jane@", "bob@", "of-the-environment", "secret-note", "spoofed", "pod-template-hash"):
        assert secret not in everything


def test_records_are_in_the_group_of_their_namespace(events: Events) -> None:
    assert [each["message"] for each in events("risk", 1)] == ["of risk"]
    assert [each["message"] for each in events("platform", 1)] == ["of another namespace"]


def test_stream_is_named_after_the_container(aws: Aws, events: Events) -> None:
    events("risk", 1)
    streams = aws.logs.describe_log_streams(logGroupName=group_name(SPEC, "risk"))["logStreams"]
    assert [each["logStreamName"] for each in streams] == ["fraud-1.server"]


def test_disk_of_the_node_holds_no_secret(node: Node, events: Events) -> None:
    events("search", 7)
    for file in (node.folder / "buffer").rglob("*"):
        assert not file.is_file() or b"hunter2" not in file.read_bytes()


def test_collector_exports_the_metrics_that_alerts_read(node: Node, events: Events) -> None:
    events("search", 7)
    exported = node.metrics()
    names = {name for name in exported_metrics() if name.startswith("fluentbit_")}
    read = {
        "fluentbit_input_records_total",
        "fluentbit_output_proc_records_total",
        "fluentbit_output_dropped_records_total",
        "fluentbit_output_chunk_available_capacity_percent",
    }
    assert read <= names
    assert not [name for name in read if f"{name}{{" not in exported]


def test_records_wait_on_disk_until_their_group_exists(aws: Aws) -> None:
    spec = SPEC.model_copy(update={"name": "ml-late"})
    with log_collector(spec, aws.output(spec), lambda node: node.write(["waits for its group"])) as found:
        # Until then the collector has tried once, and has said so.
        while "cloudwatch_logs" not in found.log():
            time.sleep(0.1)
        aws.logs.create_log_group(logGroupName=group_name(spec, "search"))
        assert [each["message"] for each in aws.events(spec, "search", 1)] == ["waits for its group"]


def test_heartbeat_names_the_collector(aws: Aws, events: Events) -> None:
    events("search", 7)
    [found] = aws.events(SPEC, HEARTBEAT, 1)[:1]
    assert found["pod"] == "fluent-bit-1"


@pytest.mark.parametrize(
    "output",
    [cloudwatch_output(SPEC, "us-east-1"), opensearch_output(SPEC, "us-east-1", "x.us-east-1.aoss.amazonaws.com")],
    ids=["cloudwatch", "opensearch"],
)
def test_fluent_bit_accepts_the_configuration(output: dict[str, Any]) -> None:
    done = dry_run(SPEC, output)
    assert done.returncode == 0, done.stderr
    assert "configuration test is successful" in done.stdout + done.stderr


def test_fluent_bit_refuses_an_unknown_setting() -> None:
    assert dry_run(SPEC, {**cloudwatch_output(SPEC, "us-east-1"), "log_grupp": "x"}).returncode != 0
