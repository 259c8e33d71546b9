"""A BatchQueue as a whole: its queues and shares, its failed jobs, its outputs, and what is refused."""

import json
from typing import Any

import pytest

from policies.engine.evaluate import evaluate
from tests.support.aws_models import faults
from tests.support.components.batch_queues import (
    ARM,
    DEFINITION,
    DEMAND,
    ENVIRONMENT,
    FRAUD,
    GENERAL,
    QUEUE,
    RANKING,
    ROLE,
    SHARES,
    SPOT,
    TRAINING,
    X86,
    batch_queue,
    refusal,
)
from tests.support.components.clusters import needs, statements
from tests.support.components.mocks import ACCOUNT, Recording
from tests.support.policies.cases import context

SQS = "aws:sqs/queue:Queue"
SQS_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def test_queues_have_fair_shares_by_team(batch: Recording) -> None:
    policy = batch.one(SHARES).inputs["fairSharePolicy"]
    weights = {each["shareIdentifier"]: each["weightFactor"] for each in policy["shareDistributions"]}
    # A lower weight has more of the machines.
    assert weights == {"search": 0.5, "risk": 1.0}
    assert policy["shareDecaySeconds"] == 86400
    for queue in batch.all(QUEUE):
        assert batch.one(SHARES).urn in queue.property_dependencies["schedulingPolicyArn"]


def test_queues_try_their_environments_in_order(batch: Recording) -> None:
    queue = batch.one(QUEUE, "batch-training-queue").inputs
    orders = {each["order"]: each["computeEnvironment"] for each in queue["computeEnvironmentOrders"]}
    arns = batch.outputs("batch")["environment_arns"]
    assert orders == {1: arns["gpu-spot"], 2: arns["gpu"]}
    assert (queue["name"], queue["priority"]) == ("ml-training", 1)
    assert batch.one(QUEUE, "batch-general-queue").inputs["priority"] == 5


def test_jobs_that_no_machine_can_run_are_cancelled(batch: Recording) -> None:
    actions = batch.one(QUEUE, "batch-training-queue").inputs["jobStateTimeLimitActions"]
    assert {each["reason"]: each["maxTimeSeconds"] for each in actions} == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": 7200,
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE": 600,
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT": 600,
    }
    assert {(each["state"], each["action"]) for each in actions} == {("RUNNABLE", "CANCEL")}


def test_failed_jobs_are_kept_as_messages(batch: Recording) -> None:
    pattern = json.loads(batch.one(RULE).inputs["eventPattern"])
    assert (pattern["source"], pattern["detail-type"]) == (["aws.batch"], ["Batch Job State Change"])
    assert pattern["detail"] == {
        "status": ["FAILED"],
        "jobQueue": [f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/ml-{name}" for name in ("training", "general")],
    }
    target = batch.one(TARGET)
    failed, undelivered = (batch.one(SQS, f"batch-{name}") for name in ("failed", "undelivered"))
    assert failed.urn in target.property_dependencies["arn"]
    assert undelivered.urn in target.property_dependencies["deadLetterConfig"]
    for queue in (failed, undelivered):
        assert queue.inputs["sqsManagedSseEnabled"] is True
        assert queue.inputs["messageRetentionSeconds"] == 14 * 24 * 3600
    assert json.loads(failed.inputs["redrivePolicy"])["maxReceiveCount"] == 5


@pytest.mark.parametrize("name", ["failed", "undelivered"])
def test_only_the_rule_may_fill_both_queues(batch: Recording, name: str) -> None:
    said = statements(batch.one(SQS_POLICY, f"batch-{name}-policy"))
    assert said["RulesSend"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert said["RulesSend"]["Condition"]["ArnEquals"]["aws:SourceArn"][0].startswith(
        f"arn:aws:events:us-east-1:{ACCOUNT}:rule/"
    )
    assert needs(batch, batch.one(TARGET)) >= {f"batch-{name}-policy"}


def test_outputs_are_found_by_the_names_in_the_arguments(batch: Recording) -> None:
    outputs = batch.outputs("batch")
    assert outputs["queue_arns"]["training"] == f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/ml-training"
    assert outputs["job_definition_arns"]["ranking"] == f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-ranking"
    assert set(outputs["environment_arns"]) == {"gpu-spot", "gpu", "cpu"}


def test_requests_are_ones_that_the_api_describes(batch: Recording) -> None:
    for definition in batch.all(DEFINITION):
        inputs = definition.inputs
        retry = inputs["retryStrategy"]
        request = {
            "jobDefinitionName": inputs["name"],
            "type": inputs["type"],
            "containerProperties": json.loads(inputs["containerProperties"]),
            "retryStrategy": {"attempts": retry["attempts"], "evaluateOnExit": retry["evaluateOnExits"]},
            "timeout": inputs["timeout"],
            "platformCapabilities": inputs["platformCapabilities"],
            "propagateTags": inputs["propagateTags"],
        }
        assert faults("batch", "RegisterJobDefinition", request) == []
    names = {"minVcpus": "minvCpus", "maxVcpus": "maxvCpus", "ec2Configurations": "ec2Configuration"}
    for environment in batch.all(ENVIRONMENT):
        computed = {names.get(key, key): value for key, value in environment.inputs["computeResources"].items()}
        request = {"computeEnvironmentName": "any", "type": environment.inputs["type"], "computeResources": computed}
        assert faults("batch", "CreateComputeEnvironment", request) == []
    for queue in batch.all(QUEUE):
        inputs = queue.inputs
        request = {
            "jobQueueName": inputs["name"],
            "priority": inputs["priority"],
            "schedulingPolicyArn": inputs["schedulingPolicyArn"],
            "computeEnvironmentOrder": inputs["computeEnvironmentOrders"],
            "jobStateTimeLimitActions": inputs["jobStateTimeLimitActions"],
        }
        assert faults("batch", "CreateJobQueue", request) == []


def test_it_breaks_no_rule(batch: Recording) -> None:
    # The tags are those of a stack's provider, and the alarm of what could not be delivered is one of StoreAlarms.
    found = [each for each in evaluate(batch.resources, context()) if not each.policy.endswith(("-tags", "-alarms"))]
    assert found == []


def test_names_of_jobs_meet_no_other_names() -> None:
    names = ("machine", "execution", "ranking", "ranking-schedule", "failed")
    jobs = [{**RANKING, "name": name, "schedule": "0 2 * * *"} for name in names]
    urns = [each.urn for each in batch_queue(jobs=jobs).resources]
    assert len(urns) == len({*urns})


def test_without_jobs_there_are_queues_only() -> None:
    bare = batch_queue(jobs=[])
    assert bare.all(DEFINITION) == []
    assert [each.name for each in bare.all(ROLE)] == ["batch-machine-role"]
    assert bare.outputs("batch")["submit_policies"] == {}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"name": "ML"}, "name = 'ML': "),
        ({"name": "a" * 33}, "name = 'aaa"),
        ({"environments": []}, "environments = []: "),
        ({"queues": []}, "queues = []: "),
        ({"shares": {}}, "shares = a mapping: needs at least 1 item"),
        ({"shares": {"-a": 1}}, "-a"),
        (
            {"shares": {"search": 1, "risk": 1, "sea-rch": 2}},
            "shares.sea-rch = 2.0: AWS Batch has no hyphens in shares, and search would have the same one",
        ),
        ({"shares": {"Search": 1}}, "Search"),
        ({"shares": {"a" * 32: 1}}, "a" * 32),
        ({"shares": {"search": 0, "risk": 1}}, "shares.search = 0: must be at least 0.01"),
        ({"environments": [SPOT, SPOT, DEMAND, ARM]}, "environments[1].name = 'gpu-spot': gpu-spot is used twice"),
        ({"queues": [TRAINING, GENERAL, TRAINING]}, "queues[2].name = 'training': training is used twice"),
        ({"jobs": [RANKING, RANKING]}, "jobs[1].name = 'ranking': ranking is used twice"),
        (
            {"jobs": [RANKING, {**FRAUD, "folder": "ranking/fraud"}]},
            "jobs[1].folder = 'ranking/fraud': another job has the folder ranking",
        ),
        ({"log_retention_days": 91}, "nearest: 90"),
        ({"share_window_hours": 200}, "share_window_hours = 200: must be at most 168"),
    ],
)
def test_parts_that_do_not_fit_are_refused(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        ({"environments": ["gpu", "cpu"]}, "different CPU architectures, which AWS Batch does not mix in a queue"),
        ({"environments": ["gpu", "x86"]}, "some environments have GPUs and others have none; make a queue of each"),
        ({"environments": ["none"]}, "there is no environment none; name one of gpu-spot, gpu, cpu, x86"),
        ({"environments": ["a", "b", "c", "d"]}, "a queue has at most 3 environments; remove some"),
        ({"environments": ["gpu", "gpu"]}, "gpu is named more than once"),
        ({"environments": []}, "environments = []: "),
        ({"capacity_wait_minutes": 5}, "capacity_wait_minutes = 5: must be at least 10"),
        ({"priority": -1}, "priority = -1: must be at least 0"),
    ],
)
def test_queues_that_batch_does_not_take_are_refused(queue: dict[str, Any], message: str) -> None:
    assert message in refusal(environments=[SPOT, DEMAND, ARM, X86], queues=[{**TRAINING, **queue}], jobs=[])
