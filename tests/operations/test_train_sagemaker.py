"""A job that operations.train submits to SageMaker is one that TrainingPlatform lets its team create."""

from typing import Any

import pytest

from components.training.training_platform.training_platform import TrainingPlatform
from operations.settings import SettingsError, parse
from operations.train.engines import requests
from operations.train.job import TrainingJob
from operations.train.platform import Platform
from operations.train.request import Engine
from tests.support.components.iam import allows
from tests.support.components.mocks import Recording, run
from tests.support.operations.training import JOB

EXPORTED = {
    "trainingRoleArns": "execution_role_arns",
    "trainingSubnetIds": "subnet_ids",
    "trainingSecurityGroupId": "security_group_id",
    "trainingKeyArn": "key_arn",
    "trainingOutputKeyArn": "output_key_arn",
    "trainingFolders": "training_folders",
}
"""The outputs of a stack, by the component's output that each has."""
REGION = "us-east-1"
ACCOUNT = "123456789012"


def platform() -> Recording:
    args: Any = {
        "name": "ml",
        "teams": [{"name": "risk", "models": ["fraud/"]}, {"name": "search", "models": ["ranking/"]}],
        "instance_types": {"ml.g5.xlarge": 1, "ml.m5.large": 1},
        "vpc_id": "vpc-1",
        "vpc_cidr": "10.0.0.0/16",
        "private_subnet_ids": ["subnet-a", "subnet-b"],
        "endpoint_security_group_id": "sg-endpoints",
        "raw_bucket": "ml-raw",
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "offline_bucket": "ml-offline",
        "data_key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data",
    }
    return run(lambda: TrainingPlatform("training", args))


def rendered(found: Recording, **changes: Any) -> dict[str, Any]:
    outputs = found.outputs("training")
    exported = Platform.model_validate({name: outputs[output] for name, output in EXPORTED.items()})
    [request] = requests(Engine.SAGEMAKER, parse(TrainingJob, {**JOB, **changes}, "job.yaml"), exported)
    return dict(request.parameters)


def conditions(call: dict[str, Any]) -> dict[str, Any]:
    """What SageMaker puts into the conditions of a call."""
    resources, network = call["ResourceConfig"], call["VpcConfig"]
    given = {
        "sagemaker_VpcSubnets": network["Subnets"],
        "sagemaker_VpcSecurityGroupIds": network["SecurityGroupIds"],
        "sagemaker_InstanceTypes": [resources["InstanceType"]],
        "sagemaker_VolumeKmsKeyArn": resources.get("VolumeKmsKeyId"),
        "sagemaker_KeepAlivePeriod": resources.get("KeepAlivePeriodInSeconds"),
        "sagemaker_OutputKmsKeyArn": call["OutputDataConfig"].get("KmsKeyId"),
        "sagemaker_InterContainerTrafficEncryption": str(call["EnableInterContainerTrafficEncryption"]).lower(),
        "sagemaker_MaxRuntimeInSeconds": str(call["StoppingCondition"]["MaxRuntimeInSeconds"]),
    }
    return {key: value for key, value in given.items() if value is not None}


@pytest.mark.parametrize("kind", ["g5.xlarge", "m5.large"])
def test_team_may_create_the_job_it_renders(kind: str) -> None:
    found = platform()
    call = rendered(found, resources={"cpus": 2, "memoryGib": 8, "instanceType": kind})
    job = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{call['TrainingJobName']}"
    policies = found.outputs("training")["submitter_policies"]
    assert allows(policies["risk"], "sagemaker:CreateTrainingJob", job, **conditions(call))
    assert not allows(policies["search"], "sagemaker:CreateTrainingJob", job, **conditions(call))
    passed = {"iam_PassedToService": "sagemaker.amazonaws.com"}
    assert allows(policies["risk"], "iam:PassRole", call["RoleArn"], **passed)


def test_team_may_not_create_a_job_on_another_type() -> None:
    found = platform()
    call = rendered(found, resources={"cpus": 2, "memoryGib": 8, "instanceType": "p5.48xlarge"})
    job = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{call['TrainingJobName']}"
    policy = found.outputs("training")["submitter_policies"]["risk"]
    assert not allows(policy, "sagemaker:CreateTrainingJob", job, **conditions(call))


def test_name_longer_than_sagemaker_takes_is_refused() -> None:
    found = platform()
    named = {"name": "f" * 31, "team": "risk-and-compliance-team"}
    role = found.outputs("training")["execution_role_arns"]["risk"]
    outputs = {**{name: found.outputs("training")[each] for name, each in EXPORTED.items()}}
    outputs["trainingRoleArns"] = {"risk-and-compliance-team": role}
    job = parse(TrainingJob, {**JOB, **named}, "job.yaml")
    with pytest.raises(SettingsError, match="the names of team and job are part of SageMaker's; shorten them"):
        requests(Engine.SAGEMAKER, job, Platform.model_validate(outputs))
