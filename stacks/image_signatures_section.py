"""The section `imageSignatures`, and what it takes from the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from components.cluster.image_verification.spec import (
    REGISTRY_PATTERN,
    ImageSignaturesSpec,
    ImageVerificationSpec,
)
from components.core.problems import Problem
from components.network.network_args import NatMode
from stacks.platform_images import own_registry, platform_repositories
from stacks.team_namespaces import team_namespaces

if TYPE_CHECKING:
    from stacks.config import StackConfig

_SECTION = "imageSignatures"


class ImageSignaturesSection(ImageSignaturesSpec):
    """Signatures of images, verified when a Pod is created. Namespaces of teams are audited unless others are named."""

    registry: str | None = Field(
        default=None,
        pattern=REGISTRY_PATTERN,
        description="The registry of the signed images. Default: that of the stack's account and region.",
        examples=["111122223333.dkr.ecr.us-east-1.amazonaws.com"],
    )


def verification_spec(config: "StackConfig", section: ImageSignaturesSection) -> ImageVerificationSpec:
    """The section, completed by the registry, the namespaces of teams, and the images that run unsigned."""
    given = section.model_dump(exclude_unset=True)
    registry = given["registry"] = section.registry or own_registry(config)
    if not (section.audited_namespaces or section.enforced_namespaces):
        given["audited_namespaces"] = tuple(judged_namespaces(config))
    given["unsigned"] = tuple(sorted({*section.unsigned, *_unsigned(config, registry)}))
    return ImageVerificationSpec.model_validate(given)


def judged_namespaces(config: "StackConfig") -> list[str]:
    """The namespaces of teams and of models."""
    found = {namespace for homes in team_namespaces(config).values() for namespace in homes}
    if config.model_serving:
        found.update(config.model_serving.platform.model_namespaces)
    return sorted(found)


def _unsigned(config: "StackConfig", registry: str) -> Iterator[str]:
    """Images of other makers: what the platform runs for teams, the allowed registries, and the caches of upstreams.

    An allowed prefix that holds the whole registry is left out: the images of teams in it have signers.
    """
    yield from platform_repositories(config)
    yield from (each for each in config.policies.allowed_registries if not f"{registry}/".startswith(each))
    for upstream in config.image_registry.upstreams if config.image_registry else ():
        yield f"{registry}/{upstream.cache_prefix}"


def image_signatures_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where nothing can be verified, or where images of a team have no signer."""
    section = config.image_signatures
    if not section:
        return
    if not (config.gpu_cluster and config.feature_store):
        remedy = "signatures are verified in the cluster; add gpuCluster and featureStore, or remove the section"
        yield Problem((_SECTION,), section.signers[0].name, remedy)
        return
    known = judged_namespaces(config)
    for field, named in (
        ("auditedNamespaces", section.audited_namespaces),
        ("enforcedNamespaces", section.enforced_namespaces),
    ):
        for namespace in sorted(set(named) - set(known)):
            remedy = f"no team has this namespace; name one of {', '.join(known) or 'none'}"
            yield Problem((_SECTION, field), namespace, remedy)
    if not known:
        yield Problem((_SECTION,), section.signers[0].name, "no team has a namespace; remove the section")
    for signer in section.signers if config.network.nat is NatMode.NONE else ():
        if signer.workflow:
            remedy = "network.nat is none, so Kyverno cannot read Sigstore's root; use signingRoleArns"
            yield Problem((_SECTION, "signers"), signer.workflow, remedy)
    registry = config.image_registry
    if not registry or section.registry:
        return
    signed = {folder.partition("/")[0] for signer in section.signers for folder in signer.images}
    for team in registry.teams:
        if team.team not in signed:
            remedy = f"nobody signs the images of {team.team}, so its Pods would be refused; add a signer for them"
            yield Problem((_SECTION, "signers"), team.team, remedy)
    if registry.build_days is not None and any(signer.signing_role_arns for signer in section.signers):
        remedy = "it also deletes signatures, which have tags; remove it, so that running images stay verifiable"
        yield Problem(("imageRegistry", "buildDays"), registry.build_days, remedy)
