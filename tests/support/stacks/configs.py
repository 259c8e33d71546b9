"""Small stacks' configs, and what is told of those that can't be."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.core.spec import SpecError
from planner.stackfile import read_stack_file
from stacks.config import StackConfig, parse_config

ROOT = Path(__file__).parents[3]

ENVIRONMENT = {
    "kind": "staging",
    "owner": "ml-platform",
    "costCenter": "ml",
    "account": "111122223333",
    "region": "us-east-1",
}
SYSTEM = {"name": "system", "instanceTypes": ["m7i.large"], "minimum": 2, "maximum": 4}
GENERAL = {"name": "general", "instanceTypes": ["m7i.large"], "minimum": 2, "maximum": 4}
CLUSTER = {"clusterName": "ml", "nodePools": [SYSTEM, GENERAL]}
SECTIONS: dict[str, Any] = {
    "environment": ENVIRONMENT,
    "cost": {"monthlyBudget": 1000},
    "network": {"vpcCidr": "10.0.0.0/16"},
    "gpuCluster": CLUSTER,
}


def sections_of(stack: str) -> dict[str, Any]:
    """The config of `Pulumi.<stack>.yaml`, by section."""
    config = read_stack_file(ROOT, stack).config
    return {key.partition(":")[2]: json.loads(value) for key, value in config.items()}


def read(sections: dict[str, Any]) -> StackConfig:
    return parse_config({f"mlplatform:{name}": json.dumps(section) for name, section in sections.items()})


def config(stack: str = "prod", /, **changes: Any) -> StackConfig:
    """A stack's config, with fields of its sections replaced by their dotted paths."""
    found = parse_config(read_stack_file(ROOT, stack).config).model_dump(by_alias=True, exclude_unset=True)
    for path, value in changes.items():
        *parents, last = path.split("__")
        target: Any = found
        for parent in parents:
            target = target[int(parent) if parent.isdigit() else parent]
        target[last] = value
    return StackConfig.model_validate(found)


def refusal(**changed: Any) -> str:
    with pytest.raises(SpecError) as error:
        read({**SECTIONS, **changed})
    return str(error.value)


def refusal_of(sections: dict[str, Any]) -> str:
    with pytest.raises(SpecError) as error:
        read(sections)
    return str(error.value)


STORE: dict[str, Any] = {
    "data": {"prefix": "acme"},
    "catalog": {"database": "acme"},
    "online": {"cacheName": "acme-online", "gigabytes": 10, "users": [{"name": "serving", "access": "read"}]},
    "database": {"identifier": "acme"},
}
MODEL = {
    "name": "fraud",
    "namespace": "models",
    "modelUri": "s3://acme-models-111122223333/fraud/3/",
    "runtime": "triton",
    "cpu": "1",
    "memory": "4Gi",
    "minimum": 1,
    "maximum": 2,
    "targetConcurrency": 8,
}
SERVING: dict[str, Any] = {"zoneName": "example.com", "domain": "models.example.com", "models": [MODEL]}
RANKING = {"name": "ranking", "namespace": "models", "folder": "s3://acme-models-111122223333/ranking/"}


POOL: dict[str, Any] = {
    "name": "acme",
    "domainPrefix": "acme-people",
    "groups": ["platform", "risk"],
    "clients": [
        {"name": "argocd", "secret": "delivery/sso", "callbackUrls": ["https://deploy.example.com/auth/callback"]}
    ],
}
DELIVERY: dict[str, Any] = {
    "domain": "deploy.example.com",
    "environment": "staging",
    "repository": "https://github.com/example/models",
    "administrators": ["platform"],
    "teams": [{"name": "risk", "groups": ["risk"]}],
}
