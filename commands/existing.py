"""The flags of `init` that name what exists already: a VPC with its subnets, a cluster, and buckets with their key."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.facts.names import BUCKET_PATTERN, KMS_KEY_PATTERN

SUBNET_TIERS = ("private_subnets", "public_subnets", "isolated_subnets")
_FORMS = {
    "vpc": "ID:RANGE",
    **dict.fromkeys(SUBNET_TIERS, "ID:ZONE:RANGE,…"),
    "cluster": "NAME:GROUP",
    "buckets": "PURPOSE:NAME,…",
    "bucket_key": "ARN",
}
_ZONES = (2, 3)
PURPOSES = ("raw", "training", "models", "offline")


class FormError(ValueError):
    """A flag has another form; the message has the flag, its value and the remedy."""


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet that exists."""

    id: str
    zone: str
    cidr: str


@dataclass(frozen=True, slots=True)
class Existing:
    """What exists already. What is empty is made."""

    vpc_id: str = ""
    vpc_cidr: str = ""
    subnets: Mapping[str, tuple[Subnet, ...]] = field(default_factory=dict[str, tuple[Subnet, ...]])
    """By their tiers, such as `private_subnets`."""
    cluster: str = ""
    cluster_group: str = ""
    """The security group of the cluster's control plane."""
    buckets: Mapping[str, str] = field(default_factory=dict[str, str])
    """The names of buckets by their purposes."""
    bucket_key: str = ""

    @property
    def zones(self) -> list[str]:
        """The zones of the VPC, in the order of its private subnets."""
        return [each.zone for each in self.subnets.get("private_subnets", ())]


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags to those of `init`."""
    group = parser.add_argument_group("what exists already, and is used instead of made")
    group.add_argument("--vpc", metavar=_FORMS["vpc"], help="a VPC, such as vpc-0123456789abcdef0:10.20.0.0/16")
    for tier, what in (
        ("private", "nodes and pods, one for each zone; needed with --vpc"),
        ("public", "load balancers of the internet"),
        ("isolated", "data stores; the private ones without it"),
    ):
        group.add_argument(f"--{tier}-subnets", metavar=_FORMS[f"{tier}_subnets"], help=f"its subnets for {what}")
    group.add_argument(
        "--cluster", metavar=_FORMS["cluster"], help="an EKS cluster and its cluster security group; needs --vpc"
    )
    group.add_argument(
        "--buckets", metavar=_FORMS["buckets"], help=f"buckets; purposes: {', '.join(PURPOSES)}; needs --bucket-key"
    )
    group.add_argument("--bucket-key", metavar=_FORMS["bucket_key"], help="the KMS key of the buckets")


def existing(given: Mapping[str, Any], open_parts: Sequence[str] = ()) -> Existing:
    """What the flags name. `open_parts` are the parts of the stack with a load balancer on the internet.

    Raises:
        FormError: a flag has another form, or lacks another flag.
    """
    needed = {
        **dict.fromkeys(SUBNET_TIERS, "vpc"),
        "vpc": "private_subnets",
        "cluster": "vpc",
        "buckets": "bucket_key",
        "bucket_key": "buckets",
    }
    for key, other in needed.items():
        if key in given and other not in given:
            raise FormError(f"{_flag(key)} = {given[key]}: needs {_flag(other)}; add it as {_FORMS[other]}")
    found: dict[str, Any] = {}
    if "vpc" in given:
        found["vpc_id"], found["vpc_cidr"] = vpc(given["vpc"])
        found["subnets"] = {tier: subnets(tier, given[tier]) for tier in SUBNET_TIERS if tier in given}
        if open_parts and "public_subnets" not in given:
            raise FormError(f"--public-subnets is missing: the load balancers of {_flag(open_parts[0])} are in them; "
                            f"add it as {_FORMS['public_subnets']}")  # fmt: skip
        zones = {each.zone for each in found["subnets"]["private_subnets"]}
        if len(zones) not in _ZONES:
            raise FormError(f"--private-subnets = {given['private_subnets']}: are in "
                            f"{', '.join(sorted(zones))}; name one subnet in each of 2 or 3 zones")  # fmt: skip
    if "cluster" in given:
        name, group = _parts("cluster", given["cluster"], 2, "acme:sg-0123456789abcdef0")
        found |= {"cluster": name, "cluster_group": group}
    if "buckets" in given:
        pairs = [_parts("buckets", each, 2, "raw:acme-lake") for each in given["buckets"].split(",")]
        if strange := next((purpose for purpose, _ in pairs if purpose not in PURPOSES), None):
            raise FormError(f"--buckets = {given['buckets']}: {strange} is not a purpose; write {', '.join(PURPOSES)}")
        if wrong := next((name for _, name in pairs if not re.fullmatch(BUCKET_PATTERN, name)), None):
            raise FormError(f"--buckets = {given['buckets']}: {wrong} is not the name of a bucket that can be used; "
                            "write 3 to 63 small letters, digits and hyphens, such as raw:acme-lake")  # fmt: skip
        if not re.fullmatch(KMS_KEY_PATTERN, given["bucket_key"]):
            raise FormError(f"--bucket-key = {given['bucket_key']}: is not the ARN of a KMS key; an alias does not do; "
                            "write it as arn:aws:kms:REGION:ACCOUNT:key/ID")  # fmt: skip
        purposes = [purpose for purpose, _ in pairs]
        if again := next((each for each in purposes if purposes.count(each) > 1), None):
            raise FormError(f"--buckets = {given['buckets']}: names {again} twice; name one bucket for each purpose")
        found |= {"buckets": dict(pairs), "bucket_key": given["bucket_key"]}
    return Existing(**found)


def vpc(value: str) -> tuple[str, str]:
    """The id and the range of a VPC."""
    identity, cidr = _parts("vpc", value, 2, "vpc-0123456789abcdef0:10.20.0.0/16")
    return identity, cidr


def subnets(tier: str, value: str) -> tuple[Subnet, ...]:
    """The subnets of a tier."""
    example = "subnet-0123456789abcdef0:eu-central-1a:10.20.0.0/18"
    return tuple(Subnet(*_parts(tier, each, 3, example)) for each in value.split(","))


def checked(parse: Callable[..., object], *arguments: str) -> Callable[[str], object]:
    """A check of an answer at a terminal; an empty one is none."""
    return lambda value: value and parse(*arguments, value)


def _parts(key: str, value: str, count: int, example: str) -> list[str]:
    found = value.strip().split(":")
    if len(found) != count or not all(found):
        raise FormError(f"{_flag(key)} = {value!r}: must be {_FORMS[key]}; write for example {example}")
    return found


def _flag(key: str) -> str:
    return f"--{key.replace('_', '-')}"
