"""Record the digests of the pinned images: `python -m operations.digests`.

Reads each digest from the image's registry and writes `components/facts/image_digests.json`; pods then name each image
by its digest. It also writes the digests of the base images into the Dockerfiles of `images`. Commit the files with the
versions. `--check` writes nothing and exits with 1 if a tag now names another digest. Exit code 2: a registry did not
respond.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import components.facts.versions as versions
from operations.flags import FlagParser
from operations.registries import RegistryError, digest

RECORD = Path(__file__).parents[1] / "components" / "facts" / "image_digests.json"
DOCKERFILES = Path(__file__).parents[1] / "images"
_BASE = re.compile(r"(?P<image>[a-z0-9.-]+/[\w./-]+:[\w.-]+)@(?P<digest>sha256:[0-9a-f]{64})")
TAGGED_BY_KSERVE = ("huggingface",)
"""Servers whose tag KServe changes for a model with a GPU. A digest would prevent that."""


def pinned_images() -> Iterator[str]:
    """The images of the pods that this project writes, each with its tag."""
    yield from (value for name, value in vars(versions).items() if name.endswith("_IMAGE") and isinstance(value, str))
    yield from (image for name, image in versions.RUNTIME_IMAGES.items() if name not in TAGGED_BY_KSERVE)


def base_images(folder: Path) -> dict[str, str]:
    """The digest of each base image that a Dockerfile below `folder` names."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/Dockerfile"))]
    return {match["image"]: match["digest"] for text in texts for match in _BASE.finditer(text)}


def main(arguments: list[str] | None = None, record: Path = RECORD, dockerfiles: Path = DOCKERFILES) -> int:
    """Read the digests, then write or compare them."""
    parser = FlagParser(prog="python -m operations.digests", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a tag names another digest")
    options = parser.parse_args(arguments)
    bases = base_images(dockerfiles)
    known: dict[str, str] = json.loads(record.read_text(encoding="utf-8")) | bases
    try:
        found = {image: digest(image) for image in sorted({*pinned_images(), *bases})}
    except RegistryError as error:
        print(f"digests: nothing was written: {error}", file=sys.stderr)
        return 2
    if options.check:
        moved = [image for image, was in known.items() if found.get(image, was) != was]
        print(
            "\n".join(f"{image}: {known[image]} is now {found[image]}" for image in moved)
            or "every tag has its recorded digest"
        )
        return int(bool(moved))
    of_pods = {image: found[image] for image in sorted(set(pinned_images()))}
    record.write_text(json.dumps(of_pods, indent=2) + "\n", encoding="utf-8")
    _write_bases(dockerfiles, found)
    print(f"{len(of_pods)} digests written to {record.name}, {len(bases)} to the Dockerfiles")
    return 0


def _write_bases(folder: Path, found: Mapping[str, str]) -> None:
    for path in folder.glob("*/Dockerfile"):
        text = path.read_text(encoding="utf-8")
        path.write_text(_BASE.sub(lambda match: f"{match['image']}@{found[match['image']]}", text), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
