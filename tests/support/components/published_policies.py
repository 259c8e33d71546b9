"""The IAM policy that each controller's makers publish at the pinned version, as the actions it allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PublishedPolicy:
    """The published actions, and those that we leave out with the reason why nothing here calls them."""

    version: str
    source: str
    actions: frozenset[str]
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])


def _named(service: str, *actions: str) -> frozenset[str]:
    return frozenset(f"{service}:{action}" for action in actions)


_OWN_PROFILE = "the instance profile is ours, and node classes name it"

PUBLISHED: dict[str, PublishedPolicy] = {
    "aws-load-balancer-controller": PublishedPolicy(
        version="3.5.0",
        source="kubernetes-sigs/aws-load-balancer-controller v3.5.0, docs/deploy/installation.md, special IAM cases",
        actions=_named("ec2", "DescribeVpcs", "DescribeSecurityGroups", "DescribeInstances")
        | _named(
            "elasticloadbalancing",
            "DescribeTargetGroups",
            "DescribeTargetHealth",
            "ModifyTargetGroup",
            "ModifyTargetGroupAttributes",
            "RegisterTargets",
            "DeregisterTargets",
        ),
    ),
    "cluster-autoscaler": PublishedPolicy(
        version="9.59.0",
        source="kubernetes/autoscaler cluster-autoscaler-chart-9.59.0, cloudprovider/aws/README.md, full features",
        actions=_named(
            "autoscaling",
            "DescribeAutoScalingGroups",
            "DescribeAutoScalingInstances",
            "DescribeLaunchConfigurations",
            "DescribeScalingActivities",
            "SetDesiredCapacity",
            "TerminateInstanceInAutoScalingGroup",
        )
        | _named(
            "ec2",
            "DescribeImages",
            "DescribeInstanceTypes",
            "DescribeLaunchTemplateVersions",
            "GetInstanceTypesFromInstanceRequirements",
        )
        | _named("eks", "DescribeNodegroup"),
    ),
    "karpenter": PublishedPolicy(
        version="1.14.3",
        source="aws/karpenter-provider-aws v1.14.1, getting-started cloudformation.yaml; 1.14.3 has the same chart",
        actions=_named(
            "ec2",
            "RunInstances",
            "CreateFleet",
            "CreateLaunchTemplate",
            "CreateTags",
            "TerminateInstances",
            "DeleteLaunchTemplate",
            "DescribeCapacityReservations",
            "DescribeImages",
            "DescribeInstances",
            "DescribeInstanceStatus",
            "DescribeInstanceTypeOfferings",
            "DescribeInstanceTypes",
            "DescribeLaunchTemplates",
            "DescribePlacementGroups",
            "DescribeSecurityGroups",
            "DescribeSpotPriceHistory",
            "DescribeSubnets",
        )
        | _named(
            "iam",
            "PassRole",
            "CreateInstanceProfile",
            "TagInstanceProfile",
            "AddRoleToInstanceProfile",
            "RemoveRoleFromInstanceProfile",
            "DeleteInstanceProfile",
            "ListInstanceProfiles",
            "GetInstanceProfile",
        )
        | _named("eks", "DescribeCluster")
        | _named("sqs", "DeleteMessage", "GetQueueUrl", "ReceiveMessage")
        | _named("ssm", "GetParameter")
        | _named("pricing", "GetProducts")
        | _named("arc-zonal-shift", "GetManagedResource"),
        left_out={
            **dict.fromkeys(
                _named(
                    "iam",
                    "CreateInstanceProfile",
                    "TagInstanceProfile",
                    "AddRoleToInstanceProfile",
                    "RemoveRoleFromInstanceProfile",
                    "DeleteInstanceProfile",
                ),
                _OWN_PROFILE,
            ),
            "arc-zonal-shift:GetManagedResource": "settings.enableZonalShift is false unless a release sets it",
        },
    ),
    "external-secrets": PublishedPolicy(
        version="2.9.0",
        source="external-secrets/external-secrets v2.9.0, docs/provider/aws-secrets-manager.md, IAM policy",
        actions=_named(
            "secretsmanager",
            "ListSecrets",
            "BatchGetSecretValue",
            "GetResourcePolicy",
            "GetSecretValue",
            "DescribeSecret",
            "ListSecretVersionIds",
        ),
        left_out=dict.fromkeys(
            _named("secretsmanager", "ListSecrets", "BatchGetSecretValue"),
            "only an ExternalSecret with find lists secrets, and AWS can't bound a list to a prefix",
        ),
    ),
    "velero": PublishedPolicy(
        version="12.1.0",
        source="vmware-tanzu/velero-plugin-for-aws, README.md, Set permissions for Velero",
        actions=_named(
            "s3",
            "GetObject",
            "DeleteObject",
            "PutObject",
            "PutObjectTagging",
            "AbortMultipartUpload",
            "ListMultipartUploadParts",
            "ListBucket",
        )
        | _named(
            "ec2",
            "DescribeVolumes",
            "DescribeSnapshots",
            "CreateTags",
            "CreateVolume",
            "CreateSnapshot",
            "DeleteSnapshot",
        ),
        left_out=dict.fromkeys(
            _named(
                "ec2",
                "DescribeVolumes",
                "DescribeSnapshots",
                "CreateTags",
                "CreateVolume",
                "CreateSnapshot",
                "DeleteSnapshot",
            ),
            "AWS Backup keeps the volumes; Velero keeps objects alone",
        ),
    ),
    "kyverno": PublishedPolicy(
        version="3.9.0",
        source="kyverno.io, verify images, private registries: the managed policy AmazonEC2ContainerRegistryReadOnly",
        actions=_named(
            "ecr",
            "GetAuthorizationToken",
            "BatchCheckLayerAvailability",
            "GetDownloadUrlForLayer",
            "GetRepositoryPolicy",
            "DescribeRepositories",
            "ListImages",
            "DescribeImages",
            "BatchGetImage",
            "GetLifecyclePolicy",
            "GetLifecyclePolicyPreview",
            "ListTagsForResource",
            "DescribeImageScanFindings",
        ),
        left_out=dict.fromkeys(
            _named(
                "ecr",
                "GetRepositoryPolicy",
                "DescribeRepositories",
                "ListImages",
                "DescribeImages",
                "GetLifecyclePolicy",
                "GetLifecyclePolicyPreview",
                "ListTagsForResource",
                "DescribeImageScanFindings",
            ),
            "Kyverno reads manifests and layers alone, by the protocol of registries",
        ),
    ),
}
