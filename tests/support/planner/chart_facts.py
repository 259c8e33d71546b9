"""The form in which a chart's own names are written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Toleration = Mapping[str, str]
EVERY_TAINT: Toleration = {"operator": "Exists"}


@dataclass(frozen=True)
class Pods:
    """One workload of a chart. Paths lead into the release's values; `ports` are those it listens on."""

    labels: Mapping[str, str]
    account: str
    """Its service account, or the path of the value that names it, after "values:"."""
    ports: tuple[int, ...] = ()
    selector_path: tuple[str, ...] = ("nodeSelector",)
    affinity_path: tuple[str, ...] = ("affinity",)
    tolerations_path: tuple[str, ...] = ("tolerations",)
    selector: Mapping[str, str] = field(default_factory=dict[str, str])
    """What its template asks of a node beside our values."""
    tolerations: tuple[Toleration, ...] = ()
    """What it tolerates beside our values, or by default."""
    advertises: str = ""
    """The resource that nodes have through it alone."""
    asks_kubernetes: bool = False
    asks_aws: bool = False
    daemon: bool = False
    host_network: bool = False
    when: tuple[str, ...] = ()
    """The values that make the chart have it; it always has it when empty."""
    optional: bool = False
    """Whether a plan may hold no node for it."""
    unplaced: bool = False
    """Whether its template takes neither tolerations nor affinity from the values, so that it runs beside teams."""
    pod_security: str = "restricted"
    """The strictest Pod Security Standard that admits it; host paths need `privileged`."""


@dataclass(frozen=True)
class ChartFacts:
    """A chart at a version: its workloads, and the API groups it brings definitions for."""

    version: str
    source: str
    pods: tuple[Pods, ...] = ()
    defines: tuple[str, ...] = ()
    """The groups of its definitions, or group/Kind where another chart defines the rest of the group."""
    crds_folder: bool = False
    """Whether it keeps definitions in `crds/`, which Helm installs once and never upgrades."""
    makes: tuple[Pods, ...] = ()
    """Pods that its controller makes for the objects of others, in whichever namespace those are."""


def named(name: str, instance: str | None = None) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance or name}
