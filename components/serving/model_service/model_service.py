"""ModelService: a model, served."""

import pulumi

from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.manifest import Manifest
from .identity import model_identity, readable
from .objects import model_service_objects
from .spec import ModelServiceArgs, ModelServiceSpec

MODEL_KIND = "InferenceService"


class ModelService(Component[ModelServiceArgs, ModelServiceSpec]):
    """A model behind the serving platform's gateway, with its autoscaler, and a canary if the spec has one.

    Its IAM role can read only the model's folder. Pass a Kubernetes provider in the option `providers`.
    """

    url: pulumi.Output[str]
    """Where the model answers, known once its route exists."""
    role_arn: pulumi.Output[str]
    """The role that the model reads its folder with."""

    def __init__(self, name: str, args: ModelServiceArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ModelServiceArgs, ModelServiceSpec, opts)
        spec = self._spec
        reads = readable(spec.folders, args["models_key_arn"], self)
        identity = model_identity(
            f"{name}-identity",
            args["cluster_name"],
            spec.namespace,
            spec.name,
            {**args.get("policies", {}), "model": reads},
            self,
        )
        self.url = self._register(name, spec, identity)
        self.role_arn = identity.role_arn
        self._publish()

    def _register(self, name: str, spec: ModelServiceSpec, identity: WorkloadIdentity) -> pulumi.Output[str]:
        """Register the objects: what the model needs, then its InferenceServices, then what depends on them."""
        manifests = model_service_objects(spec)
        inference_services = [index for index, each in enumerate(manifests) if each["kind"] == MODEL_KIND]
        needed: list[pulumi.Resource] = [identity]
        made: list[pulumi.Resource] = []
        for index, manifest in enumerate(manifests):
            if index in (inference_services[0], inference_services[-1] + 1):
                needed = [*needed, *made]
            own = manifest["metadata"]["name"].removeprefix(spec.name)
            role = f"{name}{own}-{manifest['kind'].lower()}"
            made.append(Manifest(role, manifest, pulumi.ResourceOptions(parent=self, depends_on=needed)))
        return pulumi.Output.all(*(each.urn for each in made)).apply(lambda _: f"https://{spec.address}")
