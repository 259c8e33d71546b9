"""What SageMaker refuses of Studio domains and model registries, and what a domain leaves in the VPC.

Sources: SageMaker API reference, UpdateDomain, DeleteDomain, DeleteUserProfile and DeleteModelPackageGroup; SageMaker
developer guide, "Delete an Amazon SageMaker AI domain"; EFS user guide, "Managing mount targets".
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.engine.memory import RefusedError, memory

DOMAIN = "aws:sagemaker/domain:Domain"
PROFILE = "aws:sagemaker/userProfile:UserProfile"
GROUP = "aws:sagemaker/modelPackageGroup:ModelPackageGroup"
SUBNET = "aws:ec2/subnet:Subnet"


class SageMakerRules:
    """SageMaker of one account, in the file `path`.

    Its memory has the profiles of each domain, the apps that people run by the name of their profile, the subnets of
    each file system, and the versions of each group of the registry.
    """

    def __init__(self, path: Path):
        self._path = path

    def memory(self) -> AbstractContextManager[dict[str, Any]]:
        """What the account has; a test puts apps, versions and the end of file systems into it."""
        return memory(self._path, {"domains": {}, "apps": [], "files": {}, "versions": {}})

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a resource."""
        with self.memory() as known:
            if kind == DOMAIN:
                known["domains"][given["domainName"]] = []
                known["files"][given["domainName"]] = given["subnetIds"]
            if kind == PROFILE:
                [profiles] = known["domains"].values()
                profiles.append(given["userProfileName"])
            if kind == GROUP:
                known["versions"][given["modelPackageGroupName"]] = []
        return {}

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change a resource."""
        with self.memory() as known:
            if kind == DOMAIN and known["apps"]:
                raise RefusedError("ResourceInUse: Unable to perform UpdateDomain while apps are InService")
        return {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Remove a resource."""
        with self.memory() as known:
            if kind == PROFILE:
                self._delete_profile(known, given["userProfileName"])
            if kind == DOMAIN:
                self._delete_domain(known, given)
            if kind == GROUP and known["versions"].pop(given["modelPackageGroupName"]):
                raise RefusedError("Model package group cannot be deleted because it still contains model packages")
            held = [subnet for subnets in known["files"].values() for subnet in subnets]
            if kind == SUBNET and f"subnet-{name}" in held:
                raise RefusedError("DependencyViolation: the subnet has dependencies and cannot be deleted")

    def _delete_profile(self, known: dict[str, Any], profile: str) -> None:
        if profile in known["apps"]:
            raise RefusedError(f"ResourceInUse: Unable to delete UserProfile {profile} because it has Apps")
        [profiles] = known["domains"].values()
        profiles.remove(profile)

    def _delete_domain(self, known: dict[str, Any], given: Mapping[str, Any]) -> None:
        if known["domains"].pop(given["domainName"]):
            raise RefusedError("ResourceInUse: Unable to delete Domain because UserProfile(s) are associated with it")
        if given.get("retentionPolicy", {}).get("homeEfsFileSystem") == "Delete":
            del known["files"][given["domainName"]]
