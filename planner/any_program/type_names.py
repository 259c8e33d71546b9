"""Type tokens that the AWS provider has renamed, and those of today."""

_LOAD_BALANCING = (
    "listener:Listener",
    "listenerCertificate:ListenerCertificate",
    "listenerRule:ListenerRule",
    "loadBalancer:LoadBalancer",
    "targetGroup:TargetGroup",
    "targetGroupAttachment:TargetGroupAttachment",
)
_CLASSIC = (
    "appCookieStickinessPolicy:AppCookieStickinessPolicy",
    "attachment:Attachment",
    "listenerPolicy:ListenerPolicy",
    "loadBalancer:LoadBalancer",
    "loadBalancerBackendServerPolicy:LoadBalancerBackendServerPolicy",
    "loadBalancerCookieStickinessPolicy:LoadBalancerCookieStickinessPolicy",
    "loadBalancerPolicy:LoadBalancerPolicy",
    "sslNegotiationPolicy:SslNegotiationPolicy",
)
_BUCKET_PARTS = (
    "AccelerateConfiguration",
    "Acl",
    "CorsConfiguration",
    "LifecycleConfiguration",
    "Logging",
    "ObjectLockConfiguration",
    "RequestPaymentConfiguration",
    "ServerSideEncryptionConfiguration",
    "Versioning",
    "WebsiteConfiguration",
)
RENAMED = {
    **{f"aws:elasticloadbalancingv2/{each}": f"aws:lb/{each}" for each in _LOAD_BALANCING},
    **{f"aws:applicationloadbalancing/{each}": f"aws:lb/{each}" for each in _LOAD_BALANCING},
    **{f"aws:alb/{each}": f"aws:lb/{each}" for each in _LOAD_BALANCING},
    **{f"aws:elasticloadbalancing/{each}": f"aws:elb/{each}" for each in _CLASSIC},
    "aws:s3/bucketV2:BucketV2": "aws:s3/bucket:Bucket",
    **{f"aws:s3/bucket{each}V2:Bucket{each}V2": f"aws:s3/bucket{each}:Bucket{each}" for each in _BUCKET_PARTS},
    "aws:s3/BucketObject:BucketObject": "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:ec2/transitGatewayPeeringAttachmentAccepter:TransitGatewayPeeringAttachmentAccepter": (
        "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter"
    ),
}
"""The token of today by the older one. Source: the aliases in the SDK of pulumi-aws; `aws.alb` has the resources of
`aws.lb` under a second name."""


def current(type_: str) -> str:
    """The token of today of a resource type; the token itself where it was not renamed."""
    return RENAMED.get(type_, type_)
