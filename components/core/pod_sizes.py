"""The CPU and memory of pods, as Kubernetes writes them, and the least that a pod needs."""

from .spec import refuse

CPU_PATTERN = r"^([1-9][0-9]{0,2}|[1-9][0-9]{1,4}m)$"
MEMORY_PATTERN = r"^[1-9][0-9]{0,4}(Mi|Gi)$"
"""Both allow more than the largest node has, and no number that is too long to compare."""
LEAST_MILLICPUS = 100
"""With less, the imports of a Python program take minutes, and its probes fail."""


def mebibytes(quantity: str) -> int:
    """A quantity that matches the pattern, such as 8Gi or 512Mi, in MiB."""
    return int(quantity[:-2]) * (1024 if quantity.endswith("Gi") else 1)


def millicpus(quantity: str) -> int:
    """A quantity that matches the pattern, such as 2 or 500m, in thousandths of a CPU."""
    return int(quantity.removesuffix("m")) if quantity.endswith("m") else int(quantity) * 1000


def enough_memory(quantity: str, least: int, pod: str) -> str:
    """`quantity`, when it is `least` MiB or more. `pod` names what needs them, such as "a collector".

    Raises:
        PydanticCustomError: it is less.
    """
    if mebibytes(quantity) < least:
        raise refuse(quantity, f"{pod} needs {least}Mi or more; raise it")
    return quantity


def enough_cpu(quantity: str, pod: str) -> str:
    """`quantity`, when a Python program starts with it. `pod` names the program, such as "a server".

    Raises:
        PydanticCustomError: it is less.
    """
    if millicpus(quantity) < LEAST_MILLICPUS:
        raise refuse(quantity, f"{pod} with less than {LEAST_MILLICPUS}m CPU takes minutes to start; raise it")
    return quantity
