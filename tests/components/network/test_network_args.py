import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.spec import SpecError, parse
from components.network.network import NatMode, Network, NetworkSpec
from tests.support.components.mocks import Recording, run

NODE_ENDPOINTS = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "vpc_cidr is missing; it is required"),
        ({"vpcCidr": "10.0.0.0/24"}, "vpcCidr = '10.0.0.0/24': is too small for three tiers"),
        ({"vpcCidr": "8.8.0.0/16"}, "vpcCidr = '8.8.0.0/16': is not private"),
        ({"vpcCidr": "10.0.0.1/16"}, "vpcCidr = '10.0.0.1/16': has bits set beyond its prefix; write 10.0.0.0/16"),
        (
            {"reservedCidrs": ["192.168.0.0/16", "10.20.128.0/20"]},
            "vpcCidr 10.20.0.0/16 overlaps 10.20.128.0/20, a reserved range; choose a range that does not overlap it, "
            "such as 10.0.0.0/16",
        ),
        ({"reservedCidrs": ["10.1.2.3/16"]}, "10.1.2.3/16 has bits set beyond its prefix; write 10.1.0.0/16"),
        ({"zoneCount": 1}, "zoneCount = 1:"),
        ({"zoneCount": 4}, "zoneCount = 4:"),
        ({"zones": ["us-east-1a"]}, "name 2 or 3 different zones"),
        ({"zones": ["us-east-1a", "us-east-1a"]}, "name 2 or 3 different zones"),
        ({"zones": ["us-east-1a", "use1-az1"]}, "use1-az1 is not an availability zone's name"),
        ({"zones": ["us-west-2a", "us-west-2-lax-1a"]}, "us-west-2-lax-1a is not an availability zone's name"),
        ({"zones": ["us-east-1a", "us-east-1b"], "zoneCount": 3}, "zoneCount = 3: zones has 2; remove zoneCount"),
        ({"nat": "per_zone"}, "nat = 'per_zone': allowed: per-zone, single, none; did you mean per-zone?"),
        ({"interfaceEndpoints": ["sagemaker-api"]}, "did you mean sagemaker.api?"),
        ({"interfaceEndpoints": ["sts", "sts"]}, "sts is named more than once; name each once"),
        ({"clusterNames": ["ml", "ml"]}, "ml is named more than once; name each once"),
        ({"clusterNames": ["-ml"]}, "'-ml' is not an EKS name"),
        ({"clusterNames": ["m" * 101]}, "is not an EKS name"),
        (
            {"nat": "none", "clusterNames": ["ml"], "interfaceEndpoints": ["sts", "ec2", "eks"]},
            "nat = 'none': nodes can't join a cluster",
        ),
        ({"flowLogs": {"retentionDays": 100}}, "flowLogs.retentionDays = 100: allowed days: 1, 3, 5"),
        ({"flowLogs": {"retentionDays": 100}}, "the nearest is 90"),
        ({"flowLogs": {"aggregationSeconds": 300}}, "allowed seconds: 60, 600"),
        ({"flowLogs": {"traffic": "drop"}}, "flowLogs.traffic = 'drop': allowed: all, accept, reject"),
        ({"vpcCIDR": "10.0.0.0/16"}, "vpcCIDR is not a known field"),
    ],
)
def test_wrong_argument_is_refused_before_registration(args: dict[str, object], message: str) -> None:
    given_args = args if "vpcCidr" in args or not args else {"vpcCidr": "10.20.0.0/16", **args}
    recording = Recording()
    with pytest.raises(SpecError) as refusal:
        run(lambda: Network("net", given_args), recording)  # pyright: ignore[reportArgumentType]
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("Network(net): 1 wrong")
    assert recording.resources == []


def test_a_refusal_spells_the_field_as_its_writer_did() -> None:
    with pytest.raises(SpecError, match=r"  vpc_cidr = '10.0.0.0/24': is too small"):
        run(lambda: Network("net", {"vpc_cidr": "10.0.0.0/24"}))


def test_without_nat_or_clusters_no_endpoint_is_demanded() -> None:
    spec = parse(NetworkSpec, {"vpcCidr": "10.0.0.0/16", "nat": "none"}, "test")
    assert spec.nat is NatMode.NONE


def test_nodes_without_nat_are_accepted_with_their_endpoints() -> None:
    values = {"vpcCidr": "10.0.0.0/16", "nat": "none", "clusterNames": ["ml"], "interfaceEndpoints": NODE_ENDPOINTS}
    assert len(parse(NetworkSpec, values, "test").interface_endpoints) == len(NODE_ENDPOINTS)


def test_numbers_of_other_languages_are_restored() -> None:
    """A component provider hands integers over as floats."""
    spec = parse(NetworkSpec, {"vpcCidr": "10.0.0.0/16", "zoneCount": 2.0}, "test")
    assert spec.zone_count == 2


def test_the_defaults_fit_production() -> None:
    spec = parse(NetworkSpec, {"vpcCidr": "10.0.0.0/16"}, "test")
    assert (spec.nat, spec.zone_count) == (NatMode.PER_ZONE, 3)
    assert spec.flow_logs.traffic == "all"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
field_names = st.sampled_from([info.alias or name for name, info in NetworkSpec.model_fields.items()])


@given(st.dictionaries(field_names | st.text(max_size=8), json_values, max_size=6))
def test_no_input_does_anything_but_parse_or_be_refused(values: dict[str, object]) -> None:
    with contextlib.suppress(SpecError):
        parse(NetworkSpec, values, "test")
