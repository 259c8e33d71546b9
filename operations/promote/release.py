"""release.yaml: the version of a model that an environment runs, and the smoke test that proved it."""

import re
from typing import Annotated, Self

import yaml
from pydantic import AwareDatetime, Field, model_validator

from ..settings import Settings, SettingsError, parse, refuse, shown
from ..smoke.release import SEGMENT
from ..smoke.release import Release as Deployed
from ..smoke.report import Result
from .errors import PromotionError
from .yaml_text import YamlTextError, content_of

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
_URI = re.compile(r"^s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>(?:" + SEGMENT + r"/)+)\Z")

HEADER = "# The version that runs here, and the smoke test that proved it. Written by `python -m operations.promote`.\n"


class Smoke(Settings):
    """A smoke test of staging."""

    result: Result = Field(description="The result.")
    report: Digest = Field(description="The SHA-256 of its report.")
    at: AwareDatetime = Field(description="When it ended.")
    overlay: Digest = Field(description="The SHA-256 of staging's overlay without this record.")
    measured: Deployed = Field(description="The release that it measured.")


class Release(Deployed):
    """The version of a model that an environment runs, with its smoke test."""

    smoke: Smoke | None = Field(default=None, description="The smoke test that proved it in staging.")

    @model_validator(mode="after")
    def _folder_is_the_version(self) -> Self:
        if version_of(self.model_uri) != self.model_version:
            raise refuse(f"modelUri = {self.model_uri} must end with /{self.model_version}/, the modelVersion")
        return self

    def unproven(self, overlay: str) -> str | None:
        """Why the smoke test does not prove this release in the overlay with this digest; None if it does."""
        if self.smoke is None:
            return "no smoke test is recorded; wait for it, or start it again for staging"
        if self.smoke.result is not Result.PASSED:
            return f"the smoke test of {self.smoke.at:%Y-%m-%d %H:%M} failed; fix the model and stage it again"
        if differences := self.smoke.measured.differences(self):
            return f"the smoke test measured another version: {'; '.join(differences)}"
        if self.smoke.overlay != overlay:
            return "staging's overlay changed after the smoke test; run the smoke test again"
        return None


def bucket_of(uri: str) -> str:
    """The bucket of an S3 URI. Raises ValueError if the URI is not a folder."""
    return _split(uri)["bucket"]


def folder_of(uri: str) -> str:
    """The folder below the bucket, with its final slash. Raises ValueError if the URI is not a folder."""
    return _split(uri)["key"]


def version_of(uri: str) -> str:
    """The name of the last folder: the model's version. Raises ValueError if the URI is not a folder."""
    return folder_of(uri).rstrip("/").rpartition("/")[2]


def _split(uri: str) -> re.Match[str]:
    found = _URI.match(uri)
    if not found:
        raise ValueError(f"modelUri = {shown(uri)} is not a folder of plain names; write s3://<bucket>/<folder>/")
    return found


def parse_release(text: str, path: str) -> Release:
    """The release in a file's text.

    Raises:
        PromotionError: if it is invalid; names the file and the field.
    """
    try:
        return release_of(content_of(text), path)
    except YamlTextError as error:
        raise PromotionError(f"{path}: {error}") from None


def release_of(content: object, where: str) -> Release:
    """The release with these fields.

    Raises:
        PromotionError: if they are invalid; names the field.
    """
    try:
        return parse(Release, content, where)
    except SettingsError as error:
        raise PromotionError(str(error)) from None


def release_text(release: Release) -> str:
    """The text of release.yaml. Equal releases give equal texts."""
    plain = release.model_dump(mode="json", by_alias=True, exclude_none=True)
    return HEADER + yaml.safe_dump(plain, sort_keys=False, width=120)
