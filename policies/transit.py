"""TLS, in every service that has it in an input of its own."""

from collections.abc import Iterator

from policies.elb import LISTENERS
from policies.engine.controls import exactly, line, never, one_of, table
from policies.engine.frameworks import checkov, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, number, read, text
from resources.resource import Resource

_OLD_TRANSFER = (
    "TransferSecurityPolicy-2018-11",
    "TransferSecurityPolicy-2020-06",
    "TransferSecurityPolicy-FIPS-2020-06",
)
_PLAIN_PORTS = (21, 23, 25, 80, 8000, 8080)
_PLAIN_PARAMETERS = {
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": {"tls": ("disabled",)},
    "aws:neptune/clusterParameterGroup:ClusterParameterGroup": {"neptune_enforce_ssl": ("0",)},
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {
        "rds.force_ssl": ("0",),
        "require_secure_transport": ("0", "off"),
    },
    "aws:rds/parameterGroup:ParameterGroup": {"rds.force_ssl": ("0",), "require_secure_transport": ("0", "off")},
    "aws:redshift/parameterGroup:ParameterGroup": {"require_ssl": ("false", "0")},
}
"""By type of parameter group, the parameters that turn TLS off, and their values that do.

Sources: Amazon DocumentDB developer guide, "Managing TLS settings"; Neptune user guide, "Cluster parameters"; RDS user
guides of PostgreSQL and MySQL; Redshift management guide, "Configuring security options for connections".
"""

table(
    "transit-encryption",
    "Services accept and make only connections with current TLS",
    line("acm/certificate:Certificate", "keyAlgorithm", never("RSA_1024"), "ACM.2"),
    line("apigateway/domainName:DomainName", "securityPolicy", never("TLS_1_0"), "CKV_AWS_206"),
    line("apigatewayv2/domainName:DomainName", "domainNameConfiguration.securityPolicy", never("TLS_1_0")),
    line("appsync/apiCache:ApiCache", "transitEncryptionEnabled", exactly(True), "CKV_AWS_215", "AppSync.6"),
    line(
        "cloudfront/distribution:Distribution",
        "defaultCacheBehavior.viewerProtocolPolicy",
        never("allow-all"),
        "CKV_AWS_34",
        "CloudFront.3",
    ),
    line(
        "cloudfront/distribution:Distribution",
        "orderedCacheBehaviors?.viewerProtocolPolicy",
        never("allow-all"),
        "CKV_AWS_34",
        "CloudFront.3",
    ),
    line(
        "cloudfront/distribution:Distribution",
        "origins.customOriginConfig?.originProtocolPolicy",
        never("http-only", "match-viewer"),
        "CKV2_AWS_72",
        "CloudFront.9",
    ),
    line(
        "cloudfront/distribution:Distribution",
        "origins.customOriginConfig?.originSslProtocols",
        never("SSLv3", "TLSv1", "TLSv1.1"),
        "CKV2_AWS_54",
        "CloudFront.10",
    ),
    line(
        "cloudfront/distribution:Distribution",
        "viewerCertificate?.minimumProtocolVersion",
        never("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016"),
        "CKV_AWS_174",
        "CloudFront.15",
    ),
    line(
        "cloudfront/distribution:Distribution",
        "viewerCertificate?.cloudfrontDefaultCertificate",
        never(True),
        "CloudFront.7",
    ),
    line("dax/cluster:Cluster", "clusterEndpointEncryptionType", exactly("TLS"), "CKV_AWS_239", "DynamoDB.7"),
    line("dms/endpoint:Endpoint", "sslMode", never("none"), "CKV2_AWS_49", "DMS.9"),
    line(
        "ecs/taskDefinition:TaskDefinition",
        "volumes.efsVolumeConfiguration?.transitEncryption",
        exactly("ENABLED"),
        "CKV_AWS_97",
    ),
    line("elasticsearch/domain:Domain", "domainEndpointOptions.enforceHttps", exactly(True), "CKV_AWS_83"),
    line("elasticsearch/domain:Domain", "nodeToNodeEncryption.enabled", exactly(True), "CKV_AWS_6", "ES.3"),
    line(
        "elasticsearch/domain:Domain",
        "domainEndpointOptions?.tlsSecurityPolicy",
        never("Policy-Min-TLS-1-0-2019-07"),
        "CKV_AWS_228",
        "ES.8",
    ),
    line("elb/loadBalancer:LoadBalancer", "listeners.lbProtocol", one_of("https", "HTTPS", "ssl", "SSL"), "ELB.3"),
    line("memorydb/cluster:Cluster", "tlsEnabled", never(False), "CKV_AWS_202"),
    line(
        "mskconnect/connector:Connector",
        "kafkaClusterEncryptionInTransit.encryptionType",
        exactly("TLS"),
        "MSK.3",
    ),
    line("opensearch/domain:Domain", "domainEndpointOptions.enforceHttps", exactly(True), "CKV_AWS_83"),
    line("opensearch/domain:Domain", "nodeToNodeEncryption.enabled", exactly(True), "CKV_AWS_6", "Opensearch.3"),
    line(
        "opensearch/domain:Domain",
        "domainEndpointOptions?.tlsSecurityPolicy",
        never("Policy-Min-TLS-1-0-2019-07"),
        "CKV_AWS_228",
        "Opensearch.8",
    ),
    line("rds/proxy:Proxy", "requireTls", exactly(True), "RDS.43"),
    line(
        "sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
        "networkConfig.enableInterContainerTrafficEncryption",
        exactly(True),
        "CKV_AWS_369",
    ),
    line("ses/configurationSet:ConfigurationSet", "deliveryOptions.tlsPolicy", exactly("Require"), "CKV_AWS_365"),
    line("sesv2/configurationSet:ConfigurationSet", "deliveryOptions.tlsPolicy", exactly("REQUIRE")),
    line("sns/topicSubscription:TopicSubscription", "protocol", never("http")),
    line("transfer/server:Server", "protocols", never("FTP"), "CKV_AWS_357", "Transfer.2"),
    line("transfer/server:Server", "securityPolicyName", never(*_OLD_TRANSFER), "CKV_AWS_380"),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC09-BP02")],
    remediation="Set the input as the message says, and let clients connect with TLS 1.2 or later.",
    field="the input that the message names",
)


@rule(
    "plain-parameters",
    "Parameter groups do not turn TLS off",
    _PLAIN_PARAMETERS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_90"), checkov("CKV_AWS_105"), well_architected("SEC09-BP02")],
    remediation="Remove the parameter, or set it so that connections without TLS are refused.",
    field="parameters",
)
def _plain_parameters(group: Resource, _: Stack) -> Iterator[Result]:
    plain = _PLAIN_PARAMETERS[group.type]
    for each in elements(read(group.inputs, "parameters")):
        name, value = str(text(read(each, "name"))), display(read(each, "value")).lower()
        if value in plain.get(name, ()):
            yield Finding(f"lets clients connect without TLS, because {name} is {value}")


@rule(
    "plain-listener",
    "Listeners of network load balancers do not serve the ports of plain protocols",
    LISTENERS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_AWS_2"), well_architected("SEC09-BP02")],
    remediation="Use protocol TLS with a certificate on port 443, or pass TLS through on port 443.",
    field="protocol and port",
)
def _plain_listener(listener: Resource, _: Stack) -> Iterator[Result]:
    port = number(read(listener.inputs, "port"))
    if text(read(listener.inputs, "protocol")) in ("TCP", "TCP_UDP") and port in _PLAIN_PORTS:
        yield Finding(f"passes on port {port:g} as it is, and clients speak a protocol without TLS there")
