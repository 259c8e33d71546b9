"""The certificates by which a pod knows an RDS instance, fetched before its own container starts."""

from typing import Any

BUNDLE_FOLDER = "/etc/rds"
BUNDLE_PATH = f"{BUNDLE_FOLDER}/bundle.pem"
"""What a client names as `sslrootcert` beside `sslmode=verify-full`."""
_VOLUME = "rds-certificates"

FETCH = """
import ssl, sys, urllib.request
source, target = sys.argv[1:]
with urllib.request.urlopen(source, timeout=30) as answer:
    bundle = answer.read().decode("ascii")
ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=bundle)
with open(target, "w") as file:
    file.write(bundle)
"""
"""Python that writes the certificates at an address to a file, and nothing that is none."""


def bundle_address(region: str) -> str:
    """Where AWS publishes the certificates of RDS in a region of the partition `aws`.

    Source: RDS user guide, "Using SSL/TLS to encrypt a connection to a DB instance or cluster".
    """
    return f"https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"


def bundle_fetcher(image: str, region: str, security: dict[str, Any], resources: dict[str, Any]) -> dict[str, Any]:
    """The init container that fetches them. `image` must hold Python and the certificates of public authorities, as the
    image of the pod's own container does; the pod must reach HTTPS outside."""
    return {
        "name": "rds-certificates",
        "image": image,
        "command": ["python3", "-c", FETCH, bundle_address(region), BUNDLE_PATH],
        "securityContext": security,
        "resources": resources,
        "volumeMounts": [{"name": _VOLUME, "mountPath": BUNDLE_FOLDER}],
    }


def bundle_volume() -> dict[str, Any]:
    """The volume of the pod that they lie in."""
    return {"name": _VOLUME, "emptyDir": {"sizeLimit": "8Mi"}}


def bundle_mount() -> dict[str, Any]:
    """How the pod's own container mounts it."""
    return {"name": _VOLUME, "mountPath": BUNDLE_FOLDER, "readOnly": True}
