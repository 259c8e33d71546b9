"""What a deployment sends to AWS's billing services: the requests that the provider makes of a resource's inputs."""

import json
from collections.abc import Mapping
from typing import Any


def budget_request(inputs: Mapping[str, Any], account: str) -> dict[str, Any]:
    """The parameters of CreateBudget. Source: hashicorp/terraform-provider-aws, internal/service/budgets/budget.go."""
    budget: dict[str, Any] = {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "BudgetLimit": {"Amount": inputs["limitAmount"], "Unit": inputs["limitUnit"]},
        "CostTypes": _pascal(inputs["costTypes"]),
    }
    if filters := inputs.get("costFilters"):
        budget["CostFilters"] = {each["name"]: each["values"] for each in filters}
    notifications = [
        {
            "Notification": {
                "NotificationType": each["notificationType"],
                "ComparisonOperator": each["comparisonOperator"],
                "Threshold": float(each["threshold"]),
                "ThresholdType": each["thresholdType"],
            },
            "Subscribers": [
                *({"SubscriptionType": "EMAIL", "Address": one} for one in each.get("subscriberEmailAddresses", ())),
                *({"SubscriptionType": "SNS", "Address": one} for one in each.get("subscriberSnsTopicArns", ())),
            ],
        }
        for each in inputs["notifications"]
    ]
    return {"AccountId": account, "Budget": budget, "NotificationsWithSubscribers": notifications}


def action_request(inputs: Mapping[str, Any], account: str) -> dict[str, Any]:
    """The parameters of CreateBudgetAction. Source: as above, budget_action.go."""
    return {
        "AccountId": account,
        "BudgetName": inputs["budgetName"],
        "NotificationType": inputs["notificationType"],
        "ActionType": inputs["actionType"],
        "ActionThreshold": {
            "ActionThresholdValue": float(inputs["actionThreshold"]["actionThresholdValue"]),
            "ActionThresholdType": inputs["actionThreshold"]["actionThresholdType"],
        },
        "Definition": _pascal(inputs["definition"]),
        "ExecutionRoleArn": inputs["executionRoleArn"],
        "ApprovalModel": inputs["approvalModel"],
        "Subscribers": [_pascal(each) for each in inputs["subscribers"]],
    }


def monitor_request(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of CreateAnomalyMonitor. Source: as above, internal/service/ce/anomaly_monitor.go."""
    monitor = {"MonitorName": inputs["name"], "MonitorType": inputs["monitorType"]}
    if dimension := inputs.get("monitorDimension"):
        monitor["MonitorDimension"] = dimension
    if specification := inputs.get("monitorSpecification"):
        monitor["MonitorSpecification"] = json.loads(specification)
    return {"AnomalyMonitor": monitor}


def subscription_request(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of CreateAnomalySubscription. Source: as above, anomaly_subscription.go."""
    return {
        "AnomalySubscription": {
            "SubscriptionName": inputs["name"],
            "Frequency": inputs["frequency"],
            "MonitorArnList": inputs["monitorArnLists"],
            "Subscribers": [_pascal(each) for each in inputs["subscribers"]],
            "ThresholdExpression": {
                "And": [{"Dimensions": _pascal(each["dimension"])} for each in inputs["thresholdExpression"]["ands"]]
            },
        }
    }


def export_request(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of CreateExport. Source: as above, internal/service/bcmdataexports/export.go."""
    export = inputs["export"]
    [query], [cadence], [destination] = (
        export[field] for field in ("dataQueries", "refreshCadences", "destinationConfigurations")
    )
    [bucket] = destination["s3Destinations"]
    [output] = bucket["s3OutputConfigurations"]
    return {
        "Export": {
            "Name": export["name"],
            "Description": export["description"],
            "DataQuery": {
                "QueryStatement": query["queryStatement"],
                "TableConfigurations": query["tableConfigurations"],
            },
            "DestinationConfigurations": {
                "S3Destination": {
                    "S3Bucket": bucket["s3Bucket"],
                    "S3Prefix": bucket["s3Prefix"],
                    "S3Region": bucket["s3Region"],
                    "S3OutputConfigurations": _pascal(output),
                }
            },
            "RefreshCadence": _pascal(cadence),
        }
    }


def _pascal(value: Any) -> Any:
    """Names as AWS writes them."""
    if isinstance(value, Mapping):
        return {f"{key[0].upper()}{key[1:]}": _pascal(each) for key, each in value.items()}  # pyright: ignore
    return value
