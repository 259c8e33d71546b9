"""The EBS volumes that a resource makes, wherever its type writes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.inputs import each, given, read
from policies.instances import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, NODE_CLASS
from pricing.resource import UNKNOWN, Resource

VOLUME = "aws:ebs/volume:Volume"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
VOLUME_TYPES = frozenset({VOLUME, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE, NODE_CLASS})


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume: where it is written, its values, and how its type is called there."""

    path: str
    values: Any
    type_field: str = "volumeType"
    defaults_to_gp2: bool = True

    @property
    def label(self) -> str:
        """How a message calls it."""
        return self.path or "the volume"


def volumes(resource: Resource) -> Iterator[Volume]:
    """The volumes of one resource of `VOLUME_TYPES`. An unknown list is one volume with unknown values."""
    inputs = resource.inputs
    if resource.type == VOLUME:
        yield Volume("", inputs, "type")
    elif resource.type == LAUNCH_TEMPLATE:
        yield from _mapped("blockDeviceMappings", read(inputs, "blockDeviceMappings"))
    elif resource.type == NODE_CLASS:
        mappings = read(inputs, "spec", "blockDeviceMappings")
        yield from _mapped("spec.blockDeviceMappings", mappings, defaults_to_gp2=False)
    else:
        root = read(inputs, "rootBlockDevice")
        # The root volume's type comes from the AMI where nothing else is said.
        yield Volume("rootBlockDevice", root, defaults_to_gp2=False)
        for index, device in enumerate(each(read(inputs, "ebsBlockDevices"))):
            yield Volume(f"ebsBlockDevices[{index}]", device)


def _mapped(path: str, mappings: Any, *, defaults_to_gp2: bool = True) -> Iterator[Volume]:
    for index, mapping in enumerate(each(mappings)):
        if mapping is UNKNOWN:
            yield Volume(path, UNKNOWN)
        elif not (given(read(mapping, "virtualName")) or given(read(mapping, "noDevice"))):
            yield Volume(f"{path}[{index}].ebs", read(mapping, "ebs"), defaults_to_gp2=defaults_to_gp2)
