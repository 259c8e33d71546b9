"""Logs that a service writes only where an input asks for them."""

from policies.engine.controls import exactly, given, holding, line, never, one_of, present, table
from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Level, Severity
from policies.engine.stack import Stack
from resources.inputs import read, text
from resources.resource import Resource

_MWAA = "loggingConfiguration"


def _has_logs_of_its_own(database: Resource, _: Stack) -> bool:
    """Whether the instance exports logs itself. The instances of a cluster leave that to the cluster."""
    return not str(text(read(database.inputs, "engine"))).startswith("aurora")


table(
    "service-logs",
    "Services write the logs that an investigation needs",
    line(
        "acm/certificate:Certificate",
        "options.certificateTransparencyLoggingPreference",
        never("DISABLED"),
        "CKV_AWS_234",
    ),
    line("apigateway/stage:Stage", "accessLogSettings.destinationArn", present(), "CKV_AWS_76"),
    line("apigatewayv2/stage:Stage", "accessLogSettings.destinationArn", present(), "CKV_AWS_76", "APIGateway.9"),
    line("appsync/graphQLApi:GraphQLApi", "logConfig.cloudwatchLogsRoleArn", present(), "CKV_AWS_193"),
    line("cfg/recorder:Recorder", "recordingGroup.allSupported", never(False), "CKV2_AWS_48", "Config.1"),
    line("cfg/recorderStatus:RecorderStatus", "isEnabled", exactly(True), "CKV2_AWS_45", "Config.1"),
    line("cloudfront/distribution:Distribution", "loggingConfig.bucket", present(), "CKV_AWS_86", "CloudFront.5"),
    line("docdb/cluster:Cluster", "enabledCloudwatchLogsExports", holding("audit"), "CKV_AWS_85", "DocumentDB.4"),
    line("ec2clientvpn/endpoint:Endpoint", "connectionLogOptions.enabled", exactly(True), "EC2.51"),
    line(
        "ecs/cluster:Cluster",
        "configuration.executeCommandConfiguration.logging",
        never("NONE"),
        "CKV_AWS_223",
    ),
    line("ecs/cluster:Cluster", "settings?.value", never("disabled"), "CKV_AWS_65", "ECS.12"),
    line("ecs/taskDefinition:TaskDefinition", "containerDefinitions.logConfiguration", present(), "ECS.9"),
    line("elasticsearch/domain:Domain", "logPublishingOptions", present(), "CKV_AWS_84"),
    line("elb/loadBalancer:LoadBalancer", "accessLogs.bucket", present(), "CKV_AWS_92", "ELB.5"),
    line("globalaccelerator/accelerator:Accelerator", "attributes.flowLogsEnabled", exactly(True), "CKV_AWS_75"),
    line("mq/broker:Broker", "logs.general", exactly(True), "CKV_AWS_48"),
    line(
        "mq/broker:Broker",
        "logs.audit",
        exactly(True),
        "CKV_AWS_197",
        "MQ.2",
        when=given("engineType", "ActiveMQ", "ACTIVEMQ"),
    ),
    line("mwaa/environment:Environment", f"{_MWAA}.schedulerLogs.enabled", exactly(True), "CKV_AWS_242"),
    line("mwaa/environment:Environment", f"{_MWAA}.webserverLogs.enabled", exactly(True), "CKV_AWS_244"),
    line("mwaa/environment:Environment", f"{_MWAA}.workerLogs.enabled", exactly(True), "CKV_AWS_243"),
    line("neptune/cluster:Cluster", "enableCloudwatchLogsExports", holding("audit"), "CKV_AWS_101", "Neptune.2"),
    line("opensearch/domain:Domain", "logPublishingOptions", present(), "CKV_AWS_84"),
    line(
        "rds/instance:Instance",
        "enabledCloudwatchLogsExports",
        present(),
        "CKV_AWS_129",
        "RDS.9",
        when=_has_logs_of_its_own,
    ),
    line(
        "sfn/stateMachine:StateMachine",
        "loggingConfiguration.level",
        one_of("ALL", "ERROR", "FATAL"),
        "CKV_AWS_285",
        "StepFunctions.1",
    ),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC04-BP01")],
    remediation="Set the input as the message says, with a log group or bucket of the stack.",
    field="the input that the message names",
)
