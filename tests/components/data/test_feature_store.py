"""A feature store's parts lie where they should, and nobody but its clients reaches them."""

from typing import Any

import pytest

from components.core.spec import SpecError, parse
from components.data.feature_store.feature_store import FeatureStore
from components.data.feature_store.spec import FeatureStoreSpec
from tests.support.components.mocks import Recording, run

USERS = [{"name": "feast", "access": "write"}]
WANTED: dict[str, Any] = {
    "data": {"prefix": "ml", "deletion_protection": False},
    "catalog": {"database": "ml"},
    "online": {"cache_name": "ml-online", "gigabytes": 10, "users": USERS},
    "predictions": {"cache_name": "ml-predictions", "gigabytes": 5, "evicts": True, "users": USERS},
    "database": {"identifier": "ml"},
}
PLACED = {"vpc_id": "vpc-1", "isolated_subnet_ids": ["a", "b"], "client_security_group_id": "sg-nodes"}
INSTANCE = "aws:rds/instance:Instance"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


def store(**config: Any) -> Recording:
    computed = {INSTANCE: {"masterUserSecrets": [{"secretArn": "arn"}], "address": "db", "resourceId": "db-1"}}
    args: Any = {**WANTED, **config, **PLACED}
    return run(lambda: FeatureStore("store", args), Recording(computed=computed))


def test_stores_lie_in_isolated_subnets_and_let_clients_in_alone() -> None:
    found = store()
    assert found.one("aws:rds/subnetGroup:SubnetGroup").inputs["subnetIds"] == ["a", "b"]
    assert all(each.inputs["subnetIds"] == ["a", "b"] for each in found.all("aws:elasticache/subnetGroup:SubnetGroup"))
    ingress = found.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert {each.inputs["referencedSecurityGroupId"] for each in ingress} == {"sg-nodes"}
    assert {each.inputs["fromPort"] for each in ingress} == {5432, 6379}


def test_the_prediction_cache_is_a_group_of_its_own_that_evicts() -> None:
    groups = {each.inputs["replicationGroupId"]: each for each in store().all(GROUP)}
    assert set(groups) == {"ml-online", "ml-predictions"}
    parameters = {
        each.name: {one["name"]: one["value"] for one in each.inputs["parameters"]}
        for each in store().all("aws:elasticache/parameterGroup:ParameterGroup")
    }
    policies = {name: values["maxmemory-policy"] for name, values in parameters.items()}
    assert {policy for name, policy in policies.items() if "online" in name} == {"noeviction"}
    assert {policy for name, policy in policies.items() if "predictions" in name} == {"allkeys-lru"}


@pytest.mark.parametrize("protected", [True, False])
def test_the_catalog_is_protected_as_the_data_is(protected: bool) -> None:
    found = store(data={"prefix": "ml", "deletion_protection": protected})
    assert found.one("aws:glue/catalogDatabase:CatalogDatabase").protect is protected


def test_there_is_no_prediction_cache_unless_it_is_asked_for() -> None:
    without = {key: value for key, value in WANTED.items() if key != "predictions"}
    computed = {INSTANCE: {"masterUserSecrets": [{"secretArn": "arn"}], "address": "db", "resourceId": "db-1"}}
    args: Any = {**without, **PLACED}
    found = run(lambda: FeatureStore("store", args), Recording(computed=computed))
    assert [each.inputs["replicationGroupId"] for each in found.all(GROUP)] == ["ml-online"]
    assert found.outputs("store")["predictions_endpoint"] == ""


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"online": {**WANTED["online"], "evicts": True}}, r"online.evicts must be false"),
        ({"predictions": {**WANTED["predictions"], "evicts": False}}, r"predictions.evicts must be true"),
        (
            {"predictions": {**WANTED["predictions"], "cache_name": "ml-online"}},
            r"predictions.cacheName = 'ml-online': online.cacheName is the same; give each cache its own name",
        ),
        ({"online": {**WANTED["online"], "gigabytes": 10_000_000}}, r"gigabytes = 10000000"),
    ],
)
def test_stores_that_would_lose_or_refuse_data_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        parse(FeatureStoreSpec, {**WANTED, **config}, "featureStore")
