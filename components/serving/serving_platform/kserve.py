"""KServe: turns InferenceServices into running model servers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field

from ...cluster.secure_namespace import closed_namespace
from ...core.component import Component
from ...core.images import pulled
from ...core.manifest import Manifest, Release
from ...core.namespace_names import MonitoringNamespace
from ...core.network_policies import admit_api_server, allow_apis, allow_metrics
from ...core.ordering import after
from ...core.pods import RESTRICTED, on_system_nodes, resources, spread
from ...core.spec import Spec
from ...facts.versions import KNATIVE_SERVING, KSERVE, KSERVE_CRD, MODEL_AGENT_IMAGE, STORAGE_INITIALIZER_IMAGE
from .names import KSERVE_NAMESPACE as NAMESPACE
from .names import MODEL_DOWNLOADS_NAMESPACE as DOWNLOADS
from .names import DeploymentMode, Runtime
from .runtimes import on_demand_runtime, serving_runtime

WEBHOOK_PORT = 9443
METRICS_PORT = 8443
_PODS = {"app.kubernetes.io/name": "kserve-controller-manager"}


class KServeArgs(TypedDict):
    """What a KServe is made from."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, in which cert-manager must be ready."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""
    domain: str
    """Models answer at <model>.<domain>."""
    runtimes: NotRequired[list[str]]
    """The model servers to offer: triton, huggingface, mlserver; all by default."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    model_cache: NotRequired[bool]
    """Whether a ModelCache exists in the same cluster."""
    scale_to_zero: NotRequired[bool]
    """Whether Knative is there, for models that ask for it."""
    image_caches: NotRequired[dict[str, str]]
    """Where images are pulled from instead, by registry."""


class KServeSpec(Spec):
    """The checked arguments of a KServe."""

    domain: str = Field(description="Models answer at <model>.<domain>.")
    runtimes: tuple[Runtime, ...] = Field(default=tuple(Runtime), description="The model servers to offer.")
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )
    model_cache: bool = Field(default=False, description="Whether a ModelCache exists in the same cluster.")
    scale_to_zero: bool = Field(default=False, description="Whether Knative is there, for models that ask for it.")
    image_caches: dict[str, str] = Field(
        default_factory=dict, description="Where images are pulled from instead, by registry."
    )


class KServe(Component[KServeArgs, KServeSpec]):
    """KServe in mode Standard, with its custom resource definitions and the platform's model servers.

    It creates no routes. Each model creates its own routes, with the weight of its canary. Pass a Kubernetes
    provider in the option `providers`.
    """

    runtime_names: pulumi.Output[list[str]]
    """The model servers' names, resolved after models can be made."""

    def __init__(self, name: str, args: KServeArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, KServeArgs, KServeSpec, opts)
        spec = self._spec
        policies = [
            allow_apis(NAMESPACE, _PODS),
            admit_api_server(NAMESPACE, _PODS, WEBHOOK_PORT, args["vpc_cidr"]),
            allow_metrics(NAMESPACE, _PODS, METRICS_PORT, spec.monitoring_namespace),
        ]
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, policies, self)
        ready = after(NAMESPACE, args["cluster_name"])
        definitions = Release(
            f"{name}-crd", KSERVE_CRD, ready, {}, pulumi.ResourceOptions(parent=self, depends_on=namespace)
        )
        controller = Release(
            f"{name}-controller",
            KSERVE,
            NAMESPACE,
            kserve_values(
                spec.domain,
                model_cache=spec.model_cache,
                scale_to_zero=spec.scale_to_zero,
                image_caches=spec.image_caches,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[*namespace, definitions]),
        )
        served = pulumi.ResourceOptions(parent=self, depends_on=[controller])
        wanted = [serving_runtime(runtime, spec.image_caches) for runtime in spec.runtimes]
        if spec.scale_to_zero:
            wanted += [on_demand_runtime(runtime, spec.image_caches) for runtime in spec.runtimes]
        runtimes = [Manifest(f"{name}-{each['metadata']['name']}", each, served) for each in wanted]
        offered = [str(runtime) for runtime in spec.runtimes]
        self.runtime_names = after(offered, controller.urn, *(runtime.urn for runtime in runtimes))
        self._publish()


def kserve_values(
    domain: str,
    *,
    model_cache: bool = False,
    scale_to_zero: bool = False,
    image_caches: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Values of KServe's chart: Standard mode, no routes of its own, models without the API server's token."""
    return {
        "kserve": {
            "controller": {
                "deploymentMode": str(DeploymentMode.STANDARD),
                "gateway": {
                    "domain": domain,
                    "domainTemplate": "{{ .Name }}.{{ .IngressDomain }}",
                    "urlScheme": "https",
                    # Its routes know no weights; ours do.
                    "disableIngressCreation": True,
                    "disableIstioVirtualHost": True,
                    "ingressGateway": {"enableGatewayApi": False, "createGateway": False},
                },
                "resources": resources("100m", "1Gi", "1"),
                "rbacProxy": {"resources": resources("20m", "128Mi", "200m"), "securityContext": RESTRICTED},
                "imagePullPolicy": "IfNotPresent",
                "topologySpreadConstraints": spread(_PODS),
                **on_system_nodes(),
                # It looks for Knative when it starts: one that ran before must start again.
                **({"podAnnotations": {"mlplatform.io/knative": KNATIVE_SERVING}} if scale_to_zero else {}),
            },
            # Downloads files side by side: a model of some gigabytes doesn't fit the chart's 1 GiB.
            "storage": {
                **_image(STORAGE_INITIALIZER_IMAGE, image_caches),
                "resources": resources("500m", "4Gi", "2"),
                "containerSecurityContext": RESTRICTED,
            },
            # Stands before models whose predictions are logged.
            "agent": _image(MODEL_AGENT_IMAGE, image_caches),
            "security": {"autoMountServiceAccountToken": False},
            # Downloads are where their own policies are, and models read by the platform's volumes: those that KServe
            # would make may be written to. A model that asks for no copy gets none because another one has it.
            **({"localmodel": {"jobNamespace": DOWNLOADS, "disableVolumeManagement": True}} if model_cache else {}),
        }
    }


def _image(image: str, caches: Mapping[str, str]) -> dict[str, str]:
    """An image of KServe as the chart's values have it, which join both parts with a colon."""
    name, _, tag = pulled(image, caches).partition(":v")
    return {"image": name, "tag": f"v{tag}"}
