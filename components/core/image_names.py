"""References of images that a config names."""

from .spec import refuse

IMAGE_PATTERN = (
    r"^[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)+"
    r"(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?$"
)
"""An image with its registry, and with a tag or a digest."""


def versioned_image(image: str) -> str:
    """`image`, when it has a digest or a version as tag; refused otherwise."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    if "@" not in image and tag in ("", "latest"):
        raise refuse(image, f"{name} has no version, so a restart may change it; add @sha256:… or a version as tag")
    return image
