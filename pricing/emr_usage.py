"""What Spark jobs on EMR use in a month: the part `spark` of the usage section."""

from pydantic import Field

from pricing.spec import Amount, Section, Share


class SparkUsage(Section):
    """A month's use of EMR."""

    vcpu_hours: Amount = Field(
        default=1000,
        description="vCPU-hours of the stack's jobs on EMR Serverless or EMR on EKS, a month. EMR Serverless charges "
        "each worker from its start to its end, at least for a minute.",
    )
    memory_gb_hours: Amount = Field(
        default=4000,
        description="Memory of these jobs, in GB-hours a month.",
    )
    storage_gb_hours: Amount = Field(
        default=0,
        description="Disks of EMR Serverless workers above the 20 GB that each has free, in GB-hours a month.",
    )
    started_hours: Amount = Field(
        default=730,
        le=744,
        description="Hours a month in which each application with warm workers is started. 730 is the worst case.",
    )
    warm_used_share: Share = Field(
        default=0,
        description="Share (0 to 1) of these hours in which jobs use the warm workers, which vcpuHours then contains. "
        "The rest is shown as unused.",
    )
    cluster_hours: Amount = Field(
        default=730,
        le=744,
        description="Hours a month in which each cluster of EMR on EC2 runs. 730 is the worst case: it never ends.",
    )
    task_vcpu_hours: Amount = Field(
        default=0, description="vCPU-hours of task nodes of the stack's clusters of EMR on EC2, a month."
    )
