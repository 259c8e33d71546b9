"""Cases of the rules in policies/transit.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes
from tests.support.policies.tables import Examples, Pair, cases, unknown_case

ON = Pair(True, False)
SEARCH = {
    "domainEndpointOptions.enforceHttps": ON,
    "domainEndpointOptions.tlsSecurityPolicy": Pair("Policy-Min-TLS-1-2-PFS-2023-10", "Policy-Min-TLS-1-0-2019-07"),
    "nodeToNodeEncryption.enabled": ON,
}
EXAMPLES: Examples = {
    "acm/certificate:Certificate": {"keyAlgorithm": Pair("EC_prime256v1", "RSA_1024")},
    "apigateway/domainName:DomainName": {"securityPolicy": Pair("TLS_1_2", "TLS_1_0")},
    "apigatewayv2/domainName:DomainName": {"domainNameConfiguration.securityPolicy": Pair("TLS_1_2", "TLS_1_0")},
    "appsync/apiCache:ApiCache": {"transitEncryptionEnabled": ON},
    "cloudfront/distribution:Distribution": {
        "defaultCacheBehavior.viewerProtocolPolicy": Pair("redirect-to-https", "allow-all"),
        "orderedCacheBehaviors[].viewerProtocolPolicy": Pair("https-only", "allow-all"),
        "origins[].customOriginConfig.originProtocolPolicy": Pair("https-only", "http-only"),
        "origins[].customOriginConfig.originSslProtocols": Pair(["TLSv1.2"], ["TLSv1.2", "TLSv1"]),
        "viewerCertificate.cloudfrontDefaultCertificate": Pair(None, True),
        "viewerCertificate.minimumProtocolVersion": Pair("TLSv1.2_2021", "TLSv1"),
    },
    "dax/cluster:Cluster": {"clusterEndpointEncryptionType": Pair("TLS", None)},
    "dms/endpoint:Endpoint": {"sslMode": Pair("verify-full", "none")},
    "ecs/taskDefinition:TaskDefinition": {
        "volumes[].efsVolumeConfiguration.fileSystemId": "fs-1",
        "volumes[].efsVolumeConfiguration.transitEncryption": Pair("ENABLED", None),
    },
    "elasticsearch/domain:Domain": SEARCH,
    "elb/loadBalancer:LoadBalancer": {"listeners[].lbProtocol": Pair("https", "http")},
    "memorydb/cluster:Cluster": {"tlsEnabled": Pair(None, False)},
    "mskconnect/connector:Connector": {"kafkaClusterEncryptionInTransit.encryptionType": Pair("TLS", "PLAINTEXT")},
    "opensearch/domain:Domain": SEARCH,
    "rds/proxy:Proxy": {"requireTls": Pair(True, None)},
    "sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": {
        "networkConfig.enableInterContainerTrafficEncryption": ON,
    },
    "ses/configurationSet:ConfigurationSet": {"deliveryOptions.tlsPolicy": Pair("Require", None)},
    "sesv2/configurationSet:ConfigurationSet": {"deliveryOptions.tlsPolicy": Pair("REQUIRE", "OPTIONAL")},
    "sns/topicSubscription:TopicSubscription": {"protocol": Pair("https", "http")},
    "transfer/server:Server": {
        "protocols": Pair(["SFTP"], ["SFTP", "FTP"]),
        "securityPolicyName": Pair("TransferSecurityPolicy-2025-03", "TransferSecurityPolicy-2018-11"),
    },
}


def parameters(kind: str, name: str, value: Any) -> Resource:
    """A parameter group with one parameter."""
    return make(f"aws:{kind}", {"parameters": [{"name": name, "value": value}]})


def listener(port: Any, protocol: Any = "TCP") -> Resource:
    return make("aws:lb/listener:Listener", {"port": port, "protocol": protocol})


CASES = [
    *cases("transit-encryption", EXAMPLES),
    passes("transit-encryption", make("aws:ecs/taskDefinition:TaskDefinition", {"volumes": [{"name": "scratch"}]})),
    unknown_case("transit-encryption", "rds/proxy:Proxy", "requireTls", EXAMPLES),
    passes("plain-parameters", parameters("rds/parameterGroup:ParameterGroup", "rds.force_ssl", "1")),
    passes("plain-parameters", parameters("rds/parameterGroup:ParameterGroup", "log_statement", "0")),
    passes("plain-parameters", make("aws:rds/parameterGroup:ParameterGroup"), kind="absent"),
    passes(
        "plain-parameters", parameters("rds/parameterGroup:ParameterGroup", "rds.force_ssl", UNKNOWN), kind="unknown"
    ),
    fails("plain-parameters", parameters("rds/parameterGroup:ParameterGroup", "rds.force_ssl", "0"), found="is 0"),
    fails("plain-parameters", parameters("rds/parameterGroup:ParameterGroup", "rds.force_ssl", 0), found="is 0"),
    fails(
        "plain-parameters",
        parameters("rds/clusterParameterGroup:ClusterParameterGroup", "require_secure_transport", "OFF"),
        found="require_secure_transport is off",
    ),
    fails(
        "plain-parameters",
        parameters("docdb/clusterParameterGroup:ClusterParameterGroup", "tls", "disabled"),
        found="tls is disabled",
    ),
    fails(
        "plain-parameters",
        parameters("neptune/clusterParameterGroup:ClusterParameterGroup", "neptune_enforce_ssl", "0"),
        found="neptune_enforce_ssl",
    ),
    fails(
        "plain-parameters", parameters("redshift/parameterGroup:ParameterGroup", "require_ssl", "false"), found="false"
    ),
    passes("plain-listener", listener(443)),
    passes("plain-listener", listener(5432)),
    passes("plain-listener", listener(80, "HTTP")),
    passes("plain-listener", make("aws:lb/listener:Listener"), kind="absent"),
    passes("plain-listener", listener(UNKNOWN), kind="unknown"),
    fails("plain-listener", listener(80), found="passes on port 80"),
    fails("plain-listener", listener("8080", "TCP_UDP"), found="passes on port 8080"),
]
