"""FeatureServer: Feast on the cluster, over the stores of a FeatureStore."""

from hashlib import sha256
from typing import Any

import pulumi
import pulumi_aws as aws

from ...cluster.external_secrets import external_secret
from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.account import Account
from ...core.client_policies import open_clients
from ...core.component import Component
from ...core.manifest import Manifest
from ...core.network_policies import Policy, addresses_in, admit, allow_apis, allow_metrics, pods_of, reach
from ...core.ordering import after
from ..database.ca_bundle import BUNDLE_PATH
from . import objects
from .access import RESULTS, athena_access
from .feast import (
    ONLINE_PASSWORD,
    ONLINE_USERNAME,
    REGISTRY_PASSWORD,
    REGISTRY_USERNAME,
    Place,
    as_text,
    athena,
    feast_config,
)
from .objects import MATERIALIZATION, NAMESPACE, SERVER
from .spec import FeatureServerArgs, FeatureServerSpec

DATABASE_PORT = 5432
ONLINE_PORT = 6379
GIB = 1024**3
LOGINS = {
    "database": {REGISTRY_USERNAME: "username", REGISTRY_PASSWORD: "password"},
    "online-store": {ONLINE_USERNAME: "username", ONLINE_PASSWORD: "password"},
}
"""For each use of the stores, the fields of its secret that Feast's environment takes. In the order of SECRETS."""


class FeatureServer(Component[FeatureServerArgs, FeatureServerSpec]):
    """Feast: servers for online features, and a scheduled job that copies new features to the online store.

    Its registry is in PostgreSQL, and its features are in the online store. Users and passwords come from Secrets
    Manager, so no manifest contains one. Feast does not authenticate clients, so its network policies admit only
    named namespaces. Pass a Kubernetes provider in the option `providers`.
    """

    address: pulumi.Output[str]
    """Where clients ask for features, as a URL; known once servers answer there."""
    config: pulumi.Output[str]
    """Feast's configuration, feature_store.yaml, for the team that applies definitions to the project."""
    workgroup: pulumi.Output[str]
    """The Athena workgroup of its queries."""

    def __init__(self, name: str, args: FeatureServerArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, FeatureServerArgs, FeatureServerSpec, opts)
        spec = self._spec
        account = self._account
        self.workgroup = self._workgroup()
        self.config = self._configure(account)
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, self._policies(), self)
        ready = [*namespace, *self._basis(namespace)]
        clients = open_clients(
            f"{name}-clients", NAMESPACE, objects.SERVER_PODS, objects.PORT, spec.client_namespaces, args, self
        )
        server = self._server(account, ready)
        self._materialization(account, ready)
        self.address = after(
            f"http://{SERVER}.{NAMESPACE}.svc.cluster.local:{objects.PORT}", *server, *(made.urn for made in clients)
        )
        self._publish()

    def _problem(self) -> str | None:
        if self._spec.instrumentation_image and not self._spec.trace_collector:
            return "instrumentationImage needs traceCollector, which gets the spans; set it, or remove the image"
        return None

    def _workgroup(self) -> pulumi.Output[str]:
        """A workgroup that lets a query say where it puts its table.

        One that enforces its own location fails every export of Feast's. What its queries write is bounded by the
        permissions of the caller. Source: Athena user guide, "Considerations and limitations for CTAS
        queries".
        """
        database = pulumi.Output.from_input(self._args["catalog_database"])
        results = pulumi.Output.concat("s3://", self._args["offline_bucket"], f"/{RESULTS}/")
        made = aws.athena.Workgroup(
            f"{self._name}-workgroup",
            name=database.apply(lambda known: f"{known.replace('_', '-')}-feast"),
            force_destroy=True,
            configuration={
                "enforce_workgroup_configuration": False,
                "publish_cloudwatch_metrics_enabled": True,
                "bytes_scanned_cutoff_per_query": self._spec.scan_limit_gib * GIB,
                "result_configuration": {
                    "output_location": results,
                    "encryption_configuration": {
                        "encryption_option": "SSE_KMS",
                        "kms_key_arn": self._args["data_key_arn"],
                    },
                },
            },
            opts=self._child,
        )
        return made.name

    def _configure(self, account: Account) -> pulumi.Output[str]:
        args, spec = self._args, self._spec

        def text(known: list[Any]) -> str:
            database_address, online_endpoint, bucket, catalog, workgroup = known
            offline = athena(account.region, catalog, workgroup, f"s3://{bucket}/{RESULTS}")
            registry = Place(database_address, DATABASE_PORT, BUNDLE_PATH)
            online = Place(online_endpoint, ONLINE_PORT)
            return as_text(feast_config(spec.project, registry, online, offline, spec.keep_days))

        places = (args["database_address"], args["online_endpoint"], args["offline_bucket"], args["catalog_database"])
        return pulumi.Output.all(*places, self.workgroup).apply(text)

    def _policies(self) -> list[Policy]:
        clients = [peer for each in self._spec.client_namespaces for peer in pods_of(each)]
        return [
            admit("allow-clients", NAMESPACE, objects.SERVER_PODS, clients, [objects.PORT]),
            allow_metrics(NAMESPACE, objects.SERVER_PODS, objects.METRICS_PORT, self._spec.monitoring_namespace),
            reach("allow-stores", NAMESPACE, {}, addresses_in(self._args["store_cidrs"]), [DATABASE_PORT, ONLINE_PORT]),
            # For the database's certificates and, in materialization, for AWS.
            allow_apis(NAMESPACE, {}),
        ]

    def _basis(self, namespace: list[pulumi.Resource]) -> list[pulumi.Resource]:
        """What both servers and materialization read: the configuration and the secrets."""
        prefix = pulumi.Output.from_input(self._args["secret_prefix"])
        manifests = {"config": objects.config_map(self.config)}
        for name, (use, wanted) in zip(objects.SECRETS, LOGINS.items(), strict=True):
            secret = pulumi.Output.concat(prefix, f"/{use}/feast")
            manifests[name] = external_secret(name, NAMESPACE, self._args["secret_store"], secret, wanted)
        return self._make(manifests, namespace)

    def _server(self, account: Account, needed: list[pulumi.Resource]) -> list[pulumi.Output[str]]:
        spec = self._spec
        config_hash = self.config.apply(lambda text: sha256(text.encode()).hexdigest()[:16])
        [identity] = self._make({"server-account": objects.service_account(SERVER)}, needed)
        scaled = spec.maximum > spec.minimum
        deployment = Manifest(
            f"{self._name}-server",
            objects.deployment(spec, account.region, config_hash),
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[identity],
                ignore_changes=["spec.replicas"] if scaled else None,
            ),
        )
        around = {"service": objects.service(), "budget": objects.disruption_budget()}
        if scaled:
            around["autoscaler"] = objects.autoscaler(spec)
        return [deployment.urn, *(made.urn for made in self._make(around, needed))]

    def _materialization(self, account: Account, needed: list[pulumi.Resource]) -> None:
        args = self._args
        granted = pulumi.Output.all(
            args["offline_bucket"], args["data_key_arn"], self.workgroup, args["catalog_database"]
        ).apply(lambda known: athena_access(account, *known))
        identity = WorkloadIdentity(
            f"{self._name}-identity",
            {
                "cluster_name": args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": MATERIALIZATION,
                "policies": {"offline": granted},
            },
            self._child,
        )
        made = self._make({"materialization-account": objects.service_account(MATERIALIZATION)}, needed)
        job = {"materialization": objects.cron_job(self._spec, account.region)}
        self._make(job, [*needed, *made, identity])

    def _make(self, manifests: dict[str, dict[str, Any]], needed: list[pulumi.Resource]) -> list[pulumi.Resource]:
        options = pulumi.ResourceOptions(parent=self, depends_on=needed)
        return [Manifest(f"{self._name}-{role}", manifest, options) for role, manifest in manifests.items()]
