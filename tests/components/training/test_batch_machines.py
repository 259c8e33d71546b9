"""The machines of a BatchQueue: their environments, templates and key, and what is refused."""

import base64
import email
import subprocess
from typing import Any

import pytest

from components.core.spec import SpecError
from resources.resource import Resource
from tests.support.components.batch_queues import ARM, DEMAND, ENVIRONMENT, FRAUD, RANKING, SPOT, batch_queue, refusal
from tests.support.components.clusters import needs, statements
from tests.support.components.mocks import Recording
from tests.support.programs import require

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


@pytest.mark.parametrize(
    ("name", "kind", "strategy", "image"),
    [
        ("gpu-spot", "SPOT", "SPOT_PRICE_CAPACITY_OPTIMIZED", "ECS_AL2023_NVIDIA"),
        ("gpu", "EC2", "BEST_FIT_PROGRESSIVE", "ECS_AL2023_NVIDIA"),
        ("cpu", "EC2", "BEST_FIT_PROGRESSIVE", "ECS_AL2023"),
    ],
)
def test_environments_scale_to_zero_and_update_in_place(
    batch: Recording, name: str, kind: str, strategy: str, image: str
) -> None:
    environment = batch.one(ENVIRONMENT, f"batch-{name}").inputs
    computed = environment["computeResources"]
    assert (computed["type"], computed["allocationStrategy"], computed["minVcpus"]) == (kind, strategy, 0)
    assert computed["ec2Configurations"] == [{"imageType": image}]
    # The service-linked role, which alone allows updates in place; and a name that a successor does not share.
    assert not {"serviceRole", "name", "namePrefix"} & set(environment)
    assert not {"spotIamFleetRole", "desiredVcpus", "imageId", "ec2KeyPair"} & set(computed)


def test_machines_wait_for_their_role_and_their_way_out(batch: Recording) -> None:
    waits = needs(batch, batch.one(ENVIRONMENT, "batch-gpu"))
    assert {"batch-machine-ecs", "batch-https-out"} <= waits


def test_running_jobs_may_end_before_machines_are_replaced() -> None:
    long = {**RANKING, "timeout_minutes": 240, "checkpoints": True}
    made = batch_queue(jobs=[long, {**FRAUD, "timeout_minutes": 20160}])

    def minutes(name: str) -> int:
        return made.one(ENVIRONMENT, f"batch-{name}").inputs["updatePolicy"]["jobExecutionTimeoutMinutes"]

    assert (minutes("gpu"), minutes("gpu-spot"), minutes("cpu")) == (240, 240, 360)


def test_an_own_image_takes_the_place_of_that_of_aws() -> None:
    own = batch_queue(environments=[{**SPOT, "image_id": "ami-0123456789abcdef0"}, DEMAND, ARM])
    configurations = own.one(ENVIRONMENT, "batch-gpu-spot").inputs["computeResources"]["ec2Configurations"]
    assert configurations == [{"imageType": "ECS_AL2023_NVIDIA", "imageIdOverride": "ami-0123456789abcdef0"}]


def test_machines_have_encrypted_volumes_and_imdsv2(batch: Recording) -> None:
    template = batch.one(TEMPLATE, "batch-gpu-template")
    (disk,) = template.inputs["blockDeviceMappings"]
    assert disk["deviceName"] == "/dev/xvda"
    assert (disk["ebs"]["encrypted"], disk["ebs"]["volumeType"], disk["ebs"]["volumeSize"]) == ("true", "gp3", 100)
    assert template.inputs["metadataOptions"]["httpTokens"] == "required"
    assert template.inputs["metadataOptions"]["httpPutResponseHopLimit"] == 1
    computed = batch.one(ENVIRONMENT, "batch-gpu").inputs["computeResources"]
    # A number: Batch reads $Latest again only when something else changes.
    assert computed["launchTemplate"] == {"launchTemplateId": "lt-batch-gpu-template", "version": "1"}


def scripts(recording: Recording) -> list[str]:
    text = base64.b64decode(recording.one(TEMPLATE, "batch-gpu-template").inputs["userData"]).decode()
    message = email.message_from_string(text)
    assert message.get_content_type() == "multipart/mixed"
    return [str(part.get_payload()) for part in message.walk() if part.get_content_type() == "text/x-shellscript"]


def test_user_data_is_a_multipart_document_with_a_valid_script(batch: Recording) -> None:
    require("bash")
    (script,) = scripts(batch)
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert script.startswith("#!/bin/bash\n")


def test_machines_answer_no_connection(batch: Recording) -> None:
    assert batch.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") == []
    out = batch.one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs
    assert (out["ipProtocol"], out["fromPort"], out["toPort"]) == ("tcp", 443, 443)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"instance_types": ["g4dn.xlrage"]}, "g4dn.xlrage is not an EC2 instance type; did you mean g4dn.xlarge?"),
        ({"instance_types": ["ml.g5.xlarge"]}, "ml.g5.xlarge is a SageMaker name; write g5.xlarge"),
        ({"instance_types": ["g5"]}, "g5 is not an EC2 instance type"),
        ({"instance_types": ["m7i.large", "m7g.large"]}, "different CPU architectures, and an image runs on one"),
        ({"instance_types": ["m7i.xlarge", "g4dn.xlarge"]}, "some types have GPUs and others have none"),
        ({"instance_types": ["p3dn.24xlarge"]}, "p3dn.24xlarge has no image of Amazon Linux 2023"),
        ({"instance_types": ["a1.large"]}, "a1.large has no image of Amazon Linux 2023"),
        ({"instance_types": ["g5g.xlarge"]}, "g5g.xlarge has GPUs and a Graviton CPU"),
        ({"instance_types": ["trn1.2xlarge"]}, "accelerators that a Batch job cannot request"),
        ({"instance_types": ["m7i.2xlarge"], "maximum_vcpus": 4}, "maximumVcpus = 4: a m7i.2xlarge has 8 vCPUs"),
        ({"maximum_vcpus": 0}, "maximum_vcpus = 0: must be at least 1"),
        ({"disk_gib": 20}, "disk_gib = 20: must be at least 30"),
        ({"image_id": "al2023"}, "image_id = 'al2023'"),
        ({"purchase": "reserved"}, "purchase = 'reserved': allowed: on-demand, spot"),
        ({"minimum_vcpus": 4}, "minimum_vcpus"),
        ({"name": "GPU"}, "name = 'GPU'"),
    ],
)
def test_machines_that_batch_cannot_use_are_refused(environment: dict[str, Any], message: str) -> None:
    assert message in refusal(environments=[{**SPOT, "name": "own", "maximum_vcpus": 512, **environment}], jobs=[])


def test_types_that_the_region_lacks_are_refused() -> None:
    recording = Recording(region="ap-southeast-4")
    with pytest.raises(SpecError) as error:
        batch_queue(recording)
    assert "is not offered in ap-southeast-4" in str(error.value)
    assert not [each for each in recording.resources if each.custom]


def key_of(recording: Recording) -> Resource:
    return recording.one("aws:kms/key:Key")


def test_the_key_is_protected_until_the_config_says_otherwise(batch: Recording) -> None:
    assert key_of(batch).protect
    assert not key_of(batch_queue(deletion_protection=False)).protect
    said = statements(key_of(batch))
    roles = said["VolumesThroughEc2"]["Condition"]["ArnLike"]["aws:PrincipalArn"]
    assert any(role.endswith("/batch.amazonaws.com/AWSServiceRoleForBatch") for role in roles)
