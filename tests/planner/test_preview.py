"""What is said of a stack before anything of it is made, when no computed output is known, is what its plan says."""

from datetime import date

import pytest

from policies.engine.crossguard import UNDECIDED, UNDECIDED_STACK, Pack
from policies.engine.evaluate import Verdict, evaluate
from policies.engine.exceptions import load_exceptions
from policies.engine.registry import RULES
from policies.engine.rule import Undecided
from policies.engine.stack import Context
from pricing.estimate import Estimate, estimate
from resources.resource import Resource
from stacks.config import parse_config
from tests.support.planner.plans import STACKS, Plan, file_of, plan_of, previewed
from tests.support.policies.engine import deploy

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 21)

COUNTED_BY_AWS = {"aws:wafv2/webAcl:WebAcl": "AWS counts its capacity units when it makes it"}
"""What has a price in the plan and none at preview, in part: AWS counts a web ACL's capacity units when it makes it.
Where they are within the units that a request includes, they cost nothing."""

_DOCUMENT = "policy"
DECIDED_BEFORE_IT_IS_MADE = {
    ("default-namespace", "kubernetes:helm.sh/v3:Release", "namespace"),
    ("iam-data", "aws:iam/rolePolicy:RolePolicy", _DOCUMENT),
    ("iam-escalation", "aws:iam/rolePolicy:RolePolicy", _DOCUMENT),
    ("iam-pass-role", "aws:iam/rolePolicy:RolePolicy", _DOCUMENT),
    ("iam-wildcard", "aws:iam/rolePolicy:RolePolicy", _DOCUMENT),
    ("public-policy", "aws:ecr/registryPolicy:RegistryPolicy", _DOCUMENT),
    ("public-policy", "aws:sns/topicPolicy:TopicPolicy", _DOCUMENT),
    ("public-policy", "aws:sqs/queuePolicy:QueuePolicy", _DOCUMENT),
    ("queue-tls", "aws:sns/topicPolicy:TopicPolicy", _DOCUMENT),
    ("queue-tls", "aws:sqs/queuePolicy:QueuePolicy", _DOCUMENT),
    ("msk-zones", "aws:msk/cluster:Cluster", "clientSubnets"),
    ("emr-tls", "aws:emrserverless/application:Application", "runtimeConfigurations"),
    ("iam-data", "aws:iam/policy:Policy", _DOCUMENT),
    ("iam-escalation", "aws:iam/policy:Policy", _DOCUMENT),
    ("iam-pass-role", "aws:iam/policy:Policy", _DOCUMENT),
    ("iam-wildcard", "aws:iam/policy:Policy", _DOCUMENT),
    ("collection-encryption", "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy", "policy"),
    ("collection-private", "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy", "policy"),
    ("role-trust", "aws:iam/role:Role", "assumeRolePolicy"),
    ("service-trust", "aws:iam/role:Role", "assumeRolePolicy"),
    ("sagemaker-submitters", "aws:iam/policy:Policy", _DOCUMENT),
    ("sagemaker-submitters", "aws:iam/rolePolicy:RolePolicy", _DOCUMENT),
    ("batch-job-role", "aws:batch/jobDefinition:JobDefinition", "containerProperties.jobRoleArn"),
    ("batch-logs", "aws:batch/jobDefinition:JobDefinition", "containerProperties.logConfiguration"),
    ("batch-privileged", "aws:batch/jobDefinition:JobDefinition", "containerProperties.privileged"),
    ("batch-user", "aws:batch/jobDefinition:JobDefinition", "containerProperties.user"),
    ("image-registry", "aws:batch/jobDefinition:JobDefinition", "containerProperties.image"),
    ("image-tag", "aws:batch/jobDefinition:JobDefinition", "containerProperties.image"),
}
"""What a rule leaves open at preview. A document that holds an ARN is text, and unknown as a whole until the ARN is
known; the namespace of Argo CD's release is its name once what the release waits for is there, and the subnets of
brokers are a part of those of the network. The engine asks the rule again, with the whole input, right before the
resource is made."""


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_preview_registers_what_the_plan_has(stack: str) -> None:
    assert [each.urn for each in previewed(stack)] == [each.urn for each in plan_of(stack)]


def test_a_preview_prices_every_line_as_the_plan_does(stack: str) -> None:
    at_preview, planned = estimated(stack, previewed(stack)), estimated(stack, plan_of(stack))
    assert at_preview.lines == planned.lines
    assert (at_preview.savings, at_preview.faults) == (planned.savings, planned.faults)


def test_preview_has_the_gaps_of_the_plan_and_of_aws(stack: str) -> None:
    at_preview, planned = estimated(stack, previewed(stack)), estimated(stack, plan_of(stack))
    assert planned.reasons.items() <= at_preview.reasons.items()
    types = {each.urn: each.type for each in previewed(stack)}
    counted = {types[urn]: at_preview.reasons[urn] for urn in at_preview.unpriced if urn not in planned.reasons}
    assert counted == {kind: why for kind, why in COUNTED_BY_AWS.items() if kind in types.values()}


def test_preview_has_the_verdicts_of_the_plan_or_undecided(stack: str) -> None:
    at_preview, planned = judged(stack, previewed(stack)), judged(stack, plan_of(stack))
    assert planned <= at_preview
    assert left_open(stack) <= DECIDED_BEFORE_IT_IS_MADE


def test_a_preview_leaves_open_what_is_named_and_nothing_else() -> None:
    assert {each for stack in STACKS for each in left_open(stack)} == DECIDED_BEFORE_IT_IS_MADE


def test_engine_gets_the_verdicts_at_preview(stack: str) -> None:
    heard: set[tuple[str, ...]] = set()
    for policy, level, urn, message in deploy(Pack(context(stack)).policies(), previewed(stack)):
        rule, _, rest = message.partition(" ") if policy in (UNDECIDED, UNDECIDED_STACK) else (policy, "", message)
        heard.add((rule, level, urn, rest))
    said = judged(stack, previewed(stack))
    assert heard == {(each.policy, each.level, each.urn, each.message) for each in said if each.exception is None}


def estimated(stack: str, plan: Plan) -> Estimate:
    config = parse_config(file_of(stack).config)
    return estimate(plan, region=config.environment.region, usage=config.usage, today=TODAY)


def judged(stack: str, plan: tuple[Resource, ...]) -> set[Verdict]:
    return set(evaluate(plan, context(stack)))


def left_open(stack: str) -> set[tuple[str, str, str]]:
    """What rules say at preview and not of the plan: the rule, the type of resource, and the field that isn't known."""
    types = {each.urn: each.type for each in previewed(stack)}
    more = judged(stack, previewed(stack)) - judged(stack, plan_of(stack))
    return {(each.policy, types[each.urn], each.message.removeprefix(Undecided("").message)) for each in more}


def context(stack: str) -> Context:
    config = parse_config(file_of(stack).config)
    exceptions = load_exceptions(RULES)
    return Context(config.environment, config.policies, config.cost, config.usage, TODAY, exceptions)
