"""What ImageVerification is made from, and what is refused."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import Field, StringConstraints, field_validator, model_validator

from ...core.namespace_names import NAMESPACE_PATTERN, MonitoringNamespace, not_of_kubernetes
from ...core.problems import refuse_at
from ...core.spec import Spec

ISSUER = "https://token.actions.githubusercontent.com"
WORKFLOW_PATTERN = (
    r"^https://github\.com/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/\.github/workflows/[A-Za-z0-9_.-]+\.ya?ml"
    r"@refs/(heads|tags)/[A-Za-z0-9_./-]+$"
)
"""One workflow at one branch or tag, as GitHub's certificates name it. No part is a pattern."""
IMAGES_PATTERN = r"^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$"
ROLE_PATTERN = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$"
_HOST = r"(localhost|[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,63})(:[0-9]{1,5})?"
REGISTRY_PATTERN = rf"^{_HOST}$"
UNSIGNED_PATTERN = rf"^{_HOST}(/[a-z0-9._/-]*)?(@sha256:[0-9a-f]{{64}})?$"

Namespace = Annotated[str, StringConstraints(pattern=NAMESPACE_PATTERN)]
Images = Annotated[str, StringConstraints(pattern=IMAGES_PATTERN)]
RoleArn = Annotated[str, StringConstraints(pattern=ROLE_PATTERN)]
Unsigned = Annotated[str, StringConstraints(pattern=UNSIGNED_PATTERN)]


class SignerConfig(TypedDict):
    """Who signs some images: roles with a KMS key, or one workflow of GitHub Actions."""

    name: str
    """The signer's name."""
    images: list[str]
    """Folders or repositories of the registry whose images it signs, such as risk or risk/fraud-scorer."""
    signing_role_arns: NotRequired[list[str]]
    """The IAM roles that sign with a KMS key, which this component makes for them."""
    workflow: NotRequired[str]
    """The workflow that signs without a key, with its branch or tag, as its certificate names it."""


class ImageSignaturesConfig(TypedDict):
    """Signatures of images, verified when a Pod is created."""

    signers: list[SignerConfig]
    """Who signs which images."""
    audited_namespaces: NotRequired[list[str]]
    """Namespaces where a Pod with a wrong image runs, and is reported."""
    enforced_namespaces: NotRequired[list[str]]
    """Namespaces where a Pod with a wrong image is refused."""
    unsigned: NotRequired[list[str]]
    """Images of other makers that run without a signature: registries, folders, repositories or digests."""
    replicas: NotRequired[int]
    """The number of pods of the admission controller."""
    timeout_seconds: NotRequired[int]
    """Seconds that a verification may take."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    deletion_protection: NotRequired[bool]
    """Whether the signing keys are protected from deletion."""


class ImageVerificationArgs(ImageSignaturesConfig):
    """The arguments of an ImageVerification."""

    registry: str
    """The registry's host, such as 111122223333.dkr.ecr.us-east-1.amazonaws.com."""
    cluster_name: pulumi.Input[str]
    """The EKS cluster, which must run the Pod Identity agent."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""


class SignerSpec(Spec):
    """Who signs some images: roles with a KMS key, or one workflow of GitHub Actions."""

    name: str = Field(pattern=r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$", description="The signer's name.")
    images: tuple[Images, ...] = Field(
        min_length=1,
        description="Folders or repositories of the registry whose images it signs, such as risk or risk/fraud-scorer.",
    )
    signing_role_arns: tuple[RoleArn, ...] = Field(
        default=(), description="The IAM roles that sign with a KMS key, which is made for them. Default: none."
    )
    workflow: str | None = Field(
        default=None,
        pattern=WORKFLOW_PATTERN,
        description="The workflow that signs without a key, with its branch or tag, as its certificate names it. "
        "Default: none.",
        examples=["https://github.com/example/mlplatform/.github/workflows/images.yaml@refs/heads/main"],
    )

    @model_validator(mode="after")
    def _signs_one_way(self) -> "SignerSpec":
        if bool(self.signing_role_arns) == bool(self.workflow):
            now = "signs in two ways; remove" if self.workflow else "has no way to sign; write"
            remedy = f"{self.name} {now} signingRoleArns (a KMS key) or workflow (without a key)"
            raise refuse_at("workflow", self.workflow, remedy)
        return self


class ImageSignaturesSpec(Spec):
    """Signatures of images, verified when a Pod is created."""

    signers: tuple[SignerSpec, ...] = Field(min_length=1, max_length=20, description="Who signs which images.")
    audited_namespaces: tuple[Namespace, ...] = Field(
        default=(), description="Namespaces where a Pod with a wrong image runs, and is reported."
    )
    enforced_namespaces: tuple[Namespace, ...] = Field(
        default=(), description="Namespaces where a Pod with a wrong image is refused."
    )
    unsigned: tuple[Unsigned, ...] = Field(
        default=(),
        description="Images of other makers that run without a signature: registries, folders, repositories, or one "
        "image by its digest.",
    )
    replicas: int = Field(default=2, ge=1, le=5, description="The number of pods of the admission controller.")
    timeout_seconds: int = Field(default=15, ge=5, le=30, description="Seconds that a verification may take.")
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )
    deletion_protection: bool = Field(default=True, description="Whether the signing keys are protected from deletion.")

    @field_validator("audited_namespaces", "enforced_namespaces")
    @classmethod
    def _of_teams(cls, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        for namespace in namespaces:
            not_of_kubernetes(namespace)
        return namespaces

    @model_validator(mode="after")
    def _possible(self) -> "ImageSignaturesSpec":
        namespaces = (*self.audited_namespaces, *self.enforced_namespaces)
        _once(namespaces, "enforcedNamespaces", "it is listed twice; a namespace is audited or enforced")
        _once([each.name for each in self.signers], "signers", "it is the name of two signers; rename one")
        _once([each for signer in self.signers for each in signer.images], "signers", "two signers sign these images")
        for outer, inner in _nested([each for signer in self.signers for each in signer.images]):
            remedy = f"it is in the folder {outer}, which has a signer, too; name each image for one signer"
            raise refuse_at("signers", inner, remedy)
        return self


def _once(values: "tuple[str, ...] | list[str]", at: str, remedy: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise refuse_at(at, value, remedy)
        seen.add(value)


def _nested(folders: list[str]) -> Iterator[tuple[str, str]]:
    return ((outer, inner) for outer in folders for inner in folders if inner.startswith(f"{outer}/"))


class ImageVerificationSpec(ImageSignaturesSpec):
    """The checked arguments of an ImageVerification."""

    registry: str = Field(
        pattern=REGISTRY_PATTERN,
        description="The registry's host, such as 111122223333.dkr.ecr.us-east-1.amazonaws.com.",
    )
