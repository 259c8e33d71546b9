"""StoreAccess: a login of its own for each use of the stores, whose password only Secrets Manager keeps."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi_aws as aws

from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.account import Account
from ...core.component import Component
from ...core.iam import allow, document
from ...core.images import pulled
from ...core.manifest import Manifest, kubernetes_object
from ...core.named_outputs import by_name
from ...core.network_policies import addresses_in, allow_apis, keep_from, reach
from ...core.ordering import after
from ...core.pods import RESTRICTED, on_system_nodes, resources
from ...core.spec import parse
from ...facts.regions import dns_suffix
from ...facts.versions import MLFLOW_IMAGE
from ..database.ca_bundle import BUNDLE_PATH, bundle_fetcher, bundle_mount, bundle_volume
from .spec import CacheUses, StoreAccessArgs, StoreAccessSpec

MYSQL = ("mysql_address", "mysql_administrator_secret_arn", "mysql_administrator_key_arn")
NAMESPACE = "store-access"
POSTGRES_PORT = 5432
MYSQL_PORT = 3306
SCRIPT = Path(__file__).with_name("job.py")
FOLDER = "/etc/store-access"
DEADLINE_SECONDS = 840
"""How long the Job may take, with its retries: caches need minutes to learn a password."""
_LABELS = {"app.kubernetes.io/name": NAMESPACE}
_USER = 10001


class StoreAccess(Component[StoreAccessArgs, StoreAccessSpec]):
    """Databases, roles and passwords for the users of the stores. A Job inside the cluster creates them.

    Each use gets a secret in Secrets Manager. The Job generates the password, sets it in PostgreSQL or
    ElastiCache, and writes it to the secret. The program and its state never contain a password. The Job runs
    again when its script or its inputs change. Pass a Kubernetes provider in the option `providers`.
    """

    ready: pulumi.Output[str]
    """The prefix of the secrets' names, resolved after every login works."""
    secret_arns: pulumi.Output[dict[str, str]]
    """The ARN of each secret, by its name without the prefix."""

    def __init__(self, name: str, args: StoreAccessArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, StoreAccessArgs, StoreAccessSpec, opts)
        spec, account = self._spec, self._account
        users = args.get("cache_users", {})
        self.secret_arns = self._secrets((*spec.database_uses, *spec.mysql_uses, *users))
        ports = [POSTGRES_PORT, *([MYSQL_PORT] if spec.mysql_users else [])]
        namespace = closed_namespace(
            f"{name}-namespace",
            NAMESPACE,
            [
                allow_apis(NAMESPACE, _LABELS),
                reach("allow-database", NAMESPACE, _LABELS, addresses_in(args["store_cidrs"]), ports),
            ],
            self,
        )
        away = keep_from(f"{name}-stores", "kube-system", args["store_cidrs"])
        Manifest(f"{name}-kube-system", away, self._child)
        plan = self._plan(account, users)
        identity = self._identity(account, users)
        job = self._job(account, plan, identity, namespace)
        self.ready = after(args["secret_prefix"], job.urn)
        self._publish()

    def _problem(self) -> str | None:
        cache_users = tuple(self._args.get("cache_users", {}))
        uses = parse(CacheUses, {"cache_users": cache_users}, self._where).cache_users
        missing = [wired for wired in MYSQL if wired not in self._args]
        if self._spec.mysql_users and missing:
            return f"mysqlUsers needs {', '.join(missing)} of the MySQL instance"
        if both := [use for use in self._spec.mysql_uses if use in uses]:
            return f"{both[0]} is a secret of mysqlUsers and of cacheUsers; rename one"
        return None

    def _secrets(self, uses: tuple[str, ...]) -> pulumi.Output[dict[str, str]]:
        made = {
            use: aws.secretsmanager.Secret(
                f"{self._name}-{use.replace('/', '-')}",
                name=pulumi.Output.concat(self._args["secret_prefix"], f"/{use}"),
                description=f"Login of {use}",
                kms_key_id=self._args["key_arn"],
                recovery_window_in_days=self._spec.recovery_window_days,
                opts=self._child,
            )
            for use in uses
        }
        return by_name({use: each.arn for use, each in made.items()})

    def _plan(self, account: Account, users: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
        """What the Job is to do, as JSON: names and ARNs, no password."""
        known = pulumi.Output.all(
            host=self._args["database_address"],
            administrator=self._args["administrator_secret_arn"],
            secrets=self.secret_arns,
            users=dict(users),
            mysql=self._mysql(),
        )
        databases = {each.name: list(each.readers) for each in self._spec.databases}
        logins = self._spec.mysql_uses
        return known.apply(lambda given: access_plan(account.region, databases, given, logins))

    def _mysql(self) -> list[pulumi.Input[str]]:
        """Address, administrator's secret and its key of the MySQL instance, where it has uses."""
        wired = cast(Mapping[str, pulumi.Input[str]], self._args)
        return [wired[name] for name in MYSQL] if self._spec.mysql_users else []

    def _identity(self, account: Account, users: Mapping[str, pulumi.Input[str]]) -> WorkloadIdentity:
        known = pulumi.Output.all(
            administrator=self._args["administrator_secret_arn"],
            administrator_key=self._args["administrator_key_arn"],
            secrets=self.secret_arns,
            key=self._args["key_arn"],
            users=list(users.values()),
            mysql=self._mysql(),
        )
        return WorkloadIdentity(
            f"{self._name}-identity",
            {
                "cluster_name": self._args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": NAMESPACE,
                "policies": {"logins": known.apply(lambda given: logins_access(account.region, given))},
            },
            self._child,
        )

    def _job(
        self,
        account: Account,
        plan: pulumi.Output[str],
        identity: WorkloadIdentity,
        namespace: list[pulumi.Resource],
    ) -> Manifest:
        script = SCRIPT.read_text(encoding="utf-8")
        inside = pulumi.ResourceOptions(parent=self, depends_on=namespace)
        service_account = Manifest(f"{self._name}-service-account", _service_account(), inside)
        marked = plan.apply(lambda known: f"{NAMESPACE}-{fingerprint(script, known)}")
        files = {"job.py": script, "access.json": plan}
        config = Manifest(
            f"{self._name}-config",
            kubernetes_object("v1", "ConfigMap", marked, NAMESPACE, labels=_LABELS, immutable=True, data=files),
            inside,
        )
        return Manifest(
            f"{self._name}-job",
            access_job(after(marked, identity.association_id), account.region),
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[*namespace, service_account, config],
                custom_timeouts=pulumi.CustomTimeouts(create=f"{DEADLINE_SECONDS + 60}s"),
            ),
        )


def access_plan(
    region: str,
    databases: Mapping[str, list[str]],
    given: Mapping[str, Any],
    mysql_logins: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """What the Job is to do, as it reads it. Source of a user's id: it is the end of its ARN."""
    users = cast(Mapping[str, str], given["users"])
    plan = {
        "region": region,
        "host": given["host"],
        "port": POSTGRES_PORT,
        "certificates": BUNDLE_PATH,
        "administrator": given["administrator"],
        "databases": databases,
        "secrets": given["secrets"],
        "cache_users": {use: arn.rpartition(":")[2] for use, arn in users.items()},
    }
    if mysql_logins:
        host, administrator, _ = given["mysql"]
        plan["mysql"] = {
            **{"host": host, "port": MYSQL_PORT, "administrator": administrator},
            "logins": dict(mysql_logins),
        }
    return json.dumps(plan, indent=2, sort_keys=True)


def logins_access(region: str, given: Mapping[str, Any]) -> str:
    """Lets the Job read the administrator's login, read and write those of the uses, and set passwords of cache users.

    Source: Secrets Manager user guide, "Secret encryption and decryption in AWS Secrets Manager".
    """
    secrets = list(cast(Mapping[str, str], given["secrets"]).values())
    users = cast(list[str], given["users"])

    def of(*arns: str) -> dict[str, Any]:
        through = {"kms:ViaService": f"secretsmanager.{region}.{dns_suffix(region)}"}
        return {"StringEquals": {**through, "kms:EncryptionContext:SecretARN": list(arns)}}

    read = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    statements = [
        allow("ReadAdministrator", read, [given["administrator"]]),
        allow("DecryptAdministrator", ["kms:Decrypt"], [given["administrator_key"]], of(given["administrator"])),
        allow("KeepLogins", [*read, "secretsmanager:PutSecretValue"], secrets),
        allow("EncryptLogins", ["kms:Decrypt", "kms:GenerateDataKey"], [given["key"]], of(*secrets)),
    ]
    if mysql := given.get("mysql"):
        _, secret, key = mysql
        statements.append(allow("ReadMySqlAdministrator", read, [secret]))
        statements.append(allow("DecryptMySqlAdministrator", ["kms:Decrypt"], [key], of(secret)))
    if users:
        statements.append(allow("SetPasswords", ["elasticache:DescribeUsers", "elasticache:ModifyUser"], users))
    return document(*statements)


def fingerprint(script: str, plan: str) -> str:
    """Eight digits that change with what a Job runs and what it is to do."""
    return hashlib.sha256(f"{script}\0{plan}".encode()).hexdigest()[:8]


def access_job(name: pulumi.Input[str], region: str) -> dict[str, Any]:
    """The Job, beside a ConfigMap of the same name.

    It stays when it has ended, for a deployment to see; one that failed is made anew by the next deployment.
    Each try has a pod of its own: EKS gives credentials to new pods alone, once it knows of the identity.
    """
    small = resources("100m", "256Mi", "1")
    security = {**RESTRICTED, "runAsUser": _USER, "runAsGroup": _USER}
    container = {
        "name": "access",
        "image": pulled(MLFLOW_IMAGE),
        "command": ["python3", "-I", "-B", f"{FOLDER}/job.py", f"{FOLDER}/access.json"],
        "securityContext": security,
        "resources": small,
        "volumeMounts": [bundle_mount(), {"name": "config", "mountPath": FOLDER, "readOnly": True}],
    }
    pod = {
        "serviceAccountName": NAMESPACE,
        **on_system_nodes(),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": "Never",
        "securityContext": {"runAsNonRoot": True, "fsGroup": _USER, "seccompProfile": {"type": "RuntimeDefault"}},
        "initContainers": [bundle_fetcher(pulled(MLFLOW_IMAGE), region, security, small)],
        "containers": [container],
        "volumes": [bundle_volume(), {"name": "config", "configMap": {"name": name}}],
    }
    template = {"metadata": {"labels": _LABELS}, "spec": pod}
    spec = {"backoffLimit": 4, "activeDeadlineSeconds": DEADLINE_SECONDS, "template": template}
    annotations = {"pulumi.com/replaceUnready": "true"}
    return kubernetes_object("batch/v1", "Job", name, NAMESPACE, labels=_LABELS, annotations=annotations, spec=spec)


def _service_account() -> dict[str, Any]:
    return kubernetes_object(
        "v1", "ServiceAccount", NAMESPACE, NAMESPACE, labels=_LABELS, automountServiceAccountToken=False
    )
