"""The domain of SageMaker Studio: in the VPC only, encrypted, with a user profile and a role for each person."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.iam import allow, document
from .spec import StudioSpec

STUDIO_LOG_GROUP = "/aws/sagemaker/studio"
NFS_PORT = 2049


def studio_trust(account: Account) -> str:
    """Lets SageMaker assume a role for Studio, and record in CloudTrail the user profile that acts by it.

    Source: SageMaker developer guide, "Monitoring user resource access from SageMaker Studio with sourceIdentity".
    """
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": {"StringEquals": {"aws:SourceAccount": account.id}},
        }
    )


def studio_permissions(account: Account, studio: StudioSpec, key_arn: str) -> str:
    """What a person may do in Studio itself: private spaces of the own profile, on the instance types of the config.

    Source: SageMaker developer guide, "Launch spaces with private or shared ownership"; policy variables of SageMaker.
    """
    domain = "${sagemaker:DomainId}"
    profile = account.arn("sagemaker", f"user-profile/{domain}/${{sagemaker:UserProfileName}}")
    own = {
        "ArnLike": {"sagemaker:OwnerUserProfileArn": profile},
        "StringEquals": {"sagemaker:SpaceSharingType": ["Private"]},
    }
    types = {"ForAllValues:StringEquals": {"sagemaker:InstanceTypes": [*studio.instance_types, "system"]}}
    spaces, apps = account.arn("sagemaker", f"space/{domain}/*"), account.arn("sagemaker", f"app/{domain}/*")
    read = [
        *("sagemaker:DescribeApp", "sagemaker:DescribeDomain", "sagemaker:DescribeSpace"),
        *("sagemaker:DescribeUserProfile", "sagemaker:ListApps", "sagemaker:ListDomains", "sagemaker:ListSpaces"),
        "sagemaker:ListUserProfiles",
    ]
    tagging = {"StringEquals": {"sagemaker:TaggingAction": ["CreateApp", "CreateSpace"]}}
    streams = account.arn("logs", f"log-group:{STUDIO_LOG_GROUP}:*")
    return document(
        allow("StartOwnApps", ["sagemaker:CreateApp"], [apps], {**own, **types}),
        allow("StopOwnApps", ["sagemaker:DeleteApp"], [apps], own),
        allow("MakeOwnSpaces", ["sagemaker:CreateSpace", "sagemaker:UpdateSpace"], [spaces], {**own, **types}),
        allow("DropOwnSpaces", ["sagemaker:DeleteSpace"], [spaces], own),
        allow("TagNewInStudio", ["sagemaker:AddTags"], [apps, spaces], tagging),
        allow("ReadStudio", read, ["*"]),
        allow("LogStudio", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [streams]),
        allow(
            "SpaceDisks",
            ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
            [key_arn],
        ),
    )


def studio_domain(
    name: str,
    domain_name: str,
    spec: StudioSpec,
    protected: bool,
    network: Mapping[str, Any],
    key_arn: pulumi.Input[str],
    default_role_arn: pulumi.Input[str],
    team_role_arns: Mapping[str, pulumi.Input[str]],
    options: pulumi.ResourceOptions,
    needed: Sequence[pulumi.Resource],
) -> aws.sagemaker.Domain:
    """The domain and its user profiles. `network` has `vpc_id`, `subnet_ids` and `security_group_id`.

    A profile has the role of its team. The domain's own role may do nothing, so a user without a profile has no rights.
    SageMaker keeps the files of all home folders when the domain is deleted, if `protected`.
    """
    idle: dict[str, Any] = {
        "app_lifecycle_management": {
            "idle_settings": {
                "lifecycle_management": "ENABLED",
                "idle_timeout_in_minutes": spec.idle_minutes,
                # Nobody sets a longer time for their own space.
                "min_idle_timeout_in_minutes": 60,
                "max_idle_timeout_in_minutes": spec.idle_minutes,
            }
        }
    }
    settings: dict[str, Any] = {
        "execution_role": default_role_arn,
        "security_groups": [network["security_group_id"]],
        "default_landing_uri": "studio::",
        "studio_web_portal": "ENABLED",
        "jupyter_lab_app_settings": idle,
        "code_editor_app_settings": idle,
        "space_storage_settings": {
            "default_ebs_storage_settings": {
                "default_ebs_volume_size_in_gb": 5,
                "maximum_ebs_volume_size_in_gb": spec.volume_gib,
            }
        },
    }
    kept = pulumi.ResourceOptions(protect=protected, depends_on=list(needed))
    domain = aws.sagemaker.Domain(
        f"{name}-domain",
        domain_name=domain_name,
        auth_mode="IAM",
        vpc_id=network["vpc_id"],
        subnet_ids=network["subnet_ids"],
        app_network_access_type="VpcOnly",
        kms_key_id=key_arn,
        default_user_settings=settings,  # pyright: ignore[reportArgumentType] - plain mappings are inputs too
        domain_settings={
            "execution_role_identity_config": "USER_PROFILE_NAME",
            "docker_settings": {"enable_docker_access": "DISABLED"},
        },
        retention_policy={"home_efs_file_system": "Retain" if protected else "Delete"},
        tag_propagation="ENABLED",
        opts=pulumi.ResourceOptions.merge(options, kept),
    )
    for user in spec.users:
        aws.sagemaker.UserProfile(
            f"{name}-user-{user.name}",
            domain_id=domain.id,
            user_profile_name=user.name,
            user_settings={"execution_role": team_role_arns[user.team]},
            opts=options,
        )
    return domain
