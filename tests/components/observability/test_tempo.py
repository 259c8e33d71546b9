"""Grafana Tempo on the cluster: its bucket, its rights, its limits, who reaches it, and what is refused."""

import json
from typing import Any

import pytest

from components.core.account import Account
from components.core.spec import SpecError
from components.observability.metrics import grafana
from components.observability.metrics.exporters import Exporter
from components.observability.metrics.metrics_platform import MetricsPlatform
from components.observability.traces.collectors import FRONT_PODS, SAMPLER_PODS
from components.observability.traces.collectors import PODS as COLLECTORS
from components.observability.traces.spec import NAMESPACE, TEMPO_URL
from components.observability.traces.tempo_config import API_PORT, METRICS_PORT, tempo_config
from components.observability.traces.tempo_objects import QUERY_URL, objects_access
from components.observability.traces.tempo_spec import TEMPO_NAMESPACE, TEMPO_PODS, TempoSpec
from components.observability.traces.tracing import Tracing
from pricing.table import PriceTable, load_table
from stacks.metrics import metrics_spec
from stacks.traces import traces_spec
from stacks.traces_costs import traces_decisions
from tests.support.components.iam import allows
from tests.support.components.known_actions import unknown_to_aws
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.components.network_policies import Pod, reaches
from tests.support.stacks.configs import config

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/data"
BUCKET = "acme-traces"
WIRED = {"name": "ml", "cluster_name": "ml", "key_arn": KEY, "log_bucket": "acme-logs"}
TEMPO: Pod = (TEMPO_NAMESPACE, TEMPO_PODS)
SAMPLER: Pod = (NAMESPACE, {**COLLECTORS, **SAMPLER_PODS})
FRONT: Pod = (NAMESPACE, {**COLLECTORS, **FRONT_PODS})
GRAFANA: Pod = (grafana.NAMESPACE, grafana.PODS)
PROMETHEUS: Pod = ("monitoring", {"app.kubernetes.io/name": "prometheus"})
OTLP_PORT = 4318


def made(*, replicas: int = 2, **tempo: Any) -> Recording:
    given: Any = {"replicas": replicas, "tempo": {"bucket": BUCKET, **tempo}, **WIRED}
    return run(lambda: Tracing("traces", given))


def shown(**metrics: Any) -> Recording:
    """Tempo beside Grafana."""
    traces: Any = {"tempo": {"bucket": BUCKET, "grafana_namespace": grafana.NAMESPACE}, **WIRED}
    given: Any = {"name": "ml", "cluster_name": "ml", "vpc_cidr": "10.40.0.0/16", "grafana": {}, **metrics}
    given |= {"secret_store": "s", "secret_prefix": "ml", "sign_in_url": "https://ml.auth.us-east-1.amazoncognito.com"}
    return run(lambda: (Tracing("traces", traces), MetricsPlatform("metrics", given)))


def one(recording: Recording, kind: str, namespace: str = TEMPO_NAMESPACE) -> dict[str, Any]:
    [found] = [
        dict(each.inputs)
        for each in recording.resources
        if each.type.rpartition(":")[2] == kind
        and ("metadata" not in each.inputs or each.inputs["metadata"].get("namespace") == namespace)
    ]
    return found


def settings(**fields: Any) -> dict[str, Any]:
    spec = TempoSpec.model_validate({"bucket": BUCKET, **fields})
    return tempo_config(spec, "eu-central-1", 100)


def test_collectors_send_to_tempo_instead_of_x_ray() -> None:
    recording = made()
    [sampler] = [
        json.loads(each.inputs["data"]["config.yaml"])
        for each in recording.all("kubernetes:core/v1:ConfigMap")
        if each.inputs["metadata"]["name"] == "sampler"
    ]
    assert sampler["exporters"]["otlp_http"]["endpoint"] == TEMPO_URL
    assert not [each for each in recording.resources if each.type.startswith("aws:xray")]
    roles = [each.name for each in recording.all("aws:iam/rolePolicy:RolePolicy")]
    assert len(roles) == 1
    assert "tempo" in roles[0]


def test_traces_are_encrypted_logged_and_deleted_after_their_retention() -> None:
    recording = made(retention_days=7)
    [rule] = one(recording, "BucketServerSideEncryptionConfiguration")["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}
    assert one(recording, "BucketLogging")["targetBucket"] == "acme-logs"
    assert "aws:SecureTransport" in one(recording, "BucketPolicy")["policy"]
    rules = {each["id"]: each for each in one(recording, "BucketLifecycleConfiguration")["rules"]}
    # Tempo deletes first: it knows the age of spans, S3 only that of objects.
    assert rules["classes"]["expiration"] == {"days": 9}
    assert rules["leftovers"]["noncurrentVersionExpiration"] == {"noncurrentDays": 1}
    config = json.loads(one(recording, "ConfigMap")["data"]["tempo.yaml"])
    assert config["backend_worker"]["compaction"]["block_retention"] == "168h"
    assert config["backend_scheduler"]["provider"]["compaction"]["compaction"]["block_retention"] == "168h"


def test_tempo_keeps_objects_of_its_bucket_and_may_do_nothing_else() -> None:
    policy = objects_access(Account(ACCOUNT, "us-east-1", "aws"), BUCKET, KEY)
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert allows(policy, action, f"arn:aws:s3:::{BUCKET}/single-tenant/1/meta.json")
        assert not allows(policy, action, "arn:aws:s3:::acme-models/1")
    assert allows(policy, "s3:ListBucket", f"arn:aws:s3:::{BUCKET}")
    assert not allows(policy, "s3:DeleteBucket", f"arn:aws:s3:::{BUCKET}")
    [key] = [each for each in json.loads(policy)["Statement"] if each["Sid"] == "Key"]
    assert (key["Resource"], key["Condition"]) == (
        [KEY],
        {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
    )
    assert not unknown_to_aws(policy)


@pytest.mark.parametrize(("replicas", "sender", "other"), [(2, SAMPLER, FRONT), (1, FRONT, SAMPLER)])
def test_only_the_collectors_that_decide_write_traces(replicas: int, sender: Pod, other: Pod) -> None:
    recording = made(replicas=replicas)
    assert reaches(recording, sender, TEMPO, OTLP_PORT)
    assert not reaches(recording, other, TEMPO, OTLP_PORT)
    assert not reaches(recording, sender, TEMPO, API_PORT)


def test_only_grafana_reads_traces() -> None:
    recording = shown(tempo=True, exporters=["tempo"])
    assert reaches(recording, GRAFANA, TEMPO, API_PORT)
    assert not reaches(recording, GRAFANA, TEMPO, OTLP_PORT)
    assert reaches(recording, PROMETHEUS, TEMPO, METRICS_PORT)
    for stranger in (PROMETHEUS, SAMPLER, ("risk", {"app": "fraud"})):
        assert not reaches(recording, stranger, TEMPO, API_PORT)


def test_pod_is_restricted_and_finds_its_disk_again() -> None:
    spec = one(made(storage_gib=30), "StatefulSet")["spec"]
    assert (spec["replicas"], spec["serviceName"]) == (1, "tempo")
    [claim] = spec["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "gp3"
    assert claim["spec"]["resources"]["requests"]["storage"] == "30Gi"
    pod = spec["template"]["spec"]
    [container] = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["runAsNonRoot"] is True
    written = [each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")]
    assert written == ["/var/tempo"]
    assert pod["automountServiceAccountToken"] is False


def test_all_files_of_tempo_are_on_its_disk() -> None:
    found = settings()
    live, trace = found["live_store"], found["storage"]["trace"]
    folders = [live["wal"]["path"], live["shutdown_marker_dir"], trace["wal"]["path"]]
    assert all(each.startswith("/var/tempo") for each in [*folders, found["backend_scheduler"]["local_work_path"]])


def test_limits_are_those_of_the_config() -> None:
    limits = settings(megabytes_per_second=30, trace_megabytes=8)["overrides"]["defaults"]
    assert limits["ingestion"]["rate_limit_bytes"] == 30_000_000
    assert limits["ingestion"]["burst_size_bytes"] == 60_000_000
    assert limits["global"]["max_bytes_per_trace"] == 8_000_000


def test_burst_takes_the_largest_request() -> None:
    assert settings(megabytes_per_second=1)["overrides"]["defaults"]["ingestion"]["burst_size_bytes"] == 20_000_000


def test_objects_are_in_the_region_of_the_stack() -> None:
    s3 = settings()["storage"]["trace"]["s3"]
    assert (s3["endpoint"], s3["region"]) == ("s3.eu-central-1.amazonaws.com", "eu-central-1")


def test_tempo_tells_nobody_about_itself() -> None:
    assert settings()["usage_report"] == {"reporting_enabled": False}


def test_changed_configuration_restarts_tempo() -> None:
    def checksum(days: int) -> str:
        return one(made(retention_days=days), "StatefulSet")["spec"]["template"]["metadata"]["annotations"][
            "mlplatform/config"
        ]

    assert checksum(7) == checksum(7) != checksum(8)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"memory": "512Mi"}, "tempo.memory = '512Mi': Tempo needs 1024Mi or more; raise it"),
        ({"bucket": "Traces"}, "tempo.bucket = 'Traces'"),
        ({"bucket": "xn--traces"}, "S3 reserves bucket names that begin with xn--"),
        ({"retention_days": 0}, "tempo.retention_days = 0"),
        ({"storage_gib": 1}, "tempo.storage_gib = 1"),
        ({"megabytes_per_second": 0}, "tempo.megabytes_per_second = 0"),
        ({"trace_megabytes": 99}, "tempo.trace_megabytes = 99"),
        ({"replicas": 3}, "replicas"),
    ],
)
def test_wrong_settings_of_tempo_are_refused(fields: dict[str, Any], told: str) -> None:
    given: Any = {"tempo": {"bucket": BUCKET, **fields}, **WIRED}
    with pytest.raises(SpecError) as refused:
        run(lambda: Tracing("traces", given))
    assert told in str(refused.value)


def test_tempo_and_another_store_exclude_each_other() -> None:
    given: Any = {"tempo": {"bucket": BUCKET}, "endpoint": "https://traces.example.com", **WIRED}
    with pytest.raises(SpecError, match="traces go to tempo; remove endpoint, or remove tempo"):
        run(lambda: Tracing("traces", given))


def test_tempo_without_a_key_is_refused() -> None:
    given: Any = {"name": "ml", "tempo": {"bucket": BUCKET}, "cluster_name": "ml", "log_bucket": "acme-logs"}
    with pytest.raises(SpecError, match="tempo needs key_arn for its bucket; pass them"):
        run(lambda: Tracing("traces", given))


def sources(**metrics: Any) -> dict[str, Any]:
    [found] = [each for each in shown(**metrics).resources if each.name == "metrics-grafana-provisioning"]
    return {each["uid"]: each for each in json.loads(found.inputs["data"]["datasources.yaml"])["datasources"]}


def test_grafana_has_tempo_as_a_data_source() -> None:
    found = sources(tempo=True)
    traces = found["traces"]
    assert (traces["type"], traces["url"], traces["editable"]) == ("tempo", QUERY_URL, False)
    assert traces["jsonData"]["tracesToMetrics"]["datasourceUid"] in found


def test_grafana_without_tempo_neither_shows_nor_reaches_it() -> None:
    assert "traces" not in sources()
    assert not reaches(shown(), GRAFANA, TEMPO, API_PORT)


def test_nobody_reads_traces_without_grafana() -> None:
    recording = made()
    assert not [each for each in recording.resources if "allow-grafana" in each.name]
    stack = config("prod", traces__tempo={"bucket": BUCKET})
    assert stack.traces
    tempo = traces_spec(stack, stack.traces).tempo
    assert tempo
    assert tempo.grafana_namespace == grafana.NAMESPACE


def test_stack_with_tempo_shows_it_and_reads_its_metrics() -> None:
    spec = metrics_spec(config("prod", traces__tempo={"bucket": BUCKET}))
    assert (spec.tempo, spec.traces) == (True, False)
    assert Exporter.TEMPO in spec.exporters
    assert metrics_spec(config("prod")).tempo is False


def test_stack_refuses_a_grafana_that_is_elsewhere() -> None:
    with pytest.raises(ValueError, match="Grafana of the section metrics is in grafana; remove grafanaNamespace"):
        config("prod", traces__tempo={"bucket": BUCKET, "grafanaNamespace": "boards"})


def test_plan_compares_tempo_and_x_ray() -> None:
    [chosen] = traces_decisions(config("prod"))
    # 20 GiB x 0.08 for the disk.
    assert chosen.value == {"store": "x-ray"}
    assert "1.60 USD for its disk" in chosen.why
    [other] = traces_decisions(config("prod", traces__tempo={"bucket": BUCKET}))
    assert other.value == {"store": "tempo"}
    assert "X-Ray would" in other.why


def test_plan_says_that_a_region_lacks_the_price_of_x_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(_: str) -> PriceTable:
        return load_table("eu-central-1")

    monkeypatch.setattr("stacks.traces_costs.load_table", elsewhere)
    [chosen] = traces_decisions(config("prod", traces__tempo={"bucket": BUCKET}))
    assert "X-Ray would keep them for a price that the plan does not know, without a pod" in chosen.why
