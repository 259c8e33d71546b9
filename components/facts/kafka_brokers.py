"""The sizes of MSK's Standard brokers: the partitions that each may hold, and what its network carries.

Sources: Amazon MSK developer guide, "Best practices for Standard brokers" (partitions that updates of a cluster
support) and "Amazon MSK broker sizes"; aws/agent-toolkit-for-aws, managing-amazon-msk, msk_sizing.py (network).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Broker:
    """One size of broker. `partitions` counts leaders and replicas; `network_mib` is MiB a second."""

    partitions: int
    network_mib: int


BROKERS = {
    "kafka.m7g.large": Broker(1500, 117),
    "kafka.m7g.xlarge": Broker(1500, 234),
    "kafka.m7g.2xlarge": Broker(3000, 469),
    "kafka.m7g.4xlarge": Broker(6000, 937),
    "kafka.m7g.8xlarge": Broker(6000, 1875),
    "kafka.m7g.12xlarge": Broker(6000, 2812),
    "kafka.m7g.16xlarge": Broker(6000, 3750),
    "kafka.m5.large": Broker(1500, 96),
    "kafka.m5.xlarge": Broker(1500, 160),
    "kafka.m5.2xlarge": Broker(3000, 320),
    "kafka.m5.4xlarge": Broker(6000, 640),
    "kafka.m5.8xlarge": Broker(6000, 1280),
    "kafka.m5.12xlarge": Broker(6000, 1536),
    "kafka.m5.16xlarge": Broker(6000, 2560),
    "kafka.m5.24xlarge": Broker(4000, 3200),
}
"""By type. `kafka.t3.small` is left out: MSK refuses it in KRaft mode with "Unsupported InstanceType"."""
