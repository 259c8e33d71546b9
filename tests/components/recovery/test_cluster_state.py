"""What ClusterState makes, what Velero may do in the cluster and in AWS, and what is refused."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.core.account import Account
from components.core.spec import SpecError
from components.recovery.cluster_state.cluster_state import ClusterState
from components.recovery.cluster_state.velero import objects_access, source_access
from policies.engine.evaluate import evaluate
from tests.support.components.iam import allows
from tests.support.components.known_actions import unknown_to_aws
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.planner.charts import CHARTS
from tests.support.planner.plans import exports_of, of_type, plan_of
from tests.support.policies.cases import context

RELEASE = "kubernetes:helm.sh/v3:Release"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
BUCKET = "acme-cluster-state-111122223333"
S3_BUCKET = "aws:s3/bucket:Bucket"
NOT_OF_A_COMPONENT = {"required-tags", "provider-account", "production-budget"}


def cluster_state(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {"bucket": BUCKET, "cluster_name": "acme", "log_bucket": "acme-logs", **args}

    def build() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        ClusterState("cluster-state", given, pulumi.ResourceOptions(providers=[provider]))

    return run(build, recording)


def values_of(recording: Recording) -> dict[str, Any]:
    return recording.one(RELEASE).inputs["values"]


@pytest.fixture(scope="module")
def made() -> Recording:
    return cluster_state()


def test_backups_hold_neither_secrets_nor_volumes(made: Recording) -> None:
    values = values_of(made)
    template = values["schedules"]["state"]["template"]
    kinds = {*template["includedNamespaceScopedResources"], *template["includedClusterScopedResources"]}
    assert {"configmaps", "notebooks.kubeflow.org", "profiles.kubeflow.org", "namespaces"} <= kinds
    assert not {"secrets", "persistentvolumeclaims", "persistentvolumes", "pods", "nodes", "*"} & kinds
    assert (template["includedNamespaces"], template["snapshotVolumes"]) == (["*"], False)
    assert template["defaultVolumesToFsBackup"] is False
    assert (values["snapshotsEnabled"], values["deployNodeAgent"], values["credentials"]["useSecret"]) == (False,) * 3


def test_velero_may_read_the_cluster_and_write_nothing(made: Recording) -> None:
    assert values_of(made)["rbac"] == {"clusterAdministrator": False}
    [role] = [each for each in made.resources if each.type.endswith(":ClusterRole")]
    rules = role.inputs["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    readable = {f"{kind}.{rule['apiGroups'][0]}".rstrip(".") for rule in rules for kind in rule["resources"]}
    template = values_of(made)["schedules"]["state"]["template"]
    # Velero lists pods to find their volumes; tests/cluster/test_velero.py fails without it.
    assert readable == {
        "pods",
        *template["includedNamespaceScopedResources"],
        *template["includedClusterScopedResources"],
    }
    [binding] = [each for each in made.resources if each.type.endswith(":ClusterRoleBinding")]
    [subject] = binding.inputs["subjects"]
    assert (subject["namespace"], subject["name"]) == ("velero", values_of(made)["serviceAccount"]["server"]["name"])


def test_role_uses_one_folder_of_one_bucket() -> None:
    policy = objects_access(Account(ACCOUNT, "us-east-1", "aws"), BUCKET, KEY)
    assert unknown_to_aws(policy) == []
    arn = f"arn:aws:s3:::{BUCKET}"
    assert allows(policy, "s3:PutObject", f"{arn}/cluster/backups/a/velero-backup.json")
    assert not allows(policy, "s3:PutObject", f"{arn}/other/a")
    assert allows(policy, "s3:ListBucket", arn, s3_prefix="cluster/backups/")
    assert not allows(policy, "s3:ListBucket", arn, s3_prefix="other/")
    assert allows(policy, "kms:GenerateDataKey", KEY, kms_ViaService="s3.us-east-1.amazonaws.com")
    assert not allows(policy, "kms:Decrypt", KEY, kms_ViaService="rds.us-east-1.amazonaws.com")


def test_association_is_for_the_account_of_the_chart(made: Recording) -> None:
    association = made.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert (association["namespace"], association["serviceAccount"]) == ("velero", "velero-server")
    assert made.one(RELEASE).inputs["version"] == CHARTS["velero"].version


def test_every_container_is_restricted(made: Recording) -> None:
    values = values_of(made)
    namespace = next(each for each in made.resources if each.type == "kubernetes:core/v1:Namespace")
    assert namespace.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for context_ in (values["containerSecurityContext"], values["initContainers"][0]["securityContext"]):
        assert context_["readOnlyRootFilesystem"] is True
        assert context_["capabilities"] == {"drop": ["ALL"]}
    assert values["podSecurityContext"]["runAsUser"] > 0


@pytest.mark.parametrize(
    ("minutes", "schedule"),
    [(120, "20 */1 * * *"), (420, "20 */6 * * *"), (479, "20 */6 * * *"), (540, "20 */8 * * *"), (1500, "20 1 * * *")],
)
def test_schedule_meets_the_objective(minutes: int, schedule: str) -> None:
    values = values_of(cluster_state(rpo_minutes=minutes, retention_days=7))
    assert values["schedules"]["state"]["schedule"] == schedule
    assert values["schedules"]["state"]["template"]["ttl"] == "168h0m0s"


def test_release_waits_for_rights_and_policies(made: Recording) -> None:
    needed = made.one(RELEASE).dependencies
    kinds = {urn.split("::")[2].rpartition("$")[2] for urn in needed}
    assert {"aws:eks/podIdentityAssociation:PodIdentityAssociation"} <= kinds
    assert {"kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"} <= kinds
    assert {"kubernetes:networking.k8s.io/v1:NetworkPolicy"} <= kinds


def test_component_violates_no_rule(made: Recording) -> None:
    assert [each for each in evaluate(made.resources, context()) if each.policy not in NOT_OF_A_COMPONENT] == []


def test_copy_in_another_region_keeps_backups_as_long() -> None:
    made = cluster_state(replica_region="us-west-2", retention_days=14)
    buckets = {each.inputs["bucket"]: each.inputs.get("region") for each in made.resources if each.type == S3_BUCKET}
    assert buckets == {BUCKET: None, f"{BUCKET}-replica": "us-west-2"}
    for each in (each for each in made.resources if each.type.endswith(":BucketLifecycleConfiguration")):
        [days] = [rule["expiration"]["days"] for rule in each.inputs["rules"] if "days" in rule.get("expiration", {})]
        assert days == 14 + 7


def test_backups_of_another_cluster_are_read_and_never_written() -> None:
    made = cluster_state(read_from="acme-first-replica")
    own, source = values_of(made)["configuration"]["backupStorageLocation"]
    assert (own["name"], own["default"], own["bucket"]) == ("default", True, BUCKET)
    assert (source["name"], source["accessMode"], source["bucket"]) == ("source", "ReadOnly", "acme-first-replica")
    assert source["prefix"] == own["prefix"]
    assert values_of(made)["schedules"]["state"]["schedule"] == "50 */6 * * *"
    assert [each for each in evaluate(made.resources, context()) if each.policy not in NOT_OF_A_COMPONENT] == []


def test_role_reads_the_backups_of_another_cluster_alone() -> None:
    policy = source_access(Account(ACCOUNT, "us-west-2", "aws"), "first-replica")
    assert unknown_to_aws(policy) == []
    arn, through_s3 = "arn:aws:s3:::first-replica", {"kms_ViaService": "s3.us-west-2.amazonaws.com"}
    key = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/9"
    context_of = "kms_EncryptionContext_aws_s3_arn"
    assert allows(policy, "s3:GetObject", f"{arn}/cluster/backups/a/a.tar.gz")
    assert not allows(policy, "s3:PutObject", f"{arn}/cluster/backups/a/a.tar.gz")
    assert not allows(policy, "s3:DeleteObject", f"{arn}/cluster/backups/a/a.tar.gz")
    assert allows(policy, "s3:PutObject", f"{arn}/cluster/restores/r1/restore-r1-logs.gz")
    assert allows(policy, "kms:Decrypt", key, **through_s3, **{context_of: arn})
    assert not allows(policy, "kms:Decrypt", key, **through_s3, **{context_of: "arn:aws:s3:::other"})


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"read_from": BUCKET}, f"readFrom = '{BUCKET}': it is the bucket of these backups; name another, or remove"),
        ({"read_from": "../other"}, "read_from = '../other'"),
        ({"replica_region": "us-west-9"}, "us-west-9 is not an AWS region; did you mean us-west-"),
        ({"replica_region": "us-west-2", "bucket": "a" * 56}, "the name of the copy adds -replica; write at most 55"),
        ({"replica_region": "us-east-1"}, "it is the bucket's own region; take another"),
        ({"rpo_minutes": 119}, "rpo_minutes = 119: must be at least 120"),
        ({"rpo_minutes": 1501}, "rpo_minutes = 1501: must be at most 1500"),
        ({"retention_days": 0}, "retention_days = 0: must be at least 1"),
        ({"further_kinds": ["Pods"]}, "'Pods' is not a valid plural of a kind; write one such as widgets"),
        ({"further_kinds": ["a.example.com", "a.example.com"]}, "a.example.com is named more than once"),
        ({"further_kinds": ["secrets"]}, "a backup would hold secrets in the clear; ExternalSecrets makes them again"),
        *(
            ({"further_kinds": [kind]}, told)
            for kind, told in {
                "secrets.v1": "secrets.v1: v1 is not a group of an API; write one such as secrets.example.com",
                "pods": "pods: controllers make them again; remove it",
                "persistentvolumeclaims": "AWS Backup keeps the data of volumes",
                "nodes": "they are gone with their machines",
                "backups.velero.io": "Velero keeps its own objects",
                "configmaps": "configmaps: a backup holds this kind anyway; remove it",
                "profiles.kubeflow.org": "it is a kind of the cluster, which a backup holds anyway",
                "widgets.example..com": "is not a valid plural of a kind",
                "widgets.-example.com": "is not a valid plural of a kind",
                "a" * 64: "is not a valid plural of a kind",
            }.items()
        ),
        ({"bucket": "Acme"}, "bucket = 'Acme'"),
    ],
)
def test_wrong_arguments_are_refused(args: dict[str, Any], told: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        cluster_state(recording, **args)
    assert told in str(error.value)
    assert not [each for each in recording.resources if each.type.startswith("aws:")]


@pytest.mark.parametrize(("stack", "has"), [("prod", True), ("kubeflow", True), ("staging", False)])
def test_stacks_with_the_section_back_up_their_cluster(stack: str, has: bool) -> None:
    releases = [each for each in of_type(plan_of(stack), RELEASE) if each.inputs["name"] == "velero"]
    assert bool(releases) is has
    assert ({"clusterStateBucket", "clusterStateRpoMinutes"} <= exports_of(stack)) is has


def test_a_further_kind_is_backed_up_and_may_be_read() -> None:
    made = cluster_state(further_kinds=["widgets.example.com"])
    template = values_of(made)["schedules"]["state"]["template"]
    assert "widgets.example.com" in template["includedNamespaceScopedResources"]
    [role] = [each for each in made.resources if each.type.endswith(":ClusterRole")]
    assert {"apiGroups": ["example.com"], "resources": ["widgets"], "verbs": ["get", "list", "watch"]} in [
        dict(each) for each in role.inputs["rules"]
    ]
