"""The record of the account and the access to it."""

from typing import cast

import pulumi
import pulumi_aws as aws

from components.access.access_control.access_control import AccessControl
from components.access.access_control.boundary import bound_to
from components.access.access_control.spec import AccessControlArgs
from components.access.account_audit.account_audit import AccountAudit
from components.access.account_audit.spec import AccountAuditArgs
from components.access.permission_sets.permission_sets import PermissionSets
from components.access.permission_sets.spec import PermissionSetConfig, PermissionSetsArgs
from components.core.spec import args_of
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs


def make_access_control(
    config: StackConfig, options: pulumi.ResourceOptions, exports: Outputs
) -> pulumi.ResourceOptions:
    """The boundary and the role for emergencies. Components with the returned options give their roles the boundary."""
    if not config.access:
        return options
    access = AccessControl("access", args_of(AccessControlArgs, config.access), options)
    exports |= {
        "permissionsBoundaryArn": access.boundary_arn,
        "breakGlassRoleArn": access.break_glass_role_arn,
        "breakGlassTopicArn": access.topic_arn,
    }
    if not config.access.boundary:
        return options
    bound = pulumi.ResourceOptions(transformations=[bound_to(access.boundary_arn)])
    return pulumi.ResourceOptions.merge(options, bound)


def make_permission_sets(config: StackConfig, exports: Outputs) -> None:
    """What people may do in the account. The permission sets are kept in the account of IAM Identity Center."""
    section = config.permission_sets
    if not (section and config.access):
        return
    provider = aws.Provider(
        "identity-center",
        region=section.region,
        allowed_account_ids=[section.management_account],
        assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=section.role_arn)],
    )
    args: PermissionSetsArgs = {
        "name": config.access.name,
        "instance_arn": section.instance_arn,
        "account_id": config.environment.account,
        "boundary_name": config.access.boundary_name,
        "sets": [cast(PermissionSetConfig, each.model_dump()) for each in section.sets],
    }
    people = PermissionSets("people", args, pulumi.ResourceOptions(providers=[provider]))
    exports |= {"permissionSetArns": people.permission_set_arns}


def make_account_audit(config: StackConfig, base: Foundation, exports: Outputs) -> None:
    """The trail of the account, and what watches it."""
    if not config.audit:
        return
    args = args_of(AccountAuditArgs, config.audit, log_bucket=base.store.log_bucket)
    audit = AccountAudit("audit", args, base.aws)
    exports |= {
        "trailArn": audit.trail_arn,
        "trailBucket": audit.trail_bucket,
        "threatDetectorId": audit.detector_id,
        "accessAnalyzerArn": audit.analyzer_arn,
        "auditTopicArn": audit.topic_arn,
    }
