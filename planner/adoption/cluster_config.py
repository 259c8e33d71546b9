"""The config by which a stack uses an EKS cluster that exists.

No import reaches the cluster: pulumi-eks makes it in a process of its own, its component has no input for an id, and a
transform of the engine hands on no import. Source: pulumi-eks v4.4, provider/cmd/pulumi-resource-eks/schema.json;
pulumi v3.272, proto/pulumi/resource.proto, TransformResourceOptions.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml

from planner.adoption.existing import Existing

CLUSTER = "aws_eks_cluster"


def sections(cluster: Existing, existing: Sequence[Existing]) -> dict[str, Any]:
    """The fields of `gpuCluster` and `network`, as far as the cluster, its VPC and its subnets say them.

    A subnet that gives public addresses is public, and the others are private. Of several in a zone, the first counts.
    """
    network = _one(cluster.attributes.get("vpc_config"))
    plane: dict[str, Any] = {"clusterName": cluster.attributes.get("name") or cluster.attributes.get("id")}
    if version := cluster.attributes.get("version"):
        plane["kubernetesVersion"] = version
    if group := network.get("cluster_security_group_id"):
        plane["existing"] = {"securityGroupId": group}
    found: dict[str, Any] = {"gpuCluster": plane}
    vpc = next(
        (each for each in existing if each.type == "aws_vpc" and each.attributes.get("id") == network.get("vpc_id")),
        None,
    )
    ids = network.get("subnet_ids")
    subnets = [
        each.attributes
        for each in existing
        if each.type == "aws_subnet" and isinstance(ids, list) and each.attributes.get("id") in ids
    ]
    private = _by_zone([each for each in subnets if not each.get("map_public_ip_on_launch")])
    public = _by_zone([each for each in subnets if each.get("map_public_ip_on_launch")])
    if vpc and private:
        there = {"privateSubnets": list(private.values())}
        if list(public) == list(private):
            there["publicSubnets"] = list(public.values())
        found["network"] = {
            "vpcCidr": vpc.attributes.get("cidr_block"),
            "zones": list(private),
            "existing": {"vpcId": vpc.attributes["id"], **there},
        }
    return found


def as_yaml(found: Mapping[str, Any]) -> str:
    """The sections as the file of a stack has them."""
    named = {f"mlplatform:{name}": fields for name, fields in found.items()}
    return yaml.safe_dump({"config": named}, sort_keys=False, allow_unicode=False)


def _by_zone(subnets: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    ordered = sorted(subnets, key=lambda each: (str(each.get("availability_zone")), str(each.get("id"))))
    found: dict[str, dict[str, Any]] = {}
    for each in ordered:
        found.setdefault(str(each.get("availability_zone")), {"id": each.get("id"), "cidr": each.get("cidr_block")})
    return found


def _one(block: Any) -> Mapping[str, Any]:
    """A block of Terraform, which a state has as a list of one."""
    if isinstance(block, list):
        block = next(iter(cast(list[Any], block)), None)
    return cast(Mapping[str, Any], block) if isinstance(block, Mapping) else {}
