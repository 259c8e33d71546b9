"""release.yaml: the record of what an environment runs of a model, and of the smoke test that proved it."""

import re
from typing import Annotated, Self

import yaml
from pydantic import AwareDatetime, Field, model_validator

from ..smoke.release import Release as Deployed
from ..smoke.report import Result
from ..smoke.settings import Settings, SettingsError, parse, refuse
from .yaml_text import YamlTextError, content_of

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
_URI = re.compile(r"^s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[A-Za-z0-9!_.*'()/-]+/)$")

HEADER = "# What runs here, and what proved it. Written by `python -m operations.promote`, and read by its verify.\n"


class PromotionError(Exception):
    """What was asked for can't be promoted; the message says why and what to do."""


class Smoke(Settings):
    """A smoke test against staging."""

    result: Result = Field(description="How it ended.")
    report: Digest = Field(description="The SHA-256 of its report.")
    at: AwareDatetime = Field(description="When it ended.")
    overlay: Digest = Field(description="The SHA-256 of staging's overlay without this record.")
    measured: Deployed = Field(description="What it met.")


class Release(Deployed):
    """What an environment runs of a model, and what proved it."""

    smoke: Smoke | None = Field(default=None, description="What proved it in staging.")

    @model_validator(mode="after")
    def _folder_is_the_version(self) -> Self:
        if version_of(self.model_uri) != self.model_version:
            raise refuse(f"modelUri = {self.model_uri} must end with /{self.model_version}/, the modelVersion")
        return self

    def unproven(self, overlay: str) -> str | None:
        """Why the smoke test does not prove this release in the overlay of that digest; None when it does."""
        if self.smoke is None:
            return "no smoke test is recorded; wait for it, or start it for staging again"
        if self.smoke.result is not Result.PASSED:
            return f"the smoke test of {self.smoke.at:%Y-%m-%d %H:%M} failed; mend the model and let staging prove it"
        if differences := self.smoke.measured.differences(self):
            return f"the smoke test met another version: {'; '.join(differences)}"
        if self.smoke.overlay != overlay:
            return "staging's overlay was changed after the smoke test; let it run again"
        return None


def bucket_of(uri: str) -> str:
    """The bucket of an s3:// folder; a ValueError where it is none."""
    return _split(uri)["bucket"]


def folder_of(uri: str) -> str:
    """The folder below the bucket, with the slash at its end; a ValueError where it is none."""
    return _split(uri)["key"]


def version_of(uri: str) -> str:
    """The last folder's name, which is the model's version; a ValueError where it is none."""
    return folder_of(uri).rstrip("/").rpartition("/")[2]


def _split(uri: str) -> re.Match[str]:
    found = _URI.match(uri)
    if not found:
        raise ValueError(f"modelUri = {uri} is no folder; write s3://<bucket>/<folder>/")
    return found


def parse_release(text: str, path: str) -> Release:
    """The release in a file's text.

    Raises:
        PromotionError: with file and field, when it is none.
    """
    try:
        return release_of(content_of(text), path)
    except YamlTextError as error:
        raise PromotionError(f"{path}: {error}") from None


def release_of(content: object, where: str) -> Release:
    """The release that fields make.

    Raises:
        PromotionError: with the field, when they make none.
    """
    try:
        return parse(Release, content, where)
    except SettingsError as error:
        raise PromotionError(str(error)) from None


def release_text(release: Release) -> str:
    """A release as its file holds it; the same release is always the same text."""
    plain = release.model_dump(mode="json", by_alias=True, exclude_none=True)
    return HEADER + yaml.safe_dump(plain, sort_keys=False, width=120)
