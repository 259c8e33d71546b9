"""The versions that AWS offers today: EKS, node images and managed add-ons."""

from collections.abc import Mapping
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none

from components.facts.versions import ADDONS, NODE_IMAGES, KubernetesVersion

from .pins import addon, eks, image, numbers

_IMAGE_PARAMETERS = {
    "al2023": "/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/x86_64/standard/recommended/release_version",
    "bottlerocket": "/aws/service/bottlerocket/aws-k8s-{version}/x86_64/latest/image_version",
}
"""Public parameters of Systems Manager. Source: EKS user guide, "Retrieve recommended Amazon Linux AMI IDs" and
"Retrieve recommended Bottlerocket AMI IDs".
"""


def newest(region: str) -> Mapping[str, str]:
    """The newest version of each pin, by its name in the list. For EKS, the newest in standard support.

    Raises:
        BotoCoreError, ClientError: if AWS does not respond, for example without credentials or permission.
    """
    session: Any = boto3.Session(region_name=region)
    return {**_eks(session.client("eks")), **_images(session.client("ssm"))}


def _eks(client: Any) -> dict[str, str]:
    offered = client.describe_cluster_versions(versionStatus="STANDARD_SUPPORT")["clusterVersions"]
    latest = max((each["clusterVersion"] for each in offered), key=numbers)
    found = {eks(version): latest for version in KubernetesVersion}
    for version in KubernetesVersion:
        for name in ADDONS[version]:
            pages = client.get_paginator("describe_addon_versions").paginate(addonName=name, kubernetesVersion=version)
            versions = [
                each["addonVersion"] for page in pages for one in page["addons"] for each in one["addonVersions"]
            ]
            found[addon(name, version)] = max(versions, key=numbers)
    return found


def _images(client: Any) -> dict[str, str]:
    return {
        image(family, version): client.get_parameter(Name=_IMAGE_PARAMETERS[family].format(version=version))[
            "Parameter"
        ]["Value"]
        for version in KubernetesVersion
        for family in NODE_IMAGES[version]
    }
