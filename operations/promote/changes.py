"""The changes that promotion writes: a version in staging, its smoke test result, and the version in production."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from ..settings import SettingsError
from ..smoke.report import digest_of, report_of
from ..smoke.rules import SmokeRules
from .errors import PromotionError
from .overlay import SMOKE, Environment, Overlay, OverlayLocation, Tree, promoted, read_overlay
from .publish import Proposal
from .release import Release, Smoke, bucket_of, folder_of, release_of, version_of


@dataclass(frozen=True)
class Wanted:
    """A new version of a model. A field that is None stays unchanged."""

    commit: str
    model_version: str | None = None
    chart_version: str | None = None
    image_digest: str | None = None


def staged(overlay: Overlay, wanted: Wanted) -> Overlay:
    """Staging's overlay with a new version and no smoke test result.

    Raises:
        PromotionError: if the version is invalid, or the overlay has no field for it.
    """
    chart, uri, image = overlay.chart_version(), str(overlay.value("modelUri")), overlay.image()
    if wanted.image_digest and image is None:
        raise PromotionError(
            f"{overlay.location.folder}kustomization.yaml has no `images` entry for the digest; add one"
        )
    try:
        version = wanted.model_version or version_of(uri)
        above = folder_of(uri).rstrip("/").rpartition("/")[0]
        fields = {
            "chartVersion": wanted.chart_version or chart,
            "modelUri": f"s3://{bucket_of(uri)}/{above}/{version}/",
            "modelVersion": version,
            "image": f"{image.partition('@')[0]}@{wanted.image_digest}" if image and wanted.image_digest else image,
            "commit": wanted.commit,
        }
    except ValueError as error:
        raise PromotionError(f"{overlay.location.folder}values.yaml: {error}") from None
    return overlay.at(release_of(fields, f"{overlay.location.team}/{overlay.location.model}"))


def proven(overlay: Overlay, report: bytes, rules: SmokeRules) -> Overlay:
    """Staging's overlay with the result of a smoke test, passed or failed.

    Raises:
        PromotionError: if smoke.yaml breaks the rules, or the report is invalid, is of another address or smoke.yaml,
            or measured another release than staging has.
    """
    release = overlay.recorded()
    if weak := overlay.weak_test(rules):
        raise PromotionError("\n".join(weak))
    try:
        read = report_of(report, "the smoke test report")
    except SettingsError as error:
        raise PromotionError(str(error)) from None
    if read.model != overlay.location.model:
        raise PromotionError(f"the report is for model {read.model}, not for {overlay.location.model}")
    path, url = overlay.location.folder + SMOKE, rules.url(overlay.location.model)
    if read.url != url:
        raise PromotionError(f"the report is of {read.url}, not of {url}; run the smoke test in staging")
    if read.config_digest != digest_of((overlay.smoke or "").encode()):
        raise PromotionError(f"the report is of another {path}; run the smoke test again")
    if differences := read.release.differences(release):
        raise PromotionError(f"the report measured another release than staging has now: {'; '.join(differences)}")
    smoke = Smoke(
        result=read.result,
        report=digest_of(report),
        at=read.finished_at.replace(microsecond=0),
        overlay=overlay.digest(),
        measured=read.release,
    )
    return overlay.at(release.model_copy(update={"smoke": smoke}))


def planned(tree: Tree, team: str, model: str, fallback: Tree | None = None) -> tuple[Overlay, Overlay]:
    """Production's overlay before and after the promotion of staging's version.

    Raises:
        PromotionError: if staging has no valid smoke test, or the overlays cannot be compared.
    """
    staging = read_overlay(tree, OverlayLocation(team, model, Environment.STAGING))
    prod = read_overlay(tree, OverlayLocation(team, model, Environment.PROD), fallback)
    return prod, promoted(staging, prod)


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The change as a unified diff; empty if nothing changes."""
    lines: list[str] = []
    for path, text in sorted(after.items()):
        old = before.get(path, "")
        lines += difflib.unified_diff(old.splitlines(True), text.splitlines(True), f"a/{path}", f"b/{path}")
    return "".join(lines)


def proposal(kind: str, before: Overlay, after: Overlay) -> Proposal:
    """The pull request for a change. `kind` is the first part of its branch name, such as `promote`."""
    location, release = after.location, after.recorded()
    title = f"chore(deploy): {kind} {location.team}/{location.model} {release.model_version} in {location.environment}"
    return Proposal(f"{kind}/{location.team}/{location.model}", title, _body(before, after, release), after.files())


def _body(before: Overlay, after: Overlay, release: Release) -> str:
    rows = [
        ("chart", before.chart_version(), release.chart_version),
        ("model", str(before.value("modelUri")), release.model_uri),
        ("image", before.image() or "none", after.image() or "none"),
    ]
    table = "\n".join(f"| {name} | `{old}` | `{new}` |" for name, old, new in rows)
    lines = ["| | before | after |", "|---|---|---|", table, "", f"Commit of the model's repository: {release.commit}"]
    if smoke := release.smoke:
        lines.append(f"Smoke test in staging: {smoke.result} at {smoke.at:%Y-%m-%d %H:%M %Z}, report {smoke.report}")
    if after.location.environment is Environment.PROD:
        lines += [
            "",
            "Seniors must approve. `promote verify` compares this with the version that staging tested. Approvals from "
            "before the last push do not count.",
        ]
    return "\n".join(lines)
