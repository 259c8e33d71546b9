"""TrackingServer: MLflow on the cluster, over PostgreSQL and S3."""

from typing import Any

import pulumi

from ...cluster.external_secrets import external_secret
from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.client_policies import open_clients
from ...core.component import Component
from ...core.manifest import Manifest
from ...core.network_policies import Policy, addresses_in, admit, allow_apis, allow_metrics, pods_of, reach
from ...core.ordering import after
from . import objects
from .access import FOLDER, artifacts_access
from .objects import NAMESPACE, PODS, SECRET, SERVER, SERVICE
from .server import PASSWORD, PORT, USERNAME
from .spec import TrackingServerArgs, TrackingServerSpec

DATABASE_PORT = 5432


class TrackingServer(Component[TrackingServerArgs, TrackingServerSpec]):
    """MLflow's tracking server and model registry: runs and models in PostgreSQL, artifacts in S3.

    Clients need no AWS credentials, because they reach artifacts through the server. MLflow does not authenticate
    clients: its network policies admit only named namespaces. Pass a Kubernetes provider in the option `providers`.
    """

    address: pulumi.Output[str]
    """What clients set MLFLOW_TRACKING_URI to; known once servers answer there."""

    def __init__(self, name: str, args: TrackingServerArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, TrackingServerArgs, TrackingServerSpec, opts)
        spec = self._spec
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, self._policies(), self)
        clients = open_clients(f"{name}-clients", NAMESPACE, PODS, PORT, spec.client_namespaces, args, self)
        answering = self._servers([*namespace, *self._basis(namespace)])
        self.address = after(f"http://{SERVICE}:{PORT}", *(made.urn for made in (*answering, *clients)))
        self._publish()

    def _policies(self) -> list[Policy]:
        clients = [peer for each in self._spec.client_namespaces for peer in pods_of(each)]
        metrics = allow_metrics(NAMESPACE, PODS, PORT, self._spec.monitoring_namespace)
        return [
            admit("allow-clients", NAMESPACE, PODS, clients, [PORT]),
            reach("allow-database", NAMESPACE, PODS, addresses_in(self._args["store_cidrs"]), [DATABASE_PORT]),
            # For the database's certificates and for S3.
            allow_apis(NAMESPACE, PODS),
            *([metrics] if self._spec.monitoring or self._spec.metrics else []),
        ]

    def _basis(self, namespace: list[pulumi.Resource]) -> list[pulumi.Resource]:
        """Who the servers are, to AWS and to the database."""
        args = self._args
        account = self._account
        granted = pulumi.Output.all(args["models_bucket"], args["data_key_arn"]).apply(
            lambda known: artifacts_access(account, known[0], known[1])
        )
        identity = WorkloadIdentity(
            f"{self._name}-identity",
            {
                "cluster_name": args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": SERVER,
                "policies": {"artifacts": granted},
            },
            pulumi.ResourceOptions(parent=self),
        )
        secret = pulumi.Output.concat(args["secret_prefix"], "/database/mlflow")
        fields = {USERNAME: "username", PASSWORD: "password"}
        manifests = {
            "account": objects.service_account(),
            "database": external_secret(SECRET, NAMESPACE, args["secret_store"], secret, fields),
        }
        return [identity, *self._make(manifests, namespace)]

    def _servers(self, needed: list[pulumi.Resource]) -> list[pulumi.Resource]:
        artifacts = pulumi.Output.concat("s3://", self._args["models_bucket"], f"/{FOLDER}")
        patience = objects.rollout_timeout()
        servers = Manifest(
            f"{self._name}-servers",
            objects.deployment(self._spec, self._account.region, self._args["database_address"], artifacts),
            pulumi.ResourceOptions(
                parent=self,
                depends_on=needed,
                custom_timeouts=pulumi.CustomTimeouts(create=patience, update=patience),
            ),
        )
        around: dict[str, dict[str, Any]] = {"service": objects.service(), "budget": objects.disruption_budget()}
        if self._spec.monitoring:
            around["monitor"] = objects.service_monitor()
        return [servers, *self._make(around, needed)]

    def _make(self, manifests: dict[str, dict[str, Any]], needed: list[pulumi.Resource]) -> list[pulumi.Resource]:
        options = pulumi.ResourceOptions(parent=self, depends_on=needed)
        return [Manifest(f"{self._name}-{role}", manifest, options) for role, manifest in manifests.items()]
