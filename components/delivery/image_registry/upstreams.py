"""The registries that ECR can pull through.

Source: ECR user guide, "Sync an upstream registry with an Amazon ECR private registry" and "Creating a pull through
cache rule".
"""

from typing import NamedTuple

AZURE = ".azurecr.io"
SECRET_PREFIX = "ecr-pullthroughcache/"  # noqa: S105 - what the name of each such secret begins with


class Upstream(NamedTuple):
    """An upstream registry: its host, the usual prefix of its cache, whether it requires credentials."""

    host: str
    prefix: str
    credentials: bool


UPSTREAMS = {
    "public.ecr.aws": Upstream("public.ecr.aws", "ecr-public", credentials=False),
    "registry.k8s.io": Upstream("registry.k8s.io", "kubernetes", credentials=False),
    "quay.io": Upstream("quay.io", "quay", credentials=False),
    "docker.io": Upstream("registry-1.docker.io", "docker-hub", credentials=True),
    "ghcr.io": Upstream("ghcr.io", "github", credentials=True),
    "registry.gitlab.com": Upstream("registry.gitlab.com", "gitlab", credentials=True),
    "cgr.dev": Upstream("cgr.dev", "chainguard", credentials=True),
}
"""The upstreams by name, besides `<name>.azurecr.io`. The prefixes are the defaults of ECR's console."""


def upstream(registry: str) -> Upstream | None:
    """The upstream with this name; None when ECR cannot cache it."""
    if registry.endswith(AZURE):
        return Upstream(registry, registry.removesuffix(AZURE), credentials=True)
    return UPSTREAMS.get(registry)
