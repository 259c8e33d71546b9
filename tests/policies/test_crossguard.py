"""The engine hears what the plan says: the same rules, levels, thresholds and exceptions."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2 as analyzer
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerStub
from pulumi_policy import EnforcementLevel

from policies.engine.crossguard import UNDECIDED, UNDECIDED_STACK, Pack
from policies.engine.evaluate import EXPIRED, UNUSED, evaluate
from policies.engine.exceptions import PolicyException
from policies.engine.registry import RULES
from policies.engine.rule import Undecided
from policies.engine.settings import Level
from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import TODAY, Case, context, context_of, make
from tests.support.policies.cases import UNDECIDED as UNDECIDED_MESSAGE
from tests.support.policies.engine import Diagnostic, deploy, wire
from tests.support.policies.every_case import CASES

PROJECT = Path(__file__).parents[2]
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
REMOTE = "eks:index:Cluster"


def of_engine(case: Case) -> set[tuple[str, str, str]]:
    """What the engine hears, as rule, URN and message; what is undecided is told apart from its rule there."""
    heard: set[tuple[str, str, str]] = set()
    for policy, _, urn, message in deploy(Pack(context_of(case)).policies(), case.resources):
        rule, _, rest = message.partition(" ") if policy in (UNDECIDED, UNDECIDED_STACK) else (policy, "", message)
        heard.add((rule, urn, rest))
    return heard


# A remote cluster without any inputs is judged by its children under the engine, and by its inputs in the plan.
COMPARABLE = [case for case in CASES if all(one.inputs or one.type != REMOTE for one in case.resources)]


@pytest.mark.parametrize("case", COMPARABLE, ids=lambda case: f"{case.rule}-{case.kind}")
def test_the_engine_hears_what_the_plan_says(case: Case) -> None:
    said = {(verdict.policy, verdict.urn, verdict.message) for verdict in evaluate(case.resources, context_of(case))}
    assert of_engine(case) == said


def test_children_of_a_remote_cluster_are_judged_in_its_place() -> None:
    assert deploy(Pack(context()).policies(), [make(REMOTE)]) == []


@pytest.mark.parametrize("level", Level)
def test_levels_of_the_stack_hold_in_the_engine(level: Level) -> None:
    pack = Pack(context(settings={"levels": {"log-encryption": level}}))
    (policy,) = [policy for policy in pack.policies() if policy.name == "log-encryption"]
    assert policy.enforcement_level is EnforcementLevel(level)


def heard(*resources: Resource, **options: Any) -> dict[str, list[Diagnostic]]:
    found: dict[str, list[Diagnostic]] = {}
    for diagnostic in deploy(Pack(context(**options)).policies(), resources):
        found.setdefault(diagnostic[0], []).append(diagnostic)
    return found


def exempt(expires: date = TODAY, resource: str = "open") -> PolicyException:
    reason = "holds nothing but health checks"
    return PolicyException(rule="log-encryption", resource=resource, reason=reason, expires=expires, approved_by="ann")


def test_an_exception_holds_in_the_engine() -> None:
    found = heard(make(LOG_GROUP, name="open"), exceptions=[exempt()])
    assert not {"log-encryption", EXPIRED, UNUSED} & set(found)


def test_an_expired_exception_fails_in_the_engine() -> None:
    found = heard(make(LOG_GROUP, name="open"), exceptions=[exempt(TODAY - timedelta(days=1))])
    assert found["log-encryption"][0][1] == "mandatory"
    assert found[EXPIRED][0][1] == "mandatory"


def test_an_unused_exception_is_told_in_the_engine() -> None:
    found = heard(make(LOG_GROUP, name="open"), exceptions=[exempt(resource="closed")])
    assert found[UNUSED][0][1] == "advisory"


def test_what_is_undecided_is_told_apart_and_weakens_no_rule() -> None:
    found = heard(make(KEY, {"enableKeyRotation": UNKNOWN}, name="a"), make(KEY, name="b"))
    assert [(level, urn.rpartition("::")[2]) for _, level, urn, _ in found["kms-rotation"]] == [("mandatory", "b")]
    assert [(level, urn.rpartition("::")[2]) for _, level, urn, _ in found[UNDECIDED]] == [("advisory", "a")]
    assert UNDECIDED_MESSAGE in found[UNDECIDED][0][3]
    assert Undecided("enableKeyRotation").message in found[UNDECIDED][0][3]


def test_a_disabled_rule_is_not_told_as_undecided() -> None:
    key = make(KEY, {"enableKeyRotation": UNKNOWN})
    assert UNDECIDED not in heard(key, settings={"levels": {"kms-rotation": "disabled"}})


def test_a_pulumi_secret_is_told_from_plain_text() -> None:
    found = heard(make(CONFIG_MAP, {"data": {"password": SECRET, "token": "written out"}}))
    assert [message for _, _, _, message in found["plain-text-secrets"]] == [
        "data.token is a secret by its name and is in plain text"
    ]


CONFIG = {
    "mlplatform:environment": {
        "kind": "staging",
        "owner": "ml",
        "costCenter": "42",
        "account": "123456789012",
        "region": "us-east-1",
    },
    "mlplatform:cost": {"monthlyBudget": 1000},
    "mlplatform:policies": {
        "levels": {"kms-rotation": "advisory", "flow-logs": "disabled"},
        "logRetentionMinimum": 90,
    },
}


def started(config: dict[str, Any] | None) -> subprocess.Popen[str]:
    """The pack as the engine starts it: in its own folder, by `python -m pulumi.policy`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
    if config is not None:
        environment["PULUMI_CONFIG"] = json.dumps({key: json.dumps(value) for key, value in config.items()})
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:0", "."],
        cwd=PROJECT / "policies",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    """The pack, served to this test as to the engine. The first thing it prints must be its port."""
    process = started(CONFIG)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield AnalyzerStub(channel)
    process.kill()
    process.communicate()


def test_the_pack_lists_every_rule_with_the_stacks_levels(served: Any) -> None:
    info = served.GetAnalyzerInfo(Empty())
    listed = {policy.name: policy for policy in info.policies}
    assert set(RULES) <= set(listed)
    assert (info.name, len(listed) - len(RULES)) == ("mlplatform", 5)
    assert listed["kms-rotation"].enforcementLevel == analyzer.ADVISORY
    assert listed["flow-logs"].enforcementLevel == analyzer.DISABLED
    assert listed["imdsv2"].enforcementLevel == analyzer.MANDATORY
    assert listed["imdsv2"].framework.reference == "EC2.8"
    assert listed["imdsv2"].remediation_steps == RULES["imdsv2"].remediation


def test_served_pack_reads_stack_settings_and_masks_secrets(served: Any) -> None:
    inputs = wire({"retentionInDays": 60, "kmsKeyId": UNKNOWN, "tags": {"password": SECRET}})
    request = analyzer.AnalyzeRequest(
        urn="urn:pulumi:staging::p::aws:cloudwatch/logGroup:LogGroup::it",
        type=LOG_GROUP,
        name="it",
        properties=ParseDict(inputs, Struct()),
    )
    assert not served.Remediate(request).remediations
    answer = served.Analyze(request)
    said = {diagnostic.policyName: diagnostic for diagnostic in answer.diagnostics}
    assert set(said) == {"log-retention", "required-tags"}
    assert "this stack requires 90 to 400" in said["log-retention"].message
    assert said["log-retention"].enforcementLevel == analyzer.MANDATORY


def test_the_served_pack_judges_the_stack(served: Any) -> None:
    urn = "urn:pulumi:staging::p::kubernetes:core/v1:Namespace::ml"
    properties = ParseDict({"metadata": {"name": "ml"}}, Struct())
    one = analyzer.AnalyzerResource(urn=urn, type="kubernetes:core/v1:Namespace", name="ml", properties=properties)
    answer = served.AnalyzeStack(analyzer.AnalyzeStackRequest(resources=[one]))
    said = {diagnostic.policyName: diagnostic.urn for diagnostic in answer.diagnostics}
    assert said.pop(UNUSED, "") == ""
    assert said == {"default-deny": urn}


def test_the_pack_is_listed_without_a_stack() -> None:
    process = started(None)
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    process.kill()
    process.communicate()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mlplatform:policies": {"levels": {"imdsv1": "advisory"}}}, "there is no such rule; did you mean imdsv2?"),
        ({"mlplatform:cost": {"monthlyBudget": -1}}, "mlplatform:cost is wrong: monthlyBudget"),
        ({"mlplatform:environment": None}, "mlplatform:environment is missing"),
    ],
)
def test_a_wrong_config_is_refused_in_one_sentence(change: dict[str, Any], message: str) -> None:
    config = {key: value for key, value in {**CONFIG, **change}.items() if value is not None}
    out, err = started(config).communicate()
    assert out == ""
    assert message in err
    assert "Traceback" not in err
