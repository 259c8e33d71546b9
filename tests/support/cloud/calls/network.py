"""Calls of networks, load balancers, names and firewalls."""

from collections.abc import Callable
from typing import Any

from tests.support.cloud.call import Call, Rows, tagged

_SOURCES = {
    "cidrIpv4": ("ipRanges", "cidrIp"),
    "prefixListId": ("prefixListIds", "prefixListId"),
    "referencedSecurityGroupId": ("userIdGroupPairs", "groupId"),
}


def _attribute(name: str, call: str, identity: str) -> Call:
    """A call that changes one attribute of a VPC or subnet, as EC2 wants it: one in each call."""
    return Call(call, {name: f"{name[:1].upper()}{name[1:]}.Value"}, own={identity: "id"}, takes=(name,))


def _rule(inputs: dict[str, Any]) -> dict[str, Any]:
    """A rule of a security group as a permission for one source, which has the description."""
    [(kind, key, value)] = [
        (*member, inputs.pop(name)) for name, member in _SOURCES.items() if inputs.get(name) is not None
    ]
    source = {key: value, "description": inputs.pop("description", None)}
    ports = {name: inputs.pop(name) for name in ("ipProtocol", "fromPort", "toPort") if name in inputs}
    return tagged("security-group-rule")({**inputs, "ipPermissions": [{**ports, kind: [source]}]})


def _record(inputs: dict[str, Any]) -> dict[str, Any]:
    zone = inputs.pop("zoneId")
    aliases = inputs.pop("aliases", None)
    found: dict[str, Any] = {"name": inputs.pop("name"), "type": inputs.pop("type")}
    if aliases:
        [alias] = aliases
        found["aliasTarget"] = {
            "hostedZoneId": alias["zoneId"],
            "DNSName": alias["name"],
            "evaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    if "records" in inputs:
        found["resourceRecords"] = [{"value": each} for each in inputs.pop("records")]
        found["TTL"] = inputs.pop("ttl")
    for name in ("setIdentifier", "healthCheckId"):
        if name in inputs:
            found[name] = inputs.pop(name)
    for policy in inputs.pop("failoverRoutingPolicies", ()):
        found["failover"] = policy["type"]
    change = {"action": "UPSERT", "resourceRecordSet": found}
    return {**inputs, "hostedZoneId": zone, "changeBatch": {"changes": [change]}}


def _listener(inputs: dict[str, Any]) -> dict[str, Any]:
    certificate = inputs.pop("certificateArn", None)
    if certificate:
        inputs["certificates"] = [{"certificateArn": certificate}]
    return inputs


def _load_balancer(inputs: dict[str, Any]) -> dict[str, Any]:
    internal = inputs.pop("internal", False)
    return {**inputs, "scheme": "internal" if internal else "internet-facing"}


def _attributes(call: str, identity: str, **names: str) -> Call:
    """A call that sets attributes of a load balancer's part, each as a key with a text."""
    return Call(
        call,
        {name: f"Attributes[Key={key}].Value" for name, key in names.items()},
        own={identity: "arn"},
        takes=tuple(names),
    )


def _access_logs(inputs: dict[str, Any]) -> dict[str, Any]:
    logs = inputs["accessLogs"]
    return {
        "attributes": [
            {"key": f"access_logs.s3.{key}", "value": str(logs[key]).lower() if key == "enabled" else logs[key]}
            for key in ("enabled", "bucket", "prefix")
        ]
    }


def _health_check(inputs: dict[str, Any]) -> dict[str, Any]:
    """A health check, whose tags and triggers are no part of its creation."""
    config = {key: value for key, value in inputs.items() if key not in ("tags", "triggers")}
    alarm = {"name": config.pop("cloudwatchAlarmName", None), "region": config.pop("cloudwatchAlarmRegion", None)}
    given = {key: value for key, value in alarm.items() if value}
    named = {**config, **({"alarmIdentifier": given} if given else {})}
    return {"callerReference": "reference", "healthCheckConfig": named}


def _flow_log(inputs: dict[str, Any]) -> dict[str, Any]:
    vpc = inputs.pop("vpcId")
    return tagged("vpc-flow-log")({**inputs, "resourceIds": [vpc]})


def _target_group(inputs: dict[str, Any]) -> dict[str, Any]:
    """A target group with its health check beside it."""
    check = inputs.pop("healthCheck", {})
    matcher = {"matcher": {"httpCode": check.pop("matcher")}} if "matcher" in check else {}
    names = {
        "healthyThreshold": "healthyThresholdCount",
        "unhealthyThreshold": "unhealthyThresholdCount",
        "interval": "healthCheckIntervalSeconds",
        "timeout": "healthCheckTimeoutSeconds",
    }
    return {**inputs, **matcher, **{names.get(key, f"healthCheck{key}"): value for key, value in check.items()}}


def _rules(inputs: dict[str, Any]) -> dict[str, Any]:
    return {**inputs, "conditions": [_condition(each) for each in inputs["conditions"]]}


def _condition(condition: dict[str, Any]) -> dict[str, Any]:
    """A condition of a listener's rule, with the field that its only part is for."""
    fields = {"hostHeader": "host-header", "httpHeader": "http-header", "pathPattern": "path-pattern"}
    [name] = condition
    return {"field": fields[name], f"{name}Config": condition[name]}


def _body_of(scope: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The custom bodies of a web ACL as a map by their key."""

    def change(inputs: dict[str, Any]) -> dict[str, Any]:
        bodies: list[dict[str, Any]] = inputs.pop("customResponseBodies", None) or []
        named = {each["key"]: {key: value for key, value in each.items() if key != "key"} for each in bodies}
        return {**inputs, **({scope: named} if named else {})}

    return change


NETWORK: Rows = {
    "aws:acm/certificate:Certificate": (Call("acm:RequestCertificate"),),
    "aws:ec2/eip:Eip": (Call("ec2:AllocateAddress", shaped=tagged("elastic-ip")),),
    "aws:ec2/eipAssociation:EipAssociation": (Call("ec2:AssociateAddress"),),
    "aws:ec2/flowLog:FlowLog": (
        Call(
            "ec2:CreateFlowLogs",
            {"iamRoleArn": "DeliverLogsPermissionArn"},
            given={"ResourceType": "VPC"},
            shaped=_flow_log,
        ),
    ),
    "aws:ec2/internetGateway:InternetGateway": (
        Call("ec2:CreateInternetGateway", shaped=tagged("internet-gateway")),
        Call("ec2:AttachInternetGateway", own={"InternetGatewayId": "id"}, takes=("vpcId",)),
    ),
    "aws:ec2/natGateway:NatGateway": (Call("ec2:CreateNatGateway", shaped=tagged("natgateway")),),
    "aws:ec2/route:Route": (Call("ec2:CreateRoute"),),
    "aws:ec2/routeTable:RouteTable": (Call("ec2:CreateRouteTable", shaped=tagged("route-table")),),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (Call("ec2:AssociateRouteTable"),),
    "aws:ec2/securityGroup:SecurityGroup": (
        Call("ec2:CreateSecurityGroup", own={"GroupName": "name"}, shaped=tagged("security-group")),
    ),
    "aws:ec2/subnet:Subnet": (
        Call("ec2:CreateSubnet", shaped=tagged("subnet")),
        _attribute("mapPublicIpOnLaunch", "ec2:ModifySubnetAttribute", "SubnetId"),
    ),
    "aws:ec2/vpc:Vpc": (
        Call("ec2:CreateVpc", shaped=tagged("vpc")),
        _attribute("enableDnsHostnames", "ec2:ModifyVpcAttribute", "VpcId"),
        _attribute("enableDnsSupport", "ec2:ModifyVpcAttribute", "VpcId"),
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (
        Call("ec2:CreateVpcEndpoint", {"policy": "PolicyDocument"}, shaped=tagged("vpc-endpoint")),
    ),
    "aws:lb/listener:Listener": (
        Call(
            "elbv2:CreateListener",
            {
                "defaultActions.fixedResponse": "FixedResponseConfig",
                "defaultActions.redirect": "RedirectConfig",
            },
            shaped=_listener,
        ),
        _attributes(
            "elbv2:ModifyListenerAttributes",
            "ListenerArn",
            routingHttpResponseServerEnabled="routing.http.response.server.enabled",
            routingHttpResponseStrictTransportSecurityHeaderValue=(
                "routing.http.response.strict_transport_security.header_value"
            ),
        ),
    ),
    "aws:lb/listenerRule:ListenerRule": (Call("elbv2:CreateRule", shaped=_rules),),
    "aws:lb/loadBalancer:LoadBalancer": (
        Call(
            "elbv2:CreateLoadBalancer",
            {"loadBalancerType": "Type"},
            own={"Name": "name"},
            shaped=_load_balancer,
        ),
        Call(
            "elbv2:ModifyLoadBalancerAttributes",
            own={"LoadBalancerArn": "arn"},
            takes=("accessLogs",),
            shaped=_access_logs,
        ),
        _attributes(
            "elbv2:ModifyLoadBalancerAttributes",
            "LoadBalancerArn",
            desyncMitigationMode="routing.http.desync_mitigation_mode",
            dropInvalidHeaderFields="routing.http.drop_invalid_header_fields.enabled",
            enableDeletionProtection="deletion_protection.enabled",
            idleTimeout="idle_timeout.timeout_seconds",
            preserveHostHeader="routing.http.preserve_host_header.enabled",
        ),
    ),
    "aws:lb/targetGroup:TargetGroup": (
        Call("elbv2:CreateTargetGroup", own={"Name": "name"}, shaped=_target_group),
        _attributes(
            "elbv2:ModifyTargetGroupAttributes",
            "TargetGroupArn",
            deregistrationDelay="deregistration_delay.timeout_seconds",
            loadBalancingAlgorithmType="load_balancing.algorithm.type",
        ),
    ),
    "aws:route53/healthCheck:HealthCheck": (Call("route53:CreateHealthCheck", shaped=_health_check),),
    "aws:route53/record:Record": (Call("route53:ChangeResourceRecordSets", shaped=_record),),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        Call("ec2:AuthorizeSecurityGroupEgress", {"securityGroupId": "GroupId"}, shaped=_rule),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        Call("ec2:AuthorizeSecurityGroupIngress", {"securityGroupId": "GroupId"}, shaped=_rule),
    ),
    "aws:wafv2/webAcl:WebAcl": (
        Call("wafv2:CreateWebACL", own={"Name": "name"}, shaped=_body_of("customResponseBodies")),
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": (Call("wafv2:AssociateWebACL"),),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (
        Call(
            "wafv2:PutLoggingConfiguration",
            {
                name: f"LoggingConfiguration.{name[:1].upper()}{name[1:]}"
                for name in ("logDestinationConfigs", "loggingFilter", "redactedFields", "resourceArn")
            },
        ),
    ),
}
