"""Who submits jobs to a BatchQueue, and for which share: schedules and teams."""

import json

from tests.support.aws_models import faults
from tests.support.components.batch_queues import FRAUD, RANKING, ROLE, SCHEDULE, SHARES, batch_queue, policy
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording


def test_schedules_submit_for_the_share_of_the_team() -> None:
    made = batch_queue(
        jobs=[{**RANKING, "schedule": "30 2 * * 1-5", "time_zone": "Europe/Berlin", "array_size": 10}, FRAUD]
    )
    schedule = made.one(SCHEDULE).inputs
    assert schedule["scheduleExpression"] == "cron(30 2 ? * MON,TUE,WED,THU,FRI *)"
    assert schedule["scheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:batch:submitJob"
    assert json.loads(schedule["target"]["input"]) == {
        "JobName": "ml-ranking",
        "JobQueue": f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/ml-training",
        "JobDefinition": f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-ranking",
        "ShareIdentifier": "search",
        "Tags": {"team": "search"},
        "ArrayProperties": {"Size": 10},
    }
    may = policy(made, "batch-schedule-ranking-policy")
    definition = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-ranking"
    assert allows(may, "batch:SubmitJob", definition, batch_ShareIdentifier="search")
    assert not allows(may, "batch:SubmitJob", definition, batch_ShareIdentifier="risk")
    (trust,) = json.loads(made.one(ROLE, "batch-schedule-ranking-role").inputs["assumeRolePolicy"])["Statement"]
    source = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/default"
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": source}


def test_scheduled_requests_are_ones_that_the_api_describes() -> None:
    made = batch_queue(jobs=[{**RANKING, "schedule": "0 2 * * *", "array_size": 2}])
    request = json.loads(made.one(SCHEDULE).inputs["target"]["input"])
    api = {f"{key[0].lower()}{key[1:]}": value for key, value in request.items()}
    api["arrayProperties"] = {"size": request["ArrayProperties"]["Size"]}
    assert faults("batch", "SubmitJob", api) == []


def test_a_team_submits_its_own_jobs_for_its_own_share(batch: Recording) -> None:
    policies = batch.outputs("batch")["submit_policies"]
    definitions = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition"
    search = {"batch_ShareIdentifier": "search"}
    for definition in ("ml-ranking", "ml-ranking:7", "ml-ranking_0a1b2c", f"ml-ranking_0a1b2c:{1}"):
        assert allows(policies["search"], "batch:SubmitJob", f"{definitions}/{definition}", **search)
    assert allows(
        policies["search"], "batch:SubmitJob", f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/ml-training", **search
    )
    assert not allows(policies["search"], "batch:SubmitJob", f"{definitions}/ml-fraud:1", **search)
    assert not allows(policies["risk"], "batch:SubmitJob", f"{definitions}/ml-fraud:1", **search)


def test_a_share_is_named_as_its_team_without_hyphens() -> None:
    job = {**FRAUD, "team": "risk-credit", "schedule": "0 1 * * *"}
    made = batch_queue(shares={"search": 1, "risk-credit": 1}, jobs=[job])
    shares = made.one(SHARES).inputs["fairSharePolicy"]["shareDistributions"]
    assert [each["shareIdentifier"] for each in shares] == ["riskcredit", "search"]
    # Source: AWS Batch API reference, SubmitJob, shareIdentifier: alphanumeric characters.
    assert json.loads(made.one(SCHEDULE).inputs["target"]["input"])["ShareIdentifier"] == "riskcredit"
    policy = made.outputs("batch")["submit_policies"]["risk-credit"]
    definition = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-fraud"
    assert allows(policy, "batch:SubmitJob", definition, batch_ShareIdentifier="riskcredit")


def test_a_team_stops_and_tags_its_own_jobs_only(batch: Recording) -> None:
    policies = batch.outputs("batch")["submit_policies"]
    job = f"arn:aws:batch:us-east-1:{ACCOUNT}:job/0a1b2c"
    searchs: dict[str, str] = {"aws:ResourceTag/team": "search"}
    assert allows(policies["search"], "batch:TerminateJob", job, **searchs)
    assert not allows(policies["risk"], "batch:TerminateJob", job, **searchs)
    assert not allows(policies["risk"], "batch:TerminateJob", job)
    mine = {"aws:RequestTag/team": "risk"}
    assert allows(policies["risk"], "batch:TagResource", job, **mine)
    assert not allows(policies["risk"], "batch:TagResource", job, **mine, **searchs)
    assert not allows(policies["risk"], "batch:TagResource", job, **{"aws:RequestTag/team": "search"})


def test_a_team_registers_variants_with_the_roles_of_its_jobs(batch: Recording) -> None:
    policy = batch.outputs("batch")["submit_policies"]["search"]
    definitions = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition"
    unprivileged = {"batch_Privileged": "false", "batch_User": "1000:1000"}
    assert allows(policy, "batch:RegisterJobDefinition", f"{definitions}/ml-ranking_0a1b2c", **unprivileged)
    privileged = {**unprivileged, "batch_Privileged": "true"}
    assert not allows(policy, "batch:RegisterJobDefinition", f"{definitions}/ml-ranking_0a", **privileged)
    assert not allows(policy, "batch:RegisterJobDefinition", f"{definitions}/ml-ranking", **unprivileged)
    roles, passed = batch.outputs("batch")["job_role_arns"], {"iam_PassedToService": "ecs-tasks.amazonaws.com"}
    assert allows(policy, "iam:PassRole", roles["ranking"], **passed)
    assert allows(policy, "iam:PassRole", batch.outputs("batch")["execution_role_arn"], **passed)
    assert not allows(policy, "iam:PassRole", roles["fraud"], **passed)
    assert not allows(policy, "iam:PassRole", roles["ranking"], iam_PassedToService="ec2.amazonaws.com")


def test_a_team_registers_no_variant_that_runs_as_root() -> None:
    recording = batch_queue(jobs=[{**RANKING, "user": "2000"}, FRAUD])
    policy = recording.outputs("batch")["submit_policies"]["search"]
    variant = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-ranking_0a"
    for user in ("1000:1000", "2000"):
        assert allows(policy, "batch:RegisterJobDefinition", variant, batch_Privileged="false", batch_User=user)
    for user in ("0", "0:0", "root", ""):
        assert not allows(policy, "batch:RegisterJobDefinition", variant, batch_Privileged="false", batch_User=user)
    assert not allows(policy, "batch:RegisterJobDefinition", variant, batch_Privileged="false")
