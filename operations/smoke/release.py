"""What was deployed when a model was measured, so that a report proves this release and no other."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from .settings import Settings, fault, parse, read, refuse

_VERSION = r"^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$"
_COMMIT = r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$"
_DIGEST_LENGTH = len("sha256:") + 64

NOT_DEPLOYED = ("smoke",)
"""Fields of release.yaml that tell about the release, and are no part of it."""


class Release(Settings):
    """What is deployed: the part of an overlay's release.yaml that a report is bound to."""

    chart_version: str = Field(pattern=_VERSION, description="The version of the chart model-service.")
    image: str | None = Field(
        default=None,
        pattern=r"^[^\s@]+@sha256:[0-9a-f]{64}$",
        description="The image with its digest, where the model brings one; a tag alone proves nothing.",
    )
    model_uri: str = Field(pattern=r"^s3://[^\s/]+/\S+$", description="The folder of the model.")
    model_version: str = Field(min_length=1, description="The model's version in the registry.")
    commit: str = Field(pattern=_COMMIT, description="The commit of the model repository, at full length.")

    @field_validator("image", mode="before")
    @classmethod
    def _has_a_digest(cls, image: object) -> object:
        if isinstance(image, str) and "@sha256:" not in image:
            raise refuse("it has no digest, and a tag can be another image tomorrow; write <name>@sha256:<digest>")
        return image

    @property
    def image_digest(self) -> str | None:
        """The image's digest, `sha256:…`, where the model brings an image."""
        return self.image and self.image[-_DIGEST_LENGTH:]

    def differences(self, deployed: "Release") -> tuple[str, ...]:
        """What `deployed` has otherwise, one sentence a field. An image is its digest, wherever it is kept."""
        remedy = "what is deployed has {}; run the smoke test against what is deployed"
        pairs = {
            "chartVersion": (self.chart_version, deployed.chart_version),
            "image digest": (self.image_digest, deployed.image_digest),
            "modelUri": (self.model_uri, deployed.model_uri),
            "modelVersion": (self.model_version, deployed.model_version),
            "commit": (self.commit, deployed.commit),
        }
        return tuple(
            fault(f"release.{field}", mine, remedy.format(theirs))
            for field, (mine, theirs) in pairs.items()
            if mine != theirs
        )


def release_of(document: Mapping[str, Any], where: str) -> Release:
    """The release that the content of a release.yaml describes; a SettingsError names what is wrong."""
    deployed = {key: value for key, value in document.items() if key not in NOT_DEPLOYED}
    return parse(Release, deployed, where)


def load_release(path: Path) -> Release:
    """The release that a release.yaml describes; a SettingsError names what is wrong."""
    return release_of(read(path), str(path))
