"""What EMR and EC2 refuse of Spark: applications that are started, protected clusters, groups that rules refer to.

Sources: EMR Serverless API reference, UpdateApplication and DeleteApplication; EMR API reference, TerminateJobFlows and
ModifyInstanceFleet; EMR management guide, "Working with Amazon EMR-managed security groups"; EC2 API reference,
DeleteSecurityGroup; hashicorp/terraform-provider-aws, internal/service/ec2/vpc_security_group.go.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.engine.memory import RefusedError, memory

APPLICATION = "aws:emrserverless/application:Application"
CLUSTER = "aws:emr/cluster:Cluster"
FLEET = "aws:emr/instanceFleet:InstanceFleet"
LIMITS = "aws:emr/managedScalingPolicy:ManagedScalingPolicy"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
VIRTUAL = "aws:emrcontainers/virtualCluster:VirtualCluster"
_AT_REST = ("CREATED", "STOPPED")
_PROVIDER_WAITS_SECONDS = 10.0


class EmrRules:
    """EMR of one account, in the file `path`."""

    def __init__(self, path: Path):
        self._path = path

    def memory(self) -> AbstractContextManager[dict[str, Any]]:
        """The states of applications by name, clusters, virtual clusters with jobs, and rules that EMR wrote.

        Rules are by the security group that has them: the groups that they refer to.
        """
        return memory(self._path, {"applications": {}, "clusters": {}, "jobs": {}, "rules": {}})

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a resource. A cluster gets the rules that EMR writes into its groups."""
        with self.memory() as known:
            if kind == APPLICATION:
                known["applications"][given["name"]] = "CREATED"
            elif kind == CLUSTER:
                known["clusters"][given["name"]] = given["terminationProtection"]
                attributes = given["ec2Attributes"]
                groups = [
                    attributes[f"{group}SecurityGroup"]
                    for group in ("emrManagedMaster", "emrManagedSlave", "serviceAccess")
                ]
                known["rules"] |= dict.fromkeys(groups, groups)
            elif kind == VIRTUAL:
                known["jobs"][given["name"]] = []
        return {}

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change a resource."""
        with self.memory() as known:
            if kind == APPLICATION:
                _at_rest(known, given["name"])
            elif kind == CLUSTER:
                known["clusters"][given["name"]] = given["terminationProtection"]
        return {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Forget a resource."""
        if kind == GROUP:
            self._delete_group(given)
            return
        with self.memory() as known:
            if kind == APPLICATION:
                _at_rest(known, given["name"])
                del known["applications"][given["name"]]
            elif kind == CLUSTER:
                if known["clusters"][given["name"]]:
                    raise RefusedError(
                        "Could not shut down one or more job flows since they are termination protected."
                    )
                del known["clusters"][given["name"]]
            elif kind in (FLEET, LIMITS):
                raise RefusedError("Instance fleets and scaling policies end with their cluster.")
            elif kind == VIRTUAL and known["jobs"].get(given["name"]):
                raise RefusedError("A virtual cluster with running jobs cannot be deleted.")

    def _delete_group(self, given: Mapping[str, Any]) -> None:
        """Delete a security group as the provider does: it revokes its rules if told so, and waits for others'."""
        group = str(given["arn"]).rpartition("/")[2]
        if given.get("revokeRulesOnDelete"):
            with self.memory() as known:
                known["rules"].pop(group, None)
        until = time.monotonic() + _PROVIDER_WAITS_SECONDS
        while True:
            with self.memory() as known:
                rules = known["rules"]
                if not [each for each, others in rules.items() if each != group and group in others]:
                    rules.pop(group, None)
                    return
            if time.monotonic() > until:
                raise RefusedError(f"DependencyViolation: resource {group} has a dependent object")
            time.sleep(0.05)


def _at_rest(known: Mapping[str, Any], name: str) -> None:
    state = known["applications"][name]
    if state not in _AT_REST:
        raise RefusedError(
            f"Application {name} must be in one of the following statuses [CREATED, STOPPED]. Current status: {state}"
        )
