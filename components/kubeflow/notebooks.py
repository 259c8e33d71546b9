"""The images of notebooks."""

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
"""Kubeflow's images, in the version of its notebooks."""
IMAGE_PATTERN = (
    r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})"
)
"""An image with its registry, and a digest or a tag other than `latest`."""


def choice(images: Sequence[str]) -> str:
    """The setting of the notebook form: the images, with the first one as the default."""
    return json.dumps({"value": images[0], "options": list(images)})
