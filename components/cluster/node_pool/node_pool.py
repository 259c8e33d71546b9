"""NodePool: a managed node group of an EKS cluster, with its launch template and scheduled ceiling."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.spec import SpecError
from .images import ami_type, image_release
from .labels import labels, node_template, taints
from .sizes import OWNER_TAG, SIZES_TAG, deployed_sizes, live_group, owner, sizes
from .spec import AmiFamily, NodePoolArgs, NodePoolSpec, Purchase
from .user_data import user_data

_CAPACITY_TYPES = {
    Purchase.ON_DEMAND: "ON_DEMAND",
    Purchase.SPOT: "SPOT",
    Purchase.CAPACITY_RESERVATION: "ON_DEMAND",
    Purchase.CAPACITY_BLOCK: "CAPACITY_BLOCK",
}


class NodePool(Component[NodePoolArgs, NodePoolSpec]):
    """A pool of equal nodes in an EKS cluster: encrypted disks, IMDSv2, taints for accelerators, GPU sharing.

    The cluster may be any EKS cluster with the Pod Identity agent and, for shared GPUs, the device plugin of
    GpuSoftware.
    """

    node_group_name: pulumi.Output[str]
    """The managed node group's name; the first zone's when each zone has a group."""
    scaling_group_name: pulumi.Output[str]
    """The Auto Scaling group's name; the first zone's when each zone has a group."""
    scaling_group_names: pulumi.Output[list[str]]
    """The names of all Auto Scaling groups: one, or one for each of `zones`."""
    launch_template_id: pulumi.Output[str]
    """The launch template's id."""

    def __init__(self, name: str, args: NodePoolArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, NodePoolArgs, NodePoolSpec, opts)
        spec = self._spec
        if absent := [problem.sentence for problem in spec.absent_in(self._account.region)]:
            self._refuse(*absent)
        template = self._launch_template()
        parts = {f"{name}{suffix}": part for suffix, part in spec.parts.items()}
        groups = {part: self._node_group(part, own, template) for part, own in parts.items()}
        scaling = {part: group.resources[0].autoscaling_groups[0].name.apply(str) for part, group in groups.items()}
        self.node_group_name = next(iter(groups.values())).node_group_name
        self.scaling_group_name = next(iter(scaling.values()))
        self.scaling_group_names = pulumi.Output.all(*scaling.values()).apply(lambda names: list(names))
        self.launch_template_id = template.id
        for part, own in parts.items():
            self._schedules(part, own, scaling[part])
            self._tags(part, own, scaling[part])
        self._publish()

    def _launch_template(self) -> aws.ec2.LaunchTemplate:
        spec = self._spec
        tags = {"Name": self._name}
        launched = ("instance", "volume", "network-interface")
        properties: dict[str, Any] = {
            "update_default_version": True,
            "block_device_mappings": self._disks(),
            "metadata_options": {
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
            },
            "monitoring": {"enabled": True},
            "tag_specifications": [{"resource_type": kind, "tags": self._launched_tags(tags)} for kind in launched],
            "user_data": user_data(spec),
        }
        if spec.efa:
            properties["network_interfaces"] = self._fabric_interfaces()
            properties["placement"] = {"group_name": self._placement_group().name}
        else:
            properties["vpc_security_group_ids"] = self._args["security_group_ids"]
        if spec.capacity_reservation_id:
            target = {"capacity_reservation_id": spec.capacity_reservation_id}
            properties["capacity_reservation_specification"] = {"capacity_reservation_target": target}
        if spec.purchase is Purchase.CAPACITY_BLOCK:
            # A capacity block needs the instance type in the template, and EKS allows it in only one place.
            # Source: EKS user guide, "Create a managed node group with Capacity Blocks for ML".
            properties["instance_market_options"] = {"market_type": "capacity-block"}
            properties["instance_type"] = spec.lead.name
        return aws.ec2.LaunchTemplate(f"{self._name}-template", opts=self._child, **properties)

    def _launched_tags(self, tags: dict[str, str]) -> pulumi.Output[dict[str, str]]:
        """Tags of instances and volumes: the provider's default tags apply only to the launch template."""
        defaults = aws.get_default_tags_output(opts=pulumi.InvokeOptions(parent=self)).tags
        return defaults.apply(lambda own: {**own, **tags})

    def _disks(self) -> list[dict[str, Any]]:
        spec = self._spec
        data = {
            "encrypted": "true",
            "kms_key_id": self._args["volume_key_arn"],
            "volume_type": "gp3",
            "volume_size": spec.volume_gib,
            "iops": spec.disk_iops,
            "throughput": spec.disk_throughput,
            "delete_on_termination": "true",
        }
        if spec.ami_family is AmiFamily.AL2023:
            return [{"device_name": "/dev/xvda", "ebs": data}]
        # Bottlerocket has its system, about 2 GiB, on a separate volume.
        system = {**data, "volume_size": 4, "iops": 3000, "throughput": 125}
        if spec.image_snapshot_id:
            data["snapshot_id"] = spec.image_snapshot_id
        return [{"device_name": "/dev/xvda", "ebs": system}, {"device_name": "/dev/xvdb", "ebs": data}]

    def _fabric_interfaces(self) -> list[dict[str, Any]]:
        """An adapter on each network card. Source: EKS user guide, "Run machine learning training on EKS with EFA"."""
        cards = min(self._spec.lead.network_cards, self._spec.lead.efa_interfaces)
        return [
            {
                "device_index": min(card, 1),
                "network_card_index": card,
                "interface_type": "efa",
                "security_groups": self._args["security_group_ids"],
                "delete_on_termination": "true",
                "associate_public_ip_address": "false",
            }
            for card in range(cards)
        ]

    def _placement_group(self) -> aws.ec2.PlacementGroup:
        return aws.ec2.PlacementGroup(f"{self._name}-placement", strategy="cluster", opts=self._child)

    def _node_group(self, part: str, spec: NodePoolSpec, template: aws.ec2.LaunchTemplate) -> aws.eks.NodeGroup:
        subnets = self._subnets(spec.zone)
        live = live_group(part, self)
        group_sizes = sizes(spec, live)
        return aws.eks.NodeGroup(
            f"{part}-nodes",
            cluster_name=self._args["cluster_name"],
            node_role_arn=self._args["node_role_arn"],
            # A cluster placement group is in one zone.
            subnet_ids=subnets.apply(lambda ids: ids[:1]) if spec.efa else subnets,
            ami_type=ami_type(spec),
            version=spec.kubernetes_version and str(spec.kubernetes_version),
            release_version=image_release(spec, live.release if live else None),
            capacity_type=_CAPACITY_TYPES[spec.purchase],
            instance_types=None if spec.purchase is Purchase.CAPACITY_BLOCK else list(spec.instance_types),
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            scaling_config={
                "min_size": group_sizes.minimum,
                "desired_size": group_sizes.desired,
                "max_size": group_sizes.maximum,
            },
            update_config={"max_unavailable_percentage": 33},
            node_repair_config={"enabled": True},
            labels=labels(spec),
            taints=[{"key": taint.key, "value": taint.value, "effect": str(taint.effect)} for taint in taints(spec)],
            tags={"Name": part},
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=list(group_sizes.ignored)),
        )

    def _subnets(self, zone: str | None) -> pulumi.Output[list[str]]:
        """The subnets of `zone`, or all subnets without a zone."""
        given = pulumi.Output.from_input(self._args["subnet_ids"])
        if zone is None:
            return given
        if "subnet_zones" in self._args:
            return pulumi.Output.all(given, self._args["subnet_zones"]).apply(
                lambda known: subnets_in(zone, dict(zip(*known, strict=True)))
            )
        options = pulumi.InvokeOptions(parent=self)

        def zones(ids: list[str]) -> pulumi.Output[list[str]]:
            return pulumi.Output.all(
                *(aws.ec2.get_subnet_output(id=each, opts=options).availability_zone for each in ids)
            ).apply(lambda found: subnets_in(zone, dict(zip(ids, found, strict=True))))

        return given.apply(zones)

    def _schedules(self, part: str, spec: NodePoolSpec, group: pulumi.Output[str]) -> None:
        for schedule in spec.schedules:
            for action in schedule.actions(spec.maximum):
                aws.autoscaling.Schedule(
                    f"{part}-{action.name}",
                    scheduled_action_name=f"{part}-{action.name}",
                    autoscaling_group_name=group,
                    recurrence=action.recurrence,
                    time_zone=action.time_zone,
                    max_size=action.ceiling,
                    # -1 keeps the minimum and the size; without a value they would become 0.
                    min_size=-1,
                    desired_capacity=-1,
                    opts=self._child,
                )

    def _tags(self, part: str, spec: NodePoolSpec, group: pulumi.Output[str]) -> None:
        """Tags of an Auto Scaling group, which its instances do not get.

        A later deployment reads the sizes from them, and the cluster autoscaler the resources of nodes.
        """
        found = {"owner": (OWNER_TAG, owner(part)), "sizes": (SIZES_TAG, deployed_sizes(spec))}
        for resource, amount in node_template(spec).items() if spec.minimum == 0 else ():
            key = f"k8s.io/cluster-autoscaler/node-template/resources/{resource}"
            found[resource.rpartition("/")[2]] = (key, amount)
        for suffix, (key, value) in found.items():
            aws.autoscaling.Tag(
                f"{part}-{suffix}",
                autoscaling_group_name=group,
                tag={"key": key, "value": value, "propagate_at_launch": False},
                opts=self._child,
            )


def subnets_in(zone: str, zones: Mapping[str, str]) -> list[str]:
    """The subnets in `zone`. `zones` maps each subnet to its zone.

    Raises:
        SpecError: no subnet is in `zone`.
    """
    found = [subnet for subnet, own in zones.items() if own == zone]
    if not found:
        known = ", ".join(sorted(set(zones.values())))
        problem = f"zone = {zone!r}: the pool has no subnet there; write a zone of its subnets: {known}"
        raise SpecError("NodePool", [problem])
    return found
