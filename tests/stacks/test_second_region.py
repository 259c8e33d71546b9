"""The config of a second region has its own network, buckets and names, and the size of its mode."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from components.core.spec import SpecError
from stacks.config import StackConfig
from stacks.recovery_section import cluster_state_bucket, cluster_state_replica
from stacks.second_region import Scale, second_region, short_name
from tests.support.stacks.configs import read, sections_of

ACCOUNT = {"imageRegistry", "audit", "spend", "access", "permissionSets"}


def changed(**sections: Any) -> tuple[dict[str, Any], StackConfig]:
    found = sections_of("prod") | sections
    return found, read(found)


def derived(scale: Scale, **sections: Any) -> dict[str, Any]:
    return second_region(*changed(**sections), scale)


@pytest.mark.parametrize(
    ("region", "name"), [("us-west-2", "usw2"), ("eu-central-1", "euc1"), ("us-gov-east-1", "usge1")]
)
def test_a_region_has_a_short_name(region: str, name: str) -> None:
    assert short_name(region) == name


@pytest.mark.parametrize("scale", list(Scale))
def test_the_second_config_is_read_without_errors(scale: Scale) -> None:
    config = read(derived(scale))
    assert config.environment.region == "us-west-2"
    assert config.recovery
    assert (config.recovery.region, config.recovery.mode) == (None, None)


@pytest.mark.parametrize("scale", list(Scale))
def test_networks_do_not_overlap(scale: Scale) -> None:
    first, second = read(sections_of("prod")), read(derived(scale))
    ranges = [IPv4Network(first.network.vpc_cidr), IPv4Network(second.network.vpc_cidr)]
    assert not ranges[0].overlaps(ranges[1])
    assert second.gpu_cluster
    assert second.gpu_cluster.endpoint_private_cidrs == (second.network.vpc_cidr,)
    assert (second.network.zones, second.network.zone_count) == ((), 3)


def test_a_range_that_the_config_reserves_is_avoided() -> None:
    network = {**sections_of("prod")["network"], "reservedCidrs": ["10.168.0.0/16"]}
    assert derived(Scale.PILOT_LIGHT, network=network)["network"]["vpcCidr"] == "10.169.0.0/16"


def test_traces_of_the_second_region_have_a_bucket_of_their_own() -> None:
    traces = {**sections_of("prod")["traces"], "tempo": {"bucket": "ml-prod-traces-111122223333"}}
    usage = {**sections_of("prod")["usage"], "buckets": {"spans": {"storedTb": 0.01}}}
    found = derived(Scale.FULL, traces=traces, usage=usage)
    assert found["traces"]["tempo"]["bucket"] == "ml-prod-traces-111122223333-usw2"
    assert found["usage"]["buckets"]["spans"] == {"storedTb": 0.01}


def test_names_that_are_unique_in_all_regions_differ() -> None:
    found = derived(Scale.FULL)
    assert found["featureStore"]["data"]["prefix"] == "ml-prod-usw2"
    assert found["modelQuality"]["bucket"] == "ml-prod-predictions-111122223333-usw2"
    [watched] = found["modelQuality"]["models"]
    assert watched["reference"] == "s3://ml-prod-usw2-training-111122223333/fraud/reference.parquet"
    [first, *_] = found["modelServing"]["deliveredModels"]
    assert first["folder"] == "s3://ml-prod-usw2-models-111122223333/ranking/"
    assert found["modelServing"]["domain"] == "us-west-2.models.prod.example.com"
    assert found["modelServing"]["zoneName"] == "prod.example.com"
    assert found["delivery"]["domain"] == "us-west-2.deploy.prod.example.com"
    clients = {each["name"]: each for each in found["userPool"]["clients"]}
    assert clients["argocd"]["callbackUrls"] == ["https://us-west-2.deploy.prod.example.com/auth/callback"]
    assert found["metrics"]["grafana"]["domain"] == "us-west-2.dashboards.prod.example.com"
    assert clients["grafana"]["callbackUrls"] == ["https://us-west-2.dashboards.prod.example.com/login/generic_oauth"]
    # The first region makes a vault of copies in the second, under its own name.
    assert found["recovery"]["vaultName"] == "ml-prod-usw2"


def test_a_domain_that_is_the_zone_stays_in_the_zone() -> None:
    sections = sections_of("kubeflow")
    sections["recovery"] |= {"region": "eu-west-1", "mode": "warm-standby"}
    found = second_region(sections, read(sections))
    assert found["kubeflow"]["zoneName"] == "kubeflow.example.com"
    assert found["kubeflow"]["domain"] == "eu-west-1.kubeflow.example.com"
    assert found["delivery"]["domain"] == "eu-west-1.deploy.kubeflow.example.com"
    assert read(found).kubeflow


def test_images_come_from_the_copies_of_the_registry_where_there_are_any() -> None:
    assert ".dkr.ecr.us-west-2." in derived(Scale.FULL)["batchQueue"]["jobs"][0]["image"]
    registry = {key: value for key, value in sections_of("prod")["imageRegistry"].items() if key != "replicaRegions"}
    assert ".dkr.ecr.us-east-1." in derived(Scale.FULL, imageRegistry=registry)["batchQueue"]["jobs"][0]["image"]


def test_what_an_account_has_once_is_left_out() -> None:
    assert not ACCOUNT & set(derived(Scale.FULL))


def test_a_pilot_light_has_stores_and_a_cluster_without_nodes_for_models() -> None:
    found = derived(Scale.PILOT_LIGHT)
    assert {*found} == {
        *("environment", "cost", "usage", "policies", "network", "gpuCluster", "featureStore", "alarms", "recovery")
    }
    assert {each["name"]: each["minimum"] for each in found["gpuCluster"]["nodePools"]} == {
        "system": 3,
        "inference": 0,
        "training": 0,
        "general": 0,
    }
    store = found["featureStore"]
    assert "predictions" not in store
    assert (store["online"]["gigabytes"], store["online"].get("nodeType")) == (1, None)
    assert store["database"]["instanceClass"] == "db.t4g.medium"


def test_a_warm_standby_answers_with_two_nodes_and_may_grow_to_the_peak() -> None:
    found = derived(Scale.WARM_STANDBY)
    pools = {each["name"]: (each["minimum"], each["maximum"]) for each in found["gpuCluster"]["nodePools"]}
    assert pools["inference"] == (2, 30)
    assert pools["general"] == (2, 6)
    assert found["featureStore"]["online"]["gigabytes"] == 400
    assert found["featureStore"]["predictions"]["gigabytes"] == 1
    # Jobs run in one region only.
    assert not {"batchQueue", "clusterJobs", "sparkCluster", "trainingPlatform", "eventStream"} & set(found)


def test_everything_is_as_large_as_in_the_first_region_after_a_failover() -> None:
    first, found = sections_of("prod"), derived(Scale.FULL)
    assert found["gpuCluster"]["nodePools"] == first["gpuCluster"]["nodePools"]
    assert {*first} - {*found} == ACCOUNT


def test_a_stack_without_a_second_region_has_none() -> None:
    sections = sections_of("staging")
    with pytest.raises(SpecError, match=r"recovery.region is missing; write a region and a mode"):
        second_region(sections, read(sections))


def test_the_second_region_keeps_no_setting_of_copies_that_it_does_not_make() -> None:
    sections = sections_of("prod")
    sections["recovery"] |= {"copyDays": 90, "stores": {"models": {"copied": True}}}
    found = second_region(sections, read(sections))
    assert "copyDays" not in found["recovery"]
    assert "copied" not in found["recovery"]["stores"]["models"]
    assert read(found).recovery


FAILOVER: dict[str, Any] = {"failover": {"role": "primary"}}


def failing_over(scale: Scale, **failover: Any) -> dict[str, Any]:
    return derived(scale, recovery={**sections_of("prod")["recovery"], **FAILOVER, **failover})


@pytest.mark.parametrize("scale", [Scale.WARM_STANDBY, Scale.FULL])
def test_the_second_region_answers_at_the_names_that_move(scale: Scale) -> None:
    found = failing_over(scale)
    assert found["modelServing"]["domain"] == "models.prod.example.com"
    assert found["recovery"]["failover"] == {"role": "secondary"}
    config = read(found)
    assert config.recovery
    assert config.recovery.region is None
    # People must reach Argo CD of both regions.
    assert found["delivery"]["domain"] == "us-west-2.deploy.prod.example.com"


def test_a_pilot_light_has_no_record_before_it_serves() -> None:
    found = failing_over(Scale.PILOT_LIGHT)
    assert "failover" not in found["recovery"]
    assert read(found).model_serving is None


def test_kubeflow_keeps_its_name_and_its_callbacks() -> None:
    sections = sections_of("kubeflow")
    sections["recovery"] |= {"region": "eu-west-1", "mode": "warm-standby", **FAILOVER}
    found = second_region(sections, read(sections))
    assert found["kubeflow"]["domain"] == "kubeflow.example.com"
    [client] = [each for each in found["userPool"]["clients"] if each["name"] == "kubeflow"]
    assert client["callbackUrls"] == ["https://kubeflow.example.com/oauth2/callback"]
    assert found["delivery"]["domain"] == "eu-west-1.deploy.kubeflow.example.com"
    assert found["recovery"]["failover"]["role"] == "secondary"


@pytest.mark.parametrize("scale", list(Scale))
def test_the_second_region_reads_the_copy_of_cluster_state(scale: Scale) -> None:
    first, second = read(sections_of("prod")), read(derived(scale))
    assert second.recovery
    assert second.recovery.cluster_state
    assert second.recovery.cluster_state.read_from == cluster_state_replica(first)
    assert cluster_state_bucket(second) != cluster_state_bucket(first)
    assert cluster_state_replica(second) is None
