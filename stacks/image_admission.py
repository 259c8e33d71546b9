"""The rule image-registry in the cluster: the API server refuses Pods of teams with images of other registries."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pulumi

from components.cluster.secure_namespace import TEAM_LABEL
from components.core.admission import admission_policy
from components.core.manifest import Manifest
from components.facts.image_references import WITH_REGISTRY, below
from policies.engine.admission import NEW_PODS, POD_RESOURCES, pod_variables
from policies.engine.settings import Level
from stacks.platform_images import own_registry, platform_repositories

if TYPE_CHECKING:
    from stacks.config import StackConfig

IMAGE_POLICY = "image-registries"
_RULE = "image-registry"
_ACTIONS = {Level.MANDATORY: "Deny", Level.ADVISORY: "Audit"}


def image_policy(config: "StackConfig") -> list[dict[str, Any]]:
    """The policy of the rule image-registry with its binding; empty where the rule allows every registry.

    It has the level of the rule in this stack: Deny where it is mandatory, Audit where it is advisory.
    """
    level = config.policies.levels.get(_RULE, Level.MANDATORY)
    if not config.policies.allowed_registries or level not in _ACTIONS:
        return []
    allowed = {*config.policies.allowed_registries, *platform_repositories(config)}
    if config.image_registry:
        allowed.add(own_registry(config))
    return admission_policy(
        IMAGE_POLICY,
        POD_RESOURCES,
        [],
        {"matchLabels": {TEAM_LABEL: "true"}},
        conditions=NEW_PODS,
        variables={**pod_variables([]), "found": _foreign(allowed)},
        computed=[("variables.found.size() == 0", f"'{_RULE}: ' + variables.found.join('; ')")],
        actions=[_ACTIONS[level]],
    )


def _foreign(allowed: Iterable[str]) -> str:
    """What the rule says of a Pod, in CEL: the messages about its containers, and about its volumes that are images.

    `allowed` are as in allowedRegistries. Source: Kubernetes, "Use an Image Volume With a Pod".
    """
    names = f"r'{below(allowed)}'"

    def findings(uses: str, kind: str, image: str) -> str:
        repository = f"(({image}.matches('{WITH_REGISTRY}') ? '' : 'docker.io/') + {image})"
        told = f"'{kind} ' + c.name + ' pulls ' + {image} + ', from a registry that allowedRegistries does not list'"
        return f"{uses}.filter(c, !{repository}.matches({names})).map(c, {told})"

    volumes = "variables.pod.?volumes.orValue([]).filter(c, has(c.image))"
    return " + ".join(
        (
            findings("variables.containers", "container", "c.image"),
            findings(volumes, "volume", "c.image.?reference.orValue('')"),
        )
    )


def make_image_rule(config: "StackConfig", inside: pulumi.ResourceOptions) -> None:
    """Register the policy in the cluster whose provider the options name."""
    name, needed = f"admission-{IMAGE_POLICY}", inside
    for manifest in image_policy(config):
        made = Manifest(name, manifest, needed)
        needed = pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[made]))
        name += "-binding"
