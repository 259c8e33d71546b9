"""Two regions as a failover sees them: moto for Route 53, load balancers and CloudWatch, and a resolver."""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from operations.failover.names import Resolve
from operations.failover.plan import Clients, Move, Side
from operations.failover.platform import read_pair
from operations.restore.journal import Journal
from operations.restore.steps import Step, perform
from tests.support.operations.recovery import FakeClock, Faults

FIRST, SECOND = "us-east-1", "us-west-2"
NAMES = ["models.example.com", "*.models.example.com"]
ALARM = "ml-failover-switch"
METRIC = {"Namespace": "mlplatform/Failover", "MetricName": "SecondRegionAnswers"}
PERSON = ("writers-stopped", "data-ready")


class _CloudWatch:
    """CloudWatch whose alarm follows the metric, which that of moto does not."""

    def __init__(self, client: Any):
        self._client = client
        self.written: list[float] = []
        self.follows = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_metric_data(self, **request: Any) -> Any:
        answer = self._client.put_metric_data(**request)
        [point] = request["MetricData"]
        assert request["Namespace"] == METRIC["Namespace"]
        assert point["Dimensions"] == [{"Name": "Platform", "Value": "ml"}]
        self.written.append(point["Value"])
        if self.follows:
            state = "ALARM" if point["Value"] > 0 else "OK"
            self._client.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="test")
        return answer


@dataclass
class Regions:
    """The account: its zone, and a load balancer with targets in each region."""

    route53: Any
    balancers: Mapping[str, Any]
    """The client of each region."""
    cloudwatch: _CloudWatch
    zone: str
    check: str
    arns: Mapping[str, str]
    groups: Mapping[str, str]

    def hosts(self, region: str) -> str:
        [found] = self.balancers[region].describe_load_balancers(LoadBalancerArns=[self.arns[region]])["LoadBalancers"]
        return str(found["DNSName"])

    def record(self, name: str, role: str, region: str, action: str = "UPSERT", **more: Any) -> None:
        """Change a failover record."""
        target = {"HostedZoneId": "Z1", "DNSName": f"dualstack.{self.hosts(region)}.", "EvaluateTargetHealth": False}
        record = {
            "Name": name,
            "Type": "A",
            "SetIdentifier": role,
            "Failover": role.upper(),
            "AliasTarget": target,
            **more,
        }
        changes = [{"Action": action, "ResourceRecordSet": record}]
        self.route53.change_resource_record_sets(HostedZoneId=self.zone, ChangeBatch={"Changes": changes})

    def drain(self, region: str) -> None:
        """Take the targets away."""
        targets = [{"Id": "10.0.0.1", "Port": 8080}]
        self.balancers[region].deregister_targets(TargetGroupArn=self.groups[region], Targets=targets)

    def records(self) -> Sequence[Any]:
        """All records of the zone, to see that none changed."""
        return self.route53.list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]

    def state(self) -> str:
        return str(self.cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0]["StateValue"])

    def resolver(self) -> Resolve:
        """Answers as Route 53 does: with the primary record, unless the alarm rings."""

        def resolve(name: str) -> frozenset[str]:
            if name.endswith(".amazonaws.com"):
                return frozenset({name})
            if not name.endswith("models.example.com"):
                return frozenset()
            return frozenset({self.hosts(SECOND if self.state() == "ALARM" else FIRST)})

        return resolve

    def outputs(self, folder: Path) -> tuple[Path, Path]:
        """The files of both stacks."""
        folder.mkdir(parents=True, exist_ok=True)
        shared = {"zoneId": self.zone}
        switch = {
            "region": SECOND,
            "namespace": METRIC["Namespace"],
            "metric": METRIC["MetricName"],
            "dimension": "Platform",
            "value": "ml",
            "alarm": ALARM,
            "healthCheckId": self.check,
        }
        paths: list[Path] = []
        for region, role, more in ((FIRST, "primary", {"switch": switch}), (SECOND, "secondary", {})):
            balancers = {"models": {"arn": self.arns[region], "names": NAMES}}
            document = {"region": region, "failover": {**shared, "role": role, "loadBalancers": balancers, **more}}
            paths.append(folder / f"{role}.json")
            paths[-1].write_text(json.dumps(document))
        return paths[0], paths[1]

    def move(self, folder: Path, side: Side, name: str, faults: Faults | None, **options: Any) -> Move:
        region = SECOND if side is Side.SECOND else FIRST
        broken, clock = faults or Faults(), FakeClock()
        clients = Clients(
            broken.client(self.route53), broken.client(self.balancers[region]), broken.client(self.cloudwatch)
        )
        journal = Journal(name or f"to-{side}", folder, clock, "failover")
        return Move(read_pair(*self.outputs(folder)), side, clients, journal, clock, resolve=self.resolver(), **options)

    def run(
        self,
        folder: Path,
        side: Side,
        faults: Faults | None = None,
        confirm: Sequence[str] = PERSON,
        name: str = "",
        **options: Any,
    ) -> Step | None:
        """Perform the steps of a move."""
        move = self.move(folder, side, name, faults, **options)
        move.journal.bind(**move.purpose())
        return perform(move.steps(), move.journal, confirm)


@contextmanager
def regions() -> Generator[Regions]:
    """The account with a pair of records for each name."""
    boto3, moto = import_module("boto3"), import_module("moto")
    with moto.mock_aws():
        route53 = boto3.client("route53", region_name=FIRST)
        zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[
            2
        ]
        config = {
            "Type": "CLOUDWATCH_METRIC",
            "AlarmIdentifier": {"Region": SECOND, "Name": ALARM},
            "InsufficientDataHealthStatus": "LastKnownStatus",
        }
        check = route53.create_health_check(CallerReference="1", HealthCheckConfig=config)["HealthCheck"]["Id"]
        cloudwatch = boto3.client("cloudwatch", region_name=SECOND)
        cloudwatch.put_metric_alarm(
            AlarmName=ALARM,
            **METRIC,
            Dimensions=[{"Name": "Platform", "Value": "ml"}],
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Period=60,
            Statistic="Maximum",
            Threshold=0,
            TreatMissingData="ignore",
        )
        made = {region: _balancer(boto3, region) for region in (FIRST, SECOND)}
        found = Regions(
            route53,
            {region: client for region, (client, _, _) in made.items()},
            _CloudWatch(cloudwatch),
            zone,
            check,
            {region: arn for region, (_, arn, _) in made.items()},
            {region: group for region, (_, _, group) in made.items()},
        )
        for name in NAMES:
            found.record(name, "primary", FIRST, "CREATE", HealthCheckId=check)
            found.record(name, "secondary", SECOND, "CREATE")
        yield found


def _balancer(boto3: Any, region: str) -> tuple[Any, str, str]:
    """A load balancer whose target group has a healthy target."""
    ec2, client = boto3.client("ec2", region_name=region), boto3.client("elbv2", region_name=region)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{place}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"]
        for place, zone in enumerate("ab")
    ]
    ids = [each["SubnetId"] for each in subnets]
    arn = client.create_load_balancer(Name="serving", Subnets=ids)["LoadBalancers"][0]["LoadBalancerArn"]
    group = client.create_target_group(Name="rest", Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="ip")
    group_arn = group["TargetGroups"][0]["TargetGroupArn"]
    client.create_listener(
        LoadBalancerArn=arn,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group_arn}],
    )
    client.register_targets(TargetGroupArn=group_arn, Targets=[{"Id": "10.0.0.1", "Port": 8080}])
    return client, arn, group_arn
