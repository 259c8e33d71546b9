"""What EKS and Auto Scaling refuse, and what the AWS provider sends them: the memory of the stand-in for AWS.

Clusters, node groups, Auto Scaling groups and access entries are kept in one file, since several plugins share them and
tests move sizes in it as an autoscaler would. Sources: EKS API reference, CreateAccessEntry, UpdateClusterVersion,
UpdateNodegroupConfig, UpdateNodegroupVersion; hashicorp/terraform-provider-aws, internal/service/eks/node_group.go.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.cluster.node_pool.releases import newest
from tests.support.engine.memory import RefusedError, memory

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry"
TAG = "aws:autoscaling/tag:Tag"
NEWEST = {"AL2023": "{version}.9-20261120", "BOTTLEROCKET": "1.69.0-0a1b2c3d"}
_UPDATED = ("version", "releaseVersion", "launchTemplate")
_SIZES = ("minSize", "desiredSize", "maxSize")


class EksRules:
    """EKS of one account, in the file `path`."""

    def __init__(self, path: Path):
        self._path = path

    @contextmanager
    def memory(self) -> Generator[dict[str, Any]]:
        """The memory, for this process alone; changes are kept unless the request is refused."""
        empty: dict[str, dict[str, Any]] = {"clusters": {}, "groups": {}, "entries": {}, "tags": {}}
        with memory(self._path, empty) as known:
            yield known

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a resource and say what the provider reads of it afterwards."""
        with self.memory() as known:
            match kind:
                case "aws:eks/cluster:Cluster":
                    known["clusters"][given["name"]] = given["version"]
                case "aws:eks/nodeGroup:NodeGroup":
                    return _create_group(known, name, given)
                case "aws:eks/accessEntry:AccessEntry":
                    _admit(known, given["clusterName"], given["principalArn"])
                case "aws:autoscaling/tag:Tag":
                    _tag(known, given)
                case _:
                    pass
        return {}

    def read(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs of a resource as they have become, for a refresh: autoscalers move the size of a group."""
        if kind != NODE_GROUP:
            return {}
        with self.memory() as known:
            return _read(known["groups"][f"{given['clusterName']}/{name}"])

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change a resource as the provider does, and say what it reads of it afterwards."""
        with self.memory() as known:
            match kind:
                case "aws:eks/cluster:Cluster":
                    _upgrade(known, given["name"], given["version"])
                case "aws:eks/nodeGroup:NodeGroup":
                    return _update_group(known, name, old, given, ignored)
                case "aws:autoscaling/tag:Tag":
                    _tag(known, given)
                case _:
                    pass
        return {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Forget a resource."""
        with self.memory() as known:
            if kind == NODE_GROUP:
                cluster, role = given["clusterName"], given["nodeRoleArn"]
                known["groups"].pop(f"{cluster}/{name}")
                if not [
                    each for each in known["groups"].values() if (each["cluster"], each["role"]) == (cluster, role)
                ]:
                    known["entries"][cluster].pop(role, None)
            if kind == ACCESS_ENTRY:
                known["entries"].get(given["clusterName"], {}).pop(given["principalArn"], None)

    def answer(self, token: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """What a data source of the provider reads, where it is one about groups."""
        with self.memory() as known:
            match token:
                case "aws:autoscaling/getAmiIds:getAmiIds":
                    [wanted] = asked["filters"]
                    key = wanted["name"].removeprefix("tag:")
                    names = [name for name, tags in known["tags"].items() if tags.get(key) in wanted["values"]]
                    return {"id": "groups", "names": names, "arns": []}
                case "aws:autoscaling/getGroup:getGroup":
                    return _scaling_group(known, asked["name"])
                case "aws:eks/getNodeGroup:getNodeGroup":
                    group = known["groups"][f"{asked['clusterName']}/{asked['nodeGroupName']}"]
                    return {"id": "group", "version": group["version"], "releaseVersion": group["release"]}
                case _:
                    return None

    def scale(self, group: str, nodes: int) -> None:
        """Move the size of the group <cluster>/<name> as the cluster autoscaler does."""
        with self.memory() as known:
            known["groups"][group]["desiredSize"] = nodes

    def group(self, group: str) -> dict[str, Any]:
        """The group <cluster>/<name> as it is; `ended` counts the nodes that deployments ended."""
        with self.memory() as known:
            return dict(known["groups"][group])

    def admitted(self, cluster: str) -> dict[str, str]:
        """Who made the access entry of each principal of a cluster."""
        with self.memory() as known:
            return dict(known["entries"][cluster])


def _create_group(known: dict[str, Any], name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    cluster, role = given["clusterName"], given["nodeRoleArn"]
    group = {"cluster": cluster, "role": role, "family": str(given["amiType"]).partition("_")[0]}
    group["version"] = str(given.get("version") or known["clusters"].get(cluster, "1.36"))
    _refuse_newer(known, cluster, group["version"])
    group |= {"release": given.get("releaseVersion") or _newest(group), "ended": 0}
    group |= _sizes(given["scalingConfig"])
    known["groups"][f"{cluster}/{name}"] = group
    # EKS makes the entry of the nodes' role itself, once.
    known["entries"].setdefault(cluster, {}).setdefault(role, "EKS")
    known["tags"][f"eks-{name}"] = {"eks:cluster-name": cluster, "eks:nodegroup-name": name}
    return _read(group)


def _update_group(
    known: dict[str, Any], name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
) -> dict[str, Any]:
    group = known["groups"][f"{given['clusterName']}/{name}"]
    changed = [key for key in _UPDATED if key in given and given[key] != old.get(key)]
    if changed:
        version = given["version"] if "version" in changed else group["version"]
        _refuse_newer(known, group["cluster"], version)
        moved = {**group, "version": version}
        # A release that did not change is not sent, and EKS then takes the newest.
        release = given["releaseVersion"] if "releaseVersion" in changed else _newest(moved)
        if release != group["release"] and newest(release, group["release"]) != release:
            raise RefusedError(f"You cannot roll back a node group from {group['release']} to {release}")
        group |= {"version": version, "release": release}
    before = old["scalingConfig"]
    kept = [path.rpartition(".")[2] for path in ignored if path.startswith("scalingConfig.")]
    wanted = {key: (before if key in kept else given["scalingConfig"])[key] for key in _SIZES}
    if wanted != {key: before[key] for key in _SIZES}:
        sizes = _sizes(wanted)
        group["ended"] += max(0, group["desiredSize"] - sizes["desiredSize"])
        group |= sizes
    return _read(group)


def _sizes(asked: Mapping[str, Any]) -> dict[str, int]:
    sizes = {key: int(asked[key]) for key in _SIZES}
    if sizes["minSize"] > sizes["desiredSize"]:
        least = sizes["minSize"]
        raise RefusedError(f"Minimum capacity {least} can't be greater than desired size {sizes['desiredSize']}")
    if sizes["desiredSize"] > sizes["maxSize"]:
        most = sizes["maxSize"]
        raise RefusedError(f"Desired capacity {sizes['desiredSize']} can't be greater than max size {most}")
    return sizes


def _read(group: Mapping[str, Any]) -> dict[str, Any]:
    sizes = {key: group[key] for key in _SIZES}
    return {"scalingConfig": sizes, "version": group["version"], "releaseVersion": group["release"]}


def _newest(group: Mapping[str, Any]) -> str:
    return NEWEST[group["family"]].format(version=group["version"])


def _refuse_newer(known: Mapping[str, Any], cluster: str, version: str) -> None:
    plane = known["clusters"].get(cluster, version)
    if _minor(version) > _minor(plane):
        raise RefusedError(f"Nodegroup Kubernetes version {version} can't be newer than the cluster's, {plane}")


def _upgrade(known: dict[str, Any], name: str, version: str) -> None:
    before = known["clusters"][name]
    if _minor(version) - _minor(before) not in (0, 1):
        raise RefusedError(f"Unsupported Kubernetes minor version update from {before} to {version}")
    known["clusters"][name] = version


def _minor(version: str) -> int:
    return int(version.split(".")[1])


def _admit(known: dict[str, Any], cluster: str, principal: str) -> None:
    entries = known["entries"].setdefault(cluster, {})
    if principal in entries:
        raise RefusedError(
            "ResourceInUseException: The specified access entry resource is already in use on this cluster."
        )
    entries[principal] = "program"


def _tag(known: dict[str, Any], given: Mapping[str, Any]) -> None:
    tag = given["tag"]
    known["tags"].setdefault(given["autoscalingGroupName"], {})[tag["key"]] = tag["value"]


def _scaling_group(known: Mapping[str, Any], name: str) -> dict[str, Any]:
    tags = known["tags"][name]
    group = known["groups"][f"{tags['eks:cluster-name']}/{tags['eks:nodegroup-name']}"]
    listed = [{"key": key, "value": value, "propagateAtLaunch": False} for key, value in tags.items()]
    sizes = {"desiredCapacity": group["desiredSize"], "minSize": group["minSize"], "maxSize": group["maxSize"]}
    return {"id": name, "name": name, **sizes, "tags": listed}
