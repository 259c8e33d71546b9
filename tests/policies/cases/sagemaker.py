"""Cases of the rules in policies/sagemaker.py."""

import json
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

STAGING = EnvironmentKind.STAGING
JOB = "aws:sagemaker/trainingJob:TrainingJob"
DOMAIN = "aws:sagemaker/domain:Domain"
NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"
MODEL = "aws:sagemaker/model:Model"
ENDPOINT = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
POLICY = "aws:iam/policy:Policy"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
VPC = {"subnets": ["subnet-a"], "securityGroupIds": ["sg-1"]}
HOUR = {"maxRuntimeInSeconds": 3600.0}
BOUNDS: dict[str, Any] = {
    "ForAllValues:StringEquals": {"sagemaker:VpcSubnets": ["subnet-a"], "sagemaker:InstanceTypes": ["ml.m5.large"]},
    "NumericLessThanEquals": {"sagemaker:MaxRuntimeInSeconds": "3600"},
}


def job(**inputs: Any) -> Resource:
    return make(JOB, inputs)


def domain(**inputs: Any) -> Resource:
    return make(DOMAIN, inputs)


def notebook(**inputs: Any) -> Resource:
    return make(NOTEBOOK, {"subnetId": "subnet-a", **inputs})


def model(**inputs: Any) -> Resource:
    return make(MODEL, inputs)


def encrypted(kind: Any, **resource_config: Any) -> Resource:
    config = {"instanceType": kind, **resource_config}
    return job(outputDataConfig={"kmsKeyId": KEY}, resourceConfig=config)


def idle(management: Any, minutes: Any = 60.0) -> Resource:
    settings = {"idleSettings": {"lifecycleManagement": management, "idleTimeoutInMinutes": minutes}}
    app = {"appLifecycleManagement": settings}
    return domain(defaultUserSettings={"jupyterLabAppSettings": app, "codeEditorAppSettings": app})


def endpoint(**variant: Any) -> Resource:
    return make(ENDPOINT, {"productionVariants": [{"variantName": "a", **variant}]})


def policy(condition: Any, action: Any = "sagemaker:CreateTrainingJob") -> Resource:
    statement = {"Sid": "Create", "Effect": "Allow", "Action": action, "Resource": "*"}
    stated = {**statement, "Condition": condition} if condition is not None else statement
    return make(POLICY, {"policy": {"Version": "2012-10-17", "Statement": [stated]}})


IDLE = ("of jupyterLab", "of codeEditor")
LACKING = "without a condition on sagemaker:vpcsubnets, sagemaker:instancetypes, sagemaker:maxruntimeinseconds"

CASES = [
    passes("sagemaker-vpc", job(vpcConfig=VPC), domain(appNetworkAccessType="VpcOnly")),
    passes("sagemaker-vpc", notebook(directInternetAccess="Disabled"), model(vpcConfig=VPC)),
    passes("sagemaker-vpc", job(vpcConfig=UNKNOWN), kind="unknown"),
    fails("sagemaker-vpc", domain(appNetworkAccessType="PublicInternetOnly"), found="is not VpcOnly"),
    fails("sagemaker-vpc", notebook(directInternetAccess="Enabled"), found="is not Disabled"),
    fails("sagemaker-vpc", domain(), kind="absent", found="is not VpcOnly"),
    fails("sagemaker-vpc", job(), kind="absent", found="vpcConfig is absent"),
    fails("sagemaker-vpc", model(), kind="absent", found="vpcConfig is absent"),
    fails("sagemaker-vpc", make(NOTEBOOK), kind="absent", found=("subnetId is absent", "is not Disabled")),
    unknown("sagemaker-vpc", domain(appNetworkAccessType=UNKNOWN), undecided="appNetworkAccessType"),
    unknown("sagemaker-vpc", notebook(directInternetAccess=UNKNOWN), undecided="directInternetAccess"),
    passes("sagemaker-encryption", encrypted("ml.m5.large", volumeKmsKeyId=KEY), domain(kmsKeyId=KEY)),
    passes("sagemaker-encryption", encrypted("ml.g5.2xlarge"), make(ENDPOINT, {"kmsKeyArn": UNKNOWN})),
    fails("sagemaker-encryption", encrypted("ml.m5.large"), found="has volumes without a key"),
    fails(
        "sagemaker-encryption",
        job(resourceConfig={"instanceType": "ml.g5.2xlarge"}),
        found="writes its output without a key",
    ),
    fails("sagemaker-encryption", domain(), kind="absent", found="kmsKeyId is absent"),
    fails("sagemaker-encryption", notebook(), kind="absent", found="kmsKeyId is absent"),
    fails("sagemaker-encryption", make(ENDPOINT), kind="absent", found="has volumes without a key"),
    fails("sagemaker-encryption", job(), kind="absent", found=("its output", "has volumes")),
    unknown("sagemaker-encryption", encrypted(UNKNOWN), undecided="resourceConfig.instanceType"),
    passes("sagemaker-encryption", domain(kmsKeyId=UNKNOWN), kind="unknown"),
    *of_input(
        "sagemaker-traffic", job, "enableInterContainerTrafficEncryption", True, False, "does not encrypt the traffic"
    ),
    *of_input(
        "sagemaker-imdsv2",
        notebook,
        "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion",
        "2",
        "1",
        "IMDSv1",
        absent=None,
    ),
    *of_input("sagemaker-root", notebook, "rootAccess", "Disabled", "Enabled", "lets its users be root"),
    *of_input("sagemaker-isolation", model, "enableNetworkIsolation", True, False, "can connect to addresses"),
    *of_input(
        "sagemaker-studio-docker",
        domain,
        "domainSettings.dockerSettings.enableDockerAccess",
        "DISABLED",
        "ENABLED",
        "run any image as root",
        absent=None,
    ),
    passes("sagemaker-idle-stop", idle("ENABLED")),
    fails("sagemaker-idle-stop", idle("DISABLED"), found=IDLE),
    fails("sagemaker-idle-stop", idle("ENABLED", None), found=IDLE),
    fails("sagemaker-idle-stop", domain(), kind="absent", found=IDLE),
    unknown("sagemaker-idle-stop", idle(UNKNOWN), undecided=("jupyterLabAppSettings", "codeEditorAppSettings")),
    *of_input(
        "sagemaker-studio-files",
        domain,
        "retentionPolicy.homeEfsFileSystem",
        "Retain",
        "Delete",
        "deletes the home folders",
        absent=None,
    ),
    passes(
        "sagemaker-studio-files", domain(retentionPolicy={"homeEfsFileSystem": "Delete"}), environment=STAGING
    ),
    passes(
        "sagemaker-checkpoints",
        job(enableManagedSpotTraining=True, checkpointConfig={"s3Uri": "s3://training/search/"}),
        make(JOB, {"enableManagedSpotTraining": True, "stoppingCondition": HOUR}, name="short"),
    ),
    fails(
        "sagemaker-checkpoints",
        job(enableManagedSpotTraining=True, stoppingCondition={"maxRuntimeInSeconds": 3601.0}),
        found="it has no checkpoints",
    ),
    fails("sagemaker-checkpoints", job(enableManagedSpotTraining=True), found="it has no checkpoints"),
    passes("sagemaker-checkpoints", job(), kind="absent"),
    unknown("sagemaker-checkpoints", job(enableManagedSpotTraining=UNKNOWN), undecided="enableManagedSpotTraining"),
    unknown(
        "sagemaker-checkpoints",
        job(enableManagedSpotTraining=True, stoppingCondition={"maxRuntimeInSeconds": UNKNOWN}),
        undecided="stoppingCondition.maxRuntimeInSeconds",
    ),
    *of_input(
        "sagemaker-spot", job, "enableManagedSpotTraining", True, False, "pays the on-demand price", environment=STAGING
    ),
    passes("sagemaker-spot", job()),
    *of_input(
        "sagemaker-timeout",
        job,
        "stoppingCondition.maxRuntimeInSeconds",
        3600.0,
        None,
        "may run for days",
        unknown_passes=True,
    ),
    passes("sagemaker-submitters", policy(BOUNDS), policy(None, "s3:GetObject")),
    passes("sagemaker-submitters", make(POLICY, {"policy": json.dumps({"Statement": []})})),
    passes("sagemaker-submitters", policy(None, ["sagemaker:DescribeTrainingJob", "sagemaker:Describe*"])),
    fails("sagemaker-submitters", policy(None), kind="absent", found=LACKING),
    fails("sagemaker-submitters", policy(None, "sagemaker:Create*"), found=LACKING),
    fails("sagemaker-submitters", policy(None, "SageMaker:CreateProcessingJob"), found=LACKING),
    fails(
        "sagemaker-submitters",
        policy({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
        found=LACKING,
    ),
    fails(
        "sagemaker-submitters",
        policy({key: value for key, value in BOUNDS.items() if key != "NumericLessThanEquals"}),
        found="without a condition on sagemaker:maxruntimeinseconds",
    ),
    unknown("sagemaker-submitters", make(POLICY, {"policy": UNKNOWN}), undecided="policy"),
    unknown("sagemaker-submitters", policy(UNKNOWN), undecided="policy statement Create: Condition"),
    passes("endpoint-instances", endpoint(initialInstanceCount=2)),
    passes("endpoint-instances", endpoint(initialInstanceCount=1), environment=EnvironmentKind.STAGING),
    passes("endpoint-instances", endpoint(serverlessConfig={"memorySizeInMb": 2048}), kind="absent"),
    fails("endpoint-instances", endpoint(initialInstanceCount=1), found="productionVariants.initialInstanceCount"),
    unknown(
        "endpoint-instances",
        endpoint(initialInstanceCount=UNKNOWN),
        undecided="productionVariants.initialInstanceCount",
    ),
]  # fmt: skip
