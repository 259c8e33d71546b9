"""A Network over a VPC that exists: nothing is made, and what AWS says otherwise stops the program."""

import copy
from typing import Any

import pytest

from components.core.spec import SpecError
from components.network.network import Network
from tests.support.components.mocks import Recording, run

VPC = "vpc-0123456789abcdef0"
PUBLIC = ["subnet-0123456789abcde10", "subnet-0123456789abcde11"]
PRIVATE = ["subnet-0123456789abcde20", "subnet-0123456789abcde21"]
ISOLATED = ["subnet-0123456789abcde30", "subnet-0123456789abcde31"]
RANGES = {subnet: f"10.20.{16 * index}.0/20" for index, subnet in enumerate([*PUBLIC, *PRIVATE, *ISOLATED])}
ZONES = ["us-east-1a", "us-east-1b"]


def tier(ids: list[str]) -> list[dict[str, str]]:
    return [{"id": each, "cidr": RANGES[each]} for each in ids]


ARGS: Any = {
    "vpc_cidr": "10.20.0.0/16",
    "zones": ZONES,
    "existing": {
        "vpc_id": VPC,
        "public_subnets": tier(PUBLIC),
        "private_subnets": tier(PRIVATE),
        "isolated_subnets": tier(ISOLATED),
    },
}  # pyright: ignore[reportAssignmentType]


class Cloud:
    """The answers of an account that has the VPC as the arguments say, until a test changes it."""

    def __init__(self) -> None:
        self.vpc: dict[str, Any] = {
            "id": VPC, "cidrBlock": "10.20.0.0/16", "enableDnsSupport": True, "enableDnsHostnames": True
        }  # fmt: skip
        self.subnets = {
            each: {"id": each, "vpcId": VPC, "availabilityZone": zone, "cidrBlock": RANGES[each]}
            for ids in (PUBLIC, PRIVATE, ISOLATED)
            for each, zone in zip(ids, ZONES, strict=True)
        }
        self.targets = dict.fromkeys(PUBLIC, "igw-1") | dict.fromkeys(PRIVATE, "nat-1")

    def recording(self) -> Recording:
        return Recording(
            answers={
                "aws:ec2/getVpc:getVpc": lambda _: self.vpc,
                "aws:ec2/getSubnet:getSubnet": lambda asked: self.subnets[asked["id"]],
                "aws:ec2/getRouteTable:getRouteTable": lambda asked: {"routes": self._routes(asked["subnetId"])},
            }
        )

    def _routes(self, subnet: str) -> list[dict[str, str]]:
        target = self.targets.get(subnet)
        if not target:
            return []
        key = "gatewayId" if target.startswith("igw-") else "natGatewayId"
        return [{"cidrBlock": "0.0.0.0/0", "gatewayId": "", "natGatewayId": "", key: target}]


def refused(cloud: Cloud | None, **args: Any) -> str:
    given: Any = {**ARGS, **args}
    with pytest.raises(SpecError) as error:
        run(lambda: Network("net", given), cloud.recording() if cloud else None)
    return str(error.value)


@pytest.mark.parametrize("cloud", [None, Cloud()], ids=["plan", "account"])
def test_nothing_is_made_and_everything_is_published(cloud: Cloud | None) -> None:
    found = run(lambda: Network("net", ARGS), cloud.recording() if cloud else None)
    assert [each.type for each in found.resources] == ["mlplatform:index:Network"]
    [(_, outputs)] = found.registered_outputs
    assert outputs["vpc_id"] == VPC
    assert (outputs["public_subnet_ids"], outputs["private_subnet_ids"], outputs["isolated_subnet_ids"]) == (
        PUBLIC, PRIVATE, ISOLATED
    )  # fmt: skip
    assert outputs["private_subnet_cidrs"] == [RANGES[each] for each in PRIVATE]
    assert outputs["zones"] == ZONES
    assert outputs["nat_gateway_ids"] == []


def test_data_stores_share_the_private_subnets_without_isolated_ones() -> None:
    existing = {key: value for key, value in ARGS["existing"].items() if key != "isolated_subnets"}
    given: Any = {**ARGS, "existing": existing}
    found = run(lambda: Network("net", given))
    [(_, outputs)] = found.registered_outputs
    assert outputs["isolated_subnet_ids"] == PRIVATE


def test_every_difference_from_the_account_is_named_at_once() -> None:
    cloud = Cloud()
    cloud.vpc |= {"cidrBlock": "10.21.0.0/16", "enableDnsHostnames": False}
    cloud.subnets[PUBLIC[0]]["vpcId"] = "vpc-99999999"
    cloud.subnets[PRIVATE[1]]["availabilityZone"] = "us-east-1c"
    cloud.subnets[ISOLATED[0]]["cidrBlock"] = "10.20.9.0/24"
    said = refused(cloud)
    assert "Network(net): 5 wrong" in said
    assert f"vpcCidr = 10.20.0.0/16: {VPC} has 10.21.0.0/16; write its range" in said
    assert f"existing.vpcId = {VPC}: enableDnsHostnames is off" in said
    assert f"existing.publicSubnets[0].id = {PUBLIC[0]}: its vpcId is vpc-99999999, not {VPC}" in said
    assert f"existing.privateSubnets[1].id = {PRIVATE[1]}: its zone is us-east-1c, not us-east-1b" in said
    assert f"existing.isolatedSubnets[0].id = {ISOLATED[0]}: its cidr is 10.20.9.0/24, not 10.20.64.0/20" in said


@pytest.mark.parametrize(
    ("subnet", "target", "said"),
    [
        (
            PUBLIC[0],
            None,
            "publicSubnets[0].id = {}: needs a default route to an internet gateway, and its route table",
        ),
        (PUBLIC[1], "nat-1", "publicSubnets[1].id = {}: needs a default route to an internet gateway"),
        (PRIVATE[0], "igw-1", "privateSubnets[0].id = {}: needs a default route that is no internet gateway"),
        (PRIVATE[1], None, "privateSubnets[1].id = {}: needs a default route that is no internet gateway"),
        (ISOLATED[0], "nat-1", "isolatedSubnets[0].id = {}: needs no default route, and its route table has one"),
    ],
)
def test_subnets_have_the_routes_of_their_tier(subnet: str, target: str | None, said: str) -> None:
    cloud = Cloud()
    cloud.targets[subnet] = target  # pyright: ignore[reportArgumentType]
    assert said.format(subnet) in refused(cloud)


def test_a_network_without_nat_needs_no_default_route() -> None:
    cloud = Cloud()
    cloud.targets = dict.fromkeys(PUBLIC, "igw-1")
    run(lambda: Network("net", {**ARGS, "nat": "none"}), cloud.recording())  # pyright: ignore[reportArgumentType]
    assert "privateSubnets[0]" in refused(cloud)


def changed(path: str, value: Any) -> dict[str, Any]:
    args: Any = copy.deepcopy(ARGS)
    *above, last = path.split(".")
    inner = args
    for each in above:
        inner = inner[int(each) if each.isdecimal() else each]
    inner[last] = value
    return args


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("existing.vpc_id", "vpc-1", "vpc_id = 'vpc-1'"),
        ("existing.private_subnets.0.id", "subnet-a", "private_subnets[0].id = 'subnet-a'"),
        ("existing.private_subnets.0.cidr", "10.30.0.0/20", "is not inside vpcCidr 10.20.0.0/16"),
        ("existing.private_subnets.0.cidr", RANGES[PUBLIC[0]], f"overlaps {PUBLIC[0]}"),
        ("existing.private_subnets.1.id", PRIVATE[0], "is named twice; name each subnet once"),
        ("existing.public_subnets", tier(PUBLIC[:1]), "zones has 2; name one subnet for each, in the order of zones"),
        ("zones", [], "must name the zones of the existing subnets"),
        ("cluster_names", ["ml"], "clusterNames = ['ml']: has no effect on an existing VPC"),
        ("flow_logs", {"retention_days": 30}, "flowLogs"),
        ("vpc_cidr", "10.0.0.0/8", "a VPC is a /16 to /28"),
    ],
)
def test_wrong_arguments_are_refused_before_aws_is_asked(path: str, value: Any, said: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        run(lambda: Network("net", changed(path, value)), recording)  # pyright: ignore[reportArgumentType]
    assert said in str(error.value)
    assert not recording.calls
