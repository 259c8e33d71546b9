"""What is recorded and watched in an account in a month."""

from pydantic import Field

from pricing.spec import Amount, Section


class AuditUsage(Section):
    """A month's events. Requests for objects are those of the section buckets."""

    management_million: Amount = Field(
        default=2,
        description="Management events of the account, in millions a month. CloudTrail records the first copy free; "
        "GuardDuty charges for them.",
    )
    flow_and_dns_gb: Amount = Field(
        default=50,
        description="Flow logs and DNS logs that GuardDuty reads by itself, in GB a month.",
    )
    cluster_audit_million: Amount = Field(
        default=10, description="Audit events of EKS that GuardDuty reads, in millions a month."
    )
    watched_vcpus: Amount = Field(
        default=50, description="vCPUs of nodes that GuardDuty's runtime monitoring watches on average over the month."
    )
    scanned_volume_gb: Amount = Field(
        default=100, description="Volumes that GuardDuty scans for malware after findings, in GB a month."
    )
