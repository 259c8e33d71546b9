"""What a person may choose for a notebook."""

import json
from collections.abc import Sequence

_RELEASE = "v1.11.0"
_SERVERS = (
    "jupyter-scipy",
    "jupyter-pytorch-full",
    "jupyter-pytorch-cuda-full",
    "jupyter-tensorflow-full",
    "jupyter-tensorflow-cuda-full",
)
IMAGES = tuple(f"ghcr.io/kubeflow/kubeflow/notebook-servers/{server}:{_RELEASE}" for server in _SERVERS)
"""Kubeflow's own, of the version of the notebooks that it has."""
IMAGE_PATTERN = (
    r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})"
)
"""An image with its registry, and a tag that is not `latest`, or a digest."""


def choice(images: Sequence[str]) -> str:
    """The list as the form of notebooks takes it: the first is chosen until somebody chooses another."""
    return json.dumps({"value": images[0], "options": list(images)})
