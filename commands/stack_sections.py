"""The sections of a stack that somebody asks for: no more than asked, and cheap until somebody needs more."""

from typing import Any

from commands.wishes import Wishes
from components.facts.instances import InstanceType, instance_type
from components.facts.regions import known_regions
from components.facts.versions import KubernetesVersion
from policies.engine.settings import PolicySettings
from pricing.table import load_table


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
    found |= {"network": _network(wishes), "gpuCluster": _cluster(wishes)}
    stores = wishes.feature_store or wishes.models or wishes.training
    if stores:
        found |= {"featureStore": _feature_store(wishes)}
    if wishes.models:
        found |= {"modelServing": _model_serving(wishes)}
    if wishes.training:
        found |= {"batchQueue": _batch_queue(wishes)}
    if wishes.is_production and stores:
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
    zones = known_regions()[wishes.region].cluster_zones
    return zones[: 3 if wishes.is_production else 2]


def _network(wishes: Wishes) -> dict[str, Any]:
    production = wishes.is_production
    return {"vpcCidr": wishes.vpc_cidr, "zones": _zones(wishes), "nat": "per-zone" if production else "single"}


def _cluster(wishes: Wishes) -> dict[str, Any]:
    production = wishes.is_production
    zones = len(_zones(wishes))
    cluster: dict[str, Any] = {
        "clusterName": wishes.full_name,
        "kubernetesVersion": max(KubernetesVersion).value,
        "endpointPrivateCidrs": [wishes.vpc_cidr],
    }
    if not production:
        cluster |= {"deletionProtection": False, "logRetentionDays": 30}
    system = "m7i.xlarge" if production or wishes.models else "m7i.large"
    cluster["nodePools"] = [{"name": "system", "instanceTypes": [system], "minimum": zones, "maximum": 2 * zones}]
    pools: list[dict[str, Any]] = []
    if wishes.gpus:
        pools.append(_gpu_pool(wishes))
    if wishes.models:
        pools.append({"name": "general", "instanceTypes": ["m7i.large", "m7i.xlarge"], "maximumVcpus": 16})
    if pools:
        cluster["karpenter"] = {"pools": pools}
    return cluster


def _gpu_pool(wishes: Wishes) -> dict[str, Any]:
    types = [_known(each) for each in wishes.gpus]
    return {
        "name": "gpu",
        "instanceTypes": list(wishes.gpus),
        "maximumGpus": wishes.gpu_nodes * max(each.accelerators for each in types),
        "maximumVcpus": wishes.gpu_nodes * max(each.vcpus for each in types),
    }


def _feature_store(wishes: Wishes) -> dict[str, Any]:
    production = wishes.is_production
    free = {} if production else {"deletionProtection": False}
    name = wishes.full_name
    return {
        "data": {"prefix": name, **free},
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


def _batch_queue(wishes: Wishes) -> dict[str, Any]:
    free = {} if wishes.is_production else {"logRetentionDays": 30, "deletionProtection": False}
    types = list(wishes.gpus) or ["m7i.xlarge"]
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


def _known(name: str) -> InstanceType:
    found = instance_type(name)
    if not found:
        raise ValueError(f"{name} is not an EC2 instance type")
    return found
