"""Spark on EC2 instances and on EKS: what is made, how it is limited and encrypted, and what is refused."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError
from components.training.spark_cluster.spark_cluster import SparkCluster
from components.training.spark_cluster.virtual_cluster import base36
from policies.engine.evaluate import evaluate
from policies.engine.settings import EnvironmentKind
from tests.support.aws_models import faults
from tests.support.components.clusters import needs, statements
from tests.support.components.emr_api import fleet_request, limits_request, run_request
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context

CLUSTER = "aws:emr/cluster:Cluster"
FLEET = "aws:emr/instanceFleet:InstanceFleet"
LIMITS = "aws:emr/managedScalingPolicy:ManagedScalingPolicy"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SECURITY = "aws:emr/securityConfiguration:SecurityConfiguration"
BLOCK = "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration"
VIRTUAL = "aws:emrcontainers/virtualCluster:VirtualCluster"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
DATA_KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"

INSTANCES: dict[str, Any] = {
    "primary_types": ["m7g.xlarge"],
    "core_types": ["m7g.2xlarge"],
    "task_types": ["m7g.2xlarge", "r7g.4xlarge"],
    "core_vcpus": 16,
    "maximum_vcpus": 64,
    "certificates": "s3://ml-certificates/spark.zip",
}


def spark(recording: Recording | None = None, **args: Any) -> Recording:
    """A SparkCluster "spark" of `args`."""
    given: dict[str, Any] = {
        "cluster_name": "ml",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "raw_bucket": "ml-raw",
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "offline_bucket": "ml-offline",
        "data_key_arn": DATA_KEY,
        "catalog_database": "ml",
        "log_bucket": "ml-logs",
        **args,
    }
    return run(lambda: SparkCluster("spark", given), recording)  # pyright: ignore[reportArgumentType]


def on_ec2(recording: Recording | None = None, **instances: Any) -> Recording:
    chosen = {key: value for key, value in {**INSTANCES, **instances}.items() if value is not None}
    return spark(recording, engine="ec2", ec2=chosen)


def on_eks(recording: Recording | None = None, **args: Any) -> Recording:
    return spark(recording, **{"engine": "eks", "eks": {"namespace": "spark"}, "eks_cluster_name": "ml", **args})


@pytest.fixture(scope="module")
def fleets() -> Recording:
    return on_ec2()


@pytest.fixture(scope="module")
def pods() -> Recording:
    return on_eks()


def test_a_cluster_fits_awss_model_of_emr(fleets: Recording) -> None:
    assert faults("emr", "RunJobFlow", run_request(fleets.one(CLUSTER).inputs)) == []
    task = {"ClusterId": "j-ml", "InstanceFleet": fleet_request(fleets.one(FLEET).inputs, "TASK")}
    assert faults("emr", "AddInstanceFleet", task) == []
    assert faults("emr", "PutManagedScalingPolicy", limits_request(fleets.one(LIMITS).inputs)) == []


def test_core_nodes_are_on_demand_and_task_nodes_on_spot(fleets: Recording) -> None:
    core, task = fleets.one(CLUSTER).inputs["coreInstanceFleet"], fleets.one(FLEET).inputs
    assert (core["targetOnDemandCapacity"], core["targetSpotCapacity"]) == (16, 0)
    assert core["instanceTypeConfigs"][0]["weightedCapacity"] == 8
    assert task["launchSpecifications"]["spotSpecifications"] == [
        {
            "allocationStrategy": "price-capacity-optimized",
            "timeoutAction": "SWITCH_TO_ON_DEMAND",
            "timeoutDurationMinutes": 15,
        }
    ]
    [limit] = fleets.one(LIMITS).inputs["computeLimits"]
    assert limit["maximumCapacityUnits"] == 64
    assert limit["maximumOndemandCapacityUnits"] == limit["maximumCoreCapacityUnits"] == 16
    assert not on_ec2(task_types=None, maximum_vcpus=16).all(FLEET)


def test_what_managed_scaling_changes_is_no_difference(fleets: Recording) -> None:
    capacities = ["targetOnDemandCapacity", "targetSpotCapacity"]
    assert fleets.one(CLUSTER).ignore_changes == [f"coreInstanceFleet.{each}" for each in capacities]
    assert fleets.one(FLEET).ignore_changes == capacities


def test_nodes_encrypt_disks_objects_and_traffic(fleets: Recording) -> None:
    configuration = json.loads(fleets.one(SECURITY).inputs["configuration"])
    encryption = configuration["EncryptionConfiguration"]
    assert encryption["EnableAtRestEncryption"] is encryption["EnableInTransitEncryption"] is True
    disks = encryption["AtRestEncryptionConfiguration"]["LocalDiskEncryptionConfiguration"]
    assert disks == {
        "EncryptionKeyProviderType": "AwsKms",
        "AwsKmsKey": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/spark-key",
        "EnableEbsEncryption": True,
    }
    assert configuration["InstanceMetadataServiceConfiguration"]["MinimumInstanceMetadataServiceVersion"] == 2


def test_groups_of_emr_are_the_programs_and_lose_all_rules_first(fleets: Recording) -> None:
    attributes = fleets.one(CLUSTER).inputs["ec2Attributes"]
    managed = [value for key, value in attributes.items() if key.endswith("SecurityGroup")]
    assert sorted(managed) == ["sg-spark-primary-sg", "sg-spark-service-sg", "sg-spark-workers-sg"]
    for group in fleets.all(GROUP):
        assert group.inputs["revokeRulesOnDelete"] is True
        assert group.inputs["tags"]["for-use-with-amazon-emr-managed-policies"] == "true"
    # A rule of the program between two groups would be one that EMR writes, too.
    for kind in ("Ingress", "Egress"):
        rules = fleets.all(f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule")
        assert not [rule for rule in rules if "referencedSecurityGroupId" in rule.inputs]


def test_a_cluster_that_ends_when_idle_is_not_protected() -> None:
    ends, stays = on_ec2().one(CLUSTER).inputs, on_ec2(idle_minutes=0).one(CLUSTER).inputs
    assert (ends["autoTerminationPolicy"], ends["terminationProtection"]) == ({"idleTimeout": 3600}, False)
    assert stays["terminationProtection"] is True
    assert "autoTerminationPolicy" not in stays


def test_emr_has_its_rights_as_long_as_the_cluster_exists(fleets: Recording) -> None:
    needed = needs(fleets, fleets.one(CLUSTER))
    assert {"spark-service-policy", "spark-service-permissions", "spark-block-public-access", "spark-data"} <= needed


def test_emr_may_pass_the_role_of_nodes_and_no_other(fleets: Recording) -> None:
    [permissions] = [each for each in fleets.all(ROLE_POLICY) if each.name == "spark-service-permissions"]
    role = f"arn:aws:iam::{ACCOUNT}:role/spark-role-1a2b3c4"
    policy = permissions.inputs["policy"]
    assert allows(policy, "iam:PassRole", role, iam_PassedToService="ec2.amazonaws.com")
    assert not allows(policy, "iam:PassRole", role, iam_PassedToService="lambda.amazonaws.com")
    assert not allows(
        policy, "iam:PassRole", role.replace("spark-role", "admin"), iam_PassedToService="ec2.amazonaws.com"
    )
    [nodes] = [each for each in fleets.all(ROLE_POLICY) if each.name == "spark-nodes"]
    assert allows(nodes.inputs["policy"], "s3:GetObject", "arn:aws:s3:::ml-certificates/spark.zip")
    assert not allows(nodes.inputs["policy"], "s3:GetObject", "arn:aws:s3:::ml-certificates/other.zip")


def test_the_block_of_public_access_has_one_owner() -> None:
    assert on_ec2().one(BLOCK).inputs["blockPublicSecurityGroupRules"] is True
    assert on_ec2(block_public_access=False).all(BLOCK) == []


def test_iceberg_and_the_glue_catalog_are_configured_on_ec2() -> None:
    cluster = spark(engine="ec2", ec2=INSTANCES, iceberg=True).one(CLUSTER)
    found = {each["Classification"]: each["Properties"] for each in json.loads(cluster.inputs["configurationsJson"])}
    assert found["iceberg-defaults"] == {"iceberg.enabled": "true"}
    assert found["spark-defaults"]["spark.sql.catalog.offline.warehouse"] == "s3://ml-offline/features/"
    assert found["spark-hive-site"]["hive.metastore.client.factory.class"].startswith("com.amazonaws.glue.")


def test_a_custom_image_is_used_by_all_nodes() -> None:
    assert on_ec2(image_id="ami-0123456789abcdef0").one(CLUSTER).inputs["customAmiId"] == "ami-0123456789abcdef0"


@pytest.mark.parametrize("kind", [EnvironmentKind.PRODUCTION, EnvironmentKind.STAGING])
def test_every_engine_keeps_the_rules(kind: EnvironmentKind, fleets: Recording, pods: Recording) -> None:
    for made in (fleets, pods):
        own = {each.urn for each in made.resources}
        broken = [each for each in evaluate(made.resources, context(kind)) if each.urn in own]
        assert [each for each in broken if each.policy != "required-tags"] == []


def test_a_virtual_cluster_is_in_the_namespace_after_emr_may_use_it(pods: Recording) -> None:
    virtual = pods.one(VIRTUAL)
    assert virtual.inputs["containerProvider"] == {
        "id": "ml",
        "type": "EKS",
        "info": {"eksInfo": {"namespace": "spark"}},
    }
    assert "spark-emr-access-policy" in needs(pods, virtual)
    access = pods.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation").inputs
    assert access["accessScope"] == {"type": "namespace", "namespaces": ["spark"]}
    assert access["policyArn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEMRJobPolicy"
    assert access["principalArn"].endswith("/AWSServiceRoleForAmazonEMRContainers")
    request = {"name": virtual.inputs["name"], "containerProvider": virtual.inputs["containerProvider"]}
    assert faults("emr-containers", "CreateVirtualCluster", {**request, "clientToken": "token"}) == []


def test_jobs_on_eks_get_their_role_by_pod_identity(pods: Recording) -> None:
    [statement] = statements(pods.one(ROLE), "assumeRolePolicy").values()
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Condition"]["ArnEquals"] == {"aws:SourceArn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/ml"}
    assert pods.one(ROLE).inputs["name"] == "ml-spark-jobs"
    encoded = base36("ml-spark-jobs")
    found = [each.inputs["serviceAccount"] for each in pods.all(ASSOCIATION)]
    assert sorted(found) == [
        f"emr-containers-sa-spark-{pod}-{ACCOUNT}-{encoded}" for pod in ("client", "driver", "executor")
    ]
    # Kubernetes allows 253 characters.
    assert max(map(len, found)) < 253


def test_the_name_of_a_role_is_one_number_in_base_36() -> None:
    # "ab" is 97 x 256 + 98 = 24,930 = 19 x 36^2 + 8 x 36 + 18.
    assert base36("ab") == "j8i"


def refusal(recording: Recording, **args: Any) -> str:
    with pytest.raises(SpecError) as error:
        spark(recording, **args)
    assert recording.resources == []
    return str(error.value)


REFUSED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (
        {"core_types": ["m7g.2xlrge"]},
        ("core_types", "m7g.2xlrge is not an EC2 instance type", "did you mean m7g.2xlarge"),
    ),
    ({"core_types": ["m7i.2xlarge"]}, ("architecture", "arm64, x86_64", "write types of one architecture")),
    ({"maximum_vcpus": 8}, ("maximumVcpus", "is below coreVcpus = 16")),
    ({"task_types": None}, ("maximumVcpus", "64", "add taskTypes, or write 16")),
    ({"certificates": "spark.zip"}, ("certificates", "spark.zip")),
    ({"certificates": None}, ("certificates",)),
    ({"certificates": "s3://ml-certificates/../spark.zip"}, ("certificates", "../spark.zip")),
    ({"certificates": "s3://ml-certificates//spark.zip"}, ("certificates", "//spark.zip")),
    ({"image_id": "ami-latest"}, ("image_id", "ami-latest")),
    ({"spot_wait_minutes": 4}, ("spot_wait_minutes", "at least 5")),
    ({"idle_minutes": 10081}, ("idle_minutes", "at most 10080")),
    ({"concurrent_steps": 300}, ("concurrent_steps", "at most 256")),
]


@pytest.mark.parametrize(("instances", "told"), REFUSED)
def test_wrong_instances_are_refused_with_the_remedy(instances: dict[str, Any], told: tuple[str, ...]) -> None:
    chosen = {key: value for key, value in {**INSTANCES, **instances}.items() if value is not None}
    said = refusal(Recording(), engine="ec2", ec2=chosen)
    assert [part for part in told if part.lower() not in said.lower()] == [], said


def test_an_engine_without_its_section_or_cluster_is_refused() -> None:
    assert "ec2 = null: engine: ec2 needs it; add ec2" in refusal(Recording(), engine="ec2")
    both = {"engine": "ec2", "ec2": INSTANCES, "batch": {"maximum_vcpus": 16}}
    assert "only engine: serverless has it" in refusal(Recording(), **both)
    said = refusal(Recording(), engine="eks", eks={"namespace": "spark"})
    assert "eks_cluster_name is missing; pass the name of the EKS cluster" in said
