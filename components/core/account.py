"""The account, region and partition that a component deploys to."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, slots=True)
class Account:
    """Where a component's AWS provider deploys to."""

    id: str
    region: str
    partition: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource, such as `arn("eks", "cluster/ml")`."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.id}:{resource}"

    def managed_policy(self, name: str) -> str:
        """The ARN of an AWS managed policy."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"


def account_of(component: pulumi.Resource) -> Account:
    """The account of the provider that the children of `component` use. Each provider is asked once."""
    provider = component.get_provider("aws:index:")
    known = _ANSWERED.get(provider) if provider else None
    if known:
        return known
    account = _ask(pulumi.InvokeOptions(parent=component))
    if provider:
        _ANSWERED[provider] = account
    return account


# An invoke waits for all earlier requests to the engine. With one invoke for each component, the time of a deployment
# would grow with the square of the number of components.
_ANSWERED: WeakKeyDictionary[pulumi.ProviderResource, Account] = WeakKeyDictionary()


def _ask(options: pulumi.InvokeOptions) -> Account:
    return Account(
        id=aws.get_caller_identity(opts=options).account_id,
        region=aws.get_region(opts=options).region,
        partition=aws.get_partition(opts=options).partition,
    )
