"""What a config asks for in training and batch, and what is refused."""

from copy import deepcopy
from typing import Any

import pytest

from planner.quotas.required import quotas
from tests.support.planner.plans import of_type, plan_of
from tests.support.stacks.configs import SECTIONS, STORE, read, refusal_of

SPARK = {"clusterName": "acme", "batch": {"maximumVcpus": 16}}
COMPLETE: dict[str, Any] = {**SECTIONS, "featureStore": STORE, "sparkCluster": SPARK}
APPLICATION = "aws:emrserverless/application:Application"


def changed(section: str, value: Any) -> dict[str, Any]:
    sections = deepcopy(COMPLETE)
    sections[section] = value
    return {name: each for name, each in sections.items() if each is not None}


def test_spark_needs_a_feature_store() -> None:
    assert read(COMPLETE).spark_cluster
    assert "sparkCluster = 'acme': sparkCluster needs featureStore" in refusal_of(changed("featureStore", None))


def test_spark_without_nat_needs_an_endpoint_of_glue() -> None:
    closed = {**SECTIONS["network"], "nat": "none", "interfaceEndpoints": ["sts"]}
    assert "network.interfaceEndpoints" in refusal_of(changed("network", closed))
    assert "network.nat is none; add glue" in refusal_of(changed("network", closed))
    endpoints = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts", "glue"]
    assert read(changed("network", {**closed, "interfaceEndpoints": endpoints})).spark_cluster


@pytest.mark.parametrize("stack", ["prod", "staging"])
def test_spark_runs_in_private_subnets_on_the_stores_buckets(stack: str) -> None:
    plan = plan_of(stack)
    applications = of_type(plan, APPLICATION)
    assert [each.name for each in applications] == ["spark-batch", "spark-streaming"]
    private = {each.urn for each in of_type(plan, "aws:ec2/subnet:Subnet") if "private" in each.name}
    for each in applications:
        assert private <= set(each.property_dependencies["networkConfiguration"])
    [data] = [each for each in of_type(plan, "aws:iam/rolePolicy:RolePolicy") if each.name == "spark-data"]
    assert f"arn:aws:s3:::ml-{stack}-offline-" in data.inputs["policy"]


@pytest.mark.parametrize("stack", ["prod", "staging"])
def test_schedules_of_a_team_start_no_spark_job(stack: str) -> None:
    policies = [each for each in of_type(plan_of(stack), "aws:iam/rolePolicy:RolePolicy") if "-schedules-" in each.name]
    assert {each.name for each in policies} > {"search-schedules-batch", "search-schedules-training"}
    assert not [each.name for each in policies if "emr" in str(each.inputs["policy"])]


def test_staging_stays_within_the_quota_of_a_new_account() -> None:
    needed = {stack: [each.code for each in quotas(list(plan_of(stack)))] for stack in ("prod", "staging")}
    assert "L-D05C8A75" not in needed["staging"]
    assert "L-D05C8A75" in needed["prod"]


INSTANCES = {
    "primaryTypes": ["m7g.xlarge"],
    "coreTypes": ["m7g.2xlarge"],
    "maximumVcpus": 8,
    "certificates": "s3://acme-certificates/spark.zip",
}


def engine(name: str, **section: Any) -> dict[str, Any]:
    return changed("sparkCluster", {"clusterName": "acme", "engine": name, name: section})


def test_spark_on_ec2_names_types_that_the_region_offers() -> None:
    elsewhere = engine("ec2", **{**INSTANCES, "coreTypes": ["m8g.2xlarge"]})
    assert read(elsewhere).spark_cluster
    elsewhere["environment"] = {**elsewhere["environment"], "region": "ap-southeast-6"}
    said = refusal_of(elsewhere)
    assert "sparkCluster.ec2.coreTypes = 'm8g.2xlarge': m8g.2xlarge is not offered in ap-southeast-6" in said


@pytest.mark.parametrize("namespace", ["kube-system", "mlflow"])
def test_spark_on_eks_in_a_reserved_namespace_is_refused(namespace: str) -> None:
    said = refusal_of(engine("eks", namespace=namespace))
    assert f"sparkCluster.eks.namespace = '{namespace}': the namespace {namespace} belongs to" in said


@pytest.mark.parametrize("archive", ["s3://other/*.zip", "s3://other/a?.zip", "s3://other/${aws:username}.zip"])
def test_wildcard_in_address_of_certificates_is_refused(archive: str) -> None:
    assert "sparkCluster.ec2.certificates" in refusal_of(engine("ec2", **{**INSTANCES, "certificates": archive}))


@pytest.mark.parametrize("field", ["primaryTypes", "coreTypes", "taskTypes"])
def test_instance_type_of_spark_named_twice_is_refused(field: str) -> None:
    said = refusal_of(engine("ec2", **{**INSTANCES, field: ["m7g.2xlarge"] * 2}))
    assert "m7g.2xlarge is named more than once; name each type once" in said


def test_spark_on_eks_names_a_namespace_of_the_stack() -> None:
    said = refusal_of(engine("eks", namespace="sparks"))
    assert "sparkCluster.eks.namespace = 'sparks': the stack creates no namespace sparks" in said
    sections = engine("eks", namespace="spark")
    sections["gpuCluster"] = {**sections["gpuCluster"], "namespaces": [{"namespace": "spark"}]}
    assert read(sections).spark_cluster
