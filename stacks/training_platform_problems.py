"""What the section trainingPlatform needs of other sections."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.facts.regions import partition_of
from components.network.network_args import EndpointService, NatMode
from stacks.names import nearest

if TYPE_CHECKING:
    from stacks.config import StackConfig

_SUBMITTERS = (EndpointService.SAGEMAKER_API, EndpointService.LOGS)
"""What a program in the VPC needs to submit jobs and to read their logs."""
_STUDIO = (
    *(EndpointService.SAGEMAKER_API, EndpointService.SAGEMAKER_RUNTIME),
    *(EndpointService.LOGS, EndpointService.STS),
)
"""Source: SageMaker developer guide, "Connect Amazon SageMaker Studio in a VPC to External Resources"."""


def training_platform_problems(config: "StackConfig") -> Iterator[Problem]:
    """Every problem that trainingPlatform has with the other sections."""
    yield from _usage(config)
    platform = config.training_platform
    if not platform:
        return
    at: Place = ("trainingPlatform",)
    if not config.feature_store:
        yield Problem(at, platform.name, "it needs featureStore, whose buckets hold data and models; add it")
    yield from _network(config)
    yield from _alarm_topics(config)
    for index, team in enumerate(platform.teams):
        if config.environment.account in team.reader_accounts:
            remedy = "it is the stack's own account, which reads its registry anyway; remove it"
            yield Problem((*at, "teams", index, "readerAccounts"), config.environment.account, remedy)


def _network(config: "StackConfig") -> Iterator[Problem]:
    platform, network = config.training_platform, config.network
    if not platform:
        return
    closed = network.nat is NatMode.NONE
    if platform.internet and closed:
        remedy = "network.nat is none, so there is no route to the internet; set nat to single, or internet to false"
        yield Problem(("trainingPlatform", "internet"), True, remedy)
    needed = [*(_SUBMITTERS if closed else ()), *(_STUDIO if platform.studio and not platform.internet else ())]
    lacking = sorted({each.value for each in needed if each not in network.interface_endpoints})
    if lacking:
        who = "Studio" if platform.studio else "a program that submits jobs"
        remedy = f"{who} reaches AWS by interface endpoints only; add {', '.join(lacking)}"
        yield Problem(("network", "interfaceEndpoints"), [each.value for each in network.interface_endpoints], remedy)


def _alarm_topics(config: "StackConfig") -> Iterator[Problem]:
    """Source: CloudWatch user guide, "Alarm actions": an alarm notifies topics of its own region."""
    environment, platform = config.environment, config.training_platform
    for index, topic in enumerate(platform.alarm_topic_arns if platform else ()):
        if topic.split(":")[1:5] != [partition_of(environment.region), "sns", environment.region, environment.account]:
            own = f"{environment.account} in {environment.region}"
            remedy = f"alarms of the stack notify topics of its own account and region; write a topic of {own}"
            yield Problem(("trainingPlatform", "alarmTopicArns", index), topic, remedy)


def _usage(config: "StackConfig") -> Iterator[Problem]:
    """Assumed hours must be of instance types that the platform allows."""
    platform, usage = config.training_platform, config.usage.sagemaker
    studio = platform.studio if platform else None
    allowed = {
        "jobHours": (usage.job_hours, list(platform.instance_types) if platform else []),
        "spotJobHours": (usage.spot_job_hours, list(platform.instance_types) if platform else []),
        "warmPoolHours": (usage.warm_pool_hours, list(platform.instance_types) if platform else []),
        "studioHours": (usage.studio_hours, list(studio.instance_types) if studio else []),
    }
    for field, (hours, types) in allowed.items():
        section = "trainingPlatform.studio" if field == "studioHours" else "trainingPlatform"
        for name in hours:
            if name not in types:
                remedy = (
                    f"{section}.instanceTypes does not have {name}; add it there, or remove it{nearest(name, types)}"
                    if types
                    else f"the stack has no {section}; remove it"
                )
                yield Problem(("usage", "sagemaker", field, name), hours[name], remedy)
