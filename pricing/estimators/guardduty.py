"""Amazon GuardDuty: what its foundation reads, and each of its plans."""

import math
from collections.abc import Iterator

from components.facts.instances import instance_type
from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import flag, text
from resources.resource import Resource

_SERVICE = "guardduty"
_BUCKET = "aws:s3/bucket:Bucket"
_DATABASE = "aws:rds/instance:Instance"
_FLOWS = (("vpc-flow-dns-first-500GB", 500), ("vpc-flow-dns-next-2000GB", math.inf))
_AUDITS = (("eks-audit-log-first-100M", 100), ("eks-audit-log-next-100M", math.inf))
_OBJECTS = (("s3-data-events-first-500M", 500), ("s3-data-events-next-500M", math.inf))
_VCPUS = (("runtime-first-500-vcpu", 500), ("runtime-next-4500-vcpu", math.inf))
"""Steps of price. The cheaper third step of each is left out, so that very large amounts are priced too high."""
_PROTECTED_ENGINES = ("postgres", "aurora")
"""How the engines begin whose logins GuardDuty reads. Source: GuardDuty user guide, "RDS Protection"."""


@prices("aws:guardduty/detector:Detector")
def detector(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What every detector reads: management events, flow logs and DNS logs."""
    if not flag(resource.inputs, "enable", default=True):
        return
    usage = stack.usage.audit
    sku = "cloudtrail-management-events"
    yield stack.charge(resource, _SERVICE, sku, usage.management_million, "management events read by GuardDuty")
    yield from stack.tiers(resource, _SERVICE, _FLOWS, usage.flow_and_dns_gb, "flow and DNS logs read by GuardDuty")


@prices("aws:guardduty/detectorFeature:DetectorFeature")
def plan(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """What an enabled plan reads in a month."""
    if text(resource.inputs, "status") != "ENABLED":
        return
    usage = stack.usage.audit
    name = text(resource.inputs, "name")
    match name:
        case "EKS_AUDIT_LOGS":
            what = "audit events of EKS read by GuardDuty"
            yield from stack.tiers(resource, _SERVICE, _AUDITS, usage.cluster_audit_million, what)
        case "S3_DATA_EVENTS":
            found = [stack.bucket_usage(bucket) for bucket in stack.of_type(_BUCKET)]
            million = sum(each.put_million + each.get_million for each in found)
            yield from stack.tiers(resource, _SERVICE, _OBJECTS, million, "requests for objects read by GuardDuty")
        case "RUNTIME_MONITORING":
            yield from stack.tiers(resource, _SERVICE, _VCPUS, usage.watched_vcpus, "vCPUs watched by GuardDuty")
        case "EBS_MALWARE_PROTECTION":
            what = "volumes scanned for malware"
            yield stack.charge(resource, _SERVICE, "malware-ebs-scan", usage.scanned_volume_gb, what)
        case "RDS_LOGIN_EVENTS":
            what = "vCPUs of databases whose logins GuardDuty reads"
            yield stack.charge(resource, _SERVICE, "rds-protection", _database_vcpus(stack), what)
        case "LAMBDA_NETWORK_LOGS":
            yield Gap("GuardDuty's Lambda protection has no usage figure")
        case _:
            yield Gap(f"GuardDuty's plan {name} has no estimator")


def _database_vcpus(stack: PricedStack) -> float:
    kinds = [
        instance_type(text(each.inputs, "instanceClass").removeprefix("db."))
        for each in stack.of_type(_DATABASE)
        if text(each.inputs, "engine", "").startswith(_PROTECTED_ENGINES)
    ]
    return float(sum(kind.vcpus for kind in kinds if kind))
