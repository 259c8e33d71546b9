"""A Starter with one application, and the files of its machine."""

import base64
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

import pytest

from components.core.spec import SpecError
from components.starter.starter import Starter
from resources.resource import Resource
from tests.support.components.mocks import ACCOUNT, Recording, run

INSTANCE = "aws:ec2/instance:Instance"
VOLUME = "aws:ebs/volume:Volume"
ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment"
FILES = "aws:s3/bucketObjectv2:BucketObjectv2"
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
API: dict[str, Any] = {
    "name": "api",
    "image": f"{REGISTRY}/vision/api:1.0.0",
    "port": 8000,
    "memory_mib": 1024,
    "health_path": "/healthz",
    "databases": ["app"],
    "environment": {"PRICE": "5$"},
}
TASK: dict[str, Any] = {
    "name": "vision.predict",
    "queue": "predictions",
    "job_queue": "ml-predictions",
    "job_definition": "ml-predict",
    "team": "computer-vision",
}
WORKER: dict[str, Any] = {"worker_image": f"{REGISTRY}/platform/batch-tasks:1.0.0", "tasks": [TASK]}


def starter(recording: Recording | None = None, **args: Any) -> Recording:
    """A Starter "starter", unless `args` say otherwise; an argument of None is left out."""
    given = {
        "name": "ml",
        "zone_name": "example.com",
        "domain": "ml.example.com",
        "emails": ["ml@example.com"],
        "administrators": ["administrators"],
        "databases": ["app", "tracking"],
        "services": [API],
        **WORKER,
        "vpc_id": "vpc-1",
        "public_subnet_id": "subnet-a",
        "zone": "us-east-1a",
        "zone_id": "Z-example",
        "issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool",
        "client_id": "client-1",
        "client_secret_name": "ml/sign-in/starter",
        "client_secret_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/secrets",
        "log_bucket": "ml-logs",
        "failed_queue_url": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/failed",
        "undelivered_queue_url": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/undelivered",
        **args,
    }
    kept: Any = {name: value for name, value in given.items() if value is not None}
    return run(lambda: Starter("starter", kept), recording)


def refusal(**args: Any) -> str:
    """Why these arguments of `starter` are refused; nothing is registered then."""
    recording = Recording()
    with pytest.raises(SpecError) as error:
        starter(recording, **args)
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


def unpacked(bundle: Resource) -> dict[str, str]:
    """The files in the object that the machine takes, by their path."""
    data = base64.b64decode(bundle.inputs["contentBase64"])
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        found: dict[str, str] = {}
        for entry in tar:
            content = tar.extractfile(entry)
            assert content is not None
            found[entry.name] = content.read().decode()
        return found


def files_of(recording: Recording) -> dict[str, str]:
    """The files of the machine."""
    return unpacked(recording.one(FILES))


def compose_of(files: Mapping[str, str]) -> dict[str, Any]:
    """The Compose file."""
    return json.loads(files["compose.json"])


def mounted(files: Mapping[str, str], service: str, target: str) -> str:
    """The content of the file that a service mounts at `target`."""
    [source] = [
        each["source"] for each in compose_of(files)["services"][service]["volumes"] if each["target"] == target
    ]
    return files[f"files/{source.rpartition('/')[2]}"]
