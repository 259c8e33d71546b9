"""Repository policies and lifecycles as plain data."""

import json
from collections.abc import Sequence
from typing import Any

from ...core.account import Account
from ...core.iam import Statement, allow, document
from .spec import ImageRegistrySpec, ImageTeamSpec

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH = ("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage")
_UNDO = ("ecr:BatchDeleteImage", "ecr:PutImageTagMutability", "ecr:SetRepositoryPolicy")


def pull_grant(account: Account, readers: Sequence[str]) -> Statement:
    """Lets identities of the account and of `readers` pull, if the policies of their account allow it."""
    roots = [f"arn:{account.partition}:iam::{each}:root" for each in (account.id, *readers)]
    return {"Sid": "AccountsPull", "Effect": "Allow", "Principal": {"AWS": roots}, "Action": list(_PULL)}


def team_policy(account: Account, readers: Sequence[str], team: ImageTeamSpec) -> str:
    """The policy of a team's repositories: accounts pull, and only the team's pipeline pushes.

    Conditions name the roles, because ECR refuses a principal that does not exist, and a recreated role would lose its
    permission. A pipeline cannot delete images or tags.
    Source: IAM user guide, "aws:PrincipalArn".
    """
    roles = {"aws:PrincipalArn": team.pipeline_role_arns}
    return document(
        pull_grant(account, readers),
        {
            "Sid": "PipelinePushes",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [*_PULL, *_PUSH],
            "Condition": {"ArnEquals": roles},
        },
        {
            "Sid": "NobodyElsePushes",
            "Effect": "Deny",
            "Principal": "*",
            "Action": list(_PUSH),
            "Condition": {"ArnNotEquals": roles},
        },
        {
            "Sid": "PipelineTakesNothingBack",
            "Effect": "Deny",
            "Principal": "*",
            "Action": list(_UNDO),
            "Condition": {"ArnEquals": roles},
        },
    )


def cache_policy(account: Account, readers: Sequence[str]) -> str:
    """The policy of cache repositories: accounts pull, and only ECR pushes."""
    return document(pull_grant(account, readers))


def import_policy(account: Account, prefixes: Sequence[str], roles: Sequence[str]) -> str:
    """The registry's policy: these roles may import images that are not in the cache.

    A condition names the roles, as in `team_policy`: ECR refuses a principal that does not exist, and sees a new role
    only after some seconds. Source: ECR user guide, "IAM permissions required to sync an upstream registry with
    an Amazon ECR private registry".
    """
    cached = [account.arn("ecr", f"repository/{prefix}/*") for prefix in prefixes]
    named = {"ArnEquals": {"aws:PrincipalArn": list(roles)}}
    grant = allow("PullThrough", ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"], cached, named)
    return document({**grant, "Principal": {"AWS": "*"}})


def creation_permissions(account: Account, prefixes: Sequence[str], keys: Sequence[str]) -> str:
    """ECR's permissions to create repositories from our templates, in all regions of the registry.

    Source: ECR user guide, "Create a custom policy for repository creation templates".
    """
    repositories = [f"arn:{account.partition}:ecr:*:{account.id}:repository/{prefix}/*" for prefix in prefixes]
    return document(
        allow("Repositories", ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"], repositories),
        allow("Keys", ["kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"], keys),
    )


def team_lifecycle(spec: ImageRegistrySpec) -> str:
    """Deletes untagged images after some days, old releases by number, and optionally other tags after some days.

    A later rule skips an image that an earlier rule matches, so a release never counts as an old build.
    Source: ECR user guide, "Lifecycle policy evaluation rules".
    """
    rules = [_untagged(spec.untagged_days), *(_releases(tag, spec.releases_kept) for tag in spec.release_tags)]
    if spec.build_days is not None:
        rules.append(_aged("builds", "any", spec.build_days))
    return _lifecycle(rules)


def cache_lifecycle(spec: ImageRegistrySpec) -> str:
    """Deletes cached images without a tag after some days."""
    return _lifecycle([_untagged(spec.untagged_days)])


def _untagged(days: int) -> dict[str, Any]:
    return _aged("untagged images", "untagged", days)


def _aged(what: str, status: str, days: int) -> dict[str, Any]:
    age = {"tagStatus": status, "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    return {"description": f"{what} after {days} days", "selection": age}


def _releases(pattern: str, kept: int) -> dict[str, Any]:
    # One rule for each pattern: a rule with several patterns matches only images that match all of them.
    newest = {"tagStatus": "tagged", "tagPatternList": [pattern], "countType": "imageCountMoreThan"}
    return {"description": f"the newest {kept} of {pattern}", "selection": {**newest, "countNumber": kept}}


def _lifecycle(rules: Sequence[dict[str, Any]]) -> str:
    numbered = [{"rulePriority": number, **rule, "action": {"type": "expire"}} for number, rule in enumerate(rules, 1)]
    return json.dumps({"rules": numbered})
