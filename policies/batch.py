"""AWS Batch: compute environments, job queues and job definitions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.ec2 import in_private_subnets
from policies.engine.checks import SET, in_production, must_be, must_not_be, requires
from policies.engine.frameworks import checkov, finops, well_architected
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, first, is_set, json_value, number, read, text
from resources.resource import UNKNOWN, Resource

ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
JOB_QUEUE = "aws:batch/jobQueue:JobQueue"
JOB_DEFINITION = "aws:batch/jobDefinition:JobDefinition"
_MACHINES = ("EC2", "SPOT")
_AL2_IMAGES = ("ECS_AL2", "ECS_AL2_NVIDIA", "EKS_AL2", "EKS_AL2_NVIDIA")
_LINKED_ROLE = ":role/aws-service-role/batch.amazonaws.com/"
_SHORTEST_TIMEOUT = 60
"""In seconds. Source: AWS Batch API reference, JobTimeout."""
_ROOT = ("0", "root")


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a job definition: where it is, and its values, UNKNOWN where the definition is not known."""

    path: str
    values: Any
    is_of_task: bool = False
    """Whether it is in a task, which holds the role of all its containers."""


def containers(definition: Resource) -> Iterator[Container]:
    """The containers of a job definition on EC2, Fargate or several nodes. Jobs on EKS have pods, with their rules."""
    inputs = definition.inputs
    if is_set(read(inputs, "containerProperties")):
        yield Container("containerProperties", json_value(read(inputs, "containerProperties")))
    if is_set(read(inputs, "ecsProperties")):
        yield from _tasks("ecsProperties", json_value(read(inputs, "ecsProperties")))
    if not is_set(read(inputs, "nodeProperties")):
        return
    nodes = json_value(read(inputs, "nodeProperties"))
    if nodes is UNKNOWN:
        yield Container("nodeProperties", UNKNOWN)
        return
    for index, node in enumerate(elements(read(nodes, "nodeRangeProperties"))):
        path = f"nodeProperties.nodeRangeProperties[{index}]"
        if is_set(read(node, "container")):
            yield Container(f"{path}.container", read(node, "container"))
        yield from _tasks(f"{path}.ecsProperties", read(node, "ecsProperties"))


def _tasks(path: str, properties: Any) -> Iterator[Container]:
    if properties is UNKNOWN:
        yield Container(path, UNKNOWN)
        return
    for task, each in enumerate(elements(read(properties, "taskProperties"))):
        for index, container in enumerate(elements(read(each, "containers"))):
            yield Container(f"{path}.taskProperties[{task}].containers[{index}]", container, is_of_task=True)


def _has_machines(environment: Resource, _: Stack) -> bool:
    """Whether it starts instances itself; Fargate has none."""
    kind = text(read(environment.inputs, "computeResources", "type"))
    return kind is UNKNOWN or (kind or "").upper() in _MACHINES


@rule(
    "batch-scale-to-zero",
    "Compute environments keep no machines without jobs",
    ENVIRONMENT,
    when=_has_machines,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST09-BP03")],
    remediation="Set minVcpus to 0. Machines of minVcpus cost money in all hours, also while the environment is "
    "disabled.",
    field="computeResources.minVcpus",
)
def _scale_to_zero(environment: Resource, _: Stack) -> Iterator[Result]:
    least = number(read(environment.inputs, "computeResources", "minVcpus"))
    if least is UNKNOWN:
        yield Undecided("computeResources.minVcpus")
    elif least:
        yield Finding(f"keeps {least:g} vCPUs running without jobs")


@rule(
    "batch-in-place",
    "Compute environments can be updated in place",
    ENVIRONMENT,
    when=_has_machines,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        Framework("AWS Batch User Guide", "Updating compute environments"),
        well_architected("REL08-BP04"),
    ],
    remediation="Leave serviceRole out, so that Batch uses its service-linked role, and set allocationStrategy to "
    "BEST_FIT_PROGRESSIVE or, for spot, SPOT_PRICE_CAPACITY_OPTIMIZED. Both need a new environment.",
    field="serviceRole and computeResources.allocationStrategy",
)
def _in_place(environment: Resource, _: Stack) -> Iterator[Result]:
    role = text(read(environment.inputs, "serviceRole"))
    if role is UNKNOWN:
        yield Undecided("serviceRole")
    elif role and _LINKED_ROLE not in role:
        yield Finding("has a service role of its own, so each change replaces it under its queues")
    strategy = text(read(environment.inputs, "computeResources", "allocationStrategy"))
    if strategy is UNKNOWN:
        yield Undecided("computeResources.allocationStrategy")
    elif (strategy or "BEST_FIT").upper() == "BEST_FIT":
        yield Finding("allocates by BEST_FIT, so each change replaces it under its queues")


@rule(
    "batch-image-type",
    "Compute environments run images in support",
    ENVIRONMENT,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC06-BP01")],
    remediation="Set imageType to ECS_AL2023 or ECS_AL2023_NVIDIA (EKS_AL2023 or EKS_AL2023_NVIDIA on EKS).",
    field="computeResources.ec2Configurations[].imageType",
)
def _image_type(environment: Resource, _: Stack) -> Iterator[Result]:
    for index, image in enumerate(elements(read(environment.inputs, "computeResources", "ec2Configurations"))):
        kind = text(read(image, "imageType"))
        if kind is UNKNOWN:
            yield Undecided(f"computeResources.ec2Configurations[{index}].imageType")
        elif kind in _AL2_IMAGES:
            yield Finding(f"runs {kind}, the image of Amazon Linux 2, which is out of support")


@rule(
    "batch-private-machines",
    "Machines of compute environments are in private subnets",
    ENVIRONMENT,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC05-BP01")],
    remediation="Name private subnets, with NAT or with endpoints for ECS, ECR and CloudWatch Logs.",
    field="computeResources.subnets",
)
def _private(environment: Resource, stack: Stack) -> Iterator[Result]:
    message = "starts machines in {subnet}, which gives them public addresses"
    return in_private_subnets(environment, "computeResources", message, stack)


requires(
    JOB_QUEUE,
    "jobStateTimeLimitActions",
    SET,
    "waits behind a job that no machine can run, because jobStateTimeLimitActions is absent",
    name="batch-stuck-jobs",
    title="Job queues cancel jobs that no machine can run",
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[
        Framework("AWS Batch User Guide", "Jobs stuck in RUNNABLE"),
        well_architected("REL05-BP04"),
    ],
    remediation="Set jobStateTimeLimitActions for the reasons CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY, "
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE and MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT.",
)


@rule(
    "batch-spot-only",
    "In production, job queues have machines on demand as well as spot",
    JOB_QUEUE,
    when=in_production,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[well_architected("REL11-BP01"), well_architected("COST07-BP04")],
    remediation="Add an environment on demand after the one on spot.",
    field="computeEnvironmentOrders",
)
def _spot_only(queue: Resource, stack: Stack) -> Iterator[Result]:
    environments = stack.sources(queue, "computeEnvironmentOrders", ENVIRONMENT)
    kinds = [text(read(each.inputs, "computeResources", "type")) for each in environments]
    if UNKNOWN in kinds:
        yield Undecided("computeEnvironmentOrders")
    elif kinds and all(kind in ("SPOT", "FARGATE_SPOT") for kind in kinds):
        yield Finding("has spot machines only, so its jobs wait while AWS has no spare capacity")


@rule(
    "batch-timeout",
    "Jobs have a timeout",
    JOB_DEFINITION,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), well_architected("REL05-BP05")],
    remediation="Set timeout.attemptDurationSeconds to what the longest attempt may take, 60 or more.",
    field="timeout.attemptDurationSeconds",
)
def _timeout(definition: Resource, _: Stack) -> Iterator[Result]:
    seconds = number(read(definition.inputs, "timeout", "attemptDurationSeconds"))
    if seconds is UNKNOWN:
        yield Undecided("timeout.attemptDurationSeconds")
    elif not seconds:
        yield Finding("runs and costs money until somebody ends it, because it has no timeout")
    elif seconds < _SHORTEST_TIMEOUT:
        yield Finding(f"has a timeout of {seconds:g} seconds, and Batch takes {_SHORTEST_TIMEOUT} or more")


@rule(
    "batch-retry",
    "Jobs are retried for named reasons only",
    JOB_DEFINITION,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[Framework("AWS Batch User Guide", "Automated job retries"), well_architected("REL05-BP03")],
    remediation="Let evaluateOnExits retry on the loss of a machine (onStatusReason Host EC2*), and end with a rule "
    "that exits on every other reason (onReason *): where no rule matches, Batch retries.",
    field="retryStrategy.evaluateOnExits",
)
def _retry(definition: Resource, _: Stack) -> Iterator[Result]:
    attempts = number(read(definition.inputs, "retryStrategy", "attempts"))
    rules = elements(read(definition.inputs, "retryStrategy", "evaluateOnExits"))
    if attempts is UNKNOWN or UNKNOWN in rules:
        yield Undecided("retryStrategy")
    elif (attempts or 1) > 1 and not any(_exits(each) for each in rules):
        yield Finding(f"runs up to {attempts:g} times after any failure, also after an error of its own")


def _exits(evaluation: Any) -> bool:
    """Whether a rule ends the job whatever the reason. A rule with several conditions wants all of them."""
    patterns = [read(evaluation, field) for field in ("onReason", "onStatusReason", "onExitCode")]
    given = [pattern for pattern in patterns if is_set(pattern)]
    action = str(text(read(evaluation, "action"))).upper()
    return action == "EXIT" and bool(given) and all(pattern == "*" for pattern in given)


@rule(
    "batch-privileged",
    "Containers of jobs are not privileged",
    JOB_DEFINITION,
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_210"), well_architected("SEC03-BP02")],
    remediation="Remove privileged, and name the devices that the job needs in linuxParameters.devices.",
    field="containerProperties.privileged",
)
def _privileged(definition: Resource, _: Stack) -> Iterator[Result]:
    for container in containers(definition):
        yield from must_not_be(
            container.values,
            "privileged",
            True,
            "is privileged, so it controls its machine",
            within=f"{container.path}.",
        )


@rule(
    "batch-job-role",
    "Jobs have a role of their own",
    JOB_DEFINITION,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC03-BP02")],
    remediation="Set jobRoleArn to a role with the permissions of this job.",
    field="containerProperties.jobRoleArn",
)
def _job_role(definition: Resource, _: Stack) -> Iterator[Result]:
    for container in containers(definition):
        if container.is_of_task:
            continue
        if container.values is UNKNOWN:
            yield Undecided(f"{container.path}.jobRoleArn")
        else:
            yield from must_be(container.values, "jobRoleArn", SET, "has no role, so it takes that of its machine")


@rule(
    "batch-user",
    "Containers of jobs do not run as root",
    JOB_DEFINITION,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[
        Framework("AWS Batch User Guide", "Networking modes for AWS Batch jobs"),
        well_architected("SEC03-BP02"),
    ],
    remediation="Set user to a numeric user and group, such as 1000:1000. On EC2 a job shares the network of its "
    "machine, where root reaches the credentials of the machine.",
    field="containerProperties.user",
)
def _user(definition: Resource, _: Stack) -> Iterator[Result]:
    for container in containers(definition):
        user = text(read(container.values, "user"))
        if user is UNKNOWN:
            yield Undecided(f"{container.path}.user")
        elif (user or "root").partition(":")[0] in _ROOT:
            yield Finding("runs as root" if user else "runs as the user of its image, which may be root")


@rule(
    "batch-logs",
    "Logs of jobs go to a log group of the stack",
    JOB_DEFINITION,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC04-BP01"), well_architected("SEC08-BP02")],
    remediation="Set logConfiguration to awslogs with awslogs-group, a group with a key and a retention. Without it "
    "logs go to /aws/batch/job, which AWS makes without either.",
    field="containerProperties.logConfiguration",
)
def _logs(definition: Resource, _: Stack) -> Iterator[Result]:
    for container in containers(definition):
        driver = text(read(container.values, "logConfiguration", "logDriver"))
        group = first(text(read(container.values, "logConfiguration", "options", "awslogs-group")), "")
        if driver is UNKNOWN or group is UNKNOWN:
            yield Undecided(f"{container.path}.logConfiguration")
        elif driver in (None, "awslogs") and not group:
            yield Finding("writes its log to /aws/batch/job, which has neither key nor retention")


requires(
    JOB_QUEUE,
    "schedulingPolicyArn",
    SET,
    "serves jobs in the order in which they come, because schedulingPolicyArn is absent",
    name="batch-fair-share",
    title="Job queues share their machines fairly among teams",
    area=Area.RELIABILITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[well_architected("REL05-BP02")],
    remediation="Create the queue with a scheduling policy. A queue that begins without can never have one.",
)
