"""The sign-in before a load balancer in a plan: each check returns a sentence for whatever keeps people out."""

from collections.abc import Iterator, Mapping
from typing import Any

from resources.resource import Resource
from tests.support.planner.plans import Plan, of_type
from tests.support.planner.serving import BALANCER
from tests.support.planner.traffic import EGRESS

RULE = "aws:lb/listenerRule:ListenerRule"
POOL = "aws:cognito/userPool:UserPool"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
BACK = "/oauth2/idpresponse"
"""Source: Elastic Load Balancing user guide, "Authenticate users using an Application Load Balancer"."""


def turned_away(plan: Plan) -> Iterator[str]:
    """Rules whose user pool, client or pages are not in the plan, or whose client lets nobody back to them."""
    pools = {each.outputs["arn"]: each.outputs["id"] for each in of_type(plan, POOL)}
    clients = {each.outputs["id"]: each.inputs for each in of_type(plan, CLIENT)}
    pages = {(each.inputs["userPoolId"], each.inputs["domain"]) for each in of_type(plan, DOMAIN)}
    for rule, asked in _signing_in(plan):
        pool = pools.get(asked["userPoolArn"])
        client = clients.get(asked["userPoolClientId"], {})
        if (pool, asked["userPoolDomain"]) not in pages:
            yield f"{rule.name}: the user pool has no pages at {asked['userPoolDomain']}"
        if not pool or client.get("userPoolId") != pool:
            yield f"{rule.name}: the user pool does not know the client {asked['userPoolClientId']}"
            continue
        # A load balancer exchanges a code, with the client's secret, which Cognito tells it.
        if not client["generateSecret"] or "code" not in client["allowedOauthFlows"]:
            yield f"{rule.name}: its client has no secret, or gives no code"
        if not set(asked["scope"].split()) <= set(client["allowedOauthScopes"]):
            yield f"{rule.name}: its client does not grant {asked['scope']}"
        for host in _hosts(rule):
            if f"https://{host}{BACK}" not in client["callbackUrls"]:
                yield f"{rule.name}: Cognito sends nobody back to {host}"


def unasked(plan: Plan) -> Iterator[str]:
    """Rules that another one of their listener comes before, so that a request goes by without a sign-in."""
    for rule, _ in _signing_in(plan):
        for other in of_type(plan, RULE):
            same = other is not rule and other.inputs["listenerArn"] == rule.inputs["listenerArn"]
            if same and other.inputs["priority"] <= rule.inputs["priority"]:
                yield f"{other.name}: is asked before {rule.name}"


def without_way_out(plan: Plan) -> Iterator[str]:
    """Load balancers that sign people in and may not reach the user pool's endpoints."""
    listeners = {
        each.outputs["arn"]: each.inputs["loadBalancerArn"] for each in of_type(plan, "aws:lb/listener:Listener")
    }
    asking = {listeners[rule.inputs["listenerArn"]] for rule, _ in _signing_in(plan)}
    for balancer in of_type(plan, BALANCER):
        if balancer.outputs["arn"] in asking:
            groups = balancer.inputs["securityGroups"]
            if not any(_lets_out(each.inputs, groups) for each in of_type(plan, EGRESS)):
                yield f"{balancer.name}: no rule lets it out to the user pool"


def _lets_out(rule: Mapping[str, Any], groups: list[str]) -> bool:
    return rule["securityGroupId"] in groups and (rule.get("cidrIpv4"), rule["fromPort"]) == ("0.0.0.0/0", 443)


def _signing_in(plan: Plan) -> list[tuple[Resource, Mapping[str, Any]]]:
    """The rules that ask for a sign-in by Cognito, with what they ask."""
    return [
        (rule, action["authenticateCognito"])
        for rule in of_type(plan, RULE)
        for action in rule.inputs["actions"]
        if action["type"] == "authenticate-cognito"
    ]


def _hosts(rule: Resource) -> list[str]:
    return [host for each in rule.inputs["conditions"] for host in each.get("hostHeader", {}).get("values", ())]
