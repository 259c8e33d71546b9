"""The waves of Kubeflow's deployment: the contents, requirements and workloads of each.

Names come from the pinned manifests (`versions.KUBEFLOW`, `versions.KUEUE`) and the overlays of `deploy/kubeflow`.
"""

from dataclasses import dataclass

ROOT = "deploy/kubeflow/overlays"
SYSTEM = "kubeflow"
"""The namespace of Kubeflow's servers."""
MESH = "istio-system"
SIGN_IN = "oauth2-proxy"
TRAINING = "kubeflow-system"
QUEUE = "kueue-system"
SECRETS_NAMESPACES = (SYSTEM, SIGN_IN)
"""The namespaces with ExternalSecrets of the waves."""

_ISTIO = ("authorizationpolicies.security.istio.io", "virtualservices.networking.istio.io")
_ISTIO_AND_RULES = (*_ISTIO, "destinationrules.networking.istio.io")
_CERTIFICATES = ("certificates.cert-manager.io", "issuers.cert-manager.io")
_EXTERNAL_SECRETS = "externalsecrets.external-secrets.io"
_INFERENCE_SERVICES = "inferenceservices.serving.kserve.io"


@dataclass(frozen=True, slots=True)
class Wave:
    """One step of the deployment. The next begins when all its objects are healthy."""

    name: str
    namespace: str
    brings: tuple[str, ...] = ()
    """The CRDs that it installs."""
    needs: tuple[str, ...] = ()
    """The CRDs that it requires: of its objects, and of objects that its controllers watch."""
    ready: tuple[str, ...] = ()
    """The workloads that determine its health, as kind/namespace/name."""
    settings: tuple[str, ...] = ()
    """The keys of its `settings` ConfigMap, which the infrastructure sets."""
    secrets: tuple[str, ...] = ()
    """The names of secrets that it reads, after the prefix."""
    optional: bool = False
    """Whether Kubeflow works without it."""

    @property
    def path(self) -> str:
        """The path of its overlay in this repository."""
        return f"{ROOT}/{self.name}"


def _deployments(namespace: str, *names: str) -> tuple[str, ...]:
    return tuple(f"Deployment/{namespace}/{name}" for name in names)


WAVES = (
    Wave("namespaces", SYSTEM, settings=("monitoringNamespace", "vpcCidr")),
    Wave(
        "mesh-definitions",
        MESH,
        brings=(
            "authorizationpolicies.security.istio.io",
            "destinationrules.networking.istio.io",
            "envoyfilters.networking.istio.io",
            "gateways.networking.istio.io",
            "peerauthentications.security.istio.io",
            "proxyconfigs.networking.istio.io",
            "requestauthentications.security.istio.io",
            "serviceentries.networking.istio.io",
            "sidecars.networking.istio.io",
            "telemetries.telemetry.istio.io",
            "trafficextensions.extensions.istio.io",
            "virtualservices.networking.istio.io",
            "wasmplugins.extensions.istio.io",
            "workloadentries.networking.istio.io",
            "workloadgroups.networking.istio.io",
        ),
    ),
    Wave(
        "mesh",
        MESH,
        needs=(
            "authorizationpolicies.security.istio.io",
            "gateways.networking.istio.io",
            "sidecars.networking.istio.io",
            "targetgroupbindings.elbv2.k8s.aws",
        ),
        ready=(*_deployments(MESH, "istiod", "istio-ingressgateway"), "DaemonSet/kube-system/istio-cni-node"),
        settings=("host", "targetGroupArn"),
    ),
    Wave(
        "sign-in",
        SIGN_IN,
        needs=(*_ISTIO, _EXTERNAL_SECRETS, "requestauthentications.security.istio.io"),
        ready=_deployments(SIGN_IN, "oauth2-proxy"),
        settings=("clientId", "issuer", "redirectUrl", "secretPrefix", "secretStore", "signInDomain"),
        secrets=("kubeflow/sign-in",),
    ),
    Wave(
        "dashboard",
        SYSTEM,
        brings=("poddefaults.kubeflow.org", "profiles.kubeflow.org"),
        needs=(*_ISTIO, *_CERTIFICATES),
        ready=_deployments(SYSTEM, "dashboard", "profiles-deployment", "poddefaults-webhook-deployment"),
        settings=("signOutPath",),
    ),
    Wave(
        "pipelines",
        SYSTEM,
        brings=(
            "clusterworkflowtemplates.argoproj.io",
            "cronworkflows.argoproj.io",
            "scheduledworkflows.kubeflow.org",
            "viewers.kubeflow.org",
            "workflowartifactgctasks.argoproj.io",
            "workfloweventbindings.argoproj.io",
            "workflows.argoproj.io",
            "workflowtaskresults.argoproj.io",
            "workflowtasksets.argoproj.io",
            "workflowtemplates.argoproj.io",
        ),
        needs=(*_ISTIO_AND_RULES, *_CERTIFICATES, _EXTERNAL_SECRETS),
        ready=_deployments(
            SYSTEM,
            "ml-pipeline",
            "ml-pipeline-ui",
            "ml-pipeline-persistenceagent",
            "ml-pipeline-scheduledworkflow",
            "ml-pipeline-viewer-crd",
            "ml-pipeline-visualizationserver",
            "cache-server",
            "metadata-envoy-deployment",
            "metadata-grpc-deployment",
            "metadata-writer",
            "workflow-controller",
        ),
        settings=("bucket", "databaseHost", "region", "secretPrefix", "secretStore"),
        secrets=("kubeflow/pipelines",),
    ),
    Wave(
        "notebooks",
        SYSTEM,
        brings=("notebooks.kubeflow.org", "pvcviewers.kubeflow.org", "tensorboards.tensorboard.kubeflow.org"),
        needs=(*_ISTIO_AND_RULES, *_CERTIFICATES),
        ready=_deployments(
            SYSTEM,
            "notebook-controller-deployment",
            "jupyter-web-app-deployment",
            "tensorboard-controller-deployment",
            "tensorboards-web-app-deployment",
            "volumes-web-app-deployment",
            "pvcviewer-controller-manager",
        ),
        settings=("host", "notebookImages"),
    ),
    Wave(
        "trainer",
        TRAINING,
        brings=(
            "clustertrainingruntimes.trainer.kubeflow.org",
            "jobsets.jobset.x-k8s.io",
            "trainingruntimes.trainer.kubeflow.org",
            "trainjobs.trainer.kubeflow.org",
        ),
        needs=("authorizationpolicies.security.istio.io",),
        ready=_deployments(TRAINING, "kubeflow-trainer-controller-manager", "jobset-controller-manager"),
    ),
    Wave("training-runtimes", TRAINING, needs=("clustertrainingruntimes.trainer.kubeflow.org",)),
    Wave(
        "queue",
        QUEUE,
        brings=(
            "admissionchecks.kueue.x-k8s.io",
            "clusterqueues.kueue.x-k8s.io",
            "cohorts.kueue.x-k8s.io",
            "localqueues.kueue.x-k8s.io",
            "multikueueclusters.kueue.x-k8s.io",
            "multikueueconfigs.kueue.x-k8s.io",
            "provisioningrequestconfigs.kueue.x-k8s.io",
            "resourceflavors.kueue.x-k8s.io",
            "topologies.kueue.x-k8s.io",
            "workloadpriorityclasses.kueue.x-k8s.io",
            "workloads.kueue.x-k8s.io",
        ),
        needs=("jobsets.jobset.x-k8s.io", "trainjobs.trainer.kubeflow.org"),
        ready=_deployments(QUEUE, "kueue-controller-manager"),
        settings=("monitoringNamespace", "vpcCidr"),
    ),
    Wave(
        "experiments",
        SYSTEM,
        brings=("experiments.kubeflow.org", "suggestions.kubeflow.org", "trials.kubeflow.org"),
        needs=(*_ISTIO, *_CERTIFICATES, _EXTERNAL_SECRETS),
        ready=_deployments(SYSTEM, "katib-controller", "katib-db-manager", "katib-ui"),
        settings=("databaseHost", "secretPrefix", "secretStore"),
        secrets=("database/katib",),
    ),
    Wave(
        "model-registry",
        SYSTEM,
        needs=(*_ISTIO_AND_RULES, _EXTERNAL_SECRETS),
        ready=_deployments(SYSTEM, "model-registry-deployment", "model-registry-ui"),
        settings=("databaseHost", "secretPrefix", "secretStore"),
        secrets=("database/modelregistry",),
    ),
    Wave(
        "models",
        SYSTEM,
        needs=(*_ISTIO, _INFERENCE_SERVICES),
        ready=_deployments(SYSTEM, "kserve-models-web-application"),
        optional=True,
    ),
)
"""The waves in deployment order. They are deleted in reverse order."""


def chosen(*, shared_serving: bool, queued: bool = True) -> tuple[Wave, ...]:
    """The selected waves, with the models' web interface if the cluster has KServe.

    Without queues, Kueue is not installed, because it would never admit a team's job.
    """
    wanted = (wave for wave in WAVES if shared_serving or not wave.optional)
    return tuple(wave for wave in wanted if queued or wave.namespace != QUEUE)
