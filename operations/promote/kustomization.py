"""The kustomization.yaml of overlays and bases: its allowed fields, and what kustomize renders of a model's files.

Kustomize can patch any object, load any address and run functions. An overlay must run what release.yaml records, so
only the fields below are allowed. The chart is not rendered: its repository, version and values determine its objects.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal, TypeVar, cast

import yaml
from pydantic import Field

from ..settings import Settings, SettingsError, fault, matching, parse
from .errors import PromotionError
from .yaml_text import YamlTextError, content_of

KUSTOMIZATION = "kustomization.yaml"
VALUES = "values.yaml"
BASE = "../../base"
CHART = "model-service"
SECONDS = 60
"""The longest time that kustomize may take."""

_RESERVED = (KUSTOMIZATION, VALUES, "release.yaml", "smoke.yaml")
_SERVED_BY_THE_CHART = "serving.kserve.io"
_FILE = r"[a-z0-9][a-z0-9-]*\.yaml"
_NAME = r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"

Name = Annotated[str, matching(_NAME, "it is not the name of an object; use a-z, 0-9, hyphens and dots")]
File = Annotated[str, matching(_FILE, "it is not a file of this folder; write its name, such as network.yaml")]


class Chart(Settings):
    """The entry of `helmCharts`."""

    name: Literal["model-service"]
    repo: Annotated[
        str, matching(r"(oci|https)://[a-z0-9.:-]+(/[a-z0-9._-]+)*", "it is not a repository; write oci://<registry>/…")
    ]
    version: str
    release_name: Name
    namespace: Name
    values_file: Literal["values.yaml"]
    kube_version: Annotated[str, matching(r"\d+\.\d+\.\d+", "it is not a version, such as 1.36.0")] | None = None


class Image(Settings):
    """The entry of `images`. Kustomize takes `name` as a regular expression, so it has no dots or other signs."""

    name: Annotated[str, matching(r"[a-z0-9]+([/-][a-z0-9]+)*", "use only a-z, 0-9, hyphens and slashes")]
    new_name: Annotated[str, matching(r"[a-z0-9.:-]+(/[a-z0-9._-]+)+", "write <registry>/<name>, without a tag")]
    digest: str


class Replicas(Settings):
    """An entry of `replicas`."""

    name: Name
    count: int = Field(ge=0, le=1000)


class Kustomization(Settings):
    """An overlay's kustomization.yaml."""

    api_version: Literal["kustomize.config.k8s.io/v1beta1"]
    kind: Literal["Kustomization"]
    resources: tuple[
        Annotated[
            str,
            matching(
                rf"\.\./\.\./base|{_FILE}", f"no path may leave the overlay; write {BASE}, or a file of this folder"
            ),
        ],
        ...,
    ] = ()
    helm_charts: tuple[Chart, ...]
    images: tuple[Image, ...] = ()
    replicas: tuple[Replicas, ...] = ()

    def without_chart(self) -> str:
        """The text of a kustomization.yaml of the model's own objects."""
        return yaml.safe_dump(self.model_dump(mode="json", exclude={"helm_charts"}))

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the overlay's folder that it renders."""
        return tuple(each for each in self.resources if each != BASE)


class Labels(Settings):
    """An entry of `labels` of a base."""

    pairs: dict[str, str]
    include_selectors: bool = False
    include_templates: bool = False


class Base(Settings):
    """A base's kustomization.yaml."""

    api_version: Literal["kustomize.config.k8s.io/v1beta1"]
    kind: Literal["Kustomization"]
    namespace: Name | None = None
    labels: tuple[Labels, ...] = ()
    resources: tuple[File, ...] = ()


KindOfFile = TypeVar("KindOfFile", Kustomization, Base)


def kustomization_of(text: str, path: str, kind: type[KindOfFile]) -> KindOfFile:
    """The fields of a kustomization.yaml.

    Raises:
        PromotionError: if a field is not allowed or invalid; names each.
    """
    try:
        content: object = content_of(text)
        allowed = [field.alias or name for name, field in kind.model_fields.items()]
        if isinstance(content, dict):
            given = cast(dict[object, object], content)
            if unknown := [each for each in given if each not in allowed]:
                remedy = f"it is not allowed here, because it can change what release.yaml records; use only {allowed}"
                raise SettingsError(path, [fault(str(each), given[each], remedy) for each in unknown])
        found = parse(kind, cast(object, content), path)
    except YamlTextError as error:
        raise PromotionError(f"{path}: {error}") from None
    except SettingsError as error:
        raise PromotionError(str(error)) from None
    if reserved := [each for each in found.resources if each in _RESERVED]:
        raise PromotionError(f"{path}: resources names {reserved[0]}, which is not an object; remove it")
    return found


@lru_cache(maxsize=64)
def rendered(kustomization: str, folder: str, files: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, Any], ...]:
    """The objects that kustomize builds of an overlay without its chart.

    Args:
        kustomization: the text of `without_chart`, which has only allowed fields.
        folder: the overlay's folder, below the model's.
        files: the texts of the base's files and of the overlay's resources, by path below the model's folder.

    Raises:
        PromotionError: if kustomize cannot build it.
        FileNotFoundError: if kustomize is not installed.
    """
    program = shutil.which("kustomize")
    if program is None:
        raise FileNotFoundError("kustomize is not on PATH, so no overlay can be rendered; install kustomize 5")
    with TemporaryDirectory() as root:
        for path, text in (*files, (f"{folder}{KUSTOMIZATION}", kustomization)):
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        build = [program, "build", f"{root}/{folder}"]
        try:
            done = subprocess.run(build, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - constant
        except subprocess.TimeoutExpired:
            raise PromotionError(f"{folder}: kustomize takes longer than {SECONDS} seconds; simplify it") from None
        if done.returncode:
            said = " ".join(done.stderr.decode(errors="replace").replace(root, "").split())
            raise PromotionError(f"{folder}: kustomize cannot build it: {said[:500]}")
    try:
        documents: list[object] = list(yaml.load_all(done.stdout, yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PromotionError(f"{folder}: not YAML: {' '.join(str(error).split())}") from None
    return tuple(cast(Mapping[str, Any], each) for each in documents if isinstance(each, Mapping))


def foreign(objects: tuple[Mapping[str, Any], ...], image: str | None) -> list[str]:
    """What the objects run that the release does not record.

    Args:
        objects: what kustomize built.
        image: the release's image as <name>@<digest>; None if it has none.
    """
    wrong: list[str] = []
    found: set[str] = set()
    for each in objects:
        about = f"{each.get('kind')} {each.get('metadata', {}).get('name')}"
        if str(each.get("apiVersion")).partition("/")[0] == _SERVED_BY_THE_CHART:
            wrong.append(f"{about} serves a model, which only the chart {CHART} may do; remove it")
        images = set(_images(each))
        found |= images
        wrong += [f"{about} runs {other}, not the image of release.yaml, {image}" for other in images - {image}]
    if image is not None and image not in found:
        wrong.append(f"images.0 fits no container, so nothing runs {image}; correct its name or remove it")
    return sorted(wrong)


def _images(value: object) -> Iterator[str]:
    """Each image that an object names: of containers wherever they stand, and of volumes (`image.reference`)."""
    if isinstance(value, Mapping):
        for key, item in cast(Mapping[object, object], value).items():
            if isinstance(key, str) and re.fullmatch(r"image|\w+Image", key):
                if isinstance(item, str):
                    yield item
                elif isinstance(item, Mapping):
                    yield str(cast(Mapping[object, object], item).get("reference"))
            yield from _images(cast(object, item))
    elif isinstance(value, list):
        for item in cast(list[object], value):
            yield from _images(item)
