"""What ImageVerification makes, who may sign, what Kyverno may read, and what is refused."""

import json
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.cluster.image_verification.image_verification import ImageVerification
from components.cluster.image_verification.kyverno import reading_policy
from components.core.account import Account
from components.core.kms import signing_key_policy
from components.core.spec import SpecError
from tests.support.components.known_actions import unknown_to_aws
from tests.support.components.mocks import ACCOUNT, Recording, run

RELEASE = "kubernetes:helm.sh/v3:Release"
POLICY = "kubernetes:policies.kyverno.io/v1:ImageValidatingPolicy"
BINDING = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"
KEY = "aws:kms/key:Key"
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/risk-pipeline"
WORKFLOW = "https://github.com/acme/search/.github/workflows/images.yaml@refs/heads/main"
RISK = {"name": "risk", "images": ["risk"], "signing_role_arns": [ROLE]}
SEARCH = {"name": "search", "images": ["search/ranking"], "workflow": WORKFLOW}
AT = Account(ACCOUNT, "us-east-1", "aws")


def verification(**args: Any) -> Recording:
    given: Any = {
        "registry": REGISTRY,
        "cluster_name": "acme",
        "vpc_cidr": "10.0.0.0/16",
        "signers": [RISK, SEARCH],
        "audited_namespaces": ["search"],
        "enforced_namespaces": ["risk"],
        "unsigned": ["docker.io/kserve/agent"],
        **args,
    }

    def build() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        ImageVerification("signatures", given, pulumi.ResourceOptions(providers=[provider]))

    return run(build)


@pytest.fixture(scope="module")
def made() -> Recording:
    return verification()


def policies(made: Recording) -> dict[str, dict[str, Any]]:
    return {each.inputs["metadata"]["name"]: each.inputs["spec"] for each in made.resources if each.type == POLICY}


def test_each_mode_has_a_policy_for_each_signer_and_the_others(made: Recording) -> None:
    modes = ("audit", "enforce")
    assert policies(made).keys() == {f"signed-{who}-{mode}" for who in ("risk", "search") for mode in modes}
    others = {each.inputs["metadata"]["name"]: each.inputs["spec"] for each in made.resources if each.type == BINDING}
    assert {name: spec["validationActions"] for name, spec in others.items()} == {
        "signed-others-audit": ["Audit"],
        "signed-others-enforce": ["Deny"],
    }


@pytest.mark.parametrize(
    ("mode", "namespace", "action", "failure"),
    [("audit", "search", "Audit", "Ignore"), ("enforce", "risk", "Deny", "Fail")],
)
def test_mode_holds_in_its_namespaces_alone(
    made: Recording, mode: str, namespace: str, action: str, failure: str
) -> None:
    for name, spec in policies(made).items():
        if name.endswith(mode):
            [selected] = spec["matchConstraints"]["namespaceSelector"]["matchExpressions"]
            assert (selected["key"], selected["values"]) == ("kubernetes.io/metadata.name", [namespace])
            assert (spec["validationActions"], spec["failurePolicy"]) == ([action], failure)


def test_policies_judge_new_pods_and_debug_containers_alone(made: Recording) -> None:
    for spec in policies(made).values():
        judged = [(*rule["operations"], *rule["resources"]) for rule in spec["matchConstraints"]["resourceRules"]]
        assert judged == [("CREATE", "pods"), ("UPDATE", "pods/ephemeralcontainers")]
        assert spec["autogen"] == {"podControllers": {"controllers": []}}
        assert all(part in str(spec["validations"]) for part in ("images.initContainers", "images.ephemeralContainers"))


def test_tag_is_replaced_by_its_digest_only_where_it_is_enforced(made: Recording) -> None:
    pinned = {name: spec["validationConfigurations"]["mutateDigest"] for name, spec in policies(made).items()}
    assert {name for name, yes in pinned.items() if yes} == {"signed-risk-enforce", "signed-search-enforce"}


def test_key_is_verified_without_the_public_log(made: Recording) -> None:
    [attestor] = policies(made)["signed-risk-enforce"]["attestors"]
    assert attestor["cosign"]["ctlog"] == {"insecureIgnoreTlog": True, "insecureIgnoreSCT": True}
    assert "public key" in attestor["cosign"]["key"]["data"]
    assert "keyless" not in attestor["cosign"]


def test_workflow_is_verified_by_its_whole_name(made: Recording) -> None:
    [attestor] = policies(made)["signed-search-enforce"]["attestors"]
    issuer = "https://token.actions.githubusercontent.com"
    assert attestor["cosign"] == {"keyless": {"identities": [{"issuer": issuer, "subject": WORKFLOW}]}}


def test_kyverno_sees_the_judged_namespaces_alone(made: Recording) -> None:
    values = made.one(RELEASE).inputs["values"]
    [selected] = values["config"]["webhooks"]["namespaceSelector"]["matchExpressions"]
    assert (selected["operator"], selected["values"]) == ("In", ["risk", "search"])
    off = ("backgroundController", "cleanupController", "reportsController")
    assert [values[each] for each in off] == [{"enabled": False}] * 3
    assert values["features"]["policyExceptions"] == {"enabled": False}
    assert values["admissionController"]["podDisruptionBudget"] == {"enabled": True, "minAvailable": 1}


def test_signing_key_is_made_for_signers_with_roles_alone(made: Recording) -> None:
    key = made.one(KEY).inputs
    assert (key["keyUsage"], key["customerMasterKeySpec"]) == ("SIGN_VERIFY", "ECC_NIST_P256")
    assert made.one("aws:kms/alias:Alias").inputs["name"] == "alias/image-signing-risk"


def test_the_pipeline_alone_signs() -> None:
    statements = {each["Sid"]: each for each in json.loads(signing_key_policy(AT, [ROLE]))["Statement"]}
    assert statements["NobodyElseSigns"]["Effect"] == "Deny"
    assert statements["NobodyElseSigns"]["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": [ROLE]}}
    assert statements["PipelinesSign"]["Condition"] == {"ArnEquals": {"aws:PrincipalArn": [ROLE]}}
    allowed = statements["AccountAdministersByIam"]["Action"]
    assert not {"kms:*", "kms:Sign", "kms:CreateGrant"} & set(allowed)
    assert unknown_to_aws(signing_key_policy(AT, [ROLE])) == []


def test_kyverno_reads_the_signers_repositories_alone() -> None:
    policy = json.loads(reading_policy(AT, "444455556666.dkr.ecr.eu-west-1.amazonaws.com", ["risk"]))
    sign_in, read = policy["Statement"]
    assert sign_in["Action"] == ["ecr:GetAuthorizationToken"]
    here = "arn:aws:ecr:eu-west-1:444455556666:repository"
    assert read["Resource"] == [f"{here}/risk", f"{here}/risk/*"]
    assert unknown_to_aws(json.dumps(policy)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"signers": [{**RISK, "workflow": WORKFLOW}]}, "risk signs in two ways; remove signingRoleArns"),
        ({"signers": [{"name": "risk", "images": ["risk"]}]}, "risk has no way to sign; write signingRoleArns"),
        ({"signers": [RISK, {**SEARCH, "images": ["risk/fraud"]}]}, "it is in the folder risk"),
        ({"signers": [RISK, {**RISK, "images": ["x"]}]}, "it is the name of two signers"),
        ({"signers": [RISK, {**SEARCH, "images": ["risk"]}]}, "two signers sign these images"),
        ({"enforced_namespaces": ["search"]}, "a namespace is audited or enforced"),
        ({"enforced_namespaces": ["kube-system"]}, "kube-system"),
        *(
            ({"signers": [{**SEARCH, "workflow": workflow}]}, "workflow")
            for workflow in (
                "https://github.com/*/search/.github/workflows/images.yaml@refs/heads/main",
                "https://github.com/acme/*/.github/workflows/images.yaml@refs/heads/main",
                "https://github.com/acme/search/.github/workflows/.*@refs/heads/main",
                "https://github.com/acme/search/.github/workflows/images.yaml@refs/heads/.*",
                "https://github.com/acme/search/.github/workflows/images.yaml",
                "https://evil.example/acme/search/.github/workflows/images.yaml@refs/heads/main",
            )
        ),
    ],
)
def test_bad_argument_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told.replace("*", r"\*")):
        verification(**changes)
