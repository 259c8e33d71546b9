"""The sections of a stack that somebody asks for: no more than asked, and cheap until somebody needs more."""

from typing import Any

from pydantic.alias_generators import to_camel

from commands.wishes import Wishes
from components.facts.instances import InstanceType, instance_type
from components.facts.regions import known_regions
from components.facts.versions import KubernetesVersion
from policies.engine.settings import PolicySettings
from pricing.table import load_table
from stacks.placeholders import PLACEHOLDER, PLACEHOLDER_COMMIT


def sections(wishes: Wishes) -> dict[str, Any]:
    """The sections by their names, as in `mlplatform:<name>`, in the order of the file."""
    found: dict[str, Any] = {
        "environment": {
            "kind": wishes.kind.value,
            "owner": wishes.owner,
            "costCenter": wishes.cost_center,
            "account": wishes.account,
            "region": wishes.region,
        },
        "cost": {"monthlyBudget": wishes.budget},
    }
    expensive = _expensive(wishes)
    found |= {"policies": {"allowedInstanceTypes": expensive}} if expensive else {}
    if wishes.starter:
        return found | _starter(wishes)
    found |= {"network": _network(wishes), "gpuCluster": _cluster(wishes)}
    if wishes.has_stores:
        found |= {"featureStore": _feature_store(wishes)}
    if wishes.models:
        found |= {"modelServing": _model_serving(wishes)}
    if wishes.kubeflow:
        found |= _kubeflow(wishes)
    if wishes.training:
        found |= {"batchQueue": _batch_queue(wishes)}
    if wishes.is_production and wishes.has_stores:
        # The rules of production demand alarms and backups of stores. The budget in AWS needs the store's catalog.
        found |= _tended(wishes)
    return found


def _tended(wishes: Wishes) -> dict[str, Any]:
    told = {"emails": [wishes.email]}
    return {
        "alarms": {"name": wishes.full_name, "critical": told, "warning": told},
        "recovery": {"vaultName": wishes.full_name, **told},
        "spend": {"name": wishes.full_name, **told},
    }


def _expensive(wishes: Wishes) -> list[str]:
    prices = load_table(wishes.region)
    limit = PolicySettings().dear_instance_hourly
    found = ((each, prices.find("ec2", each)) for each in wishes.gpus)
    return [each for each, price in found if price and price.on_demand >= limit]


def _zones(wishes: Wishes) -> list[str]:
    if wishes.existing.vpc_id:
        return wishes.existing.zones
    zones = known_regions()[wishes.region].cluster_zones
    return zones[: 3 if wishes.is_production else 2]


def _network(wishes: Wishes) -> dict[str, Any]:
    found: dict[str, Any] = {"vpcCidr": wishes.vpc_cidr, "zones": _zones(wishes)}
    named = wishes.existing
    if not named.vpc_id:
        return {**found, "nat": "per-zone" if wishes.is_production else "single"}
    subnets = {
        to_camel(tier): [{"id": each.id, "cidr": each.cidr} for each in known] for tier, known in named.subnets.items()
    }
    return {**found, "existing": {"vpcId": named.vpc_id, **subnets}}


def _existing_buckets(wishes: Wishes) -> dict[str, Any]:
    named = wishes.existing
    return {"existing": {"keyArn": named.bucket_key, **named.buckets}} if named.buckets else {}


def _cluster(wishes: Wishes) -> dict[str, Any]:
    production = wishes.is_production
    zones = len(_zones(wishes))
    named = wishes.existing
    cluster: dict[str, Any] = {
        "clusterName": named.cluster or wishes.full_name,
        "kubernetesVersion": max(KubernetesVersion).value,
    }
    if named.cluster:
        cluster |= {"existing": {"securityGroupId": named.cluster_group}}
        cluster |= {} if production else {"deletionProtection": False}
    else:
        cluster |= {"endpointPrivateCidrs": [wishes.vpc_cidr]}
        cluster |= {} if production else {"deletionProtection": False, "logRetentionDays": 30}
    system = "m7i.xlarge" if production or wishes.models or wishes.kubeflow else "m7i.large"
    cluster["nodePools"] = [{"name": "system", "instanceTypes": [system], "minimum": zones, "maximum": 2 * zones}]
    pools = _gpu_pools(wishes)
    if wishes.models or wishes.kubeflow:
        pools.append(_general_pool(wishes))
    if pools:
        cluster["karpenter"] = {"pools": pools}
    return cluster


def _gpu_pools(wishes: Wishes) -> list[dict[str, Any]]:
    """One pool for each kind of accelerator and processor, because nodes of a pool are alike."""
    kinds: dict[tuple[str, str], list[InstanceType]] = {}
    for each in map(_known, wishes.gpus):
        kinds.setdefault((each.accelerator_maker, each.architecture), []).append(each)
    return [
        {
            "name": "gpu" if number == 1 else f"gpu-{number}",
            "instanceTypes": [each.name for each in types],
            "maximumGpus": wishes.gpu_nodes * max(each.accelerators for each in types),
            "maximumVcpus": wishes.gpu_nodes * max(each.vcpus for each in types),
        }
        for number, types in enumerate(kinds.values(), 1)
    ]


def _general_pool(wishes: Wishes) -> dict[str, Any]:
    """The pool of pods without a GPU. Users work in notebooks, so their nodes are neither spot nor emptied."""
    room: dict[str, Any] = {"maximumVcpus": 16}
    if wishes.kubeflow:
        room = {"spot": False, "consolidation": "empty", "maximumVcpus": 32}
    return {"name": "general", "instanceTypes": ["m7i.large", "m7i.xlarge"], **room}


def _feature_store(wishes: Wishes) -> dict[str, Any]:
    production = wishes.is_production
    free = {} if production else {"deletionProtection": False}
    name = wishes.full_name
    return {
        "data": {"prefix": name, **_existing_buckets(wishes), **free},
        "catalog": {"database": name.replace("-", "_"), "scanLimitGib": 100},
        "online": {
            "cacheName": f"{name}-online",
            "gigabytes": 2,
            **({} if production else {"replicas": 0}),
            "users": [{"name": "serving", "access": "read"}],
            **free,
        },
        "database": {
            "identifier": name,
            "instanceClass": "db.t4g.medium",
            "storageGib": 20,
            "maximumStorageGib": 100,
            **({} if production else {"multiAz": False, "backupDays": 7}),
            **free,
        },
    }


def _model_serving(wishes: Wishes) -> dict[str, Any]:
    serving: dict[str, Any] = {"zoneName": wishes.domain, "domain": f"models.{wishes.domain}"}
    if not wishes.is_production:
        serving |= {
            "firewall": {"logRetentionDays": 30, "deletionProtection": False},
            "loadBalancer": {"deletionProtection": False},
        }
    serving["platform"] = {"modelNamespaces": ["models"]}
    return serving


def _kubeflow(wishes: Wishes) -> dict[str, Any]:
    """Kubeflow, and the sections that it needs: a database, the sign-in, and Argo CD, which installs it."""
    free = {} if wishes.is_production else {"deletionProtection": False}
    domain, team = f"kubeflow.{wishes.domain}", "team"
    gpus = wishes.gpu_nodes * max((_known(each).accelerators for each in _with_nvidia(wishes)), default=0)
    kubeflow: dict[str, Any] = {
        "zoneName": wishes.domain,
        "domain": domain,
        "repository": wishes.repository,
        "revision": PLACEHOLDER_COMMIT,
        "teams": [
            {
                "name": team,
                "emails": [wishes.email],
                "quota": {"cpu": 16, "memoryGib": 64, **({"gpus": gpus} if gpus else {}), "storageGib": 100},
            }
        ],
    }
    if not wishes.is_production:
        kubeflow |= {
            "firewall": {"logRetentionDays": 30, "deletionProtection": False},
            "loadBalancer": {"deletionProtection": False},
            **free,
        }
    return {
        "pipelinesDatabase": {
            "identifier": f"{wishes.full_name}-pipelines",
            "instanceClass": "db.t4g.medium",
            "storageGib": 20,
            "maximumStorageGib": 100,
            **({} if wishes.is_production else {"multiAz": False, "backupDays": 7}),
            **free,
        },
        "userPool": {
            **_user_pool(wishes, ["platform", team]),
            "clients": [
                {
                    "name": "kubeflow",
                    "secret": "kubeflow/sign-in",
                    "callbackUrls": [f"https://{domain}/oauth2/callback"],
                    "logoutUrls": [f"https://{domain}/"],
                },
                {
                    "name": "argocd",
                    "secret": "delivery/sso",
                    "callbackUrls": [f"https://deploy.{domain}/auth/callback"],
                },
            ],
        },
        "delivery": {
            "domain": f"deploy.{domain}",
            "environment": wishes.name,
            "repository": wishes.repository,
            "administrators": ["platform"],
            "clusterWide": True,
            "teams": [{"name": "platform", "groups": ["platform"]}],
            **free,
        },
        "kubeflow": kubeflow,
    }


def _user_pool(wishes: Wishes, groups: list[str]) -> dict[str, Any]:
    # Only production keeps the secrets of a deleted stack, because a new one takes the same names.
    free = {} if wishes.is_production else {"recoveryWindowDays": 0, "deletionProtection": False}
    return {"name": wishes.full_name, "domainPrefix": f"{PLACEHOLDER}-{wishes.full_name}", "groups": groups, **free}


def _starter(wishes: Wishes) -> dict[str, Any]:
    """One machine, the sign-in to it and the buckets beside it; with GPUs or training, queues of AWS Batch."""
    free = {} if wishes.is_production else {"deletionProtection": False}
    jobs = wishes.training or bool(wishes.gpus)
    return {
        # Only machines of jobs need a gateway.
        "network": _network(wishes) if jobs or wishes.existing.vpc_id else {**_network(wishes), "nat": "none"},
        "userPool": {
            **_user_pool(wishes, ["administrators"]),
            "clients": [
                {"name": "starter", "callbackUrls": [f"https://auth.{wishes.domain}/oauth2/callback"]},
            ],
        },
        **({"batchQueue": _batch_queue(wishes)} if jobs else {}),
        "starter": {
            "name": wishes.full_name,
            "zoneName": wishes.domain,
            "domain": wishes.domain,
            "emails": [wishes.email],
            "administrators": ["administrators"],
            "data": {"prefix": wishes.full_name, **_existing_buckets(wishes), **free},
            **free,
        },
    }


def _batch_queue(wishes: Wishes) -> dict[str, Any]:
    free = {} if wishes.is_production else {"logRetentionDays": 30, "deletionProtection": False}
    types = _with_nvidia(wishes) or ["m7i.xlarge"]
    vcpus = max(_known(each).vcpus for each in types)
    machines = {"instanceTypes": types, "maximumVcpus": vcpus}
    environments = [{"name": "spot", "purchase": "spot", **machines}]
    if wishes.is_production:
        # Jobs wait for no spot capacity there.
        environments.append({"name": "on-demand", **machines})
    return {
        "name": wishes.full_name,
        "environments": environments,
        "queues": [{"name": "training", "environments": [each["name"] for each in environments]}],
        "shares": {"team": 1},
        **free,
    }


def _with_nvidia(wishes: Wishes) -> list[str]:
    """The types with NVIDIA's GPUs. Jobs of AWS Batch and quotas of teams cannot name other accelerators."""
    return [each for each in wishes.gpus if _known(each).has_nvidia]


def _known(name: str) -> InstanceType:
    found = instance_type(name)
    if not found:
        raise ValueError(f"{name} is not an EC2 instance type")
    return found
