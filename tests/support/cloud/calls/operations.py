"""Calls of alarms, events, logs, metrics, queues, budgets and audits."""

import json
from typing import Any

from tests.support.cloud.call import Call, Rows


def _alarm(inputs: dict[str, Any]) -> dict[str, Any]:
    dimensions = inputs.pop("dimensions", None)
    if dimensions:
        inputs["dimensions"] = [{"name": key, "value": value} for key, value in dimensions.items()]
    if "metricQueries" in inputs:
        inputs["metrics"] = [_query(each) for each in inputs.pop("metricQueries")]
    return inputs


def _query(query: dict[str, Any]) -> dict[str, Any]:
    metric = query.pop("metric", None)
    if metric:
        dimensions: dict[str, str] = metric.pop("dimensions", None) or {}
        named = [{"name": key, "value": value} for key, value in dimensions.items()]
        stated = {key: metric.pop(key) for key in ("period", "stat", "unit") if key in metric}
        query["metricStat"] = {"metric": {**metric, "dimensions": named}, **stated}
    return query


def budget_request(inputs: dict[str, Any]) -> dict[str, Any]:
    """A budget with its notifications, each beside those who get it."""
    tags = inputs.pop("tags", None)
    notifications = inputs.pop("notifications", [])
    limit = {"amount": inputs.pop("limitAmount"), "unit": inputs.pop("limitUnit")}
    filters = {each["name"]: each["values"] for each in inputs.pop("costFilters", [])}
    budget = {**inputs, "budgetName": inputs["name"], "budgetLimit": limit, "costFilters": filters}
    del budget["name"]
    return {
        "accountId": "111122223333",
        "budget": budget,
        "notificationsWithSubscribers": [_notified(each) for each in notifications],
        **({"resourceTags": tags} if tags else {}),
    }


def _notified(notification: dict[str, Any]) -> dict[str, Any]:
    mails: list[str] = notification.pop("subscriberEmailAddresses", None) or []
    topics: list[str] = notification.pop("subscriberSnsTopicArns", None) or []
    return {
        "notification": notification,
        "subscribers": [{"subscriptionType": "EMAIL", "address": each} for each in mails]
        + [{"subscriptionType": "SNS", "address": each} for each in topics],
    }


def _in_anomaly(member: str, inputs: dict[str, Any]) -> dict[str, Any]:
    tags = inputs.pop("tags", None)
    if "monitorSpecification" in inputs:
        inputs["monitorSpecification"] = json.loads(inputs["monitorSpecification"])
    return {member: inputs, **({"resourceTags": tags} if tags else {})}


OPERATIONS: Rows = {
    "aws:amp/alertManagerDefinition:AlertManagerDefinition": (
        Call("amp:CreateAlertManagerDefinition", {"definition": "data"}),
    ),
    "aws:amp/ruleGroupNamespace:RuleGroupNamespace": (Call("amp:CreateRuleGroupsNamespace"),),
    "aws:amp/scraper:Scraper": (
        Call(
            "amp:CreateScraper",
            {
                "scrapeConfiguration": "scrapeConfiguration.configurationBlob",
                "source.eks": "eksConfiguration",
                "destination.amp": "ampConfiguration",
            },
        ),
    ),
    "aws:amp/workspace:Workspace": (
        Call("amp:CreateWorkspace"),
        Call(
            "amp:CreateLoggingConfiguration",
            {"loggingConfiguration": "logGroupArn"},
            own={"workspaceId": "id"},
            takes=("loggingConfiguration",),
            shaped=lambda inputs: inputs["loggingConfiguration"],
        ),
    ),
    "aws:amp/workspaceConfiguration:WorkspaceConfiguration": (Call("amp:UpdateWorkspaceConfiguration"),),
    "aws:bcmdata/export:Export": (Call("bcm-data-exports:CreateExport", {"tags": "ResourceTags"}),),
    "aws:budgets/budget:Budget": (Call("budgets:CreateBudget", shaped=budget_request),),
    "aws:budgets/budgetAction:BudgetAction": (
        Call("budgets:CreateBudgetAction", {"tags": "ResourceTags"}, given={"AccountId": "111122223333"}),
    ),
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": (
        Call("chatbot:CreateSlackChannelConfiguration"),
    ),
    "aws:cloudtrail/trail:Trail": (
        Call("cloudtrail:CreateTrail", {"tags": "TagsList"}),
        Call(
            "cloudtrail:StartLogging",
            own={"Name": "name"},
            takes=("enableLogging",),
            shaped=lambda _: {},
        ),
        Call("cloudtrail:PutEventSelectors", own={"TrailName": "name"}, takes=("advancedEventSelectors",)),
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": (Call("cloudwatch:PutCompositeAlarm"),),
    "aws:cloudwatch/eventRule:EventRule": (Call("events:PutRule", own={"Name": "name"}),),
    "aws:cloudwatch/eventTarget:EventTarget": (
        Call(
            "events:PutTargets",
            {"arn": "Targets[].Arn", "deadLetterConfig": "Targets[].DeadLetterConfig"},
            given={"Targets[].Id": "target"},
        ),
    ),
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": (
        Call("logs:PutDataProtectionPolicy", {"logGroupName": "logGroupIdentifier"}),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        Call("logs:CreateLogGroup", {"name": "logGroupName"}),
        Call("logs:PutRetentionPolicy", own={"logGroupName": "name"}, takes=("retentionInDays",)),
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (Call("logs:PutResourcePolicy"),),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        Call("cloudwatch:PutMetricAlarm", own={"AlarmName": "name"}, shaped=_alarm),
    ),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": (
        Call(
            "ce:CreateAnomalyMonitor",
            {"AnomalyMonitor.name": "MonitorName"},
            shaped=lambda inputs: _in_anomaly("AnomalyMonitor", inputs),
        ),
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": (
        Call(
            "ce:CreateAnomalySubscription",
            {
                "AnomalySubscription.name": "SubscriptionName",
                "AnomalySubscription.thresholdExpression.ands": "And",
                "AnomalySubscription.thresholdExpression.ands.dimension": "Dimensions",
            },
            shaped=lambda inputs: _in_anomaly("AnomalySubscription", inputs),
        ),
    ),
    "aws:costexplorer/costAllocationTag:CostAllocationTag": (
        Call(
            "ce:UpdateCostAllocationTagsStatus",
            {"status": "CostAllocationTagsStatus[].Status", "tagKey": "CostAllocationTagsStatus[].TagKey"},
        ),
    ),
    "aws:sns/topic:Topic": (Call("sns:CreateTopic", {"kmsMasterKeyId": "Attributes.KmsMasterKeyId"}),),
    "aws:sns/topicPolicy:TopicPolicy": (
        Call(
            "sns:SetTopicAttributes",
            {"arn": "TopicArn", "policy": "AttributeValue"},
            given={"AttributeName": "Policy"},
        ),
    ),
    "aws:sns/topicSubscription:TopicSubscription": (Call("sns:Subscribe", {"topic": "TopicArn"}),),
    "aws:sqs/queue:Queue": (
        Call(
            "sqs:CreateQueue",
            {
                "kmsMasterKeyId": "Attributes.KmsMasterKeyId",
                "messageRetentionSeconds": "Attributes.MessageRetentionPeriod",
                "receiveWaitTimeSeconds": "Attributes.ReceiveMessageWaitTimeSeconds",
                "redrivePolicy": "Attributes.RedrivePolicy",
                "sqsManagedSseEnabled": "Attributes.SqsManagedSseEnabled",
                "visibilityTimeoutSeconds": "Attributes.VisibilityTimeout",
            },
            own={"QueueName": "name"},
        ),
    ),
    "aws:sqs/queuePolicy:QueuePolicy": (Call("sqs:SetQueueAttributes", {"policy": "Attributes.Policy"}),),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (
        Call("sqs:SetQueueAttributes", {"redriveAllowPolicy": "Attributes.RedriveAllowPolicy"}),
    ),
    "aws:xray/indexingRule:IndexingRule": (Call("xray:UpdateIndexingRule"),),
    "aws:xray/traceSegmentDestination:TraceSegmentDestination": (Call("xray:UpdateTraceSegmentDestination"),),
}
