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
    "spot": True,
    "checkpoints": "s3://ml-training/risk/checkpoints/fraud/",
    "timeoutMinutes": 120,
    "model": {"name": "fraud", "experiment": "fraud", "runtime": "mlserver", "format": "sklearn"},
}
SPARK: dict[str, Any] = {
    "image": None,
    "command": ["s3://ml-training/risk/jobs/fraud.py", "--day", "today"],
    "resources": {"cpus": 4, "memoryGib": 16},
    "spot": False,
}
"""What differs on EMR."""
_BATCH = "arn:aws:batch:us-east-1:111122223333"
_KEY = "arn:aws:kms:us-east-1:111122223333:key/a"
OUTPUTS: dict[str, Any] = {
    "region": "us-east-1",
    "batchQueueArns": {"training": f"{_BATCH}:job-queue/ml-training", "urgent": f"{_BATCH}:job-queue/ml-urgent"},
    "batchSpotQueues": ["training"],
    "batchJobs": {"fraud": {"team": "risk", "queue": "training"}},
    "batchJobDefinitionArns": {"fraud": f"{_BATCH}:job-definition/ml-fraud"},
    "batchJobRoleArns": {"fraud": ROLE},
    "batchExecutionRoleArn": ROLE,
    "batchLogGroup": "/aws/batch/ml",
    "trainingRoleArns": {"risk": ROLE},
    "trainingSubnetIds": ["subnet-0123456789abcdef0"],
    "trainingSecurityGroupId": "sg-0123456789abcdef0",
    "trainingKeyArn": _KEY,
    "trainingOutputKeyArn": _KEY,
    "trainingFolders": {"risk": "s3://ml-training/risk/"},
    "sparkApplicationIds": {"batch": "00abcdefghijkl01"},
    "sparkRuntimeRoleArn": ROLE,
    "sparkKeyArn": _KEY,
    "sparkLogUri": "s3://ml-logs/spark/",
    "jobNamespaces": {"risk": "risk-jobs"},
    "schedulerRoleArns": {"risk": ROLE},
    "scheduleGroups": {"risk": "ml-risk"},
    "undeliveredSchedulesArns": {"risk": "arn:aws:sqs:us-east-1:111122223333:undelivered"},
}
