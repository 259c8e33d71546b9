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
"""What must be alike in both environments, for a smoke test of one to say something of the other."""


_CHART = ("helmCharts", 0, "version")


class Environment(StrEnum):
    """Where models run."""

    STAGING = "staging"
    PROD = "prod"


class Tree(Protocol):
    """Files of one state of the repository."""

    def read(self, path: str) -> str | None:
        """A file's text; None when there is none.

        Raises:
            PromotionError: when it is no plain file of text.
        """
        ...


@dataclass(frozen=True)
class Place:
    """Where a model's overlay is."""

    team: str
    model: str
    environment: Environment

    @property
    def folder(self) -> str:
        """The overlay's folder, with the slash at its end."""
        return f"deploy/models/{self.team}/{self.model}/overlays/{self.environment}/"


@dataclass(frozen=True)
class Overlay:
    """The texts of an overlay; `release` is None before the first release."""

    place: Place
    kustomization: str
    values: str
    release: str | None

    def recorded(self) -> Release:
        """What release.yaml says, once the other files say the same.

        Raises:
            PromotionError: when it is missing, wrong, or they differ.
        """
        path = self.place.folder + RELEASE
        if self.release is None:
            raise PromotionError(f"{path} is missing, so that nobody knows what runs there")
        release = parse_release(self.release, path)
        if wrong := self._disagreements(release):
            raise PromotionError(f"{path} and the overlay differ: {'; '.join(wrong)}; let promotion write them")
        return release

    def files(self) -> dict[str, str]:
        """The texts by path."""
        texts = {KUSTOMIZATION: self.kustomization, VALUES: self.values, RELEASE: self.release}
        return {self.place.folder + name: text for name, text in texts.items() if text is not None}

    def digest(self) -> str:
        """The SHA-256 of what is deployed, which the record is no part of."""
        return "sha256:" + hashlib.sha256(f"{self.kustomization}\0{self.values}".encode()).hexdigest()

    def value(self, name: str) -> Any:
        """A value of the chart; None when it is left out."""
        return self._values().get(name)

    def bucket(self) -> str:
        """The environment's bucket of models."""
        try:
            return bucket_of(str(self.value("modelUri")))
        except ValueError as error:
            raise PromotionError(f"{self.place.folder}{VALUES}: {error}") from None

    def chart_version(self) -> str:
        """The chart's version."""
        found = self._pin(*_CHART)
        if found is None:
            raise PromotionError(f"{self.place.folder}{KUSTOMIZATION} has no helmCharts.0.version; write it by hand")
        return found

    def image(self) -> str | None:
        """The image that the model brings along, as <name>@<digest>; None when it brings none."""
        name, digest = (self._pin("images", 0, field) for field in ("newName", "digest"))
        return f"{name}@{digest}" if name or digest else None

    def at(self, release: Release) -> "Overlay":
        """The overlay with another release: its pins and its record, and nothing else, changed.

        Raises:
            PromotionError: when a pin has no place in its file.
        """
        try:
            kustomization = replace_at(self.kustomization, release.chart_version, *_CHART)
            if release.image_digest:
                kustomization = replace_at(kustomization, release.image_digest, "images", 0, "digest")
            values = replace_at(self.values, release.model_uri, "modelUri")
        except YamlTextError as error:
            raise PromotionError(f"{self.place.folder}: {error}") from None
        changed = Overlay(self.place, kustomization, values, release_text(release))
        changed.recorded()
        return changed

    def _disagreements(self, release: Release) -> list[str]:
        found = {
            "helmCharts.0.version": (self._pin(*_CHART), release.chart_version),
            "images.0": (self.image(), release.image),
            "modelUri": (self.value("modelUri"), release.model_uri),
            "name": (self.value("name"), self.place.model),
        }
        wrong = [f"{name} is {has}, not {wanted}" for name, (has, wanted) in found.items() if has != wanted]
        kustomization = _mapping(self.kustomization, self.place.folder + KUSTOMIZATION)
        for field in ("helmCharts", "images"):
            entries: object = kustomization.get(field) or []
            if not isinstance(entries, list) or len(cast(list[object], entries)) > 1:
                wrong.append(f"{field} has more than one entry, of which one alone is recorded")
        return wrong

    def _pin(self, *steps: str | int) -> str | None:
        try:
            return value_at(self.kustomization, *steps)
        except YamlTextError as error:
            raise PromotionError(f"{self.place.folder}{KUSTOMIZATION}: {error}") from None

    def _values(self) -> Mapping[str, Any]:
        return _mapping(self.values, self.place.folder + VALUES)


def read_overlay(tree: Tree, place: Place, otherwise: Tree | None = None) -> Overlay:
    """The overlay in a state of the repository; files that it lacks come from another state.

    Raises:
        PromotionError: when kustomization.yaml or values.yaml is nowhere.
    """

    def text(name: str) -> str | None:
        found = tree.read(place.folder + name)
        return otherwise.read(place.folder + name) if found is None and otherwise and name != RELEASE else found

    kustomization, values = text(KUSTOMIZATION), text(VALUES)
    if kustomization is None or values is None:
        missing = KUSTOMIZATION if kustomization is None else VALUES
        raise PromotionError(f"{place.folder}{missing} is missing; write it once by hand, as docs/promotion.md shows")
    return Overlay(place, kustomization, values, text(RELEASE))


def promoted(staging: Overlay, prod: Overlay) -> Overlay:
    """Prod's overlay with what staging proved: chart version, image digest, model version and the smoke test's result.

    Raises:
        PromotionError: when staging proved nothing, or the two can't be compared.
    """
    release = staging.recorded()
    if unproven := release.unproven(staging.digest()):
        raise PromotionError(f"staging does not prove {staging.place.model} {release.model_version}: {unproven}")
    if staging.value("canary") is not None:
        raise PromotionError("staging has a canary, so that its smoke test met two versions; take one, then promote")
    for name in SAME:
        if staging.value(name) != prod.value(name):
            raise PromotionError(
                f"{name} is {staging.value(name)} in staging and {prod.value(name)} in prod; "
                "make them alike by a change of their own, which is then proven anew"
            )
    image = prod.image()
    if (image is None) != (release.image is None):
        raise PromotionError("one of staging and prod names an image and the other none; let both name it by `images`")
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
        raise PromotionError(f"{path} holds no fields")
    return cast(Mapping[str, Any], found)
