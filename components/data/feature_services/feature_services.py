"""FeatureServices: logins to the stores, Feast and MLflow."""

from typing import Any

import pulumi

from ...core.component import Component
from ...core.spec import args_of
from ..feature_server.feature_server import FeatureServer
from ..feature_server.spec import FeatureServerArgs, FeatureServerSpec
from ..store_access.store_access import StoreAccess
from ..tracking_server.spec import TrackingServerArgs, TrackingServerSpec
from ..tracking_server.tracking_server import TrackingServer
from .spec import FeatureServicesArgs, FeatureServicesSpec

ONLINE_USE = "online-store/feast"


class FeatureServices(Component[FeatureServicesArgs, FeatureServicesSpec]):
    """Feast and MLflow with the stores of a FeatureStore. Each has its own database and login.

    A Job in the cluster creates the logins. The program and its state contain no password. Both servers start
    after their logins work. Pass a Kubernetes provider in the option `providers`.
    """

    feature_server_address: pulumi.Output[str]
    """Where features are asked for; empty without Feast."""
    feature_config: pulumi.Output[str]
    """Feast's configuration, for the team that applies definitions. It is empty without Feast."""
    tracking_address: pulumi.Output[str]
    """What clients set MLFLOW_TRACKING_URI to; empty without MLflow."""
    secret_arns: pulumi.Output[dict[str, str]]
    """The ARN of each login's secret, by its name without the prefix."""

    def __init__(self, name: str, args: FeatureServicesArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, FeatureServicesArgs, FeatureServicesSpec, opts)
        spec = self._spec
        access = self._access()
        none = pulumi.Output.from_input("")
        features = self._feature_server(access, spec.feature_server) if spec.feature_server else None
        tracking = self._tracking_server(access, spec.tracking_server) if spec.tracking_server else None
        self.feature_server_address = features.address if features else none
        self.feature_config = features.config if features else none
        self.tracking_address = tracking.address if tracking else none
        self.secret_arns = access.secret_arns
        self._publish()

    def _problem(self) -> str | None:
        if self._spec.feature_server and "online_user_arn" not in self._args:
            return "online_user_arn is missing; Feast needs a user of the online store with a password"
        return None

    def _access(self) -> StoreAccess:
        args, spec = self._args, self._spec
        given: Any = {
            **{key: args[key] for key in ("cluster_name", "store_cidrs", "secret_prefix", "database_address")},
            "key_arn": args["secrets_key_arn"],
            "administrator_secret_arn": args["administrator_secret_arn"],
            "administrator_key_arn": args["administrator_key_arn"],
            "cache_users": {ONLINE_USE: args.get("online_user_arn")} if spec.feature_server else {},
            "databases": [each.model_dump() for each in spec.uses],
            "recovery_window_days": spec.recovery_window_days,
        }
        return StoreAccess(f"{self._name}-access", given, self._child)

    def _feature_server(self, access: StoreAccess, spec: FeatureServerSpec) -> FeatureServer:
        stores = ("online_endpoint", "offline_bucket", "catalog_database")
        given = args_of(
            FeatureServerArgs,
            spec,
            **self._server(access),
            **{key: self._args[key] for key in stores},
        )
        return FeatureServer(f"{self._name}-features", given, self._child)

    def _tracking_server(self, access: StoreAccess, spec: TrackingServerSpec) -> TrackingServer:
        given = args_of(
            TrackingServerArgs,
            spec,
            **self._server(access),
            models_bucket=self._args["models_bucket"],
        )
        return TrackingServer(f"{self._name}-tracking", given, self._child)

    def _server(self, access: StoreAccess) -> dict[str, object]:
        """The outputs that both servers need. The prefix resolves after the logins work."""
        shared = ("cluster_name", "store_cidrs", "secret_store", "database_address", "data_key_arn")
        awaited = [key for key in ("client_namespaces_ready",) if key in self._args]
        return {
            **{key: self._args[key] for key in (*shared, *awaited)},
            "secret_prefix": access.ready,
        }
