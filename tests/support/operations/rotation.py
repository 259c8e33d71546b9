"""What a rotation calls: moto, stand-ins for what moto lacks, a cluster, and what each pod logs in with."""

import copy
import json
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from moto.kms.models import kms_backends

from components.facts.client_secrets import secret_value
from operations.restore.journal import Journal
from operations.restore.steps import RestoreError, Step, perform
from operations.rotate.__main__ import What, purpose, steps
from operations.rotate.tools import Tools
from operations.state import State
from resources.resource import Resource
from tests.support.aws_models import faults as model_faults
from tests.support.operations.recovery import Faults
from tests.support.operations.states import of_types, state_document, written

REGION = "us-east-1"
POOL = "us-east-1_Ab12cd34"
CLIENTS = {"argocd": "1client2argocd", "grafana": "1client2grafana"}
SECRETS = ("database/feast", "database/mlflow", "online-store/feast")
CACHE_USER = "ml-prod-online-feast"
DATABASE = "ml-prod"
_TYPES = (
    "aws:secretsmanager",
    "aws:cognito/userPoolClient",
    "aws:rds/instance",
    "aws:acm/certificate:",
    "aws:kms/key:",
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:external-secrets.io/v1:ExternalSecret",
    "kubernetes:apps/v1",
    "kubernetes:batch/v1:Job",
)


class Clock:
    """A clock that waiting moves on. It begins now, as the dates of moto do."""

    def __init__(self, start: float):
        self.time = start

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds


class FakeCognito:
    """App clients with up to two secrets. Requests are checked against AWS's published model."""

    def __init__(self) -> None:
        self.clients: dict[str, dict[str, str]] = {}
        self.shows_new = True
        self.made = 0

    def _check(self, operation: str, request: Mapping[str, Any]) -> dict[str, str]:
        assert model_faults("cognito-idp", operation, request) == []
        assert request["UserPoolId"] == POOL
        return self.clients[request["ClientId"]]

    def list_user_pool_client_secrets(self, **request: Any) -> Any:
        known = self._check("ListUserPoolClientSecrets", request)
        return {"ClientSecrets": [{"ClientSecretId": each} for each in known]}

    def add_user_pool_client_secret(self, **request: Any) -> Any:
        known = self._check("AddUserPoolClientSecret", request)
        assert len(known) < 2, "LimitExceededException"
        self.made += 1
        identifier = f"{request['ClientId']}--{1_700_000_000 + self.made}"
        known[identifier] = request["ClientSecret"]
        return {"ClientSecretDescriptor": {"ClientSecretId": identifier}}

    def delete_user_pool_client_secret(self, **request: Any) -> Any:
        known = self._check("DeleteUserPoolClientSecret", request)
        assert len(known) > 1, "the last secret cannot be deleted"
        del known[request["ClientSecretId"]]
        return {}

    def describe_user_pool_client(self, **request: Any) -> Any:
        known = self._check("DescribeUserPoolClient", request)
        shown = [*known.values()][-1] if self.shows_new else "an-older-one"
        return {"UserPoolClient": {"ClientSecret": shown}}


class FakeElastiCache:
    """Cache users with passwords. A change takes a while, in which no other is taken."""

    def __init__(self) -> None:
        self.passwords: dict[str, list[str]] = {}
        self._changing = 0

    def describe_users(self, **request: Any) -> Any:
        assert model_faults("elasticache", "DescribeUsers", request) == []
        status = "modifying" if self._changing else "active"
        self._changing = max(0, self._changing - 1)
        return {"Users": [{"UserId": request["UserId"], "Status": status}]}

    def modify_user(self, **request: Any) -> Any:
        assert model_faults("elasticache", "ModifyUser", request) == []
        assert not self._changing, "InvalidUserState"
        assert request["AuthenticationMode"]["Type"] == "password"
        passwords = request["AuthenticationMode"]["Passwords"]
        assert 1 <= len(passwords) <= 2
        self.passwords[request["UserId"]] = passwords
        self._changing = 1
        return {"UserId": request["UserId"], "Status": "modifying"}


class FakeCluster:
    """The API server, External Secrets and the workloads of a stack, as far as kubectl shows them.

    A pod keeps what it read when it started. `read` is the current value of a secret in Secrets Manager.
    """

    def __init__(self, resources: Sequence[Resource], read: Callable[[str], str], job: Callable[[], bool]):
        self._read, self._job = read, job
        manifests = [copy.deepcopy(dict(each.inputs)) for each in resources if "apiVersion" in each.inputs]
        self.external = [each for each in manifests if each["kind"] == "ExternalSecret"]
        self.workloads = [each for each in manifests if each["kind"] in ("Deployment", "StatefulSet")]
        self.jobs = {each["metadata"]["name"]: _served(each) for each in manifests if each["kind"] == "Job"}
        self.certificates: list[Any] = []
        self.syncs = True
        self.secrets: dict[tuple[str, str], str] = {}
        self.pods: dict[tuple[str, str], dict[str, str]] = {}
        self.restarts: list[str] = []
        for each in self.external:
            each["status"] = {}
            self._copy(each)
        for each in self.workloads:
            self._start(each)

    def _copy(self, external: Any) -> None:
        metadata, spec = external["metadata"], external["spec"]
        keys = [each["extract"]["key"] for each in spec.get("dataFrom", ())]
        keys += [each["remoteRef"]["key"] for each in spec.get("data", ())]
        self.secrets[metadata["namespace"], spec["target"]["name"]] = self._read(keys[0])
        version = json.dumps(metadata.get("annotations", {}))
        conditions = [{"type": "Ready", "status": "True"}]
        external["status"] = {"syncedResourceVersion": version, "conditions": conditions}

    def _start(self, workload: Any) -> None:
        metadata = workload["metadata"]
        text = json.dumps(workload["spec"]["template"]["spec"])
        self.pods[metadata["namespace"], metadata["name"]] = {
            name: value
            for (space, name), value in self.secrets.items()
            if space == metadata["namespace"] and name in text
        }

    def __call__(self, arguments: Sequence[str], given: str) -> str:
        match list(arguments):
            case ["get", "externalsecrets.external-secrets.io", "--all-namespaces", "-o", "json"]:
                return json.dumps({"items": self.external})
            case ["get", place, "-n", namespace, "-o", "json"] if place.startswith("externalsecrets"):
                return json.dumps(self._external(place, namespace))
            case ["annotate", place, "-n", namespace, annotation, "--overwrite"]:
                external, (key, _, value) = self._external(place, namespace), annotation.partition("=")
                changed = external["metadata"].setdefault("annotations", {}).get(key) != value
                external["metadata"]["annotations"][key] = value
                if changed and self.syncs:
                    self._copy(external)
                return ""
            case ["get", "deployments,statefulsets,daemonsets", "-n", namespace, "-o", "json"]:
                items = [each for each in self.workloads if each["metadata"]["namespace"] == namespace]
                return json.dumps({"items": items})
            case ["patch", place, "-n", namespace, "--type=strategic", "-p", patch]:
                workload = self._workload(place, namespace)
                metadata = workload["spec"]["template"].setdefault("metadata", {}).setdefault("annotations", {})
                wanted = json.loads(patch)["spec"]["template"]["metadata"]["annotations"]
                if any(metadata.get(key) != value for key, value in wanted.items()):
                    metadata.update(wanted)
                    self._start(workload)
                    self.restarts.append(f"{namespace}/{place}")
                return ""
            case ["rollout", "status", place, "-n", namespace, timeout]:
                assert self._workload(place, namespace)
                assert timeout.startswith("--timeout=")
                return ""
            case ["get", "job", name, "-n", "store-access", "--ignore-not-found", "-o", "name"]:
                return f"job.batch/{name}" if name in self.jobs else ""
            case ["get", "jobs", "-n", "store-access", "-l", "app.kubernetes.io/name=store-access", "-o", "json"]:
                return json.dumps({"items": [each for each in self.jobs.values() if _of_store_access(each)]})
            case ["create", "-f", "-"]:
                job = json.loads(given)
                assert job["metadata"]["name"] not in self.jobs
                _admitted(job)
                kind = "Complete" if self._job() else "Failed"
                self.jobs[job["metadata"]["name"]] = {
                    **_served(job),
                    "status": {"conditions": [{"type": kind, "status": "True"}]},
                }
                return ""
            case ["get", "job", name, "-n", "store-access", "-o", "json"]:
                return json.dumps(self.jobs[name])
            case ["get", "certificates.cert-manager.io", "--all-namespaces", "-o", "json"]:
                return json.dumps({"items": self.certificates})
            case _:
                raise AssertionError(arguments)

    def _external(self, place: str, namespace: str) -> Any:
        name = place.partition("/")[2]
        [found] = [each for each in self.external if _is(each, namespace, name)]
        return found

    def _workload(self, place: str, namespace: str) -> Any:
        kind, _, name = place.partition("/")
        [found] = [each for each in self.workloads if _is(each, namespace, name) and each["kind"].lower() == kind]
        return found


def _is(each: Any, namespace: str, name: str) -> bool:
    return each["metadata"]["namespace"] == namespace and each["metadata"]["name"] == name


def _of_store_access(job: Any) -> bool:
    return job["metadata"].get("labels", {}).get("app.kubernetes.io/name") == "store-access"


def _served(job: Any) -> Any:
    """A Job as the API server shows it, with what it adds."""
    served = copy.deepcopy(job)
    name = served["metadata"]["name"]
    added = {"batch.kubernetes.io/controller-uid": name, "controller-uid": name, "job-name": name}
    served["metadata"] |= {"creationTimestamp": "2026-11-30T00:00:00Z", "uid": name, "resourceVersion": "1"}
    served["spec"]["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": name}}
    served["spec"]["template"].setdefault("metadata", {}).setdefault("labels", {}).update(added)
    return served


def _admitted(job: Any) -> None:
    """The API server refuses a Job with the selector or the labels of another."""
    assert "selector" not in job["spec"]
    labels = job["spec"]["template"]["metadata"]["labels"]
    assert labels == {"app.kubernetes.io/name": "store-access"}
    assert {"uid", "resourceVersion"}.isdisjoint(job["metadata"])


class World:
    """A stack that runs: its secrets, databases, caches and pods. Several runs of one rotation share it."""

    def __init__(self, folder: Path, resources: Sequence[Resource], only: Collection[str] | None = None):
        boto3 = import_module("boto3")
        self.folder = folder
        self.real: dict[tuple[str, str], Any] = {}
        self.cognito, self.cache = FakeCognito(), FakeElastiCache()
        self.failing_jobs = 0
        self.vault = boto3.client("secretsmanager", region_name=REGION)
        self.roles: dict[str, str] = {}
        self.watched: Callable[[], None] = lambda: None
        overrides: dict[str, dict[str, Any]] = {}
        replaced: dict[str, str] = {}
        for use in SECRETS:
            login = {"username": use.rpartition("/")[2], "password": f"old-{use.replace('/', '-')}"}
            self._secret(use, json.dumps(login), replaced)
            if use.startswith("database/"):
                self.roles[login["username"]] = login["password"]
        self.cache.passwords[CACHE_USER] = ["old-online-store-feast"]
        for name, (identifier, use) in {
            "argocd": (CLIENTS["argocd"], "delivery/sso"),
            "grafana": (CLIENTS["grafana"], "sign-in/grafana"),
        }.items():
            old = f"old{name}secretofcognito000000"
            self.cognito.clients[identifier] = {f"{identifier}--1600000000": old}
            arn = self._secret(use, secret_value(identifier, old), replaced)
            overrides[f"user-pool-client-{name}"] = {"id": identifier, "inputs": {"userPoolId": POOL}}
            overrides[f"user-pool-secret-{name}"] = {"outputs": {"arn": arn}}
        overrides |= self._database()
        self.keys: dict[str, str] = {}
        chosen = of_types(resources, _TYPES)
        if only is not None:
            chosen = [each for each in chosen if each.type != "aws:kms/key:Key" or each.name in only]
        overrides |= self._keys(chosen) | self._certificates(chosen)
        self.state: State = written(folder, state_document(chosen, overrides, replaced))
        self.cluster = FakeCluster(chosen, self.current, self._set_passwords)
        self.clock = Clock(self.vault.describe_secret(SecretId="ml-prod/database/feast")["CreatedDate"].timestamp())

    def _secret(self, use: str, value: str, replaced: dict[str, str]) -> str:
        name = f"ml-prod/{use}"
        arn = str(self.vault.create_secret(Name=name, SecretString=value)["ARN"])
        replaced[f"arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}-AbCdEf"] = arn
        return arn

    def _database(self) -> dict[str, dict[str, Any]]:
        made = self.client("rds", REGION).create_db_instance(
            DBInstanceIdentifier=DATABASE,
            Engine="postgres",
            DBInstanceClass="db.t4g.medium",
            AllocatedStorage=20,
            MasterUsername="platform",
            ManageMasterUserPassword=True,
        )
        return {"feature-store-database-instance": {"outputs": {"arn": made["DBInstance"]["DBInstanceArn"]}}}

    def _keys(self, chosen: Sequence[Resource]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for each in chosen:
            if each.type == "aws:kms/key:Key":
                client = self.client("kms", str(each.inputs.get("region", REGION)))
                arn = client.create_key(Description=each.name)["KeyMetadata"]["Arn"]
                if each.inputs.get("enableKeyRotation"):
                    client.enable_key_rotation(KeyId=arn)
                found[each.name] = {"outputs": {"arn": arn}}
                self.keys[each.name] = arn
        return found

    def _certificates(self, chosen: Sequence[Resource]) -> dict[str, dict[str, Any]]:
        acm = self.client("acm", REGION)
        return {
            each.name: {
                "outputs": {"arn": acm.request_certificate(DomainName=each.inputs["domainName"])["CertificateArn"]}
            }
            for each in chosen
            if each.type == "aws:acm/certificate:Certificate"
        }

    def client(self, service: str, region: str) -> Any:
        """The client of a service, a stand-in where moto has none."""
        if service in ("cognito-idp", "elasticache"):
            return self.cognito if service == "cognito-idp" else self.cache
        key = (service, region)
        if key not in self.real:
            self.real[key] = import_module("boto3").client(service, region_name=region)
        return _Vault(self.real[key]) if service == "secretsmanager" else self.real[key]

    def current(self, name: str) -> str:
        """The current value of a secret; empty for one that the test has not."""
        try:
            # Without the stage, moto answers with the version that it made last.
            return str(self.vault.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")["SecretString"])
        except self.vault.exceptions.ResourceNotFoundException:
            return ""

    def _set_passwords(self) -> bool:
        """What the Job of StoreAccess does."""
        if self.failing_jobs:
            self.failing_jobs -= 1
            return False
        for role in self.roles:
            self.roles[role] = json.loads(self.current(f"ml-prod/database/{role}"))["password"]
        return True

    def logins(self, secret: str, field: str) -> set[str]:
        """What the pods log in with that read a Secret."""
        held = [pod[secret] for pod in self.cluster.pods.values() if secret in pod]
        return {json.loads(value)[field] for value in held if value}

    def tools(self, faults: Faults | None = None, *, run: str = "r1", now: bool = False) -> Tools:
        broken = faults or Faults()

        def watched(function: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            finally:
                self.watched()

        def kubectl(arguments: Sequence[str], given: str = "") -> str:
            return broken.call(watched, self.cluster, arguments, given)

        def client(service: str, region: str) -> Any:
            return broken.client(_Watched(self.client(service, region), watched))

        return Tools(self.state, client, kubectl, Journal(run, self.folder, self.clock, "rotate"), self.clock, now=now)

    def run(
        self, what: What, faults: Faults | None = None, *, confirm: Sequence[str] = (), **options: Any
    ) -> Step | None:
        tools = self.tools(faults, **options)
        tools.journal.bind(**purpose(what, tools))
        return perform(steps(what, tools), tools.journal, confirm)

    def finish(self, what: What, *, confirm: Sequence[str], **options: Any) -> None:
        """Run until nothing waits or fails: what a person does who runs the command again."""
        for _ in range(4):
            try:
                if self.run(what, confirm=confirm, **options) is None:
                    return
            except RestoreError:
                continue
        raise AssertionError("the rotation does not end")

    def forget_rotations(self) -> None:
        """Forget that keys were rotated on demand, since a key has a limit of rotations."""
        for backend in (backend for regions in kms_backends.values() for backend in regions.values()):
            for key in backend.keys.values():
                key.rotations.clear()


class _Vault:
    """Secrets Manager whose secrets of RDS are rotated each week, which those of moto are not."""

    def __init__(self, client: Any):
        self._client, self.exceptions = client, client.exceptions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def describe_secret(self, **request: Any) -> Any:
        found = self._client.describe_secret(**request)
        if ":secret:rds!" not in found["ARN"]:
            return found
        rules = {"AutomaticallyAfterDays": 7}
        return {**found, "RotationEnabled": True, "RotationRules": rules, "LastRotatedDate": found["LastChangedDate"]}


class _Watched:
    """A client that lets the test look at the world after each call."""

    def __init__(self, client: Any, watched: Any):
        self._client, self._watched = client, watched
        self.exceptions = getattr(client, "exceptions", None)

    def __getattr__(self, name: str) -> Any:
        return partial(self._watched, getattr(self._client, name))


@contextmanager
def account() -> Generator[None]:
    """An empty account of moto."""
    with import_module("moto").mock_aws():
        yield
