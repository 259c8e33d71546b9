"""Requests of principals of a stack, with what each of them has in its context."""

from reports.access.principals import Principal
from reports.iam.conditions import Context
from reports.iam.evaluate import Outcome, Policies, Policy, Request, evaluate
from resources.index import ResourceIndex
from resources.inputs import display, elements, json_value


def ask(
    principal: Principal, action: str, resource: str, policy: Policy | None, index: ResourceIndex, **more: str
) -> Outcome:
    """Decide whether a principal may do an action on an ARN whose own policy is `policy`; `more` has further context.

    The request is over TLS.
    """
    account = _account(index)
    known = {
        "aws:securetransport": ["true"],
        "s3:tlsversion": ["1.3"],
        "aws:principalisawsservice": ["false" if principal.account else "true"],
        "aws:resourceaccount": [account],
        **{key.replace("_", ":"): [value] for key, value in more.items()},
    }
    if principal.account:
        own = {"aws:principalarn": [principal.arn], "aws:principalaccount": [principal.account]}
        known |= {**own, "kms:calleraccount": [principal.account]}
    request = Request(principal.arn, principal.account, action, resource, account, Context(known))
    return evaluate(request, Policies(principal.identity, principal.boundary, policy))


def _account(index: ResourceIndex) -> str:
    """The account of the stack: the only one that its provider accepts."""
    for provider in index.of_type("pulumi:providers:aws"):
        for account in elements(json_value(provider.inputs.get("allowedAccountIds"))):
            return display(account)
    return ""
