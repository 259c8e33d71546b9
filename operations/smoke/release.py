"""The release that a smoke test measures, so that its report proves only this release."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from ..settings import Settings, fault, matching, parse, read, refuse

_VERSION = r"^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$"
_COMMIT = r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$"
SEGMENT = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
"""A part of a folder's path: never `.` or `..`, no space, and no sign that a terminal or a shell interprets."""
_SEGMENTS = "use letters, digits, hyphens, underscores and dots, and no dot at the beginning of a part, such as 32"
_DIGEST_LENGTH = len("sha256:") + 64

NOT_DEPLOYED = ("smoke",)
"""Fields of release.yaml that are not part of the release."""


class Release(Settings):
    """The deployed release: the part of an overlay's release.yaml that a report proves."""

    chart_version: Annotated[str, matching(_VERSION, "it is not a version, such as 0.5.0; correct it")] = Field(
        description="The version of the model-service chart."
    )
    image: str | None = Field(
        default=None,
        pattern=r"^[^\s@]+@sha256:[0-9a-f]{64}$",
        description="The model's own image with its digest, if it has one.",
    )
    model_uri: Annotated[str, matching(rf"s3://[a-z0-9.-]+(/{SEGMENT})+/?", _SEGMENTS)] = Field(
        description="The folder of the model."
    )
    model_version: Annotated[str, matching(SEGMENT, _SEGMENTS)] = Field(
        description="The model's version in the registry."
    )
    commit: str = Field(pattern=_COMMIT, description="The full commit hash of the model's repository.")

    @field_validator("image", mode="before")
    @classmethod
    def _has_a_digest(cls, image: object) -> object:
        if isinstance(image, str) and "@sha256:" not in image:
            raise refuse("it has no digest, and a tag can move to another image; write <name>@sha256:<digest>")
        return image

    @property
    def image_digest(self) -> str | None:
        """The image's digest, `sha256:…`, if the model has its own image."""
        return self.image and self.image[-_DIGEST_LENGTH:]

    def differences(self, deployed: "Release") -> tuple[str, ...]:
        """What differs in `deployed`, one sentence for each field. Images are equal if their digests are."""
        remedy = "the deployed release has {}; run the smoke test against the deployed release"
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
    """The release in the content of a release.yaml. A SettingsError names what is wrong."""
    deployed = {key: value for key, value in document.items() if key not in NOT_DEPLOYED}
    return parse(Release, deployed, where)


def load_release(path: Path) -> Release:
    """Read a release.yaml. A SettingsError names what is wrong."""
    return release_of(read(path), str(path))
