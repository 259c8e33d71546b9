"""Machines of AWS Batch are priced by the hours in which jobs use them."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import component, launch_template, referring, resource

ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
QUEUE = "aws:batch/jobQueue:JobQueue"
GPUS = ["g5.xlarge", "g4dn.xlarge"]
TEMPLATE = launch_template({"volumeSize": 100.0, "volumeType": "gp3"})


def environment(kind: Any = "EC2", types: Any = GPUS, *, name: str = "ml-gpu", **computed: Any) -> Resource:
    given = {"type": kind, "instanceTypes": types, "maxVcpus": 32.0, "minVcpus": 0.0, **computed}
    made = resource(ENVIRONMENT, name, type="MANAGED", computeResources=given)
    return referring(made, {"computeResources": [TEMPLATE]})


def queue(*environments: Resource) -> Resource:
    made = resource(QUEUE, "queue", computeEnvironmentOrders=UNKNOWN)
    return referring(made, {"computeEnvironmentOrders": environments})


def priced(*resources: Resource, **batch: Any) -> Estimate:
    usage = Usage.model_validate({"batch": batch})
    return estimate([component(), TEMPLATE, *resources], region="us-east-1", usage=usage)


def lines(result: Estimate) -> list[tuple[str, float]]:
    return [(line.what, line.monthly) for line in result.lines]


def test_on_demand_takes_the_type_with_the_cheapest_vcpu() -> None:
    # 100 h x 0.526 = 52.60; 100 / 730 x 100 GB x 0.08 = 1.0959.
    result = priced(environment(), machineHours={"gpu": 100})
    assert lines(result) == [
        ("0.137 x g4dn.xlarge on demand for 100 hours of jobs", 52.6),
        ("0.137 x node volume of 100 GB gp3", 1.0959),
    ]
    assert result.gaps == ()
    assert result.faults == ()


def test_spot_counts_the_mean_of_its_types() -> None:
    # (0.18936 + 0.41246) / 2 = 0.30091; 100 h cost 30.091.
    result = priced(environment("SPOT"), machineHours={"gpu": 100})
    assert lines(result)[0] == ("0.137 x g4dn.xlarge or g5.xlarge spot for 100 hours of jobs", 30.091)


def test_hours_a_day_are_shared_by_environments_without_a_figure() -> None:
    # 24 hours a day are 730 a month; two environments have 365 each, at 0.526: 191.99.
    others = [environment(name="ml-one"), environment(name="ml-two"), environment(name="ml-known")]
    result = priced(*others, hoursADay=24, machineHours={"known": 10})
    hours = {line.urn.rpartition("::")[2]: line.quantity for line in result.lines if line.unit == "instance-hour"}
    assert hours == {"ml-one": 365, "ml-two": 365, "ml-known": 10}
    assert next(line.monthly for line in result.lines if line.quantity == 365) == 191.99


def test_by_default_jobs_use_twelve_hours_a_day() -> None:
    # 12 hours a day are 365 a month: 365 x 0.526 = 191.99.
    assert lines(priced(environment()))[0] == ("0.5 x g4dn.xlarge on demand for 365 hours of jobs", 191.99)


def test_without_hours_the_line_says_what_the_limit_would_cost() -> None:
    # 8 machines of 4 vCPUs x 730 h x 0.526 = 3,071.84.
    [(what, monthly)] = lines(priced(environment(), machineHours={"gpu": 0}))
    assert monthly == 0
    assert what == "priced at 0: usage states no nodes; its limit of 8 x g4dn.xlarge costs 3,071.84 a month"


def test_machines_that_always_run_show_what_no_job_uses() -> None:
    # 6 vCPUs are 2 machines in 1,460 hours: 767.96. Jobs use 60 of them.
    result = priced(environment(minVcpus=6.0), machineHours={"gpu": 60})
    what, monthly = lines(result)[0]
    assert monthly == 767.96
    assert what == "2 x g4dn.xlarge on demand that minVcpus keeps running: no job uses 1,400 of the hours"


def test_hours_beyond_those_of_machines_that_always_run_are_added() -> None:
    # One machine in 730 hours and 270 more: (730 + 270) x 0.526 = 526.
    result = priced(environment(minVcpus=4.0), machineHours={"gpu": 1000})
    assert sum(line.monthly for line in result.lines if line.unit == "instance-hour") == pytest.approx(526)


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ((environment("FARGATE"),), "compute environments of type FARGATE have no estimator"),
        ((environment(types=["g5"]),), "it names instance families"),
        ((environment(types=["optimal"]),), "it names instance families"),
        ((environment(types=UNKNOWN),), "instanceTypes is known only after the deployment"),
        ((environment(types=["u7i-12tb.224xlarge"]),), "u7i-12tb.224xlarge"),
    ],
)
def test_machines_without_a_price_are_a_gap(resources: tuple[Resource, ...], reason: str) -> None:
    assert any(reason in gap.reason for gap in priced(*resources).gaps)


def test_an_unmanaged_environment_starts_no_machines() -> None:
    assert lines(priced(resource(ENVIRONMENT, "own", type="UNMANAGED"))) == []


def test_volumes_of_an_unknown_template_are_a_gap() -> None:
    bare = resource(ENVIRONMENT, "ml-gpu", type="MANAGED", computeResources={"type": "EC2", "instanceTypes": GPUS})
    assert [gap.reason for gap in priced(bare).gaps] == [
        "the volumes of its machines are those of an image that the stack does not describe"
    ]


def test_queues_definitions_and_schedules_are_free() -> None:
    types = (QUEUE, "aws:batch/jobDefinition:JobDefinition", "aws:batch/schedulingPolicy:SchedulingPolicy")
    result = priced(*(resource(each) for each in (*types, "aws:scheduler/schedule:Schedule")))
    assert (result.monthly, result.gaps) == (0, ())


def test_hours_above_the_limit_of_vcpus_are_refused() -> None:
    # 4 vCPUs are one g4dn.xlarge, which runs 730 hours in a month.
    result = priced(environment(maxVcpus=4.0), machineHours={"gpu": 1_000_000})
    assert result.faults == (
        "usage.batch.machineHours.gpu = 1e+06: maximumVcpus of the environment allows 730 machine hours a month; write "
        "730 or less, or raise maximumVcpus",
    )
    assert priced(environment(maxVcpus=4.0), machineHours={"gpu": 730}).faults == ()
    assert priced(environment(maxVcpus=8.0), machineHours={"gpu": 1460}).faults == ()


def test_hours_of_an_environment_that_does_not_exist_are_refused() -> None:
    (fault,) = priced(environment(), machineHours={"gpus": 10, "gpu": 1}).faults
    assert fault == (
        "usage.batch.machineHours.gpus = 10: no compute environment of the stack has this name; name one of gpu, "
        "or remove it; did you mean gpu?"
    )


def test_spot_is_advised_where_no_queue_tries_it_first() -> None:
    # 90 % of 100 h x (0.526 - 0.18936) = 30.30.
    alone = environment()
    (saving,) = priced(alone, queue(alone), machineHours={"gpu": 100}).savings
    assert saving.monthly == 30.30
    assert "spot for 90% of the g4dn.xlarge hours of jobs costs 17.04 instead of 47.34 USD a month" in saving.what
    assert saving.how.startswith("Put an environment of spot machines before it in its queues.")


def test_no_spot_is_advised_behind_an_environment_on_spot() -> None:
    spot, demand = environment("SPOT", name="ml-spot"), environment()
    assert priced(spot, demand, queue(spot, demand), machineHours={"gpu": 100, "spot": 100}).savings == ()
