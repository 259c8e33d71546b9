"""Record the digests of the pinned images: `python -m operations.digests`.

Reads each digest from the image's registry and writes `components/facts/image_digests.json`; pods then name each image
by its digest. Commit the file with the versions. `--check` writes nothing and exits with 1 if a tag now names another
digest. Exit code 2: a registry did not respond.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import components.facts.versions as versions
from operations.registries import RegistryError, digest

RECORD = Path(__file__).parents[1] / "components" / "facts" / "image_digests.json"
TAGGED_BY_KSERVE = ("huggingface",)
"""Servers whose tag KServe changes for a model with a GPU. A digest would prevent that."""


def pinned_images() -> Iterator[str]:
    """The images of the pods that this project writes, each with its tag."""
    yield from (value for name, value in vars(versions).items() if name.endswith("_IMAGE") and isinstance(value, str))
    yield from (image for name, image in versions.RUNTIME_IMAGES.items() if name not in TAGGED_BY_KSERVE)


def main(arguments: list[str] | None = None, record: Path = RECORD) -> int:
    """Read the digests, then write or compare them."""
    parser = argparse.ArgumentParser(prog="python -m operations.digests", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a tag names another digest")
    options = parser.parse_args(arguments)
    known: dict[str, str] = json.loads(record.read_text(encoding="utf-8"))
    try:
        found = {image: digest(image) for image in sorted(set(pinned_images()))}
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
    record.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"{len(found)} digests written to {record.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
