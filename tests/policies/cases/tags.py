"""Cases of the rules in policies/tags.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
TAGS = {"owner": "ml", "cost-center": "42", "environment": "production"}


def template(**inputs: Any) -> Resource:
    return make(LAUNCH_TEMPLATE, inputs)


def provider(default_tags: Any) -> Resource:
    return make("pulumi:providers:aws", {"defaultTags": default_tags})


def tagged(default_tags: Any, **inputs: Any) -> tuple[Resource, Resource]:
    of = provider(default_tags)
    return of, make("aws:sqs/queue:Queue", inputs, provider=f"{of.urn}::id-of-the-provider")


def launching(instance: Any, volume: Any) -> Resource:
    return template(
        tagSpecifications=[
            {"resourceType": "instance", "tags": instance},
            {"resourceType": "volume", "tags": volume},
        ]
    )


CASES = [
    passes("launched-tags", launching(TAGS, TAGS)),
    passes("launched-tags", make(NODE_CLASS, {"spec": {"tags": TAGS}})),
    fails("launched-tags", launching(TAGS, {"owner": "ml"}), found="volumes it starts lack cost-center, environment"),
    fails("launched-tags", template(), kind="absent", found=("instances it starts lack", "volumes it starts lack")),
    fails("launched-tags", make(NODE_CLASS, {"spec": {}}), kind="absent", found="instances and volumes it starts lack"),
    unknown("launched-tags", template(tagSpecifications=UNKNOWN), undecided="tagSpecifications"),
    unknown("launched-tags", make(NODE_CLASS, {"spec": {"tags": UNKNOWN}}), undecided="tags"),
    passes("required-tags", *tagged({"tags": TAGS})),
    passes("required-tags", *tagged('{"tags": {"owner": "ml", "cost-center": "42", "environment": "production"}}')),
    passes("required-tags", *tagged({"tags": {"owner": "ml", "cost-center": "42"}}, tags={"environment": UNKNOWN})),
    passes("required-tags", make("aws:sqs/queue:Queue", {"tags": {"team": "ml"}}), settings={"requiredTags": ["team"]}),
    passes("required-tags", make("aws:ec2/route:Route")),
    passes("required-tags", make("aws:sqs/queue:Queue", {"tagsAll": TAGS})),
    fails("required-tags", *tagged({"tags": {**TAGS, "owner": ""}}), found="lacks the tag owner"),
    fails("required-tags", make("aws:new/thing:Thing", {"tags": {"owner": "x"}}), found="cost-center, environment"),
    fails("required-tags", make("aws:sqs/queue:Queue"), kind="absent", found="lacks the tags owner, cost-center"),
    unknown("required-tags", *tagged(UNKNOWN), undecided="tags"),
]
