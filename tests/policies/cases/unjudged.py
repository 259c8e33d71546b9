"""Cases of the rules in policies/unjudged.py."""

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes

STAGING = EnvironmentKind.STAGING
BROWSER = "aws:bedrock/agentcoreBrowser:AgentcoreBrowser"
REVIEWED = {"reviewedTypes": {BROWSER: "watches the public page alone; judged by security"}}
UNKNOWN_TYPES = (
    BROWSER,
    "aws-native:ec2:SecurityGroup",
    "aws:cloudcontrol/resource:Resource",
    "aws:cloudformation/stack:Stack",
    "command:local:Command",
    "command:remote:Command",
    "kubectl:index:Manifest",
    "pulumi-python:dynamic:Resource",
)
KNOWN_TYPES = (
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:apigateway/deployment:Deployment",
    "aws:redshift/subnetGroup:SubnetGroup",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "kubernetes:example.com/v1:Thing",
    "random:index/randomId:RandomId",
)

CASES = [
    *(fails("unjudged", make(each), found=f"is of type {each}, which no rule") for each in UNKNOWN_TYPES),
    *(passes("unjudged", make(each)) for each in KNOWN_TYPES),
    passes("unjudged", make(BROWSER), settings=REVIEWED),
    passes("unjudged", make(BROWSER), environment=STAGING),
    passes("unjudged", kind="absent"),
    fails("unjudged", make(BROWSER, {"name": UNKNOWN}), found="nobody judged it", kind="unknown"),
    fails("unjudged-outside-production", make(BROWSER), environment=STAGING, found="nobody judged it"),
    passes("unjudged-outside-production", make(BROWSER)),
    passes("unjudged-outside-production", environment=STAGING, kind="absent"),
    fails(
        "unjudged-outside-production",
        make(BROWSER, {"name": UNKNOWN}),
        environment=STAGING,
        found="nobody judged it",
        kind="unknown",
    ),
]
