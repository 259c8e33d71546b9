"""The config of the platform in its second region, derived from that of the first."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Network
from math import ceil
from typing import Any, cast

from pydantic.alias_generators import to_camel

from components.core.spec import SpecError
from components.data.data_buckets import PURPOSES
from components.network.load_balancer.failover_spec import FailoverRole
from components.network.network_args import NatMode
from stacks.config import NAMESPACE, StackConfig
from stacks.recovery_section import cluster_state_replica
from stacks.usage_warnings import SECTIONS as USAGE_SECTIONS

Sections = Mapping[str, Any]
"""The sections of a stack file by their names without the namespace, as plain values."""


class Scale(StrEnum):
    """How much runs in the second region."""

    PILOT_LIGHT = "pilot-light"
    """Network, cluster and stores at their smallest; nothing that serves."""
    WARM_STANDBY = "warm-standby"
    """What serves models, at its smallest, with an online store of full size."""
    FULL = "full"
    """Everything as in the first region: what a failover ends with."""


_STORES = ("environment", "cost", "usage", "policies", "network", "gpuCluster", "featureStore", "alarms", "recovery")
_SERVING = ("featureServices", "modelServing", "userPool", "delivery", "kubeflow", "pipelinesDatabase", "modelQuality")
_OF_THE_ACCOUNT = ("imageRegistry", "audit", "spend", "access", "permissionSets")
"""One of each for all regions. Images come from the registry's copies (`imageRegistry.replicaRegions`)."""
_SHARED = ("modelServing", "kubeflow")
"""Sections whose host names move between the regions, if the stack has failover records."""
_WARM_SHARE = 0.1
_WARM_NODES = 2
"""The least nodes of a pool that answers requests: one may fail."""
_LONGEST_BUCKET = 56
"""Characters of a bucket's name that leave room for the short name of a region."""
_SMALL_DATABASE = "db.t4g.medium"
_SMALL_CACHE_GB = 1
_IDLE: Mapping[str, Any] = {
    **dict.fromkeys(("natGb", "interZoneGb", "flowLogGb"), 10),
    **dict.fromkeys(("interfaceEndpointGb", "internetOutGb", "scannedTb", "loadBalancerGb", "webRequests"), 0),
    "buckets": {
        name: {"storedTb": 0, "objectsMillion": 0, "putMillion": 0, "getMillion": 0} for name in (*PURPOSES, "logs")
    },
}
"""The use of a region that waits. Its buckets are empty until a restore: copies of backups are in its vault."""


def short_name(region: str) -> str:
    """A region in few letters for names: us-west-2 is usw2."""
    first, *middle, number = region.split("-")
    return first + "".join(part[0] for part in middle) + number


def second_region(sections: Sections, config: StackConfig, scale: Scale | None = None) -> dict[str, Any]:
    """The sections of the second region. `scale` replaces `recovery.mode`.

    Its names are those of the first where they are unique in a region alone; buckets, host names and the vault have
    other ones. With `recovery.failover` models and Kubeflow answer at the names of the first, to which the second has
    the secondary records. Its network does not overlap the first.

    Raises:
        SpecError: the stack has no second region.
    """
    recovery = config.recovery
    if not (recovery and recovery.region and recovery.mode):
        problem = "recovery.region is missing; write a region and a mode, such as region: us-west-2, mode: pilot-light"
        raise SpecError(NAMESPACE, [problem])
    scale = scale or Scale(str(recovery.mode))
    kept = {name: value for name, value in sections.items() if _is_kept(name, scale)}
    renamed = cast(dict[str, Any], _renamed(kept, "", _replacements(kept, config, recovery.region)))
    renamed["environment"] = {**renamed["environment"], "region": recovery.region}
    renamed["network"] = _network(renamed["network"], config, scale)
    renamed["recovery"] = _recovery(renamed["recovery"], renamed, recovery.region)
    if copy := cluster_state_replica(config):
        renamed["recovery"]["clusterState"] = {**renamed["recovery"]["clusterState"], "readFrom": copy}
    if config.gpu_cluster and config.gpu_cluster.existing and "gpuCluster" in renamed:
        own = {key: value for key, value in renamed["gpuCluster"].items() if key != "existing"}
        renamed["gpuCluster"] = {**own, "endpointPrivateCidrs": [renamed["network"]["vpcCidr"]]}
    if "gpuCluster" in renamed and scale is not Scale.FULL:
        renamed["gpuCluster"] = _cluster(renamed["gpuCluster"], scale)
    if "featureStore" in renamed:
        renamed["featureStore"] = _store(renamed["featureStore"], scale, short_name(recovery.region))
    usage = {name: value for name, value in renamed.get("usage", {}).items() if _is_used(name, renamed)}
    renamed["usage"] = {
        Scale.PILOT_LIGHT: _IDLE,
        Scale.WARM_STANDBY: _warm_usage(usage),
        Scale.FULL: _full_usage(usage),
    }[scale]
    return renamed


def _is_kept(section: str, scale: Scale) -> bool:
    if section in _OF_THE_ACCOUNT:
        return False
    return scale is Scale.FULL or section in _STORES or (scale is Scale.WARM_STANDBY and section in _SERVING)


def _is_used(usage: str, sections: Sections) -> bool:
    """Whether the second region has what a field of `usage` is for."""
    users = USAGE_SECTIONS.get(usage, ())
    return not users or any(to_camel(section) in sections for section in users)


def _replacements(sections: Sections, config: StackConfig, region: str) -> list[tuple[re.Pattern[str], str]]:
    """What is called otherwise in the second region: buckets, host names, the network, images where they are copied."""
    own = config.environment.region
    found: list[tuple[str, str]] = [(re.escape(config.network.vpc_cidr), str(_free_range(config)))]
    if config.feature_store:
        prefix = config.feature_store.data.prefix
        found.append((rf"\bs3://{re.escape(prefix)}-", f"s3://{prefix}-{short_name(region)}-"))
    of_sections = (config.model_quality, config.traces and config.traces.tempo)
    for bucket in (each.bucket for each in of_sections if each):
        found.append((rf"^{re.escape(bucket)}$", f"{bucket[:_LONGEST_BUCKET].rstrip('-')}-{short_name(region)}"))
    shared = _SHARED if config.recovery and config.recovery.failover else ()
    for domain in _domains({name: each for name, each in sections.items() if name not in shared}):
        found.append((rf"(?<![A-Za-z0-9.-]){re.escape(domain)}(?![A-Za-z0-9.-])", f"{region}.{domain}"))
    if config.image_registry and region in config.image_registry.replica_regions:
        found.append((rf"\.dkr\.ecr\.{re.escape(own)}\.", f".dkr.ecr.{region}."))
    return [(re.compile(pattern), replacement) for pattern, replacement in dict(found).items()]


def _domains(value: Any) -> Iterator[str]:
    """Every host name that a section gives to what it makes."""
    if isinstance(value, Mapping):
        for key, each in cast(Sections, value).items():
            if key == "domain" and isinstance(each, str):
                yield each
            yield from _domains(each)
    elif isinstance(value, list):
        for each in cast(list[Any], value):
            yield from _domains(each)


def _renamed(value: Any, key: str, replacements: list[tuple[re.Pattern[str], str]]) -> Any:
    if isinstance(value, Mapping):
        return {name: _renamed(each, str(name), replacements) for name, each in cast(Sections, value).items()}
    if isinstance(value, list):
        return [_renamed(each, key, replacements) for each in cast(list[Any], value)]
    if isinstance(value, str) and key != "zoneName":
        for pattern, replacement in replacements:
            value = pattern.sub(replacement, value)
    return value


def _free_range(config: StackConfig) -> IPv4Network:
    """A range as large as that of the first region, which overlaps nothing that the config names."""
    own = IPv4Network(config.network.vpc_cidr)
    taken = [own, *(IPv4Network(each) for each in config.network.reserved_cidrs)]
    if config.gpu_cluster:
        taken.append(IPv4Network(config.gpu_cluster.service_cidr))
    ranges = list(IPv4Network("10.0.0.0/8").subnets(new_prefix=own.prefixlen))
    start = (ranges.index(own) if own in ranges else 0) + len(ranges) // 2
    ordered = (ranges[(start + step) % len(ranges)] for step in range(len(ranges)))
    return next(each for each in ordered if not any(each.overlaps(other) for other in taken))


def _network(network: Mapping[str, Any], config: StackConfig, scale: Scale) -> dict[str, Any]:
    """As many zones, which the other region names. A pilot light needs no endpoints beside its way out."""
    found = {**network, "zoneCount": len(config.network.zones) or config.network.zone_count}
    found.pop("zones", None)
    # A VPC is in one region, so the second region gets one of its own.
    found.pop("existing", None)
    if scale is Scale.PILOT_LIGHT and config.network.nat is not NatMode.NONE:
        found.pop("interfaceEndpoints", None)
    return found


def _recovery(recovery: Mapping[str, Any], sections: Sections, region: str) -> dict[str, Any]:
    """A vault of its own: the vault of copies, which the first region makes, has the name of the first."""
    found = {key: value for key, value in recovery.items() if key not in ("region", "mode", "copyRegion", "failover")}
    if "failover" in recovery and any(name in sections for name in _SHARED):
        found["failover"] = {**recovery["failover"], "role": str(FailoverRole.SECONDARY)}
    if "copyVaultArn" not in found:
        # Nothing is copied from the second region, so it cannot say for how long.
        found.pop("copyDays", None)
        found["stores"] = {
            name: {key: value for key, value in each.items() if key != "copied"}
            for name, each in found.get("stores", {}).items()
        }
    found["vaultName"] = f"{str(recovery['vaultName'])[:24]}-{short_name(region)}"
    if "pipelinesDatabase" not in sections:
        found["stores"] = {name: each for name, each in found.get("stores", {}).items() if name != "pipelines"}
        found["excluded"] = [name for name in found.get("excluded", ()) if name != "pipelines"]
    return found


def _cluster(cluster: Mapping[str, Any], scale: Scale) -> dict[str, Any]:
    return {**cluster, "nodePools": [_pool(each, scale) for each in cluster.get("nodePools", ())]}


def _pool(pool: Mapping[str, Any], scale: Scale) -> dict[str, Any]:
    """A pool at its smallest, which may grow to what the first region has at its peak."""
    found = {key: value for key, value in pool.items() if key != "schedules"}
    if pool["name"] == "system":
        return found
    peak = max((int(each.get("additionalNodes", 0)) for each in pool.get("schedules", ())), default=0)
    found["maximum"] = int(pool["maximum"]) + peak
    least = int(pool["minimum"])
    warm = min(least, max(_WARM_NODES, ceil(least * _WARM_SHARE)))
    found["minimum"] = 0 if scale is Scale.PILOT_LIGHT else warm
    return found


def _store(store: Mapping[str, Any], scale: Scale, short: str) -> dict[str, Any]:
    """Buckets of other names. Caches without data are small, and the restored database replaces the small one."""
    data = {**store["data"], "prefix": f"{store['data']['prefix']}-{short}"}
    # A bucket is in one region, so the second region gets one of its own.
    data.pop("existing", None)
    found = {**store, "data": data}
    if scale is Scale.PILOT_LIGHT:
        found.pop("predictions", None)
        found["online"] = _small_cache(store["online"])
        found["database"] = {**store["database"], "instanceClass": _SMALL_DATABASE}
    elif scale is Scale.WARM_STANDBY and "predictions" in store:
        found["predictions"] = _small_cache(store["predictions"])
    return found


def _small_cache(cache: Mapping[str, Any]) -> dict[str, Any]:
    sized = ("nodeType", "shards", "dataTiering")
    return {**{key: value for key, value in cache.items() if key not in sized}, "gigabytes": _SMALL_CACHE_GB}


def _warm_usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The use of a region that answers few requests: a tenth of the first. Its buckets wait for a restore."""
    named = ("averageNodes", "cacheGb", "buckets", "batch", "backup", "sagemaker", "spark", "streams")
    scaled = {name: _scaled(value, name) for name, value in usage.items() if name not in named}
    return {**scaled, "buckets": {**_IDLE["buckets"], **_scaled(_predictions(usage), "")}}


def _full_usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The use of the first region, without the buckets of what an account has once."""
    kept = {*_IDLE["buckets"], "spans"}
    buckets = {name: each for name, each in usage.get("buckets", {}).items() if name in kept}
    return {**usage, "buckets": {**buckets, **_predictions(usage)}}


def _predictions(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The use of the bucket of predictions, where models answer."""
    return {name: each for name, each in usage.get("buckets", {}).items() if name == "predictions"}


def _scaled(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _scaled(each, str(key)) for key, each in cast(Sections, value).items()}
    if isinstance(value, bool) or not isinstance(value, int | float) or name.endswith(("Share", "Seconds", "Bytes")):
        return value
    return value * _WARM_SHARE
