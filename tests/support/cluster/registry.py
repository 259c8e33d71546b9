"""An image registry on this machine, with images and signatures as cosign writes them."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"


@dataclass(frozen=True)
class SigningKey:
    """A key of ECDSA on P-256, as KMS holds one."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def made(cls) -> "SigningKey":
        """A new key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_pem(self) -> str:
        """The public key, as KMS gives it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@dataclass(frozen=True)
class Registry:
    """A registry without TLS and without a login."""

    host: str

    def push(self, repository: str, tag: str, content: str) -> str:
        """Store an image with `content` under a tag. Returns its digest."""
        return self._image(repository, tag, _LAYER, content.encode(), {})

    def sign(self, repository: str, digest: str, key: SigningKey) -> None:
        """Sign an image as `cosign sign --key` does without a bundle and without a log.

        Source: sigstore/cosign v3.1.2, specs/SIGNATURE_SPEC.md.
        """
        identity = {"docker-reference": f"{self.host}/{repository}"}
        critical: dict[str, Any] = {"identity": identity, "image": {"docker-manifest-digest": digest}}
        critical["type"] = "cosign container image signature"
        payload = json.dumps({"critical": critical, "optional": None}, separators=(",", ":")).encode()
        signature = base64.b64encode(key.private.sign(payload, ec.ECDSA(hashes.SHA256()))).decode()
        annotations = {"dev.cosignproject.cosign/signature": signature}
        self._image(repository, f"{digest.replace(':', '-')}.sig", _SIMPLE_SIGNING, payload, annotations)

    def _image(self, repository: str, tag: str, media_type: str, layer: bytes, annotations: Mapping[str, str]) -> str:
        config: dict[str, Any] = {"architecture": "amd64", "os": "linux", "config": {}}
        config["rootfs"] = {"type": "layers", "diff_ids": [_digest(layer)]}
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": self._blob(repository, _CONFIG, json.dumps(config).encode()),
            "layers": [{**self._blob(repository, media_type, layer), "annotations": dict(annotations)}],
        }
        body = json.dumps(manifest).encode()
        address = f"http://{self.host}/v2/{repository}/manifests/{tag}"
        httpx.put(address, content=body, headers={"Content-Type": _MANIFEST}).raise_for_status()
        return _digest(body)

    def _blob(self, repository: str, media_type: str, content: bytes) -> dict[str, Any]:
        started = httpx.post(f"http://{self.host}/v2/{repository}/blobs/uploads/").raise_for_status()
        place = httpx.URL(f"http://{self.host}").join(started.headers["Location"])
        httpx.put(place, params={"digest": _digest(content)}, content=content).raise_for_status()
        return {"mediaType": media_type, "size": len(content), "digest": _digest(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
