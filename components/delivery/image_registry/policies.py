"""Who may pull and push, and how long images are kept: documents as plain data."""

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
    """Lets the identities pull that the account, and each of `readers`, allows to by its own policies."""
    roots = [f"arn:{account.partition}:iam::{each}:root" for each in (account.id, *readers)]
    return {"Sid": "AccountsPull", "Effect": "Allow", "Principal": {"AWS": roots}, "Action": list(_PULL)}


def team_policy(account: Account, readers: Sequence[str], team: ImageTeamSpec) -> str:
    """The policy of a team's repositories: accounts pull, the team's pipeline pushes, and nobody else does.

    Roles are named in conditions rather than as principals: ECR refuses a policy with a principal that does not exist,
    and a role that is made anew would have lost its right. A pipeline can't delete: a tag that is pushed once stays.
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
    """The policy of pulled-through repositories: accounts pull; ECR alone fills them."""
    return document(pull_grant(account, readers))


def import_policy(account: Account, prefixes: Sequence[str], roles: Sequence[str]) -> str:
    """The registry's policy: these roles may have ECR fetch what is not cached yet.

    Roles are named in a condition, as in `team_policy`: ECR refuses a principal that does not exist, and IAM tells ECR
    of a new role some seconds late. Source: ECR user guide, "IAM permissions required to sync an upstream registry with
    an Amazon ECR private registry".
    """
    cached = [account.arn("ecr", f"repository/{prefix}/*") for prefix in prefixes]
    named = {"ArnEquals": {"aws:PrincipalArn": list(roles)}}
    grant = allow("PullThrough", ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"], cached, named)
    return document({**grant, "Principal": {"AWS": "*"}})


def creation_permissions(account: Account, prefixes: Sequence[str], keys: Sequence[str]) -> str:
    """What ECR may do to make repositories by our templates, here and in the regions of second copies.

    Source: ECR user guide, "Create a custom policy for repository creation templates".
    """
    repositories = [f"arn:{account.partition}:ecr:*:{account.id}:repository/{prefix}/*" for prefix in prefixes]
    return document(
        allow("Repositories", ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"], repositories),
        allow("Keys", ["kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"], keys),
    )


def team_lifecycle(spec: ImageRegistrySpec) -> str:
    """Untagged images go after some days, releases by number, and other tags after days where that is asked.

    An image that a rule matches is not looked at by later ones: no release is taken for an old build.
    Source: ECR user guide, "Lifecycle policy evaluation rules".
    """
    rules = [_untagged(spec.untagged_days), *(_releases(tag, spec.releases_kept) for tag in spec.release_tags)]
    if spec.build_days is not None:
        rules.append(_aged("builds", "any", spec.build_days))
    return _lifecycle(rules)


def cache_lifecycle(spec: ImageRegistrySpec) -> str:
    """Pulled-through images that lost their tag go after some days."""
    return _lifecycle([_untagged(spec.untagged_days)])


def _untagged(days: int) -> dict[str, Any]:
    return _aged("untagged images", "untagged", days)


def _aged(what: str, status: str, days: int) -> dict[str, Any]:
    age = {"tagStatus": status, "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    return {"description": f"{what} after {days} days", "selection": age}


def _releases(pattern: str, kept: int) -> dict[str, Any]:
    # A rule of its own: a rule with several patterns takes only images that match all of them.
    newest = {"tagStatus": "tagged", "tagPatternList": [pattern], "countType": "imageCountMoreThan"}
    return {"description": f"the newest {kept} of {pattern}", "selection": {**newest, "countNumber": kept}}


def _lifecycle(rules: Sequence[dict[str, Any]]) -> str:
    numbered = [{"rulePriority": number, **rule, "action": {"type": "expire"}} for number, rule in enumerate(rules, 1)]
    return json.dumps({"rules": numbered})
