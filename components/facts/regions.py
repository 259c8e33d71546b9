"""What differs from region to region: the partition, zones, the domain of endpoints, the registry of EKS's images."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_EKS_REGISTRIES = {
    "af-south-1": "877085696533",
    "ap-east-1": "800184023465",
    "ap-east-2": "533267051163",
    "ap-south-2": "900889452093",
    "ap-southeast-3": "296578399912",
    "ap-southeast-4": "491585149902",
    "ap-southeast-5": "151610086707",
    "ap-southeast-6": "333609536671",
    "ap-southeast-7": "121268973566",
    "ca-west-1": "761377655185",
    "cn-north-1": "918309763551",
    "cn-northwest-1": "961992271922",
    "eu-central-2": "900612956339",
    "eu-south-1": "590381155156",
    "eu-south-2": "455263428931",
    "il-central-1": "066635153087",
    "me-central-1": "759879836304",
    "me-south-1": "558608220178",
    "mx-central-1": "730335286997",
    "us-gov-east-1": "151742754352",
    "us-gov-west-1": "013241004608",
}
_USUAL_REGISTRY = "602401143452"

ZONES_WITHOUT_EKS = ("use1-az3", "usw1-az2", "cac1-az3")
"""Ids of the zones that can hold no EKS control plane.

Source: Amazon EKS user guide, "View Amazon EKS networking requirements for VPC and subnets".
"""

EMR_SERVERLESS_ZONES = {
    "ca-central-1": ("cac1-az1", "cac1-az2"),
    "us-east-1": ("use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"),
    "us-east-2": ("use2-az1", "use2-az2", "use2-az3"),
    "us-west-1": ("usw1-az1", "usw1-az3"),
    "us-west-2": ("usw2-az1", "usw2-az2", "usw2-az3", "usw2-az4"),
}
"""Ids of the zones that have EMR Serverless, in the regions where some zones do not.

Source: EMR Serverless user guide, "Endpoints and quotas".
"""


@dataclass(frozen=True, slots=True)
class Region:
    """Where a region is. `zones` holds the id of each zone by its letter.

    Which letter names which id differs from account to account (AWS RAM user guide, "Availability Zone IDs"). The table
    has one mapping; the deployment asks the account. Source of the table: moto.
    """

    name: str
    zones: dict[str, str]

    @property
    def partition(self) -> str:
        """The partition, with which ARNs begin."""
        return partition_of(self.name)

    @property
    def dns_suffix(self) -> str:
        """The domain of its endpoints."""
        return dns_suffix(self.name)

    @property
    def reverse_dns_prefix(self) -> str:
        """The DNS suffix from its end, with which names of endpoint services begin: `com.amazonaws`."""
        return ".".join(reversed(self.dns_suffix.split(".")))

    @property
    def cluster_zones(self) -> list[str]:
        """The names of the zones that can hold an EKS control plane, sorted."""
        return sorted(self.name + letter for letter, each in self.zones.items() if each not in ZONES_WITHOUT_EKS)

    @property
    def last_letter(self) -> str:
        """The last letter that a zone's name may end with. In a few regions an account has other letters up to c."""
        return max("c", *self.zones)


@cache
def known_regions() -> dict[str, Region]:
    """Every commercial, GovCloud and China region by its name."""
    with (Path(__file__).parent / "zones.csv").open(newline="", encoding="utf-8") as lines:
        return {
            row["region"]: Region(row["region"], dict(zone.split("=", 1) for zone in row["zones"].split(" ")))
            for row in csv.DictReader(lines)
        }


def partition_of(region: str) -> str:
    """The partition of a region's ARNs.

    Source: AWS General Reference, "Amazon Resource Names (ARNs)", partition; botocore's partitions.
    """
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def other_partition(region: str, copy: str) -> str | None:
    """A sentence if the region `copy` is in another partition than `region`, to which AWS copies nothing.

    A partition has its own accounts and credentials. Sources: S3 user guide, "Replicating objects within and across
    Regions"; ECR user guide, "Private image replication"; AWS Backup developer guide, "Creating backup copies across
    AWS Regions".
    """
    own, other = partition_of(region), partition_of(copy)
    if own == other:
        return None
    return (
        f"{copy} is in the partition {other}, and {region} is in {own}; AWS does not copy between partitions; write a "
        "region of the same partition"
    )


def dns_suffix(region: str) -> str:
    """The domain under which AWS names a region's endpoints and its regional service principals.

    Source: botocore's partitions; "Endpoints and ARNs for Amazon Web Services in China".
    """
    return "amazonaws.com.cn" if partition_of(region) == "aws-cn" else "amazonaws.com"


def eks_registry(region: str) -> str:
    """The host of the registry of EKS's images in a region.

    Source: Amazon EKS user guide, "View Amazon container image registries for Amazon EKS add-ons".
    """
    return f"{_EKS_REGISTRIES.get(region, _USUAL_REGISTRY)}.dkr.ecr.{region}.{dns_suffix(region)}"
