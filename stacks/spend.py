"""The spend of a stack: its budget and reports, and the tags that costs are allocated by."""

import pulumi
import pulumi_aws as aws

from components.core.spec import args_of
from components.data.feature_store.feature_store import FeatureStore
from components.spend.spend_control.spec import Showback, SpendControlArgs, SpendControlSpec
from components.spend.spend_control.spend_control import SpendControl
from policies.engine.settings import EnvironmentSpec
from stacks.component_tags import component_tags
from stacks.config import StackConfig
from stacks.foundation import Outputs
from stacks.team_namespaces import team_namespaces


def cost_tags(environment: EnvironmentSpec) -> dict[str, str]:
    """The tags of all resources by which costs are allocated."""
    return {
        "owner": environment.owner,
        "cost-center": environment.cost_center,
        "environment": str(environment.kind),
        "managed-by": "mlplatform",
    }


def default_tags(environment: EnvironmentSpec) -> dict[str, str]:
    """The tags of all resources: those of the costs, and the class of the data where the config states one."""
    stated = {"data-class": environment.data_class} if environment.data_class else {}
    return {**cost_tags(environment), **stated}


def tagging_options(config: StackConfig, provider: aws.Provider) -> pulumi.ResourceOptions:
    """The options of components, whose resources have the tag `component` by choice."""
    options = pulumi.ResourceOptions(providers=[provider])
    if not (config.spend and config.spend.component_tag):
        return options
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(transformations=[component_tags()]))


def make_spend_control(
    config: StackConfig, store: FeatureStore | None, options: pulumi.ResourceOptions, exports: Outputs
) -> SpendControl | None:
    """A budget at the stack's monthly budget, and the bill in the catalog of the feature store."""
    if not config.spend:
        return None
    spec = SpendControlSpec(
        **config.spend.model_dump(exclude_unset=True),
        monthly_limit=config.cost.monthly_budget,
        cost_tags=cost_tags(config.environment),
        team_namespaces=team_namespaces(config) if config.spend.showback is Showback.SPLIT else {},
    )
    bill = {"log_bucket": store.log_bucket, "catalog_database": store.catalog_database} if store and spec.export else {}
    spend = SpendControl("spend", args_of(SpendControlArgs, spec, **bill), options)
    exports |= {"budgetName": spend.budget_name}
    if spec.topic:
        exports |= {"spendTopicArn": spend.topic_arn}
    if store and spec.export:
        exports |= {
            "billLocation": spend.bill_location,
            "billDatabase": pulumi.Output.from_input(store.catalog_database),
            "billTable": spend.bill_table,
            "billWorkgroup": spend.bill_workgroup,
            "billReaderPolicy": spend.reader_policy,
        }
    return spend
