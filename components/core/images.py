"""Image references for pods: through a pull-through cache, and by digest where one is recorded."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

ADDRESS_PATTERN = r"^[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)+$"
"""A registry and the folder of its cache, such as 111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub."""


def pulled(image: str, caches: Mapping[str, str] = MappingProxyType({})) -> str:
    """The reference of `image` in a pod. Uses the cache of its registry and its digest, where known.

    `image` must include its registry."""
    registry, _, path = image.partition("/")
    found = f"{caches[registry]}/{path}" if registry in caches else image
    digest = digests().get(image)
    return f"{found}@{digest}" if digest else found


@cache
def digests() -> Mapping[str, str]:
    """The digests of pinned images, by the image with its tag. `python -m operations.digests` writes them.

    An image that KServe gives another tag where a model asks for a GPU has none: KServe leaves a digest as it is, so
    that the model would run without GPU. Source: KServe 0.20.0, inferenceservice/utils, UpdateImageTag.
    """
    return json.loads((Path(__file__).parents[1] / "facts" / "image_digests.json").read_text(encoding="utf-8"))
