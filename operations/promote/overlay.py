"""One environment's overlay of a model: three files, and the versions that they pin."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, cast

from .release import PromotionError, Release, bucket_of, folder_of, parse_release, release_text
from .yaml_text import YamlTextError, content_of, replace_at, value_at

KUSTOMIZATION = "kustomization.yaml"
VALUES = "values.yaml"
RELEASE = "release.yaml"
SAME = ("name", "runtime", "modelFormat")
"""Values that must be equal in both environments, so that staging's smoke test also proves production's version."""


_CHART = ("helmCharts", 0, "version")


class Environment(StrEnum):
    """An environment that runs models."""

    STAGING = "staging"
    PROD = "prod"


class Tree(Protocol):
    """The files of one state of the repository."""

    def read(self, path: str) -> str | None:
        """The text of a file; None if the file does not exist.

        Raises:
            PromotionError: if it is not a regular text file.
        """
        ...


@dataclass(frozen=True)
class OverlayLocation:
    """The location of a model's overlay."""

    team: str
    model: str
    environment: Environment

    @property
    def folder(self) -> str:
        """The overlay's folder, with its final slash."""
        return f"deploy/models/{self.team}/{self.model}/overlays/{self.environment}/"


@dataclass(frozen=True)
class Overlay:
    """The texts of an overlay's files. `release` is None before the first release."""

    location: OverlayLocation
    kustomization: str
    values: str
    release: str | None

    def recorded(self) -> Release:
        """The release in release.yaml, compared with the other files.

        Raises:
            PromotionError: if it is missing or invalid, or the other files contradict it.
        """
        path = self.location.folder + RELEASE
        if self.release is None:
            raise PromotionError(f"{path} is missing, so the running version is unknown; let `promote` write it")
        release = parse_release(self.release, path)
        if wrong := self._disagreements(release):
            raise PromotionError(f"{path} contradicts the overlay: {'; '.join(wrong)}; let `promote` write both")
        return release

    def files(self) -> dict[str, str]:
        """The text of each file, by path."""
        texts = {KUSTOMIZATION: self.kustomization, VALUES: self.values, RELEASE: self.release}
        return {self.location.folder + name: text for name, text in texts.items() if text is not None}

    def digest(self) -> str:
        """The SHA-256 of the deployed files, without release.yaml."""
        return "sha256:" + hashlib.sha256(f"{self.kustomization}\0{self.values}".encode()).hexdigest()

    def value(self, name: str) -> Any:
        """A chart value; None if it is not set."""
        return self._values().get(name)

    def bucket(self) -> str:
        """The bucket of the environment's models."""
        try:
            return bucket_of(str(self.value("modelUri")))
        except ValueError as error:
            raise PromotionError(f"{self.location.folder}{VALUES}: {error}") from None

    def chart_version(self) -> str:
        """The chart's version."""
        found = self._pin(*_CHART)
        if found is None:
            raise PromotionError(f"{self.location.folder}{KUSTOMIZATION} has no helmCharts.0.version; add it")
        return found

    def image(self) -> str | None:
        """The model's own image as <name>@<digest>; None if it has none."""
        name, digest = (self._pin("images", 0, field) for field in ("newName", "digest"))
        return f"{name}@{digest}" if name or digest else None

    def at(self, release: Release) -> "Overlay":
        """The overlay with another release. Only the pinned versions and release.yaml change.

        Raises:
            PromotionError: if a file has no field for a version.
        """
        try:
            kustomization = replace_at(self.kustomization, release.chart_version, *_CHART)
            if release.image_digest:
                kustomization = replace_at(kustomization, release.image_digest, "images", 0, "digest")
            values = replace_at(self.values, release.model_uri, "modelUri")
        except YamlTextError as error:
            raise PromotionError(f"{self.location.folder}: {error}") from None
        changed = Overlay(self.location, kustomization, values, release_text(release))
        changed.recorded()
        return changed

    def _disagreements(self, release: Release) -> list[str]:
        found = {
            "helmCharts.0.version": (self._pin(*_CHART), release.chart_version),
            "images.0": (self.image(), release.image),
            "modelUri": (self.value("modelUri"), release.model_uri),
            "name": (self.value("name"), self.location.model),
        }
        wrong = [f"{name} is {has}, not {wanted}" for name, (has, wanted) in found.items() if has != wanted]
        kustomization = _mapping(self.kustomization, self.location.folder + KUSTOMIZATION)
        for field in ("helmCharts", "images"):
            entries: object = kustomization.get(field) or []
            if not isinstance(entries, list) or len(cast(list[object], entries)) > 1:
                wrong.append(f"{field} has more than one entry; keep one")
        return wrong

    def _pin(self, *steps: str | int) -> str | None:
        try:
            return value_at(self.kustomization, *steps)
        except YamlTextError as error:
            raise PromotionError(f"{self.location.folder}{KUSTOMIZATION}: {error}") from None

    def _values(self) -> Mapping[str, Any]:
        return _mapping(self.values, self.location.folder + VALUES)


def read_overlay(tree: Tree, location: OverlayLocation, fallback: Tree | None = None) -> Overlay:
    """Read an overlay. Files that `tree` lacks are read from `fallback`.

    Raises:
        PromotionError: if kustomization.yaml or values.yaml does not exist.
    """

    def text(name: str) -> str | None:
        found = tree.read(location.folder + name)
        return fallback.read(location.folder + name) if found is None and fallback and name != RELEASE else found

    kustomization, values = text(KUSTOMIZATION), text(VALUES)
    if kustomization is None or values is None:
        missing = KUSTOMIZATION if kustomization is None else VALUES
        raise PromotionError(f"{location.folder}{missing} is missing; write it by hand, as docs/promotion.md shows")
    return Overlay(location, kustomization, values, text(RELEASE))


def promoted(staging: Overlay, prod: Overlay) -> Overlay:
    """Prod's overlay with the version that staging tested: chart, image, model, and the smoke test's result.

    Raises:
        PromotionError: if staging has no valid smoke test, or the overlays cannot be compared.
    """
    release = staging.recorded()
    if unproven := release.unproven(staging.digest()):
        raise PromotionError(
            f"staging has no valid smoke test of {staging.location.model} {release.model_version}: {unproven}"
        )
    if staging.value("canary") is not None:
        raise PromotionError("staging has a canary, so its smoke test measured two versions; end the canary first")
    for name in SAME:
        if staging.value(name) != prod.value(name):
            raise PromotionError(
                f"{name} is {staging.value(name)} in staging and {prod.value(name)} in prod; "
                "make them equal in a separate change, then run the smoke test again"
            )
    image = prod.image()
    if (image is None) != (release.image is None):
        raise PromotionError("only one of staging and prod sets an image; set `images` in both")
    return prod.at(
        release.model_copy(
            update={
                "model_uri": f"s3://{prod.bucket()}/{folder_of(release.model_uri)}",
                "image": image and f"{image.partition('@')[0]}@{release.image_digest}",
            }
        )
    )


def _mapping(text: str, path: str) -> Mapping[str, Any]:
    try:
        found = content_of(text)
    except YamlTextError as error:
        raise PromotionError(f"{path}: {error}") from None
    if not isinstance(found, Mapping):
        raise PromotionError(f"{path} is not a mapping of fields to values")
    return cast(Mapping[str, Any], found)
