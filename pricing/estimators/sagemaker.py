"""Amazon SageMaker: the jobs of a training platform by hours of use, and Studio by its files, disks and apps."""

from collections.abc import Iterator

from pricing.charges import Charge, Cheaper, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.resource import Resource


@prices("mlplatform:index:TrainingPlatform")
def jobs(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The hours of its jobs, and of warm pools that wait for one. Jobs are not resources of the stack.

    AWS publishes no price of managed spot training: it is the on-demand price less what the usage section says.
    """
    usage = stack.usage.sagemaker
    for kind, hours in usage.job_hours.items():
        share = stack.share(resource, hours)
        charge = stack.charge(resource, "sagemaker", f"{kind} training", share, f"jobs on {kind}")
        yield charge if isinstance(charge, Gap) else _with_spot(charge, kind, usage.spot_saving)
    for kind, hours in usage.spot_job_hours.items():
        share = stack.share(resource, hours)
        charge = stack.charge(resource, "sagemaker", f"{kind} training", share, f"spot jobs on {kind}")
        yield charge if isinstance(charge, Gap) else _as_spot(charge, usage.spot_saving)
    for kind, hours in usage.warm_pool_hours.items():
        share = stack.share(resource, hours)
        yield stack.charge(resource, "sagemaker", f"{kind} training", share, f"warm pools of {kind} without a job")


@prices("aws:sagemaker/domain:Domain")
def domain(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The apps that people run, the disks of their spaces, and their home folders in EFS."""
    usage = stack.usage.sagemaker
    for kind, hours in usage.studio_hours.items():
        yield stack.charge(
            resource, "sagemaker", f"{kind} studio", stack.share(resource, hours), f"apps of Studio on {kind}"
        )
    yield stack.charge(resource, "sagemaker", "studio-space-storage", usage.space_gb, "disks of spaces")
    yield stack.charge(resource, "efs", "standard", usage.home_gb, "home folders")


def _with_spot(charge: Charge, kind: str, saving: float) -> Charge:
    """A charge on demand, with what spot would cost where the usage section says what it saves."""
    if not saving:
        return charge
    how = "Set spot for jobs that can start again, and checkpoints for those of an hour or more."
    way = Cheaper(f"managed spot for jobs on {kind}", how, charge.unit_price * (1 - saving))
    return charge._replace(cheaper=way)


def _as_spot(charge: Charge, saving: float) -> Charge:
    return charge._replace(unit_price=charge.unit_price * (1 - saving), item=f"{charge.item} spot")
