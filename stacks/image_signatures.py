"""The section `imageSignatures`: Kyverno, which verifies the images of teams."""

from components.cluster.image_verification.image_verification import ImageVerification
from components.cluster.image_verification.spec import ImageVerificationArgs
from components.core.spec import args_of
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs
from stacks.image_signatures_section import verification_spec


def make_image_signatures(config: StackConfig, base: Foundation, exports: Outputs) -> None:
    """Verification of the signatures of images in namespaces of teams."""
    if not config.image_signatures:
        return
    wired = {"cluster_name": base.cluster.ready, "vpc_cidr": base.network.vpc_cidr}
    spec = verification_spec(config, config.image_signatures)
    verification = ImageVerification("image-signatures", args_of(ImageVerificationArgs, spec, **wired), base.kubernetes)
    exports |= {"imageSigningKeys": verification.key_aliases}
