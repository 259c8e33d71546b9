"""What the stack will use of Amazon SageMaker: the part `sagemaker` of the `mlplatform:usage` section."""

from pydantic import Field

from pricing.spec import Amount, Section, Share


class SageMakerUsage(Section):
    """What training jobs and Studio use in a month."""

    job_hours: dict[str, Amount] = Field(
        default_factory=dict[str, float],
        description="Hours of on-demand instances of training and processing jobs, a month, by instance type, such as "
        "ml.g5.2xlarge. A job of 3 hours on 2 instances takes 6.",
    )
    spot_job_hours: dict[str, Amount] = Field(
        default_factory=dict[str, float],
        description="Hours of instances of managed spot training, a month, by instance type.",
    )
    spot_saving: Share = Field(
        default=0.0,
        description="Share (0 to 1) of the on-demand price that managed spot training saves. AWS publishes no price; "
        "a finished job shows its share as TrainingTimeInSeconds against BillableTimeInSeconds. 0 is the worst case.",
    )
    warm_pool_hours: dict[str, Amount] = Field(
        default_factory=dict[str, float],
        description="Hours that warm pools keep instances without a job, a month, by instance type.",
    )
    studio_hours: dict[str, Amount] = Field(
        default_factory=dict[str, float], description="Hours that apps of Studio run, a month, by instance type."
    )
    home_gb: Amount = Field(
        default=10, description="Files in the home folders of each domain of Studio, in GB over the month."
    )
    space_gb: Amount = Field(
        default=0, description="Disks of the spaces of each domain of Studio, in GB over the month; stopped ones count."
    )
