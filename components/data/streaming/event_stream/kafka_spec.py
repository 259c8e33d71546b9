"""The Kafka cluster of an event stream: what it is made from, and what is refused."""

from enum import StrEnum
from typing import NotRequired, TypedDict

from pydantic import Field, field_validator, model_validator

from ....core.problems import refuse_at
from ....core.spec import Spec, refuse
from ....facts.kafka_brokers import BROKERS
from ....facts.versions import KafkaVersion, kafka_support_end

MOST_BROKERS = 60
"""The most brokers of a cluster in KRaft mode. Source: Amazon MSK developer guide, "Amazon MSK quota"."""
_RETIRED_BROKER = "kafka.t3.small"


class KafkaMonitoring(StrEnum):
    """The metrics that MSK sends to CloudWatch. DEFAULT is free and has the lag of consumers; others are charged."""

    DEFAULT = "DEFAULT"
    PER_BROKER = "PER_BROKER"
    PER_TOPIC_PER_BROKER = "PER_TOPIC_PER_BROKER"
    PER_TOPIC_PER_PARTITION = "PER_TOPIC_PER_PARTITION"


class KafkaConfig(TypedDict):
    """The brokers of a provisioned cluster."""

    version: NotRequired[KafkaVersion]
    """The version of Kafka, in KRaft mode. It can be raised, never lowered."""
    broker_type: NotRequired[str]
    """The size of a broker, such as kafka.m7g.large."""
    zones: NotRequired[int]
    """Zones that the brokers are in: the first 2 or 3 of the subnets. Another number replaces the cluster."""
    brokers_per_zone: NotRequired[int]
    """Brokers in each zone. It can be raised; MSK lowers it only for clusters without partitions on the brokers."""
    storage_gib: NotRequired[int]
    """The disk of each broker in GiB. MSK can enlarge it, and never makes it smaller."""
    maximum_storage_gib: NotRequired[int]
    """Up to which size MSK enlarges disks by itself once they are 60 percent full; equal to storageGib: never."""
    tiered_storage: NotRequired[bool]
    """Whether topics may keep older records in cheaper storage. It can't be turned off again."""
    monitoring: NotRequired[KafkaMonitoring]
    """The metrics that MSK sends to CloudWatch."""


class KafkaSpec(Spec):
    """The brokers of a provisioned cluster."""

    version: KafkaVersion = Field(
        default=KafkaVersion.V3_9, description="The version of Kafka, in KRaft mode. It can be raised, never lowered."
    )
    broker_type: str = Field(default="kafka.m7g.large", description="The size of a broker, such as kafka.m7g.large.")
    zones: int = Field(
        default=3,
        ge=2,
        le=3,
        description="Zones that the brokers are in: the first 2 or 3 of the subnets. Another number replaces the "
        "cluster.",
    )
    brokers_per_zone: int = Field(
        default=1,
        ge=1,
        le=60,
        description="Brokers in each zone. It can be raised; MSK lowers it only for clusters without partitions on the "
        "brokers.",
    )
    storage_gib: int = Field(
        default=100,
        ge=1,
        le=16_384,
        description="The disk of each broker in GiB. MSK can enlarge it, and never makes it smaller.",
    )
    maximum_storage_gib: int = Field(
        default=1000,
        ge=1,
        le=16_384,
        description="Up to which size MSK enlarges disks by itself once they are 60 percent full; equal to storageGib: "
        "never.",
    )
    tiered_storage: bool = Field(
        default=False,
        description="Whether topics may keep older records in cheaper storage. It can't be turned off again.",
    )
    monitoring: KafkaMonitoring = Field(
        default=KafkaMonitoring.DEFAULT, description="The metrics that MSK sends to CloudWatch; DEFAULT is free."
    )

    @field_validator("version", mode="before")
    @classmethod
    def _supported(cls, version: object) -> object:
        if not isinstance(version, str) or version in list(KafkaVersion):
            return version
        if end := kafka_support_end(version):
            why = f"the support of Kafka {version} by MSK ended on {end.isoformat()}"
        elif f"{version}.kraft" in list(KafkaVersion):
            why = "clusters with ZooKeeper can't change to KRaft later"
        else:
            why = f"this platform does not support {version} on Standard brokers"
        raise refuse(version, f"{why}; write one of {', '.join(KafkaVersion)}")

    @field_validator("broker_type")
    @classmethod
    def _known_broker(cls, broker: str) -> str:
        if broker == _RETIRED_BROKER:
            raise refuse(broker, f"MSK refuses {broker} in KRaft mode; write kafka.m7g.large, or use engine kinesis")
        if broker not in BROKERS:
            raise refuse(broker, f"{broker} is not a size of Standard brokers", list(BROKERS), "kafka.m7g.large")
        return broker

    @model_validator(mode="after")
    def _sizes_fit(self) -> "KafkaSpec":
        if self.brokers > MOST_BROKERS:
            raise refuse_at(
                "brokersPerZone",
                self.brokers_per_zone,
                f"{self.brokers} brokers exceed the {MOST_BROKERS} of a cluster; write fewer, or a larger brokerType",
            )
        if self.maximum_storage_gib < self.storage_gib:
            raise refuse_at(
                "maximumStorageGib",
                self.maximum_storage_gib,
                f"must be at least storageGib = {self.storage_gib}; raise it",
            )
        return self

    @property
    def brokers(self) -> int:
        """The number of brokers."""
        return self.zones * self.brokers_per_zone

    @property
    def grows(self) -> bool:
        """Whether MSK enlarges disks by itself."""
        return self.maximum_storage_gib > self.storage_gib
