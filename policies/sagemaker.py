"""Amazon SageMaker: training jobs, Studio domains, notebook instances, models and endpoints."""

from collections.abc import Iterator

from components.facts.sagemaker import has_local_disk
from policies.engine.checks import SET, forbids, in_production, must_be, outside_production, requires
from policies.engine.controls import at_least, line, table
from policies.engine.frameworks import checkov, finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.engine.statements import Statement, judge, statements
from policies.iam import is_boundary_alone
from resources.inputs import entries, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

TRAINING_JOB = "aws:sagemaker/trainingJob:TrainingJob"
DOMAIN = "aws:sagemaker/domain:Domain"
NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"
MODEL = "aws:sagemaker/model:Model"
ENDPOINT = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
_POLICIES = ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy")
_APPS = ("jupyterLabAppSettings", "codeEditorAppSettings")
_LONGEST_WITHOUT_CHECKPOINTS = 3600
_CREATE = ("sagemaker:createtrainingjob", "sagemaker:createprocessingjob", "sagemaker:createhyperparametertuningjob")
_BOUNDS = ("sagemaker:vpcsubnets", "sagemaker:instancetypes", "sagemaker:maxruntimeinseconds")


@rule(
    "sagemaker-vpc",
    "SageMaker jobs, models, notebooks and domains use only the VPC",
    (TRAINING_JOB, DOMAIN, NOTEBOOK, MODEL),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("SageMaker.1"), security_hub("SageMaker.2"), well_architected("SEC05-BP02")],
    remediation="Name private subnets: vpcConfig of a job or model; appNetworkAccessType VpcOnly of a domain; subnetId "
    "and directInternetAccess Disabled of a notebook instance.",
    field="vpcConfig, appNetworkAccessType or directInternetAccess",
)
def _in_vpc(resource: Resource, _: Stack) -> Iterator[Result]:
    inputs = resource.inputs
    if resource.type == DOMAIN:
        message = "lets Studio reach the internet outside the VPC, because appNetworkAccessType is not VpcOnly"
        yield from must_be(inputs, "appNetworkAccessType", "VpcOnly", message)
    elif resource.type == NOTEBOOK:
        if not is_set(read(inputs, "subnetId")):
            yield Finding("is not in a VPC, because subnetId is absent")
        message = "reaches the internet outside the VPC, because directInternetAccess is not Disabled"
        yield from must_be(inputs, "directInternetAccess", "Disabled", message)
    elif not is_set(read(inputs, "vpcConfig")):
        yield Finding("is not in a VPC, because vpcConfig is absent")


@rule(
    "sagemaker-encryption",
    "Volumes, files and output of SageMaker are encrypted with a customer key",
    (TRAINING_JOB, DOMAIN, NOTEBOOK, ENDPOINT),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC08-BP02"), well_architected("SEC08-BP01")],
    remediation="Set kmsKeyId (kmsKeyArn of an endpoint configuration); of a job outputDataConfig.kmsKeyId, and "
    "resourceConfig.volumeKmsKeyId unless the instance type has local disks.",
    field="kmsKeyId, kmsKeyArn, outputDataConfig.kmsKeyId or resourceConfig.volumeKmsKeyId",
)
def _encryption(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == TRAINING_JOB:
        yield from _job_encryption(resource)
    elif resource.type == ENDPOINT:
        yield from must_be(resource.inputs, "kmsKeyArn", SET, "has volumes without a key of the account")
    else:
        yield from must_be(resource.inputs, "kmsKeyId", SET, "has no key of the account, because kmsKeyId is absent")


def _job_encryption(job: Resource) -> Iterator[Result]:
    message = "writes its output without a key of the account"
    yield from must_be(job.inputs, "outputDataConfig.kmsKeyId", SET, message)
    kind = text(read(job.inputs, "resourceConfig", "instanceType"))
    if is_set(read(job.inputs, "resourceConfig", "volumeKmsKeyId")):
        return
    if kind is UNKNOWN:
        yield Undecided("resourceConfig.instanceType")
    elif not (kind and has_local_disk(kind)):
        yield Finding("has volumes without a key of the account")


requires(
    TRAINING_JOB,
    "enableInterContainerTrafficEncryption",
    True,
    "does not encrypt the traffic between its containers",
    name="sagemaker-traffic",
    title="Traffic between the containers of a training job is encrypted",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC09-BP02")],
    remediation="Set enableInterContainerTrafficEncryption.",
)

requires(
    NOTEBOOK,
    "rootAccess",
    "Disabled",
    "lets its users be root, because rootAccess is not Disabled",
    name="sagemaker-root",
    title="Users of notebook instances are not root",
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("SageMaker.3"), well_architected("SEC03-BP02")],
    remediation="Set rootAccess to Disabled.",
)

forbids(
    NOTEBOOK,
    "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion",
    "1",
    "gives its role's credentials to anybody who can make it send a request (IMDSv1)",
    name="sagemaker-imdsv2",
    title="Notebook instances do not answer version 1 of the metadata service",
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_371"), well_architected("SEC06-BP02")],
    remediation="Set minimumInstanceMetadataServiceVersion to 2.",
)

requires(
    MODEL,
    "enableNetworkIsolation",
    True,
    "can connect to addresses outside of its container",
    name="sagemaker-isolation",
    title="Models of SageMaker have network isolation",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[security_hub("SageMaker.5"), well_architected("SEC05-BP02")],
    remediation="Set enableNetworkIsolation, unless the model calls another service.",
)


forbids(
    DOMAIN,
    "domainSettings.dockerSettings.enableDockerAccess",
    "ENABLED",
    "lets people run any image as root beside their notebook",
    name="sagemaker-studio-docker",
    title="Studio starts no Docker containers",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC06-BP02")],
    remediation="Set domainSettings.dockerSettings.enableDockerAccess to DISABLED, or leave it out.",
)


@rule(
    "sagemaker-idle-stop",
    "Apps of Studio stop when nobody uses them",
    DOMAIN,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST09-BP03")],
    remediation="Set lifecycleManagement to ENABLED and idleTimeoutInMinutes in idleSettings, for both "
    "jupyterLabAppSettings and codeEditorAppSettings.",
    field="defaultUserSettings",
)
def _idle(domain: Resource, _: Stack) -> Iterator[Result]:
    for app in _APPS:
        path = ("defaultUserSettings", app, "appLifecycleManagement", "idleSettings")
        management = text(read(domain.inputs, *path, "lifecycleManagement"))
        minutes = number(read(domain.inputs, *path, "idleTimeoutInMinutes"))
        if UNKNOWN in (management, minutes):
            yield Undecided(".".join(path))
        elif management != "ENABLED" or not minutes:
            yield Finding(f"never stops idle apps of {app.removesuffix('AppSettings')}, which then cost all night")


forbids(
    DOMAIN,
    "retentionPolicy.homeEfsFileSystem",
    "Delete",
    "deletes the home folders of all users with the domain",
    name="sagemaker-studio-files",
    title="In production, a deleted domain of Studio keeps people's files",
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL09-BP01")],
    remediation="Set retentionPolicy.homeEfsFileSystem to Retain, or leave it out.",
)


@rule(
    "sagemaker-checkpoints",
    "Spot training of more than an hour has checkpoints",
    TRAINING_JOB,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL11-BP02"), well_architected("COST07-BP04")],
    remediation="Set checkpointConfig to a folder of the training bucket, and let the program resume from it.",
    field="checkpointConfig",
)
def _checkpoints(job: Resource, _: Stack) -> Iterator[Result]:
    spot = flag(read(job.inputs, "enableManagedSpotTraining"))
    if spot is UNKNOWN:
        yield Undecided("enableManagedSpotTraining")
    if spot is not True or is_set(read(job.inputs, "checkpointConfig")):
        return
    seconds = number(read(job.inputs, "stoppingCondition", "maxRuntimeInSeconds"))
    if seconds is UNKNOWN:
        yield Undecided("stoppingCondition.maxRuntimeInSeconds")
    elif seconds is None or seconds > _LONGEST_WITHOUT_CHECKPOINTS:
        yield Finding("starts again from the beginning when AWS takes its spot instance, because it has no checkpoints")


requires(
    TRAINING_JOB,
    "enableManagedSpotTraining",
    True,
    "pays the on-demand price for training that can be repeated",
    name="sagemaker-spot",
    title="Outside production, training jobs run on spot instances",
    when=outside_production,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Rate Optimization"), well_architected("COST07-BP01")],
    remediation="Set enableManagedSpotTraining, stoppingCondition.maxWaitTimeInSeconds and checkpointConfig.",
)

requires(
    TRAINING_JOB,
    "stoppingCondition.maxRuntimeInSeconds",
    SET,
    "may run for days, because it has no maximum run time",
    name="sagemaker-timeout",
    title="Training jobs have a maximum run time",
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Policy & Governance"), well_architected("COST02-BP05")],
    remediation="Set stoppingCondition.maxRuntimeInSeconds.",
)


@rule(
    "sagemaker-submitters",
    "Permissions to create SageMaker jobs are limited to subnets, instance types and a run time",
    _POLICIES,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC03-BP02"), well_architected("COST02-BP05")],
    remediation="Add conditions on sagemaker:VpcSubnets, sagemaker:InstanceTypes and sagemaker:MaxRuntimeInSeconds to "
    "the statement, as TrainingPlatform does.",
    field="policy",
)
def _submitters(policy: Resource, stack: Stack) -> Iterator[Result]:
    return (
        iter(())
        if is_boundary_alone(policy, stack)
        else judge(statements(read(policy.inputs, "policy"), "policy"), _bounds)
    )


def _bounds(statement: Statement) -> Iterator[Result]:
    if not _creates_jobs(statement):
        return
    if statement.conditions_unknown:
        yield Undecided(f"{statement.path}: Condition")
        return
    keys = {key.lower() for _, test in entries(read(statement.body, "Condition")) for key, _ in entries(test)}
    if lacking := [bound for bound in _BOUNDS if bound not in keys]:
        yield Finding(f"{statement.path} creates jobs without a condition on {', '.join(lacking)}")


def _creates_jobs(statement: Statement) -> bool:
    """Whether it allows an action that creates jobs. The rule iam-wildcard judges `*`."""
    actions = [str(action).lower() for action in statement.values("Action")]
    return any(
        action in _CREATE
        or (action.startswith("sagemaker:") and action.endswith("*") and _CREATE[0].startswith(action[:-1]))
        for action in actions
    )


table(
    "endpoint-instances",
    "In production, endpoints begin with two instances",
    line(
        "sagemaker/endpointConfiguration:EndpointConfiguration",
        "productionVariants.initialInstanceCount?",
        at_least(2),
        "SageMaker.4",
        when=in_production,
    ),
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL11-BP02")],
    remediation="Set initialInstanceCount to 2 or more, which SageMaker places in two zones, or use serverlessConfig.",
    field="productionVariants[].initialInstanceCount",
)
