"""The real Velero with our locations, rights and kinds, on a real API server and moto's S3. Skipped without it on PATH.

Build it by `go build ./cmd/velero` in the source of v1.18.1, with k8s.io/cli-runtime and k8s.io/kube-aggregator
replaced by v0.33.4, and its plugin by `go build ./velero-plugin-for-aws` in that of velero-plugin-for-aws v1.14.2.
Nothing runs pods here: what controllers would make is not there.
"""

import gzip
import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from components.core.account import Account
from components.recovery.cluster_state import velero
from components.recovery.cluster_state.spec import ClusterStateSpec
from tests.support.cluster.server import Cluster, Manifest, write_kubeconfig
from tests.support.components.iam import allows
from tests.support.programs import ROOT, path_of, require
from tests.support.services.servers import CREDENTIALS, free_port, moto, server_process

KEY = "arn:aws:kms:us-east-1:111122223333:key/1"
BUCKET, HOME = "acme-cluster-state-111122223333", "search"
SPEC = ClusterStateSpec(bucket=BUCKET, read_from=f"{BUCKET}-replica")
ACCOUNT = Account("111122223333", "us-east-1", "aws")
PLUGIN = "velero-plugin-for-aws"
MADE = {"namespace": HOME, "labels": {"made-by": "hand"}}
BACKED_UP: list[dict[str, Any]] = [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", **MADE}, "data": {"rate": "0.1"}},
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "runner", **MADE}},
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "runner", **MADE},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}],
    },
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "closed", **MADE},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    },
    {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "search", **MADE},
        "spec": {"sourceRepos": ["https://github.com/example/models"]},
    },
    {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": HOME, "labels": MADE["labels"]},
        "spec": {"owner": {"kind": "User", "name": "ann@example.com"}},
    },
]
LEFT_OUT: list[dict[str, Any]] = [
    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "password", **MADE}, "stringData": {"value": "s3cret"}},
    {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "home", **MADE},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    },
]


def in_velero(kind: str, name: str, spec: dict[str, Any], **metadata: Any) -> Manifest:
    where = {"name": name, "namespace": velero.NAMESPACE, **metadata}
    return {"apiVersion": "velero.io/v1", "kind": kind, "metadata": where, "spec": spec}


def own_namespace() -> list[Manifest]:
    """What the chart makes: the service account, which may do everything in its namespace."""
    who = {"kind": "ServiceAccount", "name": velero.SERVICE_ACCOUNT, "namespace": velero.NAMESPACE}
    where = {"name": "velero-server", "namespace": velero.NAMESPACE}
    group = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": where},
        {
            "apiVersion": f"{group}/v1",
            "kind": "Role",
            "metadata": where,
            "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": where,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "velero-server"},
            "subjects": [who],
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "velero", "namespace": velero.NAMESPACE},
            "spec": {
                "replicas": 0,
                "selector": {"matchLabels": velero.PODS},
                "template": {
                    "metadata": {"labels": velero.PODS},
                    "spec": {"containers": [{"name": "velero", "image": "velero/velero:v1.18.1"}]},
                },
            },
        },
    ]


def locations(values: dict[str, Any], address: str) -> list[Manifest]:
    """The locations of the values as the chart makes them, at moto's address."""
    return [
        in_velero(
            "BackupStorageLocation",
            each["name"],
            {
                "provider": each["provider"],
                "default": each.get("default", False),
                "accessMode": each.get("accessMode", "ReadWrite"),
                "objectStorage": {"bucket": each["bucket"], "prefix": each["prefix"]},
                "config": {**each["config"], "s3Url": address, "s3ForcePathStyle": "true"},
            },
        )
        for each in values["configuration"]["backupStorageLocation"]
    ]


def rights(method: str, address: str, headers: Mapping[str, str]) -> Generator[tuple[str, str, str]]:
    """The rights that a request to S3 needs, each with its bucket and its key or, of a list, its prefix.

    Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
    """
    url = urlsplit(address)
    bucket, _, key = url.path.removeprefix("/").partition("/")
    query = parse_qs(url.query)
    if not key:
        yield "s3:ListBucket", bucket, query.get("prefix", [""])[0].rstrip("/")
        return
    names = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "POST": "PutObject", "DELETE": "DeleteObject"}
    yield f"s3:{names[method]}", bucket, key
    if "x-amz-tagging" in {name.lower() for name in headers}:
        yield "s3:PutObjectTagging", bucket, key


def documented_restores() -> list[dict[str, Any]]:
    """The specs of the Restores that docs/recovery.md shows, in its order."""
    text = (ROOT / "docs" / "recovery.md").read_text(encoding="utf-8")
    shown = re.findall(r"<<EOF\n(apiVersion: velero\.io/.*?)^EOF$", text, re.DOTALL | re.MULTILINE)
    return [yaml.safe_load(each)["spec"] for each in shown]


class Backups:
    """Velero and the cluster whose objects it backs up."""

    def __init__(self, cluster: Cluster, store: Any, template: dict[str, Any], requests: Path):
        self.cluster, self.template, self._store, self._requests = cluster, template, store, requests

    def phase(self, kind: str, name: str) -> str:
        command = (
            "get",
            f"{kind}.velero.io",
            name,
            f"--namespace={velero.NAMESPACE}",
            "-o",
            "jsonpath={.status.phase}",
        )
        return self.cluster.kubectl(*command).stdout

    def finish(self, kind: str, name: str) -> str:
        """The last phase of a backup or a restore."""
        ended = ("Completed", "PartiallyFailed", "Failed", "FailedValidation")
        self.cluster.wait_until(lambda: self.phase(kind, name) in ended)
        return self.phase(kind, name)

    def told(self, kind: str, name: str) -> str:
        """The status of a backup or a restore, and what its log says of errors."""
        command = ("get", f"{kind}.velero.io", name, f"--namespace={velero.NAMESPACE}", "-o", "jsonpath={.status}")
        status = self.cluster.kubectl(*command).stdout
        key = f"{velero.PREFIX}/{kind}s/{name}/{'' if kind == 'backup' else 'restore-'}{name}-logs.gz"
        logs = [
            gzip.decompress(self._store.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()).decode()
            for each in self._store.list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", ())
        ]
        lines = [line for log in logs for line in log.splitlines() if "level=info" not in line]
        return "\n".join([status, *lines])

    def stored(self, name: str) -> set[str]:
        """The kinds of a backup, with their groups."""
        key = f"{velero.PREFIX}/backups/{name}/{name}.tar.gz"
        packed = self._store.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            paths = [each.name.split("/") for each in archive.getmembers()]
        return {path[1] for path in paths if path[0] == "resources" and len(path) > 2}

    def move_to_copy(self, name: str) -> None:
        """Leave a backup in the second copy of the bucket alone, as a lost region does."""
        prefix = f"{velero.PREFIX}/backups/{name}/"
        for each in self._store.list_objects_v2(Bucket=SPEC.bucket, Prefix=prefix)["Contents"]:
            self._store.copy_object(Bucket=SPEC.read_from, Key=each["Key"], CopySource=f"{SPEC.bucket}/{each['Key']}")
            self._store.delete_object(Bucket=SPEC.bucket, Key=each["Key"])
        self.cluster.kubectl("delete", "backup.velero.io", name, f"--namespace={velero.NAMESPACE}")

    def restore(self, name: str, spec: dict[str, Any]) -> None:
        self.cluster.create([in_velero("Restore", name, spec)])
        assert self.finish("restore", name) == "Completed", self.told("restore", name)

    def requests_without_a_right(self) -> set[tuple[str, str, str]]:
        """What Velero asked S3 for, that its role may not do on AWS: the right, the bucket and the key."""
        policies = {
            SPEC.bucket: velero.objects_access(ACCOUNT, SPEC.bucket, KEY),
            SPEC.read_from: velero.source_access(ACCOUNT, f"{SPEC.read_from}"),
        }
        lines = [json.loads(line) for line in self._requests.read_text(encoding="utf-8").splitlines()]
        of_velero = [line for line in lines if "aws-sdk-go" in line["headers"]["User-Agent"]]
        asked = {right for each in of_velero for right in rights(each["method"], each["url"], each["headers"])}
        assert {"s3:ListBucket", "s3:GetObject", "s3:PutObject"} <= {action for action, _, _ in asked}
        return {
            (action, bucket, key)
            for action, bucket, key in asked
            if not allows(
                policies[bucket],
                action,
                f"arn:aws:s3:::{bucket}" if action == "s3:ListBucket" else f"arn:aws:s3:::{bucket}/{key}",
                s3_prefix=key,
            )
        }

    def read(self, each: Manifest) -> dict[str, Any]:
        """What an object says, without what the server adds."""
        metadata = each["metadata"]
        command = ("get", each["kind"].lower(), metadata["name"], f"--namespace={HOME}", "-o", "json")
        found = json.loads(self.cluster.kubectl(*command).stdout or "{}")
        kept = {key: value for key, value in found.items() if key not in ("metadata", "status")}
        return {**kept, "made-by": found.get("metadata", {}).get("labels", {}).get("made-by")}


@contextmanager
def recorded_moto(requests: Path) -> Generator[str]:
    """A new, empty AWS that writes the requests it gets to a file."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MOTO_ENABLE_RECORDING", "true")
        environment.setenv("MOTO_RECORDER_FILEPATH", str(requests))
        with moto() as address:
            yield address


@pytest.fixture(scope="module")
def backups(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[Backups]:
    """A backup server with the rights of our service account."""
    require("velero", PLUGIN)
    folder = tmp_path_factory.mktemp("velero")
    plugins = folder / "plugins"
    plugins.mkdir()
    shutil.copy(path_of(PLUGIN), plugins / PLUGIN)
    values = velero.velero_values(SPEC, ACCOUNT.region, KEY)
    homes = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": each}} for each in (velero.NAMESPACE, HOME)]
    cluster.create(homes)
    cluster.create([*own_namespace(), *velero.reader(SPEC), *BACKED_UP, *LEFT_OUT])
    definitions = subprocess.run(
        ["velero", "install", "--crds-only", "--dry-run", "-o", "json"], capture_output=True, text=True, check=True
    )
    cluster.create(yaml.safe_load(definitions.stdout)["items"])
    cluster.wait_until(lambda: cluster.kubectl("wait", "--for=condition=Established", "crd", "--all").returncode == 0)
    token = cluster.kubectl("create", "token", velero.SERVICE_ACCOUNT, f"--namespace={velero.NAMESPACE}").stdout
    server = json.loads(cluster.kubeconfig.read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    own = write_kubeconfig(folder, server["server"], server["certificate-authority"], token.strip())
    requests = folder / "requests"
    with recorded_moto(requests) as address:
        store = cast(Any, import_module("boto3")).client(
            "s3",
            endpoint_url=address,
            region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        for bucket in (SPEC.bucket, SPEC.read_from):
            store.create_bucket(Bucket=bucket)
        cluster.create(locations(values, address))
        command = [
            "env",
            *(f"{name}={value}" for name, value in CREDENTIALS.items()),
            "AWS_EC2_METADATA_DISABLED=true",
            "velero",
            "server",
            f"--kubeconfig={own}",
            f"--namespace={velero.NAMESPACE}",
            f"--plugin-dir={plugins}",
            f"--metrics-address=127.0.0.1:{free_port()}",
            f"--profiler-address=127.0.0.1:{free_port()}",
            "--backup-sync-period=5s",
            "--schedule-skip-immediately",
        ]
        with server_process(command, folder):
            found = Backups(cluster, store, values["schedules"]["state"]["template"], requests)
            for each in ("default", velero.SOURCE):
                cluster.wait_until(lambda each=each: found.phase("backupstoragelocation", each) == "Available")
            cluster.create(
                [in_velero("Schedule", velero.SCHEDULE, {"schedule": SPEC.schedule, "template": found.template})]
            )
            yield found


@pytest.fixture(scope="module")
def backup(backups: Backups) -> str:
    """A finished backup, as the schedule makes it."""
    labels = {"velero.io/schedule-name": velero.SCHEDULE}
    backups.cluster.create([in_velero("Backup", "first", backups.template, labels=labels)])
    assert backups.finish("backup", "first") == "Completed", backups.told("backup", "first")
    return "first"


@pytest.fixture
def emptied(backups: Backups, backup: str) -> Generator[dict[str, dict[str, Any]]]:
    """What the objects said before all of them were deleted. Velero may write while a test restores."""
    before = {each["kind"]: backups.read(each) for each in BACKED_UP}
    # No controller takes the finalizer of a claim away here.
    kept = '{"metadata":{"finalizers":null}}'
    backups.cluster.kubectl("patch", "persistentvolumeclaim", "home", f"--namespace={HOME}", "--type=merge", "-p", kept)
    for each in (*BACKED_UP, *LEFT_OUT):
        named = (each["kind"].lower(), each["metadata"]["name"], f"--namespace={HOME}")
        backups.cluster.kubectl("delete", *named, "--ignore-not-found")
        assert backups.read(each)["made-by"] is None
    account = f"--serviceaccount={velero.NAMESPACE}:{velero.SERVICE_ACCOUNT}"
    bound = backups.cluster.kubectl(
        "create", "clusterrolebinding", "velero-restore", "--clusterrole=cluster-admin", account
    )
    assert bound.returncode == 0, bound.stderr
    yield before
    backups.cluster.kubectl("delete", "clusterrolebinding", "velero-restore")


def test_backup_holds_our_kinds_without_secrets_and_volumes(backups: Backups, backup: str) -> None:
    kinds = backups.stored(backup)
    wanted = {"configmaps", "serviceaccounts", "roles.rbac.authorization.k8s.io", "appprojects.argoproj.io"}
    assert {*wanted, "namespaces", "networkpolicies.networking.k8s.io"} <= kinds
    assert not {kind for kind in kinds if kind.startswith(("secrets", "persistentvolume", "pods", "nodes"))}


def test_velero_cannot_write_outside_of_a_restore(backups: Backups, backup: str) -> None:
    name = "without-rights"
    spec = {"backupName": backup, "existingResourcePolicy": "none", "includedNamespaces": [HOME]}
    backups.cluster.kubectl("delete", "configmap", "settings", f"--namespace={HOME}")
    backups.cluster.create([in_velero("Restore", name, spec)])
    assert backups.finish("restore", name) != "Completed"
    assert backups.read(BACKED_UP[0])["made-by"] is None
    backups.cluster.create(BACKED_UP[:1])


def test_restores_of_the_docs_bring_back_what_was_deleted(backups: Backups, emptied: dict[str, dict[str, Any]]) -> None:
    for number, spec in enumerate(documented_restores()):
        assert spec["scheduleName"] == velero.SCHEDULE
        backups.restore(f"of-the-schedule-{number}", spec)
    assert {each["kind"]: backups.read(each) for each in BACKED_UP} == emptied
    assert [backups.read(each)["made-by"] for each in LEFT_OUT] == [None, None]
    assert backups.requests_without_a_right() == set()


def test_backup_of_another_cluster_is_restored_from_its_copy(
    backups: Backups, backup: str, emptied: dict[str, dict[str, Any]]
) -> None:
    backups.move_to_copy(backup)
    where = ("get", "backup.velero.io", backup, f"--namespace={velero.NAMESPACE}", "-o")
    location = "jsonpath={.metadata.labels.velero\\.io/storage-location}"
    backups.cluster.wait_until(lambda: backups.cluster.kubectl(*where, location).stdout == velero.SOURCE)
    for number, spec in enumerate(documented_restores()):
        del spec["scheduleName"]
        backups.restore(f"of-the-copy-{number}", {**spec, "backupName": backup})
    assert {each["kind"]: backups.read(each) for each in BACKED_UP} == emptied
    backups.cluster.kubectl("delete", "restore.velero.io", "of-the-copy-0", f"--namespace={velero.NAMESPACE}")
    assert backups.requests_without_a_right() == set()
