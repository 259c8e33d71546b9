"""One trace over a request: gateway, model, feature lookup, online store and registry, with real servers.

The gateway is its header. The model is a program with OpenTelemetry's SDK that hands the trace on. Feast runs by the
Deployment's command and environment.
"""

import secrets
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from components.core.instrumentation import environment as instrumentation
from components.data.feature_server.feast import athena, files
from components.data.feature_server.objects import SERVER
from tests.support.http_servers import QuietHandler, http_server
from tests.support.services import servers
from tests.support.services.feast import (
    DEADLINE,
    DEFINITIONS,
    PASSWORD,
    Stores,
    apply,
    feast_stores,
    folder,
    materialize,
    served,
    write,
)

SETTLE = 5.0
"""Seconds in which the spans of a request arrive: they are sent every 200 ms."""
GATEWAY_SPAN = "b7ad6b7169203331"
AWS = athena("us-east-1", "features", "features-feast", "s3://ml-offline/athena-results/feast")
MODEL = """
import json, sys
import requests
from opentelemetry import propagate, trace

with trace.get_tracer("model").start_as_current_span("predict", propagate.extract({"traceparent": sys.argv[2]})):
    headers = {}
    propagate.inject(headers)
    question = {"features": ["driver_stats:rating"], "entities": {"driver_id": [4711]}}
    requests.post(sys.argv[1] + "/get-online-features", json=question, headers=headers, timeout=60).raise_for_status()
"""
"""A model that asks for features: it continues the trace of its caller."""


@dataclass
class Receiver:
    """What a collector gets by OTLP over HTTP: spans by the name of their service."""

    port: int = 0
    trace: str = ""
    """The trace of the last request."""
    spans: list[tuple[str, Span]] = field(default_factory=list[tuple[str, Span]])

    def of_trace(self, trace: str) -> list[tuple[str, Span]]:
        return [(service, span) for service, span in self.spans if span.trace_id.hex() == trace]


@contextmanager
def receiving() -> Generator[Receiver]:
    """A receiver on a port of this machine."""
    receiver = Receiver()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                named = {each.key: each.value.string_value for each in resource.resource.attributes}
                for scope in resource.scope_spans:
                    receiver.spans += [(named["service.name"], span) for span in scope.spans]
            self.send_response(200)
            self.end_headers()

    with http_server(Handler) as receiver.port:
        yield receiver


def sending(service: str, receiver: Receiver) -> dict[str, str]:
    """The environment that the Deployment sets, with this machine's receiver and packages."""
    python = servers.tool("tracing", "python")
    [packages] = python.parent.parent.glob("lib/python*/site-packages")
    found = instrumentation(service, "localhost", str(packages))
    # Spans are sent soon: by default after five seconds.
    return {
        **found,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }


@pytest.fixture(scope="module")
def stores() -> Iterator[Stores]:
    with feast_stores() as made:
        yield made


@pytest.fixture(scope="module")
def receiver(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """What was received of a request that reads the registry and the online store."""
    place = tmp_path_factory.mktemp("chain")
    data = place / "features/trips/part-0.parquet"
    write(data, (4711, 4.5, 10, 86400))
    team = folder(place / "repository", stores.config(files("file")))
    (team / "features.py").write_text(DEFINITIONS.format(data=data), encoding="utf-8")
    apply(stores, team)
    done = materialize(stores, folder(place / "copy", stores.config(files("file"))))
    assert done.returncode == 0, done.stderr
    config = stores.config(AWS)
    # The copy of the registry is old at once, so that a request renews it.
    config["registry"]["cache_ttl_seconds"] = 1
    with receiving() as found:
        feast = sending(SERVER, found)
        with served(stores, folder(place / "serve", config), feast) as address:
            ask_until_traced(address, found, "redis", "postgresql")
        yield found


def ask(address: str, receiver: Receiver) -> None:
    python = str(servers.tool("tracing", "python"))
    header = f"00-{receiver.trace}-{GATEWAY_SPAN}-01"
    subprocess.run([python, "-c", MODEL, address, header], env=sending("fraud", receiver), check=True, timeout=DEADLINE)


def ask_until_traced(address: str, receiver: Receiver, *systems: str) -> None:
    """Ask, in a trace of its own each time, until a request has spans of each system.

    The server renews its copy of the registry beside requests, too, so not each request does.
    """
    deadline = time.monotonic() + DEADLINE
    while True:
        receiver.trace = secrets.token_hex(16)
        ask(address, receiver)
        settled = time.monotonic() + SETTLE
        while lacking := {*systems} - {system(span) for _, span in receiver.of_trace(receiver.trace)}:
            if time.monotonic() > settled:
                break
            time.sleep(0.1)
        if not lacking:
            return
        assert time.monotonic() < deadline, lacking


def system(span: Span) -> str:
    """The store that a span asks. Those of a cluster's pipelines name no system."""
    told = attributes(span)
    named = told.get("db.system.name") or told.get("db.system", "")
    return named or ("redis" if "db.redis.pipeline_length" in told else "")


def attributes(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


def test_gateway_model_features_cache_and_database_are_one_trace(receiver: Receiver) -> None:
    trace = receiver.of_trace(receiver.trace)
    by_id = {span.span_id.hex(): (service, span) for service, span in trace}
    [model] = [span for service, span in trace if service == "fraud" and span.name == "predict"]
    assert model.parent_span_id.hex() == GATEWAY_SPAN
    lookups = [span for service, span in trace if service == SERVER and span.kind == Span.SPAN_KIND_SERVER]
    [lookup] = lookups
    assert "/get-online-features" in lookup.name
    assert by_id[lookup.parent_span_id.hex()][0] == "fraud"
    for store in ("redis", "postgresql"):
        found = [span for _, span in trace if system(span) == store]
        assert {each[0] for each in trace if each[1] in found} == {SERVER}
        assert all(span.parent_span_id.hex() in by_id for span in found)


def test_spans_of_stores_hold_no_values_and_no_passwords(receiver: Receiver) -> None:
    for _, span in receiver.spans:
        told = " ".join(attributes(span).values())
        assert PASSWORD not in told
        if system(span) == "redis":
            assert "4711" not in told


def test_probes_have_no_spans(receiver: Receiver) -> None:
    assert not [span.name for _, span in receiver.spans if "/health" in span.name]
