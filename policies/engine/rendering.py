"""Kustomize directories and Helm charts beside the program, rendered to the objects that they create.

The tools run without network, plugins and commands of anybody, in an environment without credentials, with limited time
and memory: kustomize gets none of its `--enable-…` options, and helm has nothing to fetch.
"""

import json
import re
import resource as limits
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from policies.engine.yaml_documents import UnreadableError, documents
from resources.inputs import elements, entries, is_set, read, text
from resources.resource import SECRET, UNKNOWN, Resource

KUSTOMIZATIONS = ("kubernetes:kustomize:Directory", "kubernetes:kustomize/v2:Directory")
_CHARTS = ("kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Chart")
RENDERED = frozenset((*KUSTOMIZATIONS, *_CHARTS))
_KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_FOLDERS = ("resources", "bases", "components", "generators", "transformers", "validators")
"""Fields of a kustomization whose entries may be folders, or addresses that kustomize would clone."""
_PLUGINS = ("helmCharts", "helmChartInflationGenerator")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?")
_SECONDS = 30
_LARGEST = 20_000_000
_MEMORY = 1 << 30
"""Bytes that a tool may use, because a chart can have a loop without end."""
_SAID = 200
"""Characters of an error of a tool that are shown."""
_MOST_FOLDERS = 200
_NOBODY = "http://127.0.0.1:9"
"""A proxy that nothing answers at, so that no request leaves the machine."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """The objects of a directory or chart, or why they cannot be seen and what to do."""

    objects: tuple[Any, ...] = ()
    problem: str = ""


_NOT_LOCAL = Rendering(problem="it is no folder beside the program")


def rendering_of(resource: Resource) -> Rendering:
    """What a kustomize directory or a chart in a folder creates. A folder is rendered once for the same values."""
    found, namespace = _rendered(resource), read(resource.inputs, "namespace")
    if not found.objects or not is_set(namespace):
        return found
    return Rendering(tuple(_placed(each, namespace) for each in found.objects))


def _placed(manifest: Any, namespace: Any) -> Any:
    """An object in the namespace that its directory or chart is for, where it names none."""
    if read(manifest, "kind") is None or read(manifest, "metadata", "namespace") is not None:
        return manifest
    metadata = dict(entries(read(manifest, "metadata")))
    return {**dict(entries(manifest)), "metadata": {**metadata, "namespace": namespace}}


def _rendered(resource: Resource) -> Rendering:
    if resource.type in KUSTOMIZATIONS:
        place = text(read(resource.inputs, "directory"))
        folder = _folder(place)
        return _kustomized(str(folder)) if folder else _NOT_LOCAL
    place = text(read(resource.inputs, "path") or read(resource.inputs, "chart"))
    folder = None if is_set(read(resource.inputs, "repositoryOpts", "repo")) else _folder(place)
    if folder is None:
        return _NOT_LOCAL
    for field in ("postRenderer", "postrender", "valueYamlFiles"):
        if is_set(read(resource.inputs, field)):
            return Rendering(problem=f"{field} changes the chart outside of the plan; write what it does into values")
    values = _known(read(resource.inputs, "values"))
    if values is UNKNOWN:
        return Rendering(problem="its values are known only after the deployment")
    release, namespace = _name(resource, "name", "release"), _name(resource, "namespace", "default")
    return _templated(str(folder), release, namespace, json.dumps(values or {}, sort_keys=True))


def is_local(release: Resource) -> bool:
    """Whether a release installs a folder or an archive beside the program, and no chart of a repository."""
    chart = text(read(release.inputs, "chart"))
    if not isinstance(chart, str) or "://" in chart or is_set(read(release.inputs, "repositoryOpts", "repo")):
        return False
    return chart.startswith((".", "/")) or chart.endswith(".tgz") or _folder(chart) is not None


def _name(resource: Resource, field: str, default: str) -> str:
    """A name that Kubernetes accepts, and that no tool reads as an option."""
    name = text(read(resource.inputs, field))
    return name if isinstance(name, str) and _NAME.fullmatch(name) else default


def _folder(place: Any) -> Path | None:
    if not isinstance(place, str) or "://" in place:
        return None
    path = Path(place)
    try:
        return path.resolve() if path.is_dir() else None
    except (OSError, ValueError):
        return None


def _known(value: Any) -> Any:
    """Values with an ordinary text in place of each secret; `UNKNOWN` where one is known only after the deployment."""
    if isinstance(value, Mapping):
        found = {key: _known(item) for key, item in cast(Mapping[str, Any], value).items()}
        return UNKNOWN if UNKNOWN in found.values() else found
    if isinstance(value, list):
        items = [_known(item) for item in cast(list[Any], value)]
        return UNKNOWN if UNKNOWN in items else items
    return "a secret" if isinstance(value, str) and value == SECRET else value


@lru_cache(maxsize=64)
def _kustomized(folder: str) -> Rendering:
    if problem := next(_reasons_not_to_build(Path(folder)), None):
        return Rendering(problem=problem)
    return _run("kustomize", "build", folder)


@lru_cache(maxsize=64)
def _templated(folder: str, release: str, namespace: str, values: str) -> Rendering:
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(values)
        file.flush()
        return _run("helm", "template", release, folder, "--namespace", namespace, "--values", file.name)


def _reasons_not_to_build(top: Path) -> Iterator[str]:
    """Why kustomize cannot build a folder without network and plugins: the folder and its bases are read first."""
    folders, seen = [top], set[Path]()
    while folders:
        folder = folders.pop().resolve()
        if folder in seen:
            continue
        seen.add(folder)
        if len(seen) > _MOST_FOLDERS:
            yield f"it has more than {_MOST_FOLDERS} folders"
            return
        file = next((folder / name for name in _KUSTOMIZATION_FILES if (folder / name).is_file()), None)
        if file is None:
            yield f"{folder.name} has no kustomization.yaml"
            return
        try:
            kustomization = next(iter(documents(file.read_text(encoding="utf-8", errors="replace"))), None)
        except UnreadableError:
            yield f"{file.name} is not YAML; mend it"
            return
        for field in _PLUGINS:
            if is_set(read(kustomization, field)):
                yield f"{field} of {file.name} needs a plugin; write what the chart creates into files"
        for address in _addresses(kustomization):
            yield f"{file.name} names {address}, which the plan does not fetch; copy it into the folder"
        for field in _FOLDERS:
            for entry in elements(read(kustomization, field)):
                if isinstance(entry, str) and "\n" not in entry:
                    if not (folder / entry).exists():
                        yield f"{file.name} names {entry}, which is not there"
                    elif (folder / entry).is_dir():
                        folders.append(folder / entry)


def _addresses(value: Any) -> Iterator[str]:
    """The addresses of the internet that a kustomization would load from: texts of one line with a scheme."""
    if isinstance(value, str):
        if value.startswith(("http://", "https://", "ssh://", "git@", "git::", "file://")):
            yield value
    elif isinstance(value, Mapping):
        for key, item in cast(Mapping[str, Any], value).items():
            if key not in ("commonAnnotations", "commonLabels", "labels", "literals", "images", "value"):
                yield from _addresses(item)
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from _addresses(item)


def _run(tool: str, *arguments: str) -> Rendering:
    program = shutil.which(tool)
    if program is None:
        return Rendering(problem=f"{tool} is not on PATH; install it, and the plan sees the objects")
    with tempfile.TemporaryDirectory(prefix="render-") as home:
        nothing = str(Path(home, "nothing"))
        environment = {
            "PATH": nothing,
            "HOME": home,
            "KUBECONFIG": nothing,
            "HELM_PLUGINS": nothing,
            "HTTP_PROXY": _NOBODY,
            "HTTPS_PROXY": _NOBODY,
        }
        try:
            done = _limited([program, *arguments], environment, home)
        except (OSError, subprocess.TimeoutExpired):
            return Rendering(problem=f"{tool} did not render it within {_SECONDS} seconds; render it yourself")
    if done.returncode or len(done.stdout) > _LARGEST:
        lines = done.stderr.decode(errors="replace").split("\n")
        return Rendering(problem=f"{tool} does not render it ({' '.join(lines)[:_SAID].strip()}); mend it")
    try:
        return Rendering(tuple(documents(done.stdout.decode(errors="replace"))))
    except UnreadableError:
        return Rendering(problem=f"{tool} makes what is not YAML of it; mend it")


def _limited(command: list[str], environment: Mapping[str, str], folder: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command for a limited time. Linux also limits its memory.

    Raises:
        subprocess.TimeoutExpired: it took too long; it has been ended.
    """
    with subprocess.Popen(  # noqa: S603 - the arguments are a folder and names, never options
        command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        if sys.platform == "linux":
            with suppress(ProcessLookupError):
                limits.prlimit(process.pid, limits.RLIMIT_DATA, (_MEMORY, _MEMORY))
        try:
            output, errors = process.communicate(timeout=_SECONDS)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)
