"""A training job, and the outputs of a stack that has every engine."""

from typing import Any

ROLE = "arn:aws:iam::111122223333:role/risk"
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/risk/fraud-trainer@sha256:" + "a" * 64
JOB: dict[str, Any] = {
    "name": "fraud",
    "team": "risk",
    "image": IMAGE,
    "command": ["python", "-m", "fraud.train", "--epochs", "3"],
    "environment": {"LOG_LEVEL": "info"},
    "inputs": [{"name": "training", "folder": "s3://ml-training/risk/fraud/"}],
    "output": "s3://ml-models/risk/fraud/",
    "resources": {"cpus": 4, "memoryGib": 14, "gpus": 1, "instanceType": "g5.xlarge"},
    "spot": {"checkpoints": "s3://ml-training/risk/checkpoints/fraud/"},
    "timeoutMinutes": 120,
}
SPARK: dict[str, Any] = {
    "image": None,
    "command": ["s3://ml-training/risk/jobs/fraud.py", "--day", "today"],
    "resources": {"cpus": 4, "memoryGib": 16},
}
"""What differs on EMR."""
_QUEUE = "arn:aws:batch:us-east-1:111122223333:job-queue"
OUTPUTS: dict[str, Any] = {
    "batchQueueArns": {"spot": f"{_QUEUE}/spot", "on-demand": f"{_QUEUE}/on-demand"},
    "batchJobRoleArns": {"risk": ROLE},
    "batchExecutionRoleArn": ROLE,
    "batchLogGroup": "/ml-prod/batch",
    "trainingRoleArns": {"risk": ROLE},
    "trainingSubnetIds": ["subnet-0123456789abcdef0"],
    "trainingSecurityGroupId": "sg-0123456789abcdef0",
    "trainingKeyArn": "arn:aws:kms:us-east-1:111122223333:key/a",
    "trainingOutputKeyArn": "arn:aws:kms:us-east-1:111122223333:key/b",
    "sparkApplicationId": "00abcdefghijkl01",
    "sparkRoleArn": ROLE,
    "sparkLogUri": "s3://ml-logs/spark/",
    "jobNamespaces": ["risk"],
}
