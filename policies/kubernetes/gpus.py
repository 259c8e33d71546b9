"""Names of devices that Pods ask for."""


def is_device(name: str) -> bool:
    """Whether a resource name is that of a GPU, a MIG slice or a Neuron device."""
    return name.startswith(("nvidia.com/gpu", "nvidia.com/mig-", "aws.amazon.com/neuron", "amd.com/gpu"))
