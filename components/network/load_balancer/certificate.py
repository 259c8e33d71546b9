"""The certificate of a load balancer, validated by DNS, and its DNS records."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from .failover_spec import FailoverRole, FailoverSpec


def certificate(
    name: str,
    names: Sequence[str],
    zone_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    *,
    proven: bool = False,
) -> pulumi.Output[str]:
    """The ARN of a certificate for `names`, resolved after AWS has validated it by DNS records.

    With `proven` another stack of the account has made these records, which are the same in all regions. Source: ACM
    user guide, "DNS validation".
    """
    requested = aws.acm.Certificate(
        f"{name}-certificate",
        domain_name=names[0],
        subject_alternative_names=list(names[1:]) or None,
        validation_method="DNS",
        tags={"Name": name},
        opts=opts,
    )
    proofs = [
        _proof(f"{name}-proof-{bare}", bare, requested, zone_id, opts)
        for bare in dict.fromkeys(each.removeprefix("*.") for each in names)
        if not proven
    ]
    validated = aws.acm.CertificateValidation(
        f"{name}-validation",
        certificate_arn=requested.arn,
        validation_record_fqdns=[proof.fqdn for proof in proofs] or None,
        opts=opts,
    )
    return validated.certificate_arn


def alias(
    name: str,
    domain: str,
    balancer: aws.lb.LoadBalancer,
    zone_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    failover: FailoverSpec | None = None,
    health_check_id: pulumi.Input[str] | None = None,
) -> aws.route53.Record:
    """An alias record of `domain` for the load balancer. Route 53 does not charge queries for AWS aliases.

    With `failover` it is one of two records. Only `health_check_id` decides whether Route 53 answers with the primary
    one: targets that fail for a short time move no names, neither to the other region nor back.
    """
    return aws.route53.Record(
        f"{name}-{domain.replace('*', 'wildcard')}",
        zone_id=zone_id,
        name=domain,
        type="A",
        aliases=[
            {
                "name": balancer.dns_name,
                "zone_id": balancer.zone_id,
                "evaluate_target_health": failover is None,
            }
        ],
        opts=opts,
        **(_one_of_two(failover, health_check_id) if failover else {}),
    )


def _one_of_two(failover: FailoverSpec, health_check_id: pulumi.Input[str] | None) -> dict[str, Any]:
    """What tells the record of this stack from that of the other region."""
    role = str(failover.role)
    return {
        "set_identifier": role,
        "failover_routing_policies": [{"type": role.upper()}],
        "health_check_id": health_check_id if failover.role is FailoverRole.PRIMARY else None,
    }


def _proof(
    name: str, domain: str, requested: aws.acm.Certificate, zone_id: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> aws.route53.Record:
    """The record that proves control of a domain to AWS. A wildcard has the same record as its domain."""
    option = requested.domain_validation_options.apply(
        lambda options: next(each for each in options if str(each.domain_name).removeprefix("*.") == domain)
    )
    return aws.route53.Record(
        name,
        zone_id=zone_id,
        name=option.apply(lambda each: str(each.resource_record_name)),
        type=option.apply(lambda each: str(each.resource_record_type)),
        records=[option.apply(lambda each: str(each.resource_record_value))],
        ttl=300,
        opts=opts,
    )
