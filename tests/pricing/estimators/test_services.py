"""Services that cost by use, at list price in us-east-1, a month of 730 hours.

The expected sums are those of Infracost's published examples where it has the same resource, as the comments say.
"""

from typing import Any

import pytest

from resources.resource import Resource
from tests.support.pricing.build import charged, priced, referring, resource


def test_lambda_by_memory_time_and_architecture() -> None:
    # 1M requests x 0.20, and 1M x 0.35 s x 0.5 GB x 0.0000166667.
    function = resource("aws:lambda/function:Function", memorySize=512)
    found = priced(function, services={"functionMillion": 1, "milliseconds": 350})
    assert found.monthly == pytest.approx(0.20 + 175_000 * 0.0000166667, abs=1e-3)
    arm = resource("aws:lambda/function:Function", memorySize=512, architectures=["arm64"])
    assert charged(priced(arm, services={"milliseconds": 350}), "time of requests") == pytest.approx(2.3333, abs=1e-3)


def test_lambda_beyond_the_first_step_and_with_more_storage() -> None:
    function = resource("aws:lambda/function:Function", memorySize=1024, ephemeralStorage={"size": 1536})
    found = priced(function, services={"functionMillion": 10_000, "milliseconds": 1000})
    assert charged(found, "time of requests") == pytest.approx(6e9 * 0.0000166667 + 4e9 * 0.000015)
    assert charged(found, "storage while") == pytest.approx(1e10 * 0.0000000309)


def test_provisioned_concurrency_needs_its_function() -> None:
    function = resource("aws:lambda/function:Function", "f", memorySize=1024)
    config = resource(
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig", provisionedConcurrentExecutions=10
    )
    assert priced(config).unpriced == (config.urn,)
    kept = charged(priced(function, referring(config, {"functionName": [function]})), "kept ready")
    assert kept == pytest.approx(10 * 730 * 3600 * 0.0000041667, abs=1e-3)


def fargate(**definition: Any) -> list[Resource]:
    """A service of three tasks on Fargate."""
    task = resource("aws:ecs/taskDefinition:TaskDefinition", "task", cpu="1024", memory="2048", **definition)
    service = resource("aws:ecs/service:Service", "web", launchType="FARGATE", desiredCount=3)
    return [task, referring(service, {"taskDefinition": [task]})]


def test_tasks_on_fargate_run_all_hours() -> None:
    # Three tasks of 1 vCPU and 2 GB: 3 x 730 x (0.04048 + 2 x 0.004445).
    assert priced(*fargate()).monthly == pytest.approx(3 * 730 * (0.04048 + 2 * 0.004445), abs=1e-3)
    arm = {"runtimePlatform": {"cpuArchitecture": "ARM64"}}
    assert priced(*fargate(**arm)).monthly == pytest.approx(3 * 730 * (0.03238 + 2 * 0.00356), abs=1e-3)
    windows = {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}
    assert priced(*fargate(**windows)).unpriced
    assert charged(priced(*fargate(ephemeralStorage={"sizeInGib": 30})), "more storage") == pytest.approx(
        3 * 730 * 10 * 0.000111
    )


def test_tasks_on_ec2_are_free_and_spot_is_unpriced() -> None:
    on_machines = resource("aws:ecs/service:Service", "web", desiredCount=3)
    assert (priced(on_machines).monthly, priced(on_machines).unpriced) == (0, ())
    spot = resource(
        "aws:ecs/service:Service", "spot", capacityProviderStrategies=[{"capacityProvider": "FARGATE_SPOT"}]
    )
    assert priced(spot).unpriced == (spot.urn,)


def test_apis_by_requests() -> None:
    # Infracost, api_gateway_rest_api: 21 billion requests cost 59,737.50 with the first 333M at 3.50.
    rest = resource("aws:apigateway/restApi:RestApi")
    steps = 333 * 3.5 + 667 * 2.8 + 19_000 * 2.38 + 1_000 * 1.51
    assert priced(rest, services={"apiMillion": 21_000}).monthly == pytest.approx(steps)
    http = resource("aws:apigatewayv2/api:Api", protocolType="HTTP")
    assert priced(http, services={"apiMillion": 400}).monthly == pytest.approx(300 * 1.0 + 100 * 0.9)
    socket = resource("aws:apigatewayv2/api:Api", protocolType="WEBSOCKET")
    assert priced(socket, services={"apiMillion": 2, "connectedMillionMinutes": 4}).monthly == pytest.approx(3.0)


def test_stage_is_free_without_a_cache() -> None:
    assert priced(resource("aws:apigateway/stage:Stage")).monthly == 0
    cached = resource("aws:apigateway/stage:Stage", cacheClusterEnabled=True, cacheClusterSize="0.5")
    # Infracost, api_gateway_stage: 14.60.
    assert priced(cached).monthly == pytest.approx(14.60)


def test_tables_by_requests_or_by_capacity() -> None:
    table = "aws:dynamodb/table:Table"
    demand = resource(table, billingMode="PAY_PER_REQUEST", pointInTimeRecovery={"enabled": True})
    use = {"tableWriteMillion": 3, "tableReadMillion": 8, "tableGb": 230}
    expected = 3 * 0.625 + 8 * 0.125 + 230 * 0.25 + 230 * 0.2
    assert priced(demand, services=use).monthly == pytest.approx(expected)
    index = {"writeCapacity": 5, "readCapacity": 5}
    capacity = resource(table, writeCapacity=20, readCapacity=30, globalSecondaryIndexes=[index])
    found = priced(capacity, services={"tableGb": 0})
    assert found.monthly == pytest.approx(730 * (25 * 0.00065 + 35 * 0.00013), abs=1e-3)
    assert priced(resource(table, replicas=[{"regionName": "eu-west-1"}])).unpriced


def test_distribution_by_data_and_requests() -> None:
    distribution = resource("aws:cloudfront/distribution:Distribution", viewerCertificate={"sslSupportMethod": "vip"})
    found = priced(distribution, services={"distributedGb": 51_200 + 1_024, "distributedMillion": 25})
    assert charged(found, "data out") == pytest.approx(10_240 * 0.085 + 40_960 * 0.08 + 1_024 * 0.06)
    assert charged(found, "requests") == pytest.approx(2_500 * 0.01)
    assert charged(found, "dedicated") == 600


def test_file_systems_by_data_and_throughput() -> None:
    plain = resource("aws:efs/fileSystem:FileSystem")
    assert priced(plain, services={"fileGb": 230}).monthly == pytest.approx(230 * 0.3)
    zone = resource("aws:efs/fileSystem:FileSystem", availabilityZoneName="us-east-1a")
    assert priced(zone, services={"fileGb": 230}).monthly == pytest.approx(230 * 0.16)
    fast = resource("aws:efs/fileSystem:FileSystem", throughputMode="provisioned", provisionedThroughputInMibps=10)
    assert charged(priced(fast), "throughput") == 60
    assert priced(resource("aws:efs/fileSystem:FileSystem", throughputMode="elastic")).unpriced


def test_state_machines_by_type() -> None:
    standard = resource("aws:sfn/stateMachine:StateMachine")
    # Infracost, sfn_state_machine: 10,000 transitions cost 0.25.
    assert priced(standard, services={"transitionsThousand": 10}).monthly == pytest.approx(0.25)
    express = resource("aws:sfn/stateMachine:StateMachine", type="EXPRESS")
    found = priced(express, services={"executionsMillion": 1, "milliseconds": 36_000})
    assert charged(found, "express executions") == pytest.approx(1 + 625 * 0.060012, abs=1e-3)


def test_networks_between_vpcs() -> None:
    attachment = resource("aws:ec2transitgateway/vpcAttachment:VpcAttachment")
    # Infracost, ec2_transit_gateway_vpc_attachment: 36.50 and 0.02 a GB.
    assert priced(attachment, services={"transitGb": 100}).monthly == pytest.approx(36.50 + 2)
    firewall = resource("aws:networkfirewall/firewall:Firewall", subnetMappings=[{"subnetId": "a"}, {"subnetId": "b"}])
    assert priced(firewall, services={"transitGb": 100}).monthly == pytest.approx(2 * 730 * 0.395 + 6.5)
    assert priced(resource("aws:ec2/vpnConnection:VpnConnection")).monthly == pytest.approx(36.50)


def test_machines_that_run_all_hours() -> None:
    redshift = resource("aws:redshift/cluster:Cluster", nodeType="dc2.large", numberOfNodes=2)
    assert priced(redshift).monthly == pytest.approx(2 * 730 * 0.25)
    assert priced(resource("aws:redshift/cluster:Cluster", nodeType="ra3.xlplus")).unpriced
    # Infracost, lightsail_instance: 82.42.
    lightsail = resource("aws:lightsail/instance:Instance", bundleId="xlarge_2_0")
    assert priced(lightsail).monthly == pytest.approx(82.42, abs=1e-2)
    # Infracost, elb: 18.25, and 10,000 GB for 80.00.
    classic = resource("aws:elb/loadBalancer:LoadBalancer")
    assert priced(classic, loadBalancerGb=10_000).monthly == pytest.approx(98.25)


def test_aurora_by_instances_and_storage() -> None:
    cluster = resource("aws:rds/cluster:Cluster", "c", engine="aurora-postgresql")
    member = resource(
        "aws:rds/clusterInstance:ClusterInstance", "i", engine="aurora-postgresql", instanceClass="db.t4g.medium"
    )
    instance = referring(member, {"clusterIdentifier": [cluster]})
    found = priced(cluster, instance, services={"auroraGb": 100, "auroraIoMillion": 5})
    assert found.monthly == pytest.approx(730 * 0.073 + 10 + 1)
    optimized = resource("aws:rds/cluster:Cluster", "c", engine="aurora-postgresql", storageType="aurora-iopt1")
    found = priced(optimized, instance, services={"auroraGb": 100})
    assert found.monthly == pytest.approx(730 * 0.095 + 22.5)
    serverless = referring(
        resource(
            "aws:rds/clusterInstance:ClusterInstance", "i", engine="aurora-postgresql", instanceClass="db.serverless"
        ),
        {"clusterIdentifier": [cluster]},
    )
    assert charged(priced(cluster, serverless, services={"auroraCapacityUnits": 2}), "capacity") == pytest.approx(175.2)
    other = resource("aws:rds/cluster:Cluster", "m", engine="aurora-mysql")
    assert priced(other).unpriced == (other.urn,)
    assert priced(member).unpriced == (member.urn,)


def test_small_services() -> None:
    namespace = resource("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace")
    assert priced(namespace).monthly == pytest.approx(0.50)
    assert priced(resource("aws:servicediscovery/instance:Instance")).monthly == pytest.approx(0.10)
    assert priced(resource("aws:cloudwatch/eventBus:EventBus"), services={"eventsMillion": 3}).monthly == 3
    assert priced(resource("aws:glue/job:Job"), services={"glueDpuHours": 10}).monthly == pytest.approx(4.4)
    shell = resource("aws:glue/job:Job", command={"name": "pythonshell"})
    assert charged(priced(shell, services={"glueDpuHours": 10}), "processing units") == pytest.approx(4.4)
    assert priced(resource("aws:glue/crawler:Crawler"), services={"glueDpuHours": 10}).monthly == pytest.approx(4.4)
    assert priced(resource("aws:ssm/parameter:Parameter")).monthly == 0
    assert priced(resource("aws:ssm/parameter:Parameter", tier="Advanced")).monthly == pytest.approx(0.05)
