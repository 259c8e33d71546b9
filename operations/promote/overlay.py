"""One environment's overlay of a model: its files, the versions that they pin, and the digest of what they render."""

import hashlib
import json
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol, cast

from ..settings import SettingsError
from ..smoke.config import config_of
from ..smoke.rules import SmokeRules, refuse_weak
from .errors import PromotionError
from .kustomization import BASE, KUSTOMIZATION, VALUES, Base, Kustomization, foreign, kustomization_of, rendered
from .release import Release, bucket_of, folder_of, parse_release, release_text
from .yaml_text import YamlTextError, content_of, replace_at, value_at

RELEASE = "release.yaml"
SMOKE = "smoke.yaml"
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

    def below(self, folder: str) -> list[str]:
        """The paths of all files below a folder, which ends with a slash."""
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
        return f"{self.home}overlays/{self.environment}/"

    @property
    def home(self) -> str:
        """The model's folder, with its final slash."""
        return f"deploy/models/{self.team}/{self.model}/"


@dataclass(frozen=True)
class Overlay:
    """The texts of an overlay's files. `release` is None before the first release.

    `rendered_files` has the base's files and the overlay's resources, by path below the model's folder.
    """

    location: OverlayLocation
    kustomization: str
    values: str
    release: str | None
    rendered_files: tuple[tuple[str, str], ...] = ()
    smoke: str | None = None

    def recorded(self) -> Release:
        """The release in release.yaml, compared with the other files and with the objects that kustomize renders.

        Raises:
            PromotionError: if it is missing or invalid, or the other files contradict it.
            FileNotFoundError: if kustomize is not installed.
        """
        path = self.location.folder + RELEASE
        if self.release is None:
            raise PromotionError(f"{path} is missing, so the running version is unknown; let `promote` write it")
        release = parse_release(self.release, path)
        if wrong := self._disagreements(release):
            raise PromotionError(f"{path} contradicts the overlay: {'; '.join(wrong)}; let `promote` write both")
        return release

    def files(self) -> dict[str, str]:
        """The text of each file that production needs, by path."""
        folder = self.location.folder.removeprefix(self.location.home)
        texts = {path.removeprefix(folder): text for path, text in self.rendered_files if path.startswith(folder)}
        texts |= {KUSTOMIZATION: self.kustomization, VALUES: self.values, RELEASE: self.release}
        return {self.location.folder + name: text for name, text in texts.items() if text is not None}

    def digest(self) -> str:
        """The SHA-256 of what is deployed and how it is tested: the chart and its values, the objects that kustomize
        renders of the model's own files, and smoke.yaml. release.yaml is not part of it.
        """
        own = self._fields()
        covered = {
            "kustomization": own.model_dump(mode="json", exclude={"resources"}),
            "values": self.values,
            "objects": sorted(json.dumps(each, sort_keys=True, default=str) for each in self._objects()),
            "smoke": self.smoke,
        }
        return "sha256:" + hashlib.sha256(json.dumps(covered, sort_keys=True).encode()).hexdigest()

    def weak_test(self, rules: SmokeRules) -> list[str]:
        """What is wrong with smoke.yaml by the rules that seniors set."""
        path = self.location.folder + SMOKE
        if self.smoke is None:
            return [f"{path} is missing; write it, as docs/smoke.md shows"]
        try:
            refuse_weak(config_of(content_of(self.smoke), path), rules, self.location.model, path)
        except YamlTextError as error:
            return [f"{path}: {error}"]
        except SettingsError as error:
            return [str(error)]
        return []

    def foreign_chart(self, repositories: Collection[str]) -> list[str]:
        """What is wrong with the chart's repository, which must be one of `repositories`."""
        repository = self._fields().helm_charts[0].repo
        if repository in repositories:
            return []
        path, known = self.location.folder + KUSTOMIZATION, ", ".join(repositories)
        return [f"{path}: helmCharts.0.repo = {repository}: charts may only come from {known}; correct it"]

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
        changed = replace(self, kustomization=kustomization, values=values, release=release_text(release))
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
        return wrong or foreign(self._objects(), release.image)

    def _fields(self) -> Kustomization:
        """The fields of kustomization.yaml. Its chart serves this model in the team's namespace."""
        path = self.location.folder + KUSTOMIZATION
        own = kustomization_of(self.kustomization, path, Kustomization)
        wrong = [
            f"{field} has {len(entries)} entries; keep one"
            for field, entries, needed in (("helmCharts", own.helm_charts, 1), ("images", own.images, 0))
            if not needed <= len(entries) <= 1
        ]
        for chart in own.helm_charts:
            wanted = {"releaseName": (chart.release_name, self.location.model)}
            wanted["namespace"] = (chart.namespace, self.location.team)
            wrong += [
                f"helmCharts.0.{name} is {has}, not {must}" for name, (has, must) in wanted.items() if has != must
            ]
        if wrong:
            raise PromotionError(f"{path}: {'; '.join(wrong)}")
        return own

    def _objects(self) -> tuple[Mapping[str, Any], ...]:
        """What kustomize renders of the base and of the overlay's own files."""
        own, folder = self._fields(), self.location.folder.removeprefix(self.location.home)
        return rendered(own.without_chart(), folder, self.rendered_files) if own.resources else ()

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
        PromotionError: if kustomization.yaml has a field that is not allowed, or a file is missing or too many.
    """

    def text(path: str) -> str | None:
        found = tree.read(path)
        return fallback.read(path) if found is None and fallback and not path.endswith("/" + RELEASE) else found

    def needed(path: str, remedy: str) -> str:
        found = text(path)
        if found is None:
            raise PromotionError(f"{path} is missing; {remedy}")
        return found

    folder, by_hand = location.folder, "write it by hand, as docs/promotion.md shows"
    kustomization, values = (needed(folder + name, by_hand) for name in (KUSTOMIZATION, VALUES))
    own = kustomization_of(kustomization, folder + KUSTOMIZATION, Kustomization)
    paths = [folder + name for name in own.files]
    expected = {*paths, *(folder + name for name in (KUSTOMIZATION, VALUES, RELEASE, SMOKE))}
    _nothing_else(tree, folder, expected)
    if BASE in own.resources:
        base = f"{location.home}base/"
        files = kustomization_of(needed(base + KUSTOMIZATION, "add it"), base + KUSTOMIZATION, Base).resources
        in_base = [base + name for name in (KUSTOMIZATION, *files)]
        _nothing_else(tree, base, {*in_base})
        paths += in_base
    named = {path: needed(path, "add it, or remove it from `resources`") for path in paths}
    rendered_files = tuple(sorted((path.removeprefix(location.home), found) for path, found in named.items()))
    smoke = text(folder + SMOKE) if location.environment is Environment.STAGING else None
    return Overlay(location, kustomization, values, text(folder + RELEASE), rendered_files, smoke)


def _nothing_else(tree: Tree, folder: str, expected: Set[str]) -> None:
    """Refuse further files: kustomize prefers a chart in `charts` to the repository's, and Argo CD reads dot files."""
    if more := [path for path in tree.below(folder) if path not in expected]:
        raise PromotionError(f"{more[0]} is not named in `resources`; name it or remove it")


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
