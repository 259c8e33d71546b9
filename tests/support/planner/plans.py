"""What each stack registers: every stack on file, and one that asks for everything the components can do."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from components.testing.fake_aws import FakeAws
from planner import plan
from planner.build import assess
from planner.evaluation import Evaluation, evaluate_program
from planner.stackfile import StackFile, read_stack_file
from resources.resource import Resource
from stacks.config import parse_config

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 21)
"""The day as of which tests judge and price."""

Plan = tuple[Resource, ...]

_PEAK = {"name": "peak", "additionalNodes": 2, "start": "08:00", "end": "22:00"}
_TAINT = {"key": "team", "value": "vision", "effect": "NO_SCHEDULE"}
_TRAINING = {"key": "use", "value": "training", "effect": "NO_SCHEDULE"}
_RESERVED = "cr-0123456789abcdef0"

EVERYTHING: dict[str, Any] = {
    "environment": {
        "kind": "production",
        "owner": "ml-platform",
        "costCenter": "ml",
        "account": "111122223333",
        "region": "us-east-1",
    },
    "cost": {"monthlyBudget": 1_000_000},
    "network": {
        "vpcCidr": "10.42.0.0/16",
        "nat": "none",
        "dynamodbEndpoint": True,
        "interfaceEndpoints": ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts", "autoscaling", "sqs", "logs"],
    },
    "spend": {
        "name": "ml-everything",
        "emails": ["finance@example.com"],
        "topic": True,
        "actions": [
            {"name": "freeze", "kind": "deny-capacity", "targets": ["deployer"], "approval": "automatic"},
            {"name": "stop", "kind": "stop-databases", "targets": ["ml-everything"], "percent": 150},
        ],
        "anomalies": {"monitor": "environment"},
        "activateTags": True,
        "componentTag": True,
        "export": True,
        "showback": "split",
    },
    "gpuCluster": {
        "clusterName": "ml-everything",
        "kubernetesVersion": "1.35",
        "endpointPublicCidrs": ["203.0.113.0/24"],
        "access": [
            {"name": "ops", "principalArn": "arn:aws:iam::111122223333:role/ops", "level": "admin"},
            {
                "name": "ci",
                "principalArn": "arn:aws:iam::111122223333:role/ci",
                "level": "edit",
                "namespaces": ["serving"],
            },
        ],
        "nodePools": [
            {"name": "system", "instanceTypes": ["m7i.xlarge"], "minimum": 2, "maximum": 4},
            {"name": "steady", "instanceTypes": ["m7i.xlarge"], "minimum": 2, "maximum": 2},
            {
                "name": "sliced",
                "instanceTypes": ["g4dn.xlarge"],
                "minimum": 0,
                "maximum": 4,
                "sharing": {"timeSlicing": 4},
                "taints": [_TAINT],
                "schedules": [_PEAK],
            },
            {"name": "mps", "instanceTypes": ["g5.xlarge"], "minimum": 1, "maximum": 2, "sharing": {"mps": 8}},
            {
                "name": "mig",
                "instanceTypes": ["p4d.24xlarge"],
                "minimum": 0,
                "maximum": 1,
                "localDisk": True,
                "sharing": {"migProfile": "1g.5gb", "timeSlicing": 2},
            },
            {
                "name": "train",
                "instanceTypes": ["p5.48xlarge"],
                "minimum": 0,
                "maximum": 4,
                "efa": True,
                "taints": [_TRAINING],
            },
            {
                "name": "bottle",
                "instanceTypes": ["g6.xlarge"],
                "minimum": 0,
                "maximum": 2,
                "amiFamily": "bottlerocket",
                "sharing": {"timeSlicing": 2},
                "taints": [_TRAINING],
            },
            {
                "name": "neuron",
                "instanceTypes": ["inf2.xlarge"],
                "minimum": 0,
                "maximum": 2,
                "purchase": "spot",
                "taints": [_TRAINING],
            },
            {
                "name": "reserved",
                "instanceTypes": ["p4d.24xlarge"],
                "minimum": 0,
                "maximum": 1,
                "purchase": "capacity-reservation",
                "capacityReservationId": _RESERVED,
                "zone": "us-east-1b",
                "taints": [_TRAINING],
            },
            {
                "name": "block",
                "instanceTypes": ["p5.48xlarge"],
                "minimum": 0,
                "maximum": 1,
                "purchase": "capacity-block",
                "capacityReservationId": _RESERVED,
                "zone": "us-east-1c",
                "taints": [_TRAINING],
            },
        ],
        "karpenter": {
            "pools": [
                {
                    "name": "burst",
                    "instanceTypes": ["g5.xlarge", "g6.xlarge"],
                    "maximumGpus": 4,
                    "maximumVcpus": 32,
                    "taints": [_TAINT],
                },
                {
                    "name": "trn",
                    "instanceTypes": ["trn1.2xlarge"],
                    "maximumGpus": 4,
                    "maximumVcpus": 32,
                    "spot": False,
                    "taints": [_TAINT],
                },
                {"name": "cpu", "instanceTypes": ["m7i.large"], "maximumVcpus": 64, "amiFamily": "bottlerocket"},
            ],
            "isolatedVpc": True,
        },
        "namespaces": [{"namespace": "serving"}, {"namespace": "batch", "podSecurity": "baseline"}],
    },
    "alarms": {
        "name": "ml-everything",
        "critical": {"emails": ["oncall@example.com"], "urls": ["https://hooks.example.com/critical"]},
        "latencyMilliseconds": 250,
        "requestMetrics": True,
        "heartbeat": {"url": "https://beats.example.com/ml", "minutes": 10},
    },
    "featureStore": {
        "data": {"prefix": "ml-everything", "models": {"replicaRegion": "us-west-2"}},
        "catalog": {"database": "ml_everything"},
        "online": {
            "cacheName": "ml-everything-online",
            "engine": "redis",
            "gigabytes": 20,
            "users": [{"name": "serving", "access": "read"}, {"name": "feast", "access": "write", "password": True}],
        },
        "predictions": {
            "cacheName": "ml-everything-predictions",
            "gigabytes": 10,
            "evicts": True,
            "users": [{"name": "serving", "access": "write"}],
        },
        "database": {"identifier": "ml-everything"},
    },
    "imageRegistry": {
        "teams": [
            {
                "team": "vision",
                "images": ["classifier"],
                "pipelineRoleArns": ["arn:aws:iam::111122223333:role/vision-pipeline"],
            }
        ],
        "upstreams": [{"registry": "quay.io"}],
    },
    "userPool": {
        "name": "ml-everything",
        "domainPrefix": "ml-everything",
        "groups": ["platform", "vision", "churn"],
        "clients": [
            {
                "name": "argocd",
                "secret": "delivery/sso",
                "callbackUrls": ["https://deploy.example.com/auth/callback"],
            }
        ],
    },
    "delivery": {
        "domain": "deploy.example.com",
        "environment": "prod",
        "repository": "https://github.com/example/mlplatform",
        "administrators": ["platform"],
        "teams": [
            {"name": "vision", "groups": ["vision"], "namespaces": ["vision"], "quota": {"storageGib": 1}},
            {"name": "churn", "groups": ["churn"]},
        ],
    },
    "featureServices": {
        "featureServer": {
            "project": "everything",
            "clientNamespaces": ["models", "vision"],
            "keepDays": 30,
        },
        "trackingServer": {"clientNamespaces": ["batch"], "hosts": ["mlflow.example.com"]},
        "databases": [{"name": "metadata", "readers": ["reports"]}],
    },
    "logs": {
        "name": "everything",
        "destination": "opensearch",
        "groupBy": "namespace",
        "readerArns": ["arn:aws:iam::111122223333:role/reader"],
        "redaction": {"keys": ["dateOfBirth"], "tokens": [{"name": "customer", "prefix": "CUST-"}]},
    },
    "traces": {
        "name": "ml-everything",
        "tempo": {"bucket": "ml-everything-traces-111122223333", "retentionDays": 30, "deletionProtection": False},
    },
    "clusterJobs": {
        "poolNames": ["train", "cpu"],
        "sparePool": {"name": "mps", "nodes": 1},
        "rayClusters": True,
        "teams": [
            {"name": "vision", "folders": ["vision", "classifier"], "quota": {"gpus": 8}},
            {"name": "churn", "namespace": "leavers"},
        ],
    },
    "modelServing": {
        "zoneName": "example.com",
        "domain": "models.example.com",
        "monitoringNamespace": "monitoring",
        "firewall": {"managedRuleGroups": ["ip-reputation", "common"], "forwardedAddressHeader": "X-Real-Ip"},
        "loadBalancer": {"internal": True, "grpc": False, "alternativeNames": ["api.example.com"]},
        "platform": {
            "modelNamespaces": ["models", "vision"],
            "scaleToZero": True,
            "runtimes": ["triton", "mlserver"],
            "modelCache": [{"name": "steady", "storageGib": 20}],
        },
        "models": [
            {
                "name": "fraud",
                "namespace": "models",
                "modelUri": "s3://ml-everything-models-111122223333/fraud/3/",
                "runtime": "triton",
                "gpuShare": {"mode": "mps", "pods": 8},
                "cpu": "1",
                "memory": "4Gi",
                "minimum": 2,
                "maximum": 8,
                "targetConcurrency": 8,
                "schedules": [{"name": "office", "minimum": 4, "start": "08:00", "end": "18:00"}],
                "canary": {"modelUri": "s3://ml-everything-models-111122223333/fraud/4/", "percent": 10},
                "predictionLogs": {"mode": "all"},
            },
            {
                "name": "churn",
                "namespace": "vision",
                "host": "leavers.models.example.com",
                "modelUri": "s3://ml-everything-models-111122223333/churn/1/",
                "runtime": "mlserver",
                "modelFormat": "sklearn",
                "cpu": "500m",
                "memory": "1Gi",
                "minimum": 2,
                "maximum": 4,
                "targetConcurrency": 32,
                "cache": {"group": "steady", "sizeGib": 2},
            },
            {
                "name": "archive",
                "namespace": "vision",
                "modelUri": "s3://ml-everything-models-111122223333/archive/1/",
                "runtime": "triton",
                "cpu": "1",
                "memory": "2Gi",
                "minimum": 0,
                "maximum": 2,
                "targetConcurrency": 4,
                "scaleToZero": True,
                "protocol": "REST",
                "predictionLogs": {"mode": "request"},
            },
        ],
    },
    "modelQuality": {
        "bucket": "ml-everything-predictions-111122223333",
        "logImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/platform/prediction-log:0.1.0",
        "jobImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/platform/model-quality:0.1.0",
        "models": [
            {
                "name": "fraud",
                "namespace": "models",
                "features": [{"name": "amount", "minimum": 0}, {"name": "country", "kind": "category"}],
                "predictions": [{"name": "score"}],
                "reference": "s3://ml-everything-training-111122223333/fraud/reference.parquet",
                "labels": {"uri": "s3://ml-everything-offline-111122223333/labels/", "prediction": "score"},
            },
            {
                "name": "archive",
                "namespace": "vision",
                "features": [{"name": "pixels", "tensor": "input", "index": 3}],
                "reference": "s3://ml-everything-training-111122223333/archive/",
                "windowHours": 168,
            },
        ],
    },
}


def _everything() -> StackFile:
    config = {f"mlplatform:{name}": json.dumps(section) for name, section in EVERYTHING.items()}
    return StackFile("mlplatform", "everything", ROOT / "Pulumi.everything.yaml", config, frozenset())


STACKS = [*sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")), "everything"]
CLUSTERED = [each for each in STACKS if each != "starter"]
"""The stacks with a cluster and its stores."""


@cache
def config_of(stack: str) -> Mapping[str, Any]:
    """The sections of a stack's config, by their name."""
    return {key.partition(":")[2]: json.loads(value) for key, value in file_of(stack).config.items()}


@cache
def plan_of(stack: str) -> Plan:
    """What the stack's program registers."""
    return _evaluated(stack).resources


@cache
def previewed(stack: str) -> Plan:
    """What the stack's program registers at its first preview, when no computed output is known."""
    environment = config_of(stack)["environment"]
    return _evaluation(stack, _NothingMade(environment["region"], environment["account"])).resources


@cache
def document_of(stack: str) -> dict[str, Any]:
    """`built` as plan.json has it. Do not change it: other tests read it too."""
    return json.loads(built(stack).json())


@cache
def built(stack: str) -> plan.Plan:
    """The whole plan of a stack: its resources, judged and priced as of `TODAY`."""
    file = file_of(stack)
    return assess(file, parse_config(file.config), _evaluated(stack), today=TODAY)


def assessed(stack: str, **sections: Mapping[str, Any]) -> plan.Plan:
    """The plan of a stack with fields of `usage`, `cost` or `policies` changed, none of which changes a resource."""
    config = {**config_of(stack)}
    for name, changes in sections.items():
        config[name] = {**config.get(name, {}), **changes}
    parsed = parse_config({f"mlplatform:{name}": json.dumps(section) for name, section in config.items()})
    return assess(file_of(stack), parsed, _evaluated(stack), today=TODAY)


def file_of(stack: str) -> StackFile:
    """The file of a stack, or what stands for one where the stack has none."""
    return _everything() if stack == "everything" else read_stack_file(ROOT, stack)


def exports_of(stack: str) -> frozenset[str]:
    """The names that the stack exports."""
    return frozenset(_evaluated(stack).outputs)


def outputs_of(stack: str) -> dict[str, Any]:
    """What the stack exports. Do not change it: other tests read it too."""
    return dict(_evaluated(stack).outputs)


@cache
def _evaluated(stack: str) -> Evaluation:
    environment = config_of(stack)["environment"]
    return _evaluation(stack, FakeAws(environment["region"], environment["account"]))


def _evaluation(stack: str, answers: FakeAws) -> Evaluation:
    return evaluate_program(ROOT / "__main__.py", file_of(stack), answers)


class _NothingMade(FakeAws):
    def outputs(self, resource_type: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {}


def of_type(plan: Plan, *types: str) -> list[Resource]:
    """The resources of these types."""
    return [each for each in plan if each.type in types]


def changed(plan: Plan, name: str, change: Callable[[dict[str, Any]], object]) -> Plan:
    """The plan with the inputs of the resource called `name` changed by `change`: a fault."""
    found = [each for each in plan if each.name == name and not each.type.startswith("mlplatform:")]
    assert len(found) == 1, f"{name}: {len(found)} found"
    inputs = deepcopy(dict(found[0].inputs))
    change(inputs)
    return tuple(replace(each, inputs=inputs) if each is found[0] else each for each in plan)


def without(plan: Plan, *names: str) -> Plan:
    """The plan without the resources of these names."""
    assert set(names) <= {each.name for each in plan}
    return tuple(each for each in plan if each.name not in names)
