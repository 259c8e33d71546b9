"""Stands for pulumi-eks where its plugin isn't installed: `eks.Cluster` as a remote component with one child.

Started as `python -m tests.support.engine.eks_standin engine-address`.
"""

import sys
from typing import Any

import pulumi
from pulumi.provider import ConstructResult, Provider
from pulumi.provider import main as serve

from components.testing.fake_aws import FakeAws
from tests.support.engine.standin import VERSION

_AS_GIVEN = ("name", "version", "upgradePolicy", "enabledClusterLogTypes", "deletionProtection")
_OF_THE_NETWORK = ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs")


class ControlPlane(pulumi.CustomResource):
    """The EKS cluster itself, which pulumi-eks makes as a child."""

    endpoint: pulumi.Output[str]
    identities: pulumi.Output[list[Any]]

    def __init__(self, name: str, properties: dict[str, Any], opts: pulumi.ResourceOptions):
        super().__init__("aws:eks/cluster:Cluster", name, {**properties, "endpoint": None, "identities": None}, opts)


class Cluster(pulumi.ComponentResource):
    """What `eks.Cluster` is from outside; its outputs are known once the control plane is there."""

    def __init__(self, name: str, inputs: dict[str, Any], opts: pulumi.ResourceOptions | None):
        super().__init__("eks:index:Cluster", name, {}, opts)
        plane = ControlPlane(f"{name}-eksCluster", control_plane(inputs), pulumi.ResourceOptions(parent=self))
        answers = FakeAws("us-east-1", "000000000000").outputs("eks:index:Cluster", name, {})
        self.state = {key: plane.endpoint.apply(lambda _, known=value: known) for key, value in answers.items()}
        self.state["oidcIssuer"] = plane.identities.apply(lambda known: known[0]["oidcs"][0]["issuer"])
        self.register_outputs(self.state)


class Eks(Provider):
    """The provider of the component."""

    def construct(
        self, name: str, resource_type: str, inputs: Any, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Register the component and its child."""
        cluster = Cluster(name, inputs, options)
        return ConstructResult(cluster.urn, cluster.state)


def control_plane(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of the EKS cluster that follow from those of the component."""
    network = {key: inputs[key] for key in _OF_THE_NETWORK if key in inputs}
    return {
        **{key: inputs[key] for key in _AS_GIVEN if key in inputs},
        "vpcConfig": {"subnetIds": inputs["privateSubnetIds"], **network},
        "accessConfig": {"authenticationMode": inputs["authenticationMode"]},
        "encryptionConfig": {"provider": {"keyArn": inputs["encryptionConfigKeyArn"]}, "resources": ["secrets"]},
    }


if __name__ == "__main__":
    serve(Eks(VERSION), sys.argv[1:])
