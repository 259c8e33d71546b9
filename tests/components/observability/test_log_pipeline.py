"""What a LogPipeline is made of, who may write and read, and what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.core.spec import SpecError, parse
from components.observability.logs.log_pipeline import LogPipeline
from components.observability.logs.spec import LogPipelineSpec
from operations.train.request import Request
from resources.resource import Resource
from tests.support.components.alarms import unknown_metrics
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.operations.api_models import faults_by_model

GROUP = "aws:cloudwatch/logGroup:LogGroup"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
RELEASE = "kubernetes:helm.sh/v3:Release"
CONFIG = "kubernetes:core/v1:ConfigMap"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
NETWORK = {
    "vpc_id": "vpc-0a1b2c3d",
    "subnet_ids": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
    "node_security_group_id": "sg-1",
}
TEAMS = [
    {"name": "search", "namespaces": ["search", "search-jobs"], "retention_days": 30},
    {"name": "risk", "namespaces": ["risk"]},
]


def made(**args: Any) -> Recording:
    given: Any = {"name": "ml-test", "cluster_name": "ml", **args}
    return run(lambda: LogPipeline("logs", given))


def collection(**args: Any) -> Recording:
    return made(destination="opensearch", **NETWORK, **args)


def one(recording: Recording, kind: str, name: str = "") -> Resource:
    [found] = [each for each in recording.all(kind) if name in each.name]
    return found


def files(recording: Recording) -> dict[str, str]:
    return one(recording, CONFIG).inputs["data"]


def output(recording: Recording) -> dict[str, Any]:
    [found] = json.loads(files(recording)["fluent-bit.yaml"])["pipeline"]["outputs"]
    return found


def test_groups_are_encrypted_and_kept_by_their_own_retention() -> None:
    recording = made(groups=TEAMS, retention_days=180, log_class="infrequent-access")
    groups = {each.inputs["name"].rpartition("/")[2]: each.inputs for each in recording.all(GROUP)}
    assert {name: each["retentionInDays"] for name, each in groups.items()} == {
        "platform": 180,
        "search": 30,
        "risk": 180,
        "heartbeat": 180,
    }
    assert all(each["kmsKeyId"].startswith("arn:aws:kms:") for each in groups.values())
    assert {groups[name]["logGroupClass"] for name in ("platform", "search", "risk")} == {"INFREQUENT_ACCESS"}
    # Its records are counted by an alarm.
    assert groups["heartbeat"]["logGroupClass"] == "STANDARD"


def test_key_encrypts_these_groups_alone() -> None:
    key = json.loads(one(made(groups=TEAMS), "aws:kms/key:Key").inputs["policy"])
    [grant] = [each for each in key["Statement"] if each["Sid"] == "LogsEncrypt"]
    assert grant["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/mlplatform/ml-test/*"
        }
    }


def test_collectors_write_to_their_groups_and_do_nothing_else() -> None:
    policy = one(made(groups=TEAMS), "aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    stream = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/mlplatform/ml-test/search:log-stream:p.c"
    assert allows(policy, "logs:PutLogEvents", stream)
    assert allows(policy, "logs:CreateLogStream", stream)
    other = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/eks/ml/cluster:log-stream:x"
    assert not allows(policy, "logs:PutLogEvents", other)
    for action in ("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:GetLogEvents", "logs:PutRetentionPolicy"):
        assert not allows(policy, action, stream)


def test_every_group_that_the_script_names_exists() -> None:
    recording = made(groups=TEAMS)
    names = {each.inputs["name"].rpartition("/")[2] for each in recording.all(GROUP)}
    settings = files(recording)["redaction.lua"].partition("\n")[0]
    for group, homes in (("search", ["search", "search-jobs"]), ("risk", ["risk"])):
        assert group in names
        assert all(f'["{home}"] = "{group}"' in settings for home in homes)
    assert output(recording)["log_group_name"] == "/mlplatform/ml-test/platform"
    assert output(recording)["auto_create_group"] is False


def test_collector_reads_the_node_without_capabilities() -> None:
    values = one(made(), RELEASE).inputs["values"]
    context = values["securityContext"]
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["readOnlyRootFilesystem"]
    assert not context["privileged"]
    writable = [each["mountPath"] for each in values["daemonSetVolumeMounts"] if not each.get("readOnly")]
    assert writable == ["/var/fluent-bit/state"]
    assert values["tolerations"] == [{"operator": "Exists"}]
    assert values["resources"]["limits"]["memory"] == values["resources"]["requests"]["memory"]


def test_pods_start_again_when_their_files_change() -> None:
    checks = [
        one(made(**args), RELEASE).inputs["values"]["podAnnotations"]["mlplatform/config"]
        for args in ({}, {"redaction": {"keys": ["dateOfBirth"]}}, {"buffer_mib": 1024})
    ]
    assert len(set(checks)) == 3


def test_namespace_is_closed_and_opens_metrics_to_monitoring() -> None:
    recording = made()
    policies = {each.inputs["metadata"]["name"]: each.inputs["spec"] for each in recording.all(POLICY)}
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    [rule] = policies["allow-metrics"]["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 2020}]
    assert rule["from"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}
    namespace = one(recording, "kubernetes:core/v1:Namespace").inputs["metadata"]
    assert namespace["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"


@pytest.mark.parametrize("make", [made, collection])
def test_silence_rings_an_alarm_on_a_metric_that_exists(make: Callable[[], Recording]) -> None:
    recorded = make()
    alarm = one(recorded, ALARM).inputs
    assert alarm["treatMissingData"] == "breaching"
    assert alarm["period"] == 15 * 60
    # Its description is its runbook.
    [release] = recorded.all(RELEASE)
    name, namespace = release.inputs["values"]["fullnameOverride"], release.inputs["namespace"]
    assert f"kubectl -n {namespace} logs daemonset/{name} --tail=100" in alarm["alarmDescription"]
    assert len(alarm["alarmDescription"]) <= 1024
    assert unknown_metrics(recorded.resources) == []


def test_masking_policy_has_one_list_of_identifiers() -> None:
    recording = made(groups=TEAMS, data_protection=True)
    policies = recording.all("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy")
    assert {each.name for each in policies} == {f"logs-{name}-masking" for name in ("platform", "search", "risk")}
    audit, mask = json.loads(policies[0].inputs["policyDocument"])["Statement"]
    assert audit["DataIdentifier"] == mask["DataIdentifier"]
    assert audit["Operation"] == {"Audit": {"FindingsDestination": {}}}
    assert mask["Operation"] == {"Deidentify": {"MaskConfig": {}}}
    sent = {
        "logGroupIdentifier": "/mlplatform/ml-test/platform",
        "policyDocument": policies[0].inputs["policyDocument"],
    }
    assert not faults_by_model(Request("logs", "put_data_protection_policy", sent))


def test_collection_is_private_and_encrypted() -> None:
    recording = collection()
    policies = {
        each.inputs["type"]: json.loads(each.inputs["policy"])
        for each in recording.all("aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy")
    }
    assert policies["encryption"]["AWSOwnedKey"] is False
    assert policies["encryption"]["KmsARN"].startswith("arn:aws:kms:")
    [network] = policies["network"]
    assert network["AllowFromPublic"] is False
    assert len(network["SourceVPCEs"]) == 1
    rule = one(recording, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert (rule["referencedSecurityGroupId"], rule["fromPort"], rule["toPort"]) == ("sg-1", 443, 443)
    assert not recording.all(GROUP)


def test_collection_lets_collectors_write_and_readers_read() -> None:
    reader = f"arn:aws:iam::{ACCOUNT}:role/search"
    recording = collection(reader_arns=[reader])
    access = one(recording, "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy").inputs
    write, read = json.loads(access["policy"])
    assert "aoss:ReadDocument" not in write["Rules"][0]["Permission"]
    assert read["Principal"] == [reader]
    assert "aoss:WriteDocument" not in read["Rules"][0]["Permission"]
    role = one(recording, "aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    [statement] = json.loads(role)["Statement"]
    assert statement["Action"] == ["aoss:APIAccessAll"]
    assert statement["Resource"] != ["*"]


def test_collection_deletes_what_is_older_than_its_retention() -> None:
    recording = collection(groups=TEAMS)
    policy = one(recording, "aws:opensearch/serverlessLifecyclePolicy:ServerlessLifecyclePolicy").inputs["policy"]
    kept = {each["Resource"][0]: each["MinIndexRetention"] for each in json.loads(policy)["Rules"]}
    assert kept["index/ml-test/search-*"] == "30d"
    assert kept["index/ml-test/platform-*"] == "90d"
    sent = output(recording)
    assert (sent["aws_service_name"], sent["tls"], sent["logstash_prefix_key"]) == ("aoss", True, "$group")


def test_api_takes_what_is_sent_for_a_collection() -> None:
    recording = collection()
    for kind, operation in (
        ("serverlessSecurityPolicy:ServerlessSecurityPolicy", "create_security_policy"),
        ("serverlessAccessPolicy:ServerlessAccessPolicy", "create_access_policy"),
        ("serverlessLifecyclePolicy:ServerlessLifecyclePolicy", "create_lifecycle_policy"),
        ("serverlessCollection:ServerlessCollection", "create_collection"),
        ("serverlessVpcEndpoint:ServerlessVpcEndpoint", "create_vpc_endpoint"),
    ):
        for each in recording.all(f"aws:opensearch/{kind}"):
            sent = {key: value for key, value in each.inputs.items() if key not in {"tags", "tagsAll"}}
            assert not faults_by_model(Request("opensearchserverless", operation, sent)), operation


def test_collection_without_a_network_is_refused() -> None:
    with pytest.raises(SpecError, match="vpc_id, subnet_ids, node_security_group_id"):
        made(destination="opensearch")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": "ML"}, "name"),
    ({"name": "ml-" + "x" * 40}, "name"),
    ({"retentionDays": 91}, "nearest: 90"),
    ({"redaction": {"enabled": False, "keys": ["dateOfBirth"]}}, "enabled = false removes nothing, and keys says what"),
    ({"groups": [{"name": "platform", "namespaces": ["a"]}]}, "platform"),
    ({"groups": [{"name": "heartbeat", "namespaces": ["a"]}]}, "heartbeat"),
    ({"groups": [{"name": "a", "namespaces": ["x"]}, {"name": "b", "namespaces": ["x"]}]}, "namespace x"),
    ({"groups": [{"name": "a", "namespaces": ["x"]}, {"name": "a", "namespaces": ["y"]}]}, "more than once"),
    ({"groups": [{"name": "a", "namespaces": []}]}, "namespaces"),
    ({"groups": [{"name": "a", "namespaces": ["x"]}], "excludedNamespaces": ["x"]}, "namespace x is excluded"),
    ({"destination": "opensearch", "logClass": "standard"}, "logClass belongs to destination cloudwatch"),
    ({"destination": "opensearch", "dataProtection": True}, "dataProtection belongs to destination cloudwatch"),
    ({"standbyReplicas": False}, "standbyReplicas belongs to destination opensearch"),
    ({"readerArns": [f"arn:aws:iam::{ACCOUNT}:role/x"]}, "readerArns belongs to destination opensearch"),
    ({"destination": "opensearch", "readerArns": ["*"]}, "ARN of an IAM role"),
    ({"destination": "splunk"}, "splunk"),
    ({"bufferMib": 1}, "bufferMib"),
    ({"silentMinutes": 1}, "silentMinutes"),
]


@pytest.mark.parametrize(("values", "names"), WRONG)
def test_wrong_setting_is_refused_by_name(values: dict[str, Any], names: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse(LogPipelineSpec, {"name": "ml-test", **values}, "logs")
    assert names in str(caught.value)
    assert len(caught.value.problems) == 1
