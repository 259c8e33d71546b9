"""What a config asks for in batchQueue, and what it needs of other sections."""

from typing import Any

import pytest

from components.network.network_args import NODE_ENDPOINTS
from tests.support.stacks.configs import SECTIONS, STORE, read, refusal

BATCH: dict[str, Any] = {
    "name": "ml",
    "shares": {"search": 1},
    "environments": [{"name": "gpu", "instanceTypes": ["g4dn.xlarge"], "maximumVcpus": 16}],
    "queues": [{"name": "training", "environments": ["gpu"]}],
}
ACCOUNT = SECTIONS["environment"]["account"]
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
ENDPOINTS = ("ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs")


def job(image: str) -> dict[str, Any]:
    return {"name": "ranking", "team": "search", "queue": "training", "image": image, "timeoutMinutes": 60}


def test_queues_with_a_feature_store_are_a_config() -> None:
    config = read({**SECTIONS, "featureStore": STORE, "batchQueue": BATCH})
    assert config.batch_queue
    assert config.batch_queue.deletion_protection


def test_jobs_need_the_buckets_of_a_feature_store() -> None:
    assert "batchQueue = 'ml': batchQueue needs featureStore or starter, whose buckets jobs use; add one" in refusal(
        batchQueue=BATCH
    )


def test_machines_without_nat_need_endpoints() -> None:
    network = {"vpcCidr": "10.0.0.0/16", "nat": "none", "interfaceEndpoints": [*NODE_ENDPOINTS, "ecs"]}
    told = refusal(network=network, featureStore=STORE, batchQueue=BATCH)
    assert "machines of batchQueue need endpoints; add ecs-agent, ecs-telemetry, logs" in told
    assert "<EndpointService" not in told
    whole = {**network, "interfaceEndpoints": sorted({*map(str, NODE_ENDPOINTS), *ENDPOINTS})}
    assert read({**SECTIONS, "network": whole, "featureStore": STORE, "batchQueue": BATCH}).batch_queue


def test_types_that_the_region_lacks_are_refused_with_their_place() -> None:
    environment = {**BATCH["environments"][0], "instanceTypes": ["p5en.48xlarge"], "maximumVcpus": 192}
    told = refusal(
        environment={**SECTIONS["environment"], "region": "eu-west-3"},
        featureStore=STORE,
        batchQueue={**BATCH, "environments": [environment]},
    )
    assert "batchQueue.environments[0].instanceTypes = ['p5en.48xlarge']: p5en.48xlarge is not offered" in told


@pytest.mark.parametrize(
    ("image", "refused"),
    [
        (f"{REGISTRY}/search/ranking-trainer:1.0.0", False),
        (f"{REGISTRY}/search/ranking-trainer@sha256:{'0' * 64}", False),
        (f"{REGISTRY}/docker-hub/library/python:3.13", False),
        ("ghcr.io/search/ranking:1.0.0", False),
        (f"{REGISTRY}/search/ranking-trainers:1.0.0", True),
    ],
)
def test_an_image_of_the_own_registry_must_be_in_it(image: str, refused: bool) -> None:
    registry = {
        "teams": [
            {
                "team": "search",
                "images": ["ranking-trainer"],
                "pipelineRoleArns": [f"arn:aws:iam::{ACCOUNT}:role/search-pipeline"],
            }
        ],
        "upstreams": [
            {
                "registry": "docker.io",
                "credentialArn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf",
            }
        ],
    }
    sections = {"imageRegistry": registry, "featureStore": STORE, "batchQueue": {**BATCH, "jobs": [job(image)]}}
    if not refused:
        assert read({**SECTIONS, **sections}).batch_queue
        return
    assert (
        "imageRegistry.teams has no image search/ranking-trainers; add it there; did you mean search/ranking-trainer?"
    ) in refusal(**sections)


@pytest.mark.parametrize(("count", "trains", "refused"), [(15, False, False), (30, False, True), (15, True, True)])
def test_more_jobs_than_a_role_may_start_are_refused(count: int, trains: bool, refused: bool) -> None:
    jobs = [{**job(f"{REGISTRY}/search/a:1"), "name": f"job-{number}"} for number in range(count)]
    teams = [{"name": "search", "models": ["ranking/"]}]
    training = {"name": "ml", "teams": teams, "instanceTypes": {"ml.m5.large": 1}}
    sections = {
        "featureStore": STORE,
        "batchQueue": {**BATCH, "jobs": jobs},
        **({"trainingPlatform": training} if trains else {}),
    }
    if refused:
        assert f"the policy that starts the {count} jobs of team search takes about" in refusal(**sections)
    else:
        assert read({**SECTIONS, **sections}).batch_queue
