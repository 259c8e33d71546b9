"""The load balancer as it is registered: who reaches what, over which TLS, and what stands before names resolve."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.core.spec import SpecError
from components.network.load_balancer.load_balancer import LONGEST_NAME, ServingLoadBalancer
from components.network.load_balancer.spec import (
    ServingLoadBalancerSpec,
)
from components.network.web_firewall.web_firewall import WebFirewall
from resources.resource import SECRET, Resource
from tests.support.aws_models import faults
from tests.support.components.clusters import needs
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.planner.sdk import problems

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
RULE = "aws:lb/listenerRule:ListenerRule"
TARGETS = "aws:lb/targetGroup:TargetGroup"
CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

ACL = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl/waf/1"
OIDC = {
    "issuer": "https://id.example.com",
    "authorization_endpoint": "https://id.example.com/authorize",
    "token_endpoint": "https://id.example.com/token",
    "user_info_endpoint": "https://id.example.com/userinfo",
    "client_id": "models",
}
OIDC_SIGN_IN = {"provider": "oidc", "hosts": ["studio.models.example.com"], "oidc": OIDC}
COGNITO_SIGN_IN = {"provider": "cognito", "hosts": ["models.example.com"]}
POOL: dict[str, Any] = {
    "cognito_user_pool_arn": f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_1",
    "cognito_client_id": "client",
    "cognito_domain": "models",
}


def account(*, preview: bool = False) -> Recording:
    return Recording(preview=preview)


GIVEN = {
    "zone_name": "example.com",
    "domain": "models.example.com",
    "alternative_names": ["*.models.example.com"],
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b"],
    "node_security_group_id": "sg-nodes",
    "zone_id": "Z1",
    "log_bucket_name": "logs",
    "web_acl_arn": ACL,
}


def balancer(recording: Recording | None = None, name: str = "serving", **args: Any) -> Recording:
    given: Any = {**GIVEN, **args}
    return run(lambda: ServingLoadBalancer(name, given), recording or account())


def spec(**config: Any) -> ServingLoadBalancerSpec:
    return ServingLoadBalancerSpec.model_validate(
        {"zone_name": "example.com", "domain": "models.example.com", **config}
    )


def rule(recording: Recording, role: str) -> Resource:
    return recording.one(RULE, f"serving-{role}-rule")


def hosts(resource: Resource) -> list[str]:
    [values] = [each["hostHeader"]["values"] for each in resource.inputs["conditions"] if "hostHeader" in each]
    return values


@pytest.fixture(scope="module")
def standard() -> Recording:
    return balancer()


@pytest.mark.parametrize(
    "args", [{"sign_in": OIDC_SIGN_IN, "oidc_client_secret": "s"}, {"sign_in": COGNITO_SIGN_IN, **POOL}]
)
def test_everything_is_known_to_the_sdk(args: Any) -> None:
    recording = balancer(**args)
    assert [problem for each in recording.resources if each.custom for problem in problems(each)] == []


def test_a_preview_registers_the_same_resources(standard: Recording) -> None:
    previewed = balancer(account(preview=True))
    assert {each.urn for each in previewed.resources} == {each.urn for each in standard.resources}


def test_it_is_hardened_and_logged(standard: Recording) -> None:
    inputs = standard.one(BALANCER).inputs
    assert inputs["dropInvalidHeaderFields"] is True
    assert inputs["desyncMitigationMode"] == "strictest"
    assert inputs["enableDeletionProtection"] is True
    assert inputs["internal"] is False
    assert inputs["idleTimeout"] == 300
    assert inputs["accessLogs"] == {"bucket": "logs", "prefix": "serving", "enabled": True}
    assert not inputs.get("enableWafFailOpen")


def test_what_an_environment_decides_is_passed_on() -> None:
    inputs = balancer(deletion_protection=False, idle_timeout_seconds=900, internal=True).one(BALANCER).inputs
    assert (inputs["enableDeletionProtection"], inputs["idleTimeout"], inputs["internal"]) == (False, 900, True)


def test_clients_speak_tls_1_2_or_1_3(standard: Recording) -> None:
    https = standard.one(LISTENER, "serving-https").inputs
    assert (https["port"], https["protocol"]) == (443, "HTTPS")
    assert https["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    assert https["routingHttpResponseStrictTransportSecurityHeaderValue"].startswith("max-age=")
    strict = balancer(tls_policy="ELBSecurityPolicy-TLS13-1-3-PQ-2025-09").one(LISTENER, "serving-https").inputs
    assert strict["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"


def test_plain_http_is_only_redirected(standard: Recording) -> None:
    http = standard.one(LISTENER, "serving-http").inputs
    [action] = http["defaultActions"]
    assert (http["port"], action["type"]) == (80, "redirect")
    assert action["redirect"] == {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}


def test_the_listener_waits_until_the_certificate_is_valid(standard: Recording) -> None:
    listener = standard.one(LISTENER, "serving-https")
    assert listener.property_dependencies["certificateArn"] == [standard.one(VALIDATION).urn]
    assert standard.one(CERTIFICATE).inputs["validationMethod"] == "DNS"


def proofs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A record for each name, in an order of ACM's own. A wildcard has the record of its domain."""
    names = [inputs["domainName"], *inputs["subjectAlternativeNames"]]
    options = [
        {
            "domainName": name,
            "resourceRecordName": f"_proof.{name.removeprefix('*.')}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{name.removeprefix('*.')}.acm-validations.aws.",
        }
        for name in reversed(names)
    ]
    return {"domainValidationOptions": options}


def test_a_wildcard_shares_the_proof_of_its_domain() -> None:
    recording = balancer(
        Recording(computed={CERTIFICATE: proofs}), alternative_names=["*.models.example.com", "api.example.com"]
    )
    found = {each.inputs["name"]: each.inputs for each in recording.all(RECORD) if each.inputs["type"] == "CNAME"}
    assert set(found) == {"_proof.models.example.com.", "_proof.api.example.com."}
    assert found["_proof.api.example.com."]["records"] == ["_api.example.com.acm-validations.aws."]
    assert sorted(recording.one(VALIDATION).inputs["validationRecordFqdns"]) == sorted(
        name.rstrip(".") for name in found
    )


def test_every_name_leads_to_the_load_balancer(standard: Recording) -> None:
    aliases = {each.inputs["name"]: each.inputs for each in standard.all(RECORD) if each.inputs["type"] == "A"}
    assert set(aliases) == {"models.example.com", "*.models.example.com"}
    for alias in aliases.values():
        [target] = alias["aliases"]
        assert target["name"] == "serving-alb-1a2b3c4.us-east-1.elb.amazonaws.com"
        assert (alias["zoneId"], target["zoneId"]) == ("Z1", "Z-us-east-1")


def test_names_resolve_once_the_firewall_and_every_way_in_stand(standard: Recording) -> None:
    before = needs(standard, standard.one(RECORD, "serving-models.example.com"))
    assert {"serving-firewall", "serving-https", "serving-http", "serving-rest-rule", "serving-grpc-rule"} <= before
    assert {each.name for each in (*standard.all(INGRESS), *standard.all(EGRESS))} <= before


def test_the_firewall_is_attached(standard: Recording) -> None:
    association = standard.one(ASSOCIATION)
    assert association.inputs["webAclArn"] == ACL
    assert association.property_dependencies["resourceArn"] == [standard.one(BALANCER).urn]
    assert balancer(web_acl_arn=None).all(ASSOCIATION) == []


def test_grpc_and_rest_have_target_groups_of_their_own(standard: Recording) -> None:
    rest, grpc = standard.one(TARGETS, "serving-rest").inputs, standard.one(TARGETS, "serving-grpc").inputs
    assert [(each["protocolVersion"], each["targetType"], each["port"]) for each in (rest, grpc)] == [
        ("HTTP1", "ip", 8080),
        ("GRPC", "ip", 8080),
    ]
    assert rest["healthCheck"]["port"] == "15021"
    assert rest["healthCheck"]["path"] == "/healthz/ready"
    assert "port" not in grpc["healthCheck"]
    assert grpc["healthCheck"]["matcher"] == "0,12"


def test_a_gateway_with_tls_is_spoken_to_over_tls() -> None:
    recording = balancer(gateway_tls=True)
    for role, checked in (("rest", "HTTP"), ("grpc", "HTTPS")):
        inputs = recording.one(TARGETS, f"serving-{role}").inputs
        assert (inputs["protocol"], inputs["healthCheck"]["protocol"]) == ("HTTPS", checked)
    same = balancer(gateway_tls=True, gateway_port=8443, health_check_port=8443).one(TARGETS, "serving-rest").inputs
    assert same["healthCheck"]["protocol"] == "HTTPS"


def test_requests_are_routed_by_name_and_content_type(standard: Recording) -> None:
    names = ["models.example.com", "*.models.example.com"]
    assert hosts(rule(standard, "rest")) == hosts(rule(standard, "grpc")) == names
    [kind] = [each["httpHeader"] for each in rule(standard, "grpc").inputs["conditions"] if "httpHeader" in each]
    assert kind == {"httpHeaderName": "Content-Type", "values": ["application/grpc*"]}
    assert rule(standard, "grpc").inputs["priority"] < rule(standard, "rest").inputs["priority"]
    for role in ("rest", "grpc"):
        [action] = rule(standard, role).inputs["actions"]
        assert action["targetGroupArn"].endswith(f":targetgroup/serving-{role}-1a2b3c4/serving-{role}-1a2b3c4")


def test_a_name_of_nobody_is_answered_without_the_gateway(standard: Recording) -> None:
    [action] = standard.one(LISTENER, "serving-https").inputs["defaultActions"]
    assert (action["type"], action["fixedResponse"]["statusCode"]) == ("fixed-response", "404")


def test_without_grpc_there_is_one_target_group() -> None:
    recording = balancer(grpc=False)
    assert [each.name for each in recording.all(TARGETS)] == ["serving-rest"]
    assert recording.outputs("serving")["grpc_target_group_arn"] == ""


def ports(recording: Recording, kind: str, group: str) -> set[tuple[Any, int]]:
    """Peer and port of every rule of a security group."""
    return {
        (each.inputs.get("cidrIpv4") or each.inputs["referencedSecurityGroupId"], each.inputs["fromPort"])
        for each in recording.all(kind)
        if each.inputs["securityGroupId"] == group and each.inputs["fromPort"] == each.inputs["toPort"]
    }


def test_it_hears_the_ranges_named_and_reaches_the_gateway_alone() -> None:
    recording = balancer(allowed_cidrs=["203.0.113.0/24", "198.51.100.0/24"])
    own = "sg-serving-alb-sg"
    named = {(cidr, port) for cidr in ("203.0.113.0/24", "198.51.100.0/24") for port in (80, 443)}
    assert ports(recording, INGRESS, own) == named
    assert ports(recording, EGRESS, own) == {("sg-nodes", 8080), ("sg-nodes", 15021)}
    assert ports(recording, INGRESS, "sg-nodes") == {(own, 8080), (own, 15021)}


def test_one_port_for_all_needs_one_rule() -> None:
    recording = balancer(gateway_port=8443, health_check_port=8443)
    assert ports(recording, INGRESS, "sg-nodes") == {("sg-serving-alb-sg", 8443)}


def test_browsers_sign_in_first_whatever_they_claim_to_speak() -> None:
    recording = balancer(sign_in=OIDC_SIGN_IN, oidc_client_secret="s3cr3t")
    sign_in = rule(recording, "sign-in")
    assert hosts(sign_in) == ["studio.models.example.com"]
    assert sign_in.inputs["priority"] < min(rule(recording, role).inputs["priority"] for role in ("rest", "grpc"))
    first, then = sign_in.inputs["actions"]
    assert (first["type"], then["type"]) == ("authenticate-oidc", "forward")
    assert first["authenticateOidc"]["onUnauthenticatedRequest"] == "authenticate"
    assert first["authenticateOidc"]["sessionTimeout"] == 12 * 3600


def test_the_client_secret_is_a_secret() -> None:
    recording = balancer(sign_in=OIDC_SIGN_IN, oidc_client_secret="s3cr3t")
    assert rule(recording, "sign-in").inputs["actions"][0]["authenticateOidc"]["clientSecret"] == SECRET
    assert "s3cr3t" not in str(recording.resources)


def test_load_balancer_reaches_the_sign_in_provider() -> None:
    own = "sg-serving-alb-sg"
    assert ("0.0.0.0/0", 443) in ports(balancer(sign_in=COGNITO_SIGN_IN, **POOL), EGRESS, own)


def test_cognito_signs_in_with_the_pool_given() -> None:
    first = rule(balancer(sign_in=COGNITO_SIGN_IN, **POOL), "sign-in").inputs["actions"][0]
    assert first["authenticateCognito"]["userPoolArn"] == POOL["cognito_user_pool_arn"]
    assert first["authenticateCognito"]["userPoolClientId"] == "client"


def test_outputs_are_what_a_gateway_and_a_client_need(standard: Recording) -> None:
    outputs = standard.outputs("serving")
    assert outputs["url"] == "https://models.example.com"
    assert outputs["security_group_id"] == "sg-serving-alb-sg"
    assert outputs["rest_target_group_arn"].endswith(":targetgroup/serving-rest-1a2b3c4/serving-rest-1a2b3c4")
    assert outputs["grpc_target_group_arn"].endswith(":targetgroup/serving-grpc-1a2b3c4/serving-grpc-1a2b3c4")
    assert outputs["dns_name"] == "serving-alb-1a2b3c4.us-east-1.elb.amazonaws.com"
    assert set(outputs) == set(ServingLoadBalancer.__annotations__)


def test_firewall_is_associated_before_names_resolve() -> None:
    recording = account()

    def program() -> None:
        firewall = WebFirewall("waf", {})
        given: Any = {**GIVEN, "web_acl_arn": firewall.web_acl_arn}
        ServingLoadBalancer("serving", given)

    run(program, recording)
    acl = recording.one("aws:wafv2/webAcl:WebAcl")
    assert recording.one(ASSOCIATION).property_dependencies["webAclArn"] == [acl.urn]
    assert "waf-acl" in needs(recording, recording.one(RECORD, "serving-models.example.com"))


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            {"domain": "models.example.org", "alternative_names": []},
            "models.example.org is outside the zone example.com",
        ),
        ({"alternative_names": ["*.badexample.com"]}, "= '*.badexample.com': *.badexample.com is outside"),
        ({"domain": "Models.example.com"}, "domain = 'Models.example.com'"),
        ({"domain": "*.example.com"}, "domain = '*.example.com'"),
        ({"alternative_names": ["a_b.example.com"]}, "a_b.example.com is not a domain name"),
        (
            {"alternative_names": ["models.example.com"]},
            "domain and alternativeNames list a name twice",
        ),
        ({"alternative_names": [f"{letter}.example.com" for letter in "abcd"]}, "alternative_names"),
        ({"allowed_cidrs": ["10.0.0.1/8"]}, "has bits set beyond its prefix; write 10.0.0.0/8"),
        ({"allowed_cidrs": []}, "allowed_cidrs"),
        ({"idle_timeout_seconds": 4001}, "idle_timeout_seconds = 4001"),
        ({"tls_policy": "ELBSecurityPolicy-2016-08"}, "tls_policy = 'ELBSecurityPolicy-2016-08'"),
        ({"health_check_path": "ready"}, "health_check_path = 'ready'"),
        (
            {"sign_in": {**OIDC_SIGN_IN, "hosts": ["studio.example.com"]}},
            "signIn.hosts = 'studio.example.com': neither domain nor alternativeNames covers this host",
        ),
        (
            {"sign_in": {"provider": "oidc", "hosts": ["models.example.com"]}},
            "sign_in.provider = 'oidc': add the section oidc with the provider's addresses",
        ),
        ({"sign_in": {**COGNITO_SIGN_IN, "oidc": OIDC}}, "takes no section oidc"),
        ({"sign_in": {**OIDC_SIGN_IN, "oidc": {**OIDC, "issuer": "http://id.example.com"}}}, "issuer"),
        ({"sign_in": OIDC_SIGN_IN}, "signIn.provider = oidc: it needs oidc_client_secret"),
        ({"sign_in": COGNITO_SIGN_IN, "cognito_domain": "models"}, "needs cognito_user_pool_arn, cognito_client_id"),
        ({"name": "s" * (LONGEST_NAME + 1)}, "AWS allows 19 characters"),
    ],
)
def test_what_aws_refuses_is_refused_before_registration(args: Any, told: str) -> None:
    recording = account()
    with pytest.raises(SpecError) as error:
        balancer(recording, **args)
    assert told in str(error.value)
    assert recording.resources == []


def test_the_longest_name_leaves_room_for_what_pulumi_appends() -> None:
    recording = balancer(name="s" * LONGEST_NAME)
    named = [*recording.all(BALANCER), *recording.all(TARGETS)]
    assert max(len(each.name) for each in named) + len("-1a2b3c4") == 32


def test_a_zone_may_be_the_domain_itself() -> None:
    assert spec(domain="example.com", alternative_names=["*.example.com"]).names == ("example.com", "*.example.com")


PRIMARY: dict[str, Any] = {"failover": {"role": "primary"}, "failover_health_check_id": "check-1"}


def records(recording: Recording) -> list[Mapping[str, Any]]:
    """The alias records."""
    return [each.inputs for each in recording.resources if each.type == RECORD and "aliases" in each.inputs]


def test_a_record_alone_answers_whatever_the_other_region_does(standard: Recording) -> None:
    for each in records(standard):
        assert not {"setIdentifier", "failoverRoutingPolicies", "healthCheckId"} & set(each)
        assert each["aliases"][0]["evaluateTargetHealth"] is True


def test_a_primary_record_follows_its_health_check_alone() -> None:
    found = records(balancer(**PRIMARY))
    assert len(found) == 2
    for each in found:
        assert each["failoverRoutingPolicies"] == [{"type": "PRIMARY"}]
        assert (each["setIdentifier"], each["healthCheckId"]) == ("primary", "check-1")
        assert each["aliases"][0]["evaluateTargetHealth"] is False


def test_a_secondary_record_is_not_left_by_failing_targets() -> None:
    for each in records(balancer(failover={"role": "secondary"})):
        assert each["failoverRoutingPolicies"] == [{"type": "SECONDARY"}]
        assert each["setIdentifier"] == "secondary"
        assert "healthCheckId" not in each
        assert each["aliases"][0]["evaluateTargetHealth"] is False


def test_the_second_region_takes_over_no_record_of_the_first() -> None:
    first, second = balancer(**PRIMARY), balancer(failover={"role": "secondary"})
    named = [
        {(each.inputs["name"], each.inputs.get("setIdentifier")) for each in recorded(one)} for one in (first, second)
    ]
    assert not named[0] & named[1]
    assert not any(each.inputs.get("allowOverwrite") for each in recorded(second))
    # The records that prove the certificate are the same in all regions, and the first region makes them.
    assert all("aliases" in each.inputs for each in recorded(second))
    assert "validationRecordFqdns" not in second.one(VALIDATION).inputs
    assert second.one(CERTIFICATE).inputs["domainName"] == "models.example.com"


def recorded(recording: Recording) -> list[Resource]:
    return [each for each in recording.resources if each.type == RECORD]


def test_a_pair_of_records_is_what_route_53_accepts() -> None:
    for each in (*records(balancer(**PRIMARY)), *records(balancer(failover={"role": "secondary"}))):
        [alias] = each["aliases"]
        target = {"HostedZoneId": "Z1", "DNSName": alias["name"], "EvaluateTargetHealth": alias["evaluateTargetHealth"]}
        record = {
            "Name": each["name"],
            "Type": each["type"],
            "SetIdentifier": each["setIdentifier"],
            "Failover": each["failoverRoutingPolicies"][0]["type"],
            "AliasTarget": target,
        }
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        request = {"HostedZoneId": "Z1", "ChangeBatch": batch}
        assert faults("route53", "ChangeResourceRecordSets", request) == []


def test_a_primary_without_its_health_check_is_refused() -> None:
    with pytest.raises(SpecError, match=r"failover.role = 'primary': it needs failoverHealthCheckId"):
        balancer(failover={"role": "primary"})
