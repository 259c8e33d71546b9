"""The SDKs of the components that the examples use, as Pulumi generates them, for tests where no Pulumi CLI is.

Another team gets the SDK of all components from `pulumi package add`. The tests keep that of the components that the
examples use, without descriptions, because all of it has 60,000 lines.

`python -m tests.support.components.sdk` writes them again; it needs pulumi with its language hosts of Node.js, Go and
Java. The kept SDK of Java is not by Pulumi's own generator: it follows the classes that pulumi-java publishes as the
expected output of its tests.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from tests.support.components.package_schema import Schema, current

ROOT = Path(__file__).parents[3]
KEPT = ROOT / "tests" / "examples" / "sdk"
USED = ("Network", "GpuCluster", "FeatureStore", "ModelServingIngress", "KubeflowCluster")
LANGUAGES = {"nodejs": ("*.ts", "package.json"), "go": ("*.go",), "java": ("*.java", "version.txt")}
"""The languages whose compilers read an SDK, with the files that they read."""

_DIGEST = KEPT / "schema.sha256"


def part(schema: Schema) -> dict[str, Any]:
    """The schema of `USED` and of the types that these use, without descriptions."""
    resources = {token: schema["resources"][token] for token in (f"mlplatform:index:{name}" for name in USED)}
    types: dict[str, Any] = {}
    missing = [*_references(resources)]
    while missing:
        token = missing.pop()
        if token not in types:
            types[token] = schema["types"][token]
            missing.extend(_references(types[token]))
    return _bare({**schema, "resources": resources, "types": dict(sorted(types.items()))})


def digest(schema: Schema) -> str:
    """What differs if the kept SDKs would."""
    return hashlib.sha256(json.dumps(part(schema), sort_keys=True).encode()).hexdigest()


def kept_digest() -> str:
    """The digest of the schema that the kept SDKs were generated from."""
    return _DIGEST.read_text(encoding="utf-8").strip()


def sources(folder: Path, language: str) -> dict[str, str]:
    """The files below `folder` that a compiler of the language reads, by path."""
    paths = sorted(path for pattern in LANGUAGES[language] for path in folder.rglob(pattern))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def write() -> None:
    """Generate the SDKs of today's schema, and keep them."""
    schema = current()
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "schema.json"
        source.write_text(json.dumps(part(schema)), encoding="utf-8")
        for language in LANGUAGES:
            generate = ["pulumi", "package", "gen-sdk", str(source), "--language", language, "--out", scratch]
            subprocess.run(generate, check=True)
            shutil.rmtree(KEPT / language, ignore_errors=True)
            for path, text in sources(Path(scratch) / language, language).items():
                file = KEPT / language / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    _DIGEST.write_text(digest(schema) + "\n", encoding="utf-8")


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in cast(Mapping[str, object], value).items():
            if key == "$ref":
                yield str(inner).removeprefix("#/types/")
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in cast(list[object], value):
            yield from _references(inner)


def _bare(value: Any) -> Any:
    """The value without descriptions, which are text: a property of this name is a mapping."""
    if isinstance(value, Mapping):
        items = cast(Mapping[str, object], value).items()
        return {key: _bare(inner) for key, inner in items if not (key == "description" and isinstance(inner, str))}
    if isinstance(value, list):
        return [_bare(inner) for inner in cast(list[object], value)]
    return value


if __name__ == "__main__":
    write()
