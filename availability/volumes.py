"""Persistent volumes of pods. A volume of Amazon EBS is in one zone, and holds its pod there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from availability.parts import Part
from availability.pools import Pool, pools_for
from availability.site import Site, counted, metadata, regional
from availability.spread import Spread
from availability.workloads import Workload
from resources.inputs import read

_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_EBS = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs")
"""Source: Amazon EKS user guide, "Store Kubernetes volumes with Amazon EBS" and "Create a storage class"."""
_EFS = "efs.csi.aws.com"
_RETURNS = "with the zone, or when a person restores its snapshot in another zone"


def volumes(site: Site, pools: Sequence[Pool], workload: Workload) -> Iterator[Part]:
    """The volumes of pods as parts: one for Amazon EBS, one for Amazon EFS.

    A class that the plan lacks is counted as EBS in several zones, with the reason.
    """
    label = f"{workload.namespace}/{workload.name}"
    homes = [each for each in pools_for(pools, workload.spec) if each.has_gpus or not workload.gpus]
    zones = tuple(sorted({zone for home in homes for zone in home.zones}))
    units = max(1, workload.replicas or 1)
    drivers = dict(_driver(site, claim) for claim in workload.claims)
    for name, driver in drivers.items():
        if driver == _EFS:
            yield regional("efs", f"file system of {label}")
        elif driver in _EBS:
            spread = Spread("ebs-volume", "ebs-volumes", zones, units)
            yield Part(f"volumes of {label}", spread, counted(units, "volume", zones), returns=_RETURNS)
        elif driver is None:
            why = f"the plan has no storage class {name}"
            yield Part(f"volumes of {label}", Spread("ebs-volume", "ebs-volumes"), "", unknown=why)


def _driver(site: Site, claim: Mapping[str, Any]) -> tuple[str, str | None]:
    """The name of a claim's storage class and its driver; None for a class that the plan lacks.

    A claim with an empty class takes a volume that exists, such as a folder of a node.
    """
    wanted = read(claim, "storageClassName")
    if wanted == "":
        return "", ""
    for each in site.of_type(_CLASS):
        default = read(each.inputs, "metadata", "annotations", _DEFAULT) == "true"
        if metadata(each, "name") == wanted or (wanted is None and default):
            return str(metadata(each, "name")), str(read(each.inputs, "provisioner"))
    return str(wanted or "that is the default"), None
