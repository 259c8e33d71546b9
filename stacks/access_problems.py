"""Problems of access and its record that only several sections show together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.access.permission_sets.spec import LONGEST_PREFIX, repeated_functions
from components.core.problems import Problem
from components.facts.instances import regions

if TYPE_CHECKING:
    from stacks.config import StackConfig


def access_problems(config: "StackConfig") -> Iterator[Problem]:
    """What is wrong with `audit` and `permissionSets` in this stack."""
    if config.audit and config.audit.makes_trail and not config.feature_store:
        remedy = "its bucket writes access logs to the log bucket of featureStore; add featureStore"
        yield Problem(("audit", "cloudTrail"), str(config.audit.cloud_trail), remedy)
    section = config.permission_sets
    if not section:
        return
    yield from (each.within("permissionSets") for each in repeated_functions(section.sets))
    if not (config.access and config.access.boundary):
        remedy = "administrators may make roles with the boundary of access only; add access with its boundary"
        yield Problem(("permissionSets",), [str(each.job_function) for each in section.sets], remedy)
    elif len(config.access.name) > LONGEST_PREFIX:
        remedy = f"it begins the names of permission sets, which have {LONGEST_PREFIX} characters left; shorten it"
        yield Problem(("access", "name"), config.access.name, remedy)
    if section.role_arn.split(":")[4] != section.management_account:
        remedy = f"it is not in managementAccount = {section.management_account}; correct one of them"
        yield Problem(("permissionSets", "roleArn"), section.role_arn, remedy)
    if section.region not in regions():
        remedy = f"{section.region} is not an AWS region; write one such as eu-central-1"
        yield Problem(("permissionSets", "region"), section.region, remedy)
