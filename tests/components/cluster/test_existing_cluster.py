"""A GpuCluster over an EKS cluster that exists: what AWS says about it stops the program, or its nodes join it."""

import json
from typing import Any

import pulumi
import pytest

from components.cluster.gpu_cluster.existing_cluster import found_cluster, kubeconfig
from components.cluster.gpu_cluster.gpu_cluster import GpuCluster
from components.core.spec import SpecError
from tests.support.components.mocks import Recording, run

GROUP = "sg-0123456789abcde40"
ARGS: Any = {
    "cluster_name": "acme",
    "kubernetes_version": "1.36",
    "existing": {"security_group_id": GROUP},
    "node_pools": [{"name": "system", "instance_types": ["m7i.large"], "minimum": 2, "maximum": 2}],
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnet_ids": ["subnet-0123456789abcde20", "subnet-0123456789abcde21"],
    "subnet_zones": ["us-east-1a", "us-east-1b"],
}
FOUND: dict[str, Any] = {
    "id": "acme",
    "name": "acme",
    "version": "1.36",
    "endpoint": "https://ABC.gr7.us-east-1.eks.amazonaws.com",
    "certificateAuthorities": [{"data": "Q0E="}],
    "accessConfigs": [{"authenticationMode": "API_AND_CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}],
    "identities": [{"oidcs": [{"issuer": "https://oidc.eks.us-east-1.amazonaws.com/id/ABC"}]}],
    "vpcConfig": {
        "clusterSecurityGroupId": GROUP,
        "securityGroupIds": [],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
        "publicAccessCidrs": [],
        "subnetIds": [],
        "vpcId": "vpc-0123456789abcdef0",
    },
}


def cluster(**found: Any) -> Recording:
    recording = Recording(answers={"aws:eks/getCluster:getCluster": {**FOUND, **found}})
    return run(lambda: GpuCluster("ml", ARGS), recording)


def test_objects_reach_the_cluster_by_what_aws_says() -> None:
    found = cluster()
    assert not found.all("eks:index:Cluster")
    assert not found.all("aws:eks/addon:Addon")
    [(_, outputs)] = [each for each in found.registered_outputs if each[0].endswith(":GpuCluster::ml")]
    assert outputs["oidc_issuer"] == "oidc.eks.us-east-1.amazonaws.com/id/ABC"
    assert outputs["cluster_security_group_id"] == GROUP
    [node_group] = found.all("aws:eks/nodeGroup:NodeGroup")
    assert node_group.inputs["clusterName"] == "acme"


def test_kubeconfig_asks_the_aws_cli_for_tokens() -> None:
    said: list[str] = []
    recording = Recording(answers={"aws:eks/getCluster:getCluster": FOUND})
    run(lambda: said.append(kubeconfig(found_cluster("acme", pulumi.InvokeOptions()), "us-east-1")), recording)
    config = json.loads(said[0])
    assert config["clusters"][0]["cluster"] == {
        "server": FOUND["endpoint"], "certificate-authority-data": "Q0E="
    }  # fmt: skip
    assert config["users"][0]["user"]["exec"]["args"][:6] == [
        "--region", "us-east-1", "eks", "get-token", "--cluster-name", "acme"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"accessConfigs": [{"authenticationMode": "CONFIG_MAP"}]}, "its authentication mode is CONFIG_MAP"),
        ({"version": "1.35"}, "kubernetesVersion = 1.36: acme has 1.35; write it"),
        (
            {"vpcConfig": {**FOUND["vpcConfig"], "clusterSecurityGroupId": "sg-11111111"}},
            f"existing.securityGroupId = {GROUP}: is not a group of acme; write one of sg-11111111",
        ),
    ],
)
def test_unfit_cluster_is_refused_before_the_first_child(found: dict[str, Any], said: str) -> None:
    recording = Recording(answers={"aws:eks/getCluster:getCluster": {**FOUND, **found}})
    with pytest.raises(SpecError) as error:
        run(lambda: GpuCluster("ml", ARGS), recording)
    assert said in str(error.value)
    assert [each.type for each in recording.resources] == ["mlplatform:index:GpuCluster"]
