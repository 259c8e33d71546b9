"""What is unsafe or dear in a config is said, and what is not is not."""

from pathlib import Path
from typing import Any

import pytest

from stacks.unusual_choices import unusual_choices
from tests.support.stacks.configs import config

ROOT = Path(__file__).parents[2]


DOCKER_HUB = {
    "registry": "docker.io",
    "credentialArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf",
}
SERVED = {
    "name": "churn",
    "namespace": "risk",
    "modelUri": "s3://ml-prod-models-111122223333/churn/1/",
    "runtime": "mlserver",
    "modelFormat": "sklearn",
    "cpu": "1",
    "memory": "2Gi",
    "minimum": 2,
    "maximum": 4,
    "targetConcurrency": 8,
}


def test_prod_makes_no_unusual_choice() -> None:
    assert unusual_choices(config()) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"network__nat": "single"}, "network.nat"),
        ({"gpuCluster__endpointPublicCidrs": ["203.0.113.7/32"]}, "gpuCluster.endpointPublicCidrs"),
        ({"gpuCluster__sessionManager": True}, "gpuCluster.sessionManager"),
        ({"gpuCluster__deletionProtection": False}, "gpuCluster.deletionProtection"),
        ({"audit__deletionProtection": False}, "audit.deletionProtection"),
        ({"audit__trail__lockMode": "compliance"}, "audit.trail.lockMode"),
        ({"audit__trail__dataEvents__writesOnly": False}, "audit.trail.dataEvents.writesOnly"),
        ({"audit__threatDetection__s3Events": True}, "audit.threatDetection.s3Events"),
        ({"audit__threatDetection__runtimeMonitoring": True}, "audit.threatDetection.runtimeMonitoring"),
        ({"access__boundary": False, "permissionSets": None}, "access.boundary"),
        ({"access__furtherServices": ["bedrock"]}, "access.furtherServices"),
        ({"access__deletionProtection": False}, "access.deletionProtection"),
        (
            {"traces__tempo": {"bucket": "acme-traces", "deletionProtection": False}},
            "traces.tempo.deletionProtection",
        ),
        ({"gpuCluster__sharedSystemPool": True}, "gpuCluster.sharedSystemPool"),
        ({"gpuCluster__nodePools__1__sharing": {"timeSlicing": 4}}, "gpuCluster.nodePools[1].sharing.timeSlicing"),
        ({"sparkCluster__deletionProtection": False}, "sparkCluster.deletionProtection"),
        ({"sparkCluster__batch__driver": {"warm": 1}}, "sparkCluster.batch"),
        ({"sparkCluster__writes": ["raw/cleaned/", "offline/features/"]}, "sparkCluster.writes"),
        ({"eventStream__kafka__zones": 2}, "eventStream.kafka.zones"),
        ({"eventStream__topics__0__consumers": [], "featureIngest": None}, "eventStream.topics[0].consumers"),
        (
            {"eventStream__topics__0__recordSchema__compatibility": "NONE"},
            "eventStream.topics[0].recordSchema.compatibility",
        ),
        (
            {
                "featureIngest": {
                    "topics": [{"topic": "clicks", "featureViews": ["user_clicks"], "recordFormat": "avro"}],
                    "spark": {
                        "package": "s3://ml-prod-offline-111122223333/feature-ingest/packages/0a/",
                        "continuous": False,
                    },
                }
            },
            "featureIngest.spark.continuous",
        ),
        ({"eventStream__alarmNotification": None, "alarms": None}, "eventStream.alarmNotification"),
        ({"alarms__critical": {}}, "alarms.critical"),
        ({"eventStream__deletionProtection": False}, "eventStream.deletionProtection"),
        ({"batchQueue__deletionProtection": False}, "batchQueue.deletionProtection"),
        ({"batchQueue__environments__0__imageId": "ami-0123456789abcdef0"}, "batchQueue.environments[0].imageId"),
        ({"batchQueue__jobs__1__writableRoot": True}, "batchQueue.jobs[1].writableRoot"),
        ({"policies__levels": {"nat-count": "disabled"}}, "policies.levels.nat-count"),
        ({"policies__allowedInstanceTypes": ["p5.*"]}, "policies.allowedInstanceTypes"),
        ({"featureStore__database__multiAz": False}, "featureStore.database.multiAz"),
        ({"featureStore__data__deletionProtection": False}, "featureStore.data.deletionProtection"),
        ({"featureStore__online__replicas": 0}, "featureStore.online.replicas"),
        ({"featureStore__online__users__0__access": "admin"}, "featureStore.online.users[0].access"),
        ({"modelServing__firewall": {"mode": "count"}}, "modelServing.firewall.mode"),
        (
            {"modelServing__firewall": {"countedRules": {"common": ["SizeRestrictions_BODY"]}}},
            "modelServing.firewall.countedRules",
        ),
        (
            {"modelServing__firewall": {"forwardedAddressHeader": "X-Real-Ip"}},
            "modelServing.firewall.forwardedAddressHeader",
        ),
        ({"modelServing__firewall": {"deletionProtection": False}}, "modelServing.firewall.deletionProtection"),
        ({"modelServing__loadBalancer": {"deletionProtection": False}}, "modelServing.loadBalancer.deletionProtection"),
        ({"modelServing__platform__gatewayMinimum": 1}, "modelServing.platform.gatewayMinimum"),
        ({"policies__allowedRegistries": []}, "policies.allowedRegistries"),
        ({"imageRegistry__deletionProtection": False}, "imageRegistry.deletionProtection"),
        ({"imageRegistry__scanning": "enhanced"}, "imageRegistry.scanning"),
        ({"imageRegistry__replicaRegions": ["us-east-2", "us-west-2"]}, "imageRegistry.replicaRegions"),
        (
            {"imageRegistry__upstreams": [DOCKER_HUB, {"registry": "public.ecr.aws", "movingTags": True}]},
            "imageRegistry.upstreams[1].movingTags",
        ),
        ({"clusterJobs__rayClusters": True}, "clusterJobs.rayClusters"),
        (
            {"clusterJobs__poolNames": ["inference"], "clusterJobs__sparePool": None},
            "clusterJobs.poolNames[0]",
        ),
        ({"userPool__deletionProtection": False}, "userPool.deletionProtection"),
        ({"userPool__recoveryWindowDays": 0}, "userPool.recoveryWindowDays"),
        ({"userPool__passwordLength": 12}, "userPool.passwordLength"),
        ({"delivery__clusterWide": True}, "delivery.clusterWide"),
        ({"delivery__deletionProtection": False}, "delivery.deletionProtection"),
        ({"delivery__highlyAvailable": False}, "delivery.highlyAvailable"),
        (
            {"delivery__repositories": [{"name": "x", "url": "https://example.com/x", "login": "token"}]},
            "delivery.repositories[0].login",
        ),
        ({"modelServing__models": [{**SERVED, "minimum": 1}]}, "modelServing.models[0].minimum"),
        (
            {
                "modelServing__platform__scaleToZero": True,
                "modelServing__models": [{**SERVED, "minimum": 0, "scaleToZero": True, "protocol": "REST"}],
            },
            "modelServing.models[0].scaleToZero",
        ),
    ],
)
def test_each_unsafe_or_dear_choice_is_named(changes: dict[str, Any], field: str) -> None:
    assert [choice.field for choice in unusual_choices(config(**changes))] == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kubeflow__deletionProtection": False}, "kubeflow.deletionProtection"),
        ({"kubeflow__firewall": {"mode": "count"}}, "kubeflow.firewall.mode"),
        ({"kubeflow__loadBalancer": {"deletionProtection": False}}, "kubeflow.loadBalancer.deletionProtection"),
        ({"kubeflow__services": ["shared"], "gpuCluster__namespaces": [{"namespace": "shared"}]}, "kubeflow.services"),
        ({"pipelinesDatabase__multiAz": False}, "pipelinesDatabase.multiAz"),
        ({"pipelinesDatabase__deletionProtection": False}, "pipelinesDatabase.deletionProtection"),
    ],
)
def test_so_is_each_of_kubeflow_s(changes: dict[str, Any], field: str) -> None:
    usual = {choice.field for choice in unusual_choices(config("kubeflow"))}
    assert usual == {"policies.allowedInstanceTypes", "delivery.clusterWide", "kubeflow.firewall.countedRules"}
    assert {choice.field for choice in unusual_choices(config("kubeflow", **changes))} - usual == {field}


def test_what_staging_gives_up_is_said() -> None:
    told = {choice.field for choice in unusual_choices(config("staging"))}
    assert {"userPool.deletionProtection", "userPool.recoveryWindowDays", "delivery.deletionProtection"} <= told
    # Of production alone it is worth a word.
    assert "delivery.highlyAvailable" not in told


@pytest.mark.parametrize(("approval", "when"), [("automatic", "without asking anyone"), ("manual", "when a person")])
def test_action_of_a_budget_says_what_it_stops_and_when(approval: str, when: str) -> None:
    action = {"name": "freeze", "kind": "deny-capacity", "targets": ["karpenter"], "approval": approval}
    [choice] = [each for each in unusual_choices(config(spend__actions=[action])) if each.field.startswith("spend")]
    assert (choice.field, choice.value) == ("spend.actions (freeze)", f"deny-capacity, {approval}")
    assert choice.why.startswith(when)
    assert "models stop scaling" in choice.why
