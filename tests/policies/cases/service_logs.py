"""Cases of the rules in policies/service_logs.py."""

from tests.support.policies.cases import make, passes
from tests.support.policies.tables import Examples, Pair, cases, unknown_case

WRITTEN = Pair(True, False)
GROUP = Pair("arn:aws:logs:us-east-1:123456789012:log-group:x", None)
PUBLISHED = Pair([{"logType": "AUDIT_LOGS", "cloudwatchLogGroupArn": "arn"}], None)
EXAMPLES: Examples = {
    "acm/certificate:Certificate": {
        "options.certificateTransparencyLoggingPreference": Pair("ENABLED", "DISABLED"),
    },
    "apigateway/stage:Stage": {"accessLogSettings.destinationArn": GROUP},
    "apigatewayv2/stage:Stage": {"accessLogSettings.destinationArn": GROUP},
    "appsync/graphQLApi:GraphQLApi": {"logConfig.cloudwatchLogsRoleArn": Pair("arn:aws:iam::1:role/r", None)},
    "cfg/recorder:Recorder": {"recordingGroup.allSupported": WRITTEN},
    "cfg/recorderStatus:RecorderStatus": {"isEnabled": WRITTEN},
    "cloudfront/distribution:Distribution": {"loggingConfig.bucket": Pair("logs.s3.amazonaws.com", None)},
    "docdb/cluster:Cluster": {"enabledCloudwatchLogsExports": Pair(["audit", "profiler"], ["profiler"])},
    "ec2clientvpn/endpoint:Endpoint": {"connectionLogOptions.enabled": WRITTEN},
    "ecs/cluster:Cluster": {
        "configuration.executeCommandConfiguration.logging": Pair("OVERRIDE", "NONE"),
        "settings[].value": Pair("enhanced", "disabled"),
    },
    "ecs/taskDefinition:TaskDefinition": {
        "containerDefinitions[].logConfiguration": Pair({"logDriver": "awslogs"}, None),
    },
    "elasticsearch/domain:Domain": {"logPublishingOptions": PUBLISHED},
    "elb/loadBalancer:LoadBalancer": {"accessLogs.bucket": Pair("logs", None)},
    "globalaccelerator/accelerator:Accelerator": {"attributes.flowLogsEnabled": WRITTEN},
    "mq/broker:Broker": {"engineType": "ActiveMQ", "logs.general": WRITTEN, "logs.audit": WRITTEN},
    "mwaa/environment:Environment": {
        "loggingConfiguration.schedulerLogs.enabled": WRITTEN,
        "loggingConfiguration.webserverLogs.enabled": WRITTEN,
        "loggingConfiguration.workerLogs.enabled": Pair(True, None),
    },
    "neptune/cluster:Cluster": {"enableCloudwatchLogsExports": Pair(["audit"], None)},
    "opensearch/domain:Domain": {"logPublishingOptions": PUBLISHED},
    "rds/instance:Instance": {"engine": "postgres", "enabledCloudwatchLogsExports": Pair(["postgresql"], None)},
    "sfn/stateMachine:StateMachine": {"loggingConfiguration.level": Pair("ERROR", "OFF")},
}
CASES = [
    passes("service-logs", make("aws:rds/instance:Instance", {"engine": "aurora-postgresql"})),
    *cases("service-logs", EXAMPLES),
    passes("service-logs", make("aws:mq/broker:Broker", {"engineType": "RabbitMQ", "logs": {"general": True}})),
    unknown_case("service-logs", "sfn/stateMachine:StateMachine", "loggingConfiguration.level", EXAMPLES),
]
