"""Tracing: collectors that receive spans by OpenTelemetry, mask personal data, and keep the traces that matter."""

from typing import Any

import pulumi

from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.manifest import Manifest
from ...core.ordering import after
from ...facts.regions import dns_suffix
from . import collectors, tempo_objects, x_ray
from .pipelines import SAMPLER, Config, as_text, endpoint_exporter, front_config, sampler_config, x_ray_exporter
from .spec import COLLECTOR, HOST, NAMESPACE, TracingArgs, TracingSpec
from .tempo import trace_store


class Tracing(Component[TracingArgs, TracingSpec]):
    """OpenTelemetry collectors: they keep all traces with errors, slow ones and a part of the others.

    Traces are in AWS X-Ray by default, or in Grafana Tempo on the cluster, or where the argument `endpoint` says.
    Pods of the client namespaces send spans to the output `host`. Personal data is masked before a span leaves the
    cluster. Pass a Kubernetes provider in the option `providers`.
    """

    host: pulumi.Output[str]
    """Where pods send spans, by OTLP: port 4317 for gRPC, 4318 for HTTP; resolved after the collectors run."""
    role_arn: pulumi.Output[str]
    """The IAM role of the collectors that keep traces."""
    bucket_name: pulumi.Output[str]
    """The bucket of Tempo; empty without it."""
    query_url: pulumi.Output[str]
    """Where Grafana asks Tempo for traces, resolved after it answers; empty without Tempo."""

    def __init__(self, name: str, args: TracingArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, TracingArgs, TracingSpec, opts)
        spec = self._spec
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, collectors.policies(spec), self)
        needed: list[pulumi.Resource] = list(namespace)
        if spec.makes_settings:
            needed.append(x_ray.transaction_search(name, spec, self._account, self))
        nothing = pulumi.Output.from_input("")
        self.bucket_name = self.query_url = nothing
        if spec.tempo:
            store, pods = trace_store(name, spec, spec.tempo, args, self._account, self)
            needed.append(pods)
            self.bucket_name = store.bucket_name
            self.query_url = after(tempo_objects.QUERY_URL, pods)
        deciding = SAMPLER if spec.layered else COLLECTOR
        identity = WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": deciding,
                # Another store needs no right at AWS.
                "policies": {} if spec.store_url else {"traces": x_ray.write_access()},
            },
            self._child,
        )
        kept = as_text(sampler_config(spec, *self._exporter()))
        running = [self._layer(deciding, kept, [*needed, identity])]
        if spec.layered:
            running.append(self._layer(COLLECTOR, as_text(front_config(spec)), [*namespace, *running]))
        clients = self._clients()
        self.host = after(HOST, *running, *clients)
        self.role_arn = identity.role_arn
        self._publish()

    def _problem(self) -> str | None:
        lacking = [each for each in ("key_arn", "log_bucket") if each not in self._args] if self._spec.tempo else []
        return f"tempo needs {' and '.join(lacking)} for its bucket; pass them" if lacking else None

    def _exporter(self) -> tuple[Config, Config]:
        """The exporter of kept traces, and the extension that it needs."""
        if self._spec.store_url:
            return endpoint_exporter(self._spec.store_url), {}
        region = self._account.region
        return x_ray_exporter(region, dns_suffix(region))

    def _layer(self, layer: str, config: str, needed: list[pulumi.Resource]) -> pulumi.Resource:
        """The pods of a layer and what they need."""
        manifests = {
            "account": collectors.service_account(layer),
            "config": collectors.config_map(layer, config),
            "service": collectors.service(layer),
        }
        if self._spec.replicas > 1:
            manifests["budget"] = collectors.disruption_budget(layer)
        around = [self._made(f"{layer}-{role}", each, needed) for role, each in manifests.items()]
        return self._made(f"{layer}-pods", collectors.deployment(layer, self._spec, config), [*needed, *around])

    def _clients(self) -> list[Manifest]:
        """Lets the client namespaces reach the collectors."""
        awaited = [self._args["client_namespaces_ready"]] if "client_namespaces_ready" in self._args else []
        made: list[Manifest] = []
        for client in self._spec.client_namespaces:
            policy = collectors.to_collector(client)
            policy["metadata"]["namespace"] = after(client, *awaited)
            made.append(self._made(f"clients-{client}", policy, []))
        return made

    def _made(self, role: str, manifest: dict[str, Any], needed: list[pulumi.Resource]) -> Manifest:
        options = pulumi.ResourceOptions(parent=self, depends_on=needed)
        return Manifest(f"{self._name}-{role}", manifest, options)
