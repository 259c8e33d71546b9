"""The section `imageSignatures`: what it takes from other sections, and what it refuses."""

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.config import StackConfig
from stacks.image_signatures_section import verification_spec
from tests.support.planner.plans import config_of

HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
WORKFLOW = "https://github.com/example/mlplatform/.github/workflows/images.yaml@refs/heads/main"
ROLE = "arn:aws:iam::111122223333:role/search-pipeline"


def prod(**changes: Any) -> StackConfig:
    """Prod's config, where sections and fields of imageSignatures are others; None removes one."""
    given = deepcopy(dict(config_of("prod")))
    registry = changes.pop("imageRegistry", {})
    given["imageRegistry"] = {**given["imageRegistry"], **registry}
    given["network"] = {**given["network"], **changes.pop("network", {})}
    section = {**given["imageSignatures"], **changes}
    given["imageSignatures"] = {name: value for name, value in section.items() if value is not None}
    return StackConfig.model_validate(given)


def spec_of(config: StackConfig) -> Any:
    assert config.image_signatures
    return verification_spec(config, config.image_signatures)


def test_namespaces_of_teams_are_audited_where_none_is_named() -> None:
    spec = spec_of(prod(auditedNamespaces=None))
    assert {"risk", "search"} <= {*spec.audited_namespaces}
    assert spec.enforced_namespaces == ()


def test_images_of_the_registry_do_not_run_unsigned_beside_its_caches() -> None:
    """Although allowedRegistries names the whole registry."""
    spec = spec_of(prod())
    assert spec.registry == HOST
    assert [each for each in spec.unsigned if each.startswith(HOST)] == [f"{HOST}/docker-hub"]
    assert {"docker.io/kserve/agent", "nvcr.io/nvidia/tritonserver"} <= {*spec.unsigned}


def test_registry_of_another_account_can_be_named() -> None:
    other = "444455556666.dkr.ecr.eu-west-1.amazonaws.com"
    assert spec_of(prod(registry=other)).registry == other


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"signers": [{"name": "search", "images": ["search"], "signingRoleArns": [ROLE]}]},
            "nobody signs the images of platform",
        ),
        ({"registry": "registry:5000"}, "imageSignatures.registry"),
        ({"enforcedNamespaces": ["argocd"]}, "no team has this namespace"),
        ({"imageRegistry": {"buildDays": 30}}, "it also deletes signatures"),
        (
            {
                "network": {"nat": "none"},
                "signers": [{"name": "all", "images": ["platform", "search", "risk"], "workflow": WORKFLOW}],
            },
            "Kyverno cannot read Sigstore's root",
        ),
    ],
)
def test_section_that_would_refuse_sound_images_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        prod(**changes)
