"""The certificate of a load balancer, validated by DNS, and its DNS records."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws


def certificate(
    name: str, names: Sequence[str], zone_id: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """The ARN of a certificate for `names`, resolved after AWS has validated it by DNS records."""
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
    ]
    validated = aws.acm.CertificateValidation(
        f"{name}-validation",
        certificate_arn=requested.arn,
        validation_record_fqdns=[proof.fqdn for proof in proofs],
        opts=opts,
    )
    return validated.certificate_arn


def alias(
    name: str,
    domain: str,
    balancer: aws.lb.LoadBalancer,
    zone_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> aws.route53.Record:
    """An alias record of `domain` for the load balancer. Route 53 does not charge queries for AWS aliases."""
    return aws.route53.Record(
        f"{name}-{domain.replace('*', 'wildcard')}",
        zone_id=zone_id,
        name=domain,
        type="A",
        aliases=[{"name": balancer.dns_name, "zone_id": balancer.zone_id, "evaluate_target_health": True}],
        opts=opts,
    )


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
