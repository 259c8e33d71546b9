"""What each team's workloads may do with the buckets: its own folder, and nobody else's."""

import json
from itertools import permutations

import pytest

from components.core.account import Account
from components.kubeflow.access import pipelines_access, team_access
from tests.support.components.clusters import statements
from tests.support.components.iam import allows
from tests.support.components.kubeflow import KEY, RANKING, WIRING, kubeflow
from tests.support.components.mocks import ACCOUNT

AT = Account(ACCOUNT, "us-east-1", "aws")
BUCKETS = {purpose: f"acme-{purpose}" for purpose in ("raw", "training", "models", "offline")}
TEAMS = ("ranking", "fraud", "fraud-review", "rank")
"""The name of one begins with another's."""
S3 = "s3.us-east-1.amazonaws.com"


def may(team: str, action: str, bucket: str, key: str) -> bool:
    policy = team_access(AT, team, BUCKETS, KEY)
    return allows(policy, action, f"arn:aws:s3:::acme-{bucket}/{key}")


def lists(team: str, bucket: str, **context: str) -> bool:
    return allows(team_access(AT, team, BUCKETS, KEY), "s3:ListBucket", f"arn:aws:s3:::acme-{bucket}", **context)


@pytest.mark.parametrize("team", TEAMS)
def test_a_team_reads_its_own_folder_of_every_bucket(team: str) -> None:
    for bucket in BUCKETS:
        assert may(team, "s3:GetObject", bucket, f"{team}/2026/part-0.parquet")
        assert lists(team, bucket, s3_prefix=f"{team}/2026/")


@pytest.mark.parametrize("team", TEAMS)
def test_a_team_writes_training_sets_and_models_and_no_source(team: str) -> None:
    written = {bucket for bucket in BUCKETS if may(team, "s3:PutObject", bucket, f"{team}/pipelines/run/model")}
    deleted = {bucket for bucket in BUCKETS if may(team, "s3:DeleteObject", bucket, f"{team}/pipelines/run/model")}
    assert written == deleted == {"training", "models"}


@pytest.mark.parametrize(("team", "other"), list(permutations(TEAMS, 2)))
def test_no_team_touches_another_s_folder(team: str, other: str) -> None:
    for bucket in BUCKETS:
        for action in ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"):
            assert not may(team, action, bucket, f"{other}/secret.parquet"), (action, bucket)
        assert not lists(team, bucket, s3_prefix=f"{other}/")


@pytest.mark.parametrize("key", ["model.bin", "kubeflow/x", "pipelines/definition.yaml", "rankings/x", "x/ranking/y"])
def test_what_is_in_no_team_s_folder_is_nobody_s(key: str) -> None:
    assert not any(may("ranking", action, "models", key) for action in ("s3:GetObject", "s3:PutObject"))


@pytest.mark.parametrize("context", [{}, {"s3_prefix": ""}, {"s3_prefix": "r"}, {"s3_prefix": "ranking"}])
def test_a_team_can_t_look_who_else_there_is(context: dict[str, str]) -> None:
    assert not lists("ranking", "training", **context)


def test_team_changes_no_bucket_and_reaches_no_other_team() -> None:
    for action in ("s3:PutBucketPolicy", "s3:DeleteBucket", "s3:PutLifecycleConfiguration", "s3:PutObjectAcl"):
        assert not allows(team_access(AT, "ranking", BUCKETS, KEY), action, "arn:aws:s3:::acme-training")
        assert not may("ranking", action, "training", "ranking/x")
    assert not may("ranking", "s3:GetObject", "logs", "ranking/x")


def test_the_key_opens_through_s3_alone() -> None:
    policy = team_access(AT, "ranking", BUCKETS, KEY)
    assert allows(policy, "kms:Decrypt", KEY, kms_ViaService=S3)
    assert not allows(policy, "kms:Decrypt", KEY)
    assert not allows(policy, "kms:Decrypt", KEY, kms_ViaService="secretsmanager.us-east-1.amazonaws.com")
    assert not allows(policy, "kms:ScheduleKeyDeletion", KEY, kms_ViaService=S3)


def test_the_server_of_pipelines_reads_no_team_s_artifacts() -> None:
    policy = pipelines_access(AT, "acme-training", KEY)
    assert allows(policy, "s3:PutObject", "arn:aws:s3:::acme-training/pipelines/definition")
    for key in ("ranking/pipelines/run/model", "fraud/x"):
        assert not allows(policy, "s3:GetObject", f"arn:aws:s3:::acme-training/{key}")


def test_each_team_has_its_policy_and_no_other() -> None:
    recording = kubeflow()
    policies = {each.name: each for each in recording.all("aws:iam/rolePolicy:RolePolicy")}
    own = json.loads(policies["kubeflow-ranking-identity-folders"].inputs["policy"])
    assert own == json.loads(team_access(AT, RANKING["name"], BUCKETS, WIRING["data_key_arn"]))
    assert [name for name in policies if name.startswith("kubeflow-ranking")] == ["kubeflow-ranking-identity-folders"]
    assert not recording.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert "Write" in statements(policies["kubeflow-fraud-identity-folders"])


def test_identity_is_of_notebooks_and_pipelines() -> None:
    found = {
        (each.inputs["namespace"], each.inputs["serviceAccount"])
        for each in kubeflow().all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    }
    assert {("ranking", "default-editor"), ("fraud", "default-editor"), ("kubeflow", "ml-pipeline")} <= found
