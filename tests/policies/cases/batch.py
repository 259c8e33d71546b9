"""Cases of the rules in policies/batch.py."""

import json
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
QUEUE = "aws:batch/jobQueue:JobQueue"
DEFINITION = "aws:batch/jobDefinition:JobDefinition"
LINKED = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
AL2023 = [{"imageType": "ECS_AL2023"}]
RECLAIM = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "/aws/batch/ml"}}


def environment(computed: Any = None, *, name: str = "it", refers: Any = None, **inputs: Any) -> Resource:
    given: dict[str, Any] = {"type": "EC2", "allocationStrategy": "BEST_FIT_PROGRESSIVE", **(computed or {})}
    return make(ENVIRONMENT, {"type": "MANAGED", "computeResources": given, **inputs}, name=name, refers=refers or {})


def of_kind(kind: Any, name: str) -> Resource:
    return environment({"type": kind}, name=name)


def queue(*environments: Resource, **inputs: Any) -> tuple[Resource, ...]:
    refers = {"computeEnvironmentOrders": environments}
    return *environments, make(QUEUE, {"computeEnvironmentOrders": UNKNOWN, **inputs}, name="queue", refers=refers)


def subnet(*, public: Any) -> Resource:
    return make("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": public}, name="subnet")


def placed(where: Resource) -> tuple[Resource, Resource]:
    return where, environment({"subnets": UNKNOWN}, refers={"computeResources": [where]})


def job(**container: Any) -> Resource:
    return make(DEFINITION, {"containerProperties": json.dumps(container)})


def nodes(**container: Any) -> Resource:
    return make(DEFINITION, {"nodeProperties": json.dumps({"nodeRangeProperties": [{"container": container}]})})


def tasks(**container: Any) -> Resource:
    return make(DEFINITION, {"ecsProperties": json.dumps({"taskProperties": [{"containers": [container]}]})})


def retried(attempts: Any, rules: Any = None) -> Resource:
    strategy = {"attempts": attempts} | ({} if rules is None else {"evaluateOnExits": rules})
    return make(DEFINITION, {"retryStrategy": strategy})


CASES = [
    passes("batch-scale-to-zero", environment({"minVcpus": 0})),
    passes("batch-scale-to-zero", environment(), kind="absent"),
    passes("batch-scale-to-zero", environment({"type": "FARGATE", "minVcpus": 4})),
    fails("batch-scale-to-zero", environment({"minVcpus": 16.0}), found="keeps 16 vCPUs running"),
    unknown("batch-scale-to-zero", environment({"minVcpus": UNKNOWN}), undecided="minVcpus"),
    passes("batch-in-place", environment()),
    passes("batch-in-place", environment(serviceRole=LINKED)),
    passes("batch-in-place", environment({"type": "SPOT", "allocationStrategy": "SPOT_PRICE_CAPACITY_OPTIMIZED"})),
    passes("batch-in-place", environment({"type": "FARGATE", "allocationStrategy": None})),
    fails("batch-in-place", environment({"allocationStrategy": None}), kind="absent", found="allocates by BEST_FIT"),
    fails("batch-in-place", environment({"allocationStrategy": "BEST_FIT"}), found="allocates by BEST_FIT"),
    fails(
        "batch-in-place",
        environment(serviceRole="arn:aws:iam::123456789012:role/batch"),
        found="a service role of its own",
    ),
    unknown("batch-in-place", environment(serviceRole=UNKNOWN), undecided="serviceRole"),
    unknown("batch-in-place", environment({"allocationStrategy": UNKNOWN}), undecided="allocationStrategy"),
    passes("batch-image-type", environment({"ec2Configurations": AL2023})),
    passes("batch-image-type", environment(), kind="absent"),
    fails("batch-image-type", environment({"ec2Configurations": [{"imageType": "ECS_AL2_NVIDIA"}]}), found="Linux 2"),
    fails("batch-image-type", environment({"ec2Configurations": [*AL2023, {"imageType": "EKS_AL2"}]}), found="EKS_AL2"),
    unknown("batch-image-type", environment({"ec2Configurations": UNKNOWN}), undecided="ec2Configurations[0]"),
    passes("batch-private-machines", *placed(subnet(public=False))),
    passes("batch-private-machines", environment({"subnets": ["subnet-1"]}), kind="absent"),
    fails("batch-private-machines", *placed(subnet(public=True)), found="gives them public addresses"),
    unknown("batch-private-machines", *placed(subnet(public=UNKNOWN)), undecided="mapPublicIpOnLaunch of subnet"),
    passes("batch-stuck-jobs", *queue(jobStateTimeLimitActions=[{"state": "RUNNABLE"}])),
    passes("batch-stuck-jobs", *queue(jobStateTimeLimitActions=UNKNOWN), kind="unknown"),
    fails("batch-stuck-jobs", *queue(jobStateTimeLimitActions=[]), found="behind a job that no machine can run"),
    fails("batch-stuck-jobs", *queue(), kind="absent", found="jobStateTimeLimitActions is absent"),
    passes("batch-fair-share", *queue(schedulingPolicyArn="arn:aws:batch:us-east-1:123456789012:scheduling-policy/ml")),
    passes("batch-fair-share", *queue(schedulingPolicyArn=UNKNOWN), kind="unknown"),
    fails("batch-fair-share", *queue(schedulingPolicyArn=""), found="in the order in which they come"),
    fails("batch-fair-share", *queue(), kind="absent", found="schedulingPolicyArn is absent"),
    passes("batch-spot-only", *queue(of_kind("SPOT", "spot"), of_kind("EC2", "demand"))),
    passes("batch-spot-only", *queue(of_kind("SPOT", "spot")), environment=EnvironmentKind.STAGING),
    passes("batch-spot-only", *queue(), kind="absent"),
    fails("batch-spot-only", *queue(of_kind("SPOT", "spot")), found="spot machines only"),
    unknown("batch-spot-only", *queue(of_kind(UNKNOWN, "any")), undecided="computeEnvironmentOrders"),
    passes("batch-timeout", make(DEFINITION, {"timeout": {"attemptDurationSeconds": 60}})),
    fails("batch-timeout", make(DEFINITION, {"timeout": {"attemptDurationSeconds": 59}}), found="59 seconds"),
    fails("batch-timeout", make(DEFINITION), kind="absent", found="has no timeout"),
    unknown("batch-timeout", make(DEFINITION, {"timeout": UNKNOWN}), undecided="attemptDurationSeconds"),
    passes("batch-retry", retried(3, RECLAIM)),
    passes("batch-retry", retried(1)),
    passes("batch-retry", make(DEFINITION), kind="absent"),
    fails("batch-retry", retried(3), found="up to 3 times after any failure"),
    fails("batch-retry", retried(3, RECLAIM[:1]), found="after any failure"),
    # Only an exit code of 1 with any reason ends this one.
    fails("batch-retry", retried(2, [{"onReason": "*", "onExitCode": "1", "action": "EXIT"}]), found="up to 2 times"),
    unknown("batch-retry", retried(UNKNOWN), undecided="retryStrategy"),
    unknown("batch-retry", retried(3, UNKNOWN), undecided="retryStrategy"),
    passes("batch-privileged", job(privileged=False), make(DEFINITION, name="empty")),
    passes("batch-privileged", job(image="a:1"), kind="absent"),
    fails("batch-privileged", job(privileged=True), found="controls its machine"),
    fails("batch-privileged", nodes(privileged=True), found="controls its machine"),
    fails("batch-privileged", tasks(privileged=True), found="controls its machine"),
    unknown("batch-privileged", make(DEFINITION, {"containerProperties": UNKNOWN}), undecided="privileged"),
    unknown("batch-privileged", make(DEFINITION, {"nodeProperties": UNKNOWN}), undecided="nodeProperties.privileged"),
    unknown("batch-privileged", make(DEFINITION, {"ecsProperties": UNKNOWN}), undecided="ecsProperties.privileged"),
    passes("batch-job-role", job(jobRoleArn="arn:aws:iam::123456789012:role/job")),
    passes("batch-job-role", tasks(image="a:1"), kind="absent"),
    unknown("batch-job-role", make(DEFINITION, {"containerProperties": UNKNOWN}), undecided="jobRoleArn"),
    fails("batch-job-role", job(), kind="absent", found="takes that of its machine"),
    fails("batch-job-role", nodes(jobRoleArn=""), found="takes that of its machine"),
    passes("batch-user", job(user="1000:1000")),
    fails("batch-user", job(user="root"), found="runs as root"),
    fails("batch-user", job(user="0:1000"), found="runs as root"),
    fails("batch-user", job(), kind="absent", found="which may be root"),
    unknown("batch-user", make(DEFINITION, {"containerProperties": UNKNOWN}), undecided="containerProperties.user"),
    passes("batch-logs", job(logConfiguration=LOGS)),
    passes("batch-logs", job(logConfiguration={"logDriver": "splunk"})),
    fails("batch-logs", job(logConfiguration={"logDriver": "awslogs"}), found="neither key nor retention"),
    fails("batch-logs", job(), kind="absent", found="/aws/batch/job"),
    unknown("batch-logs", make(DEFINITION, {"containerProperties": UNKNOWN}), undecided="logConfiguration"),
]
