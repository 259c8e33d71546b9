"""Workloads of every kind, made of a Pod spec or of one container."""

import json
from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import Case, fails, make, passes, unknown

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
POD = "kubernetes:core/v1:Pod"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
INFERENCE_SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"


def of(kind: str, spec: Any) -> Resource:
    """A workload of a kind with a Pod spec."""
    template = {"metadata": {"labels": {"app": "it"}}, "spec": spec}
    if kind == POD:
        inputs: dict[str, Any] = {"spec": spec}
    elif kind == CRON_JOB:
        inputs = {"spec": {"jobTemplate": {"spec": {"template": template}}}}
    else:
        inputs = {"spec": {"template": template}}
    return make(kind, {"metadata": {"name": "it", "namespace": "ml"}, **inputs})


def of_custom_kinds(spec: dict[str, Any]) -> list[Resource]:
    """The same Pod spec wherever another kind has one: custom resources, patches, lists and values of a chart."""
    template = {"template": {"metadata": {"labels": {"app": "it"}}, "spec": spec}}
    container = {"image": "app:1.4.2", **spec["containers"][0]}
    pod_fields = {key: value for key, value in spec.items() if key != "containers"}
    specs: dict[str, Any] = {
        "apps/v1:DeploymentPatch": template,
        "core/v1:PodPatch": spec,
        "argoproj.io/v1alpha1:Rollout": template,
        "argoproj.io/v1alpha1:Workflow": {**pod_fields, "templates": [{"name": "run", "container": container}]},
        "argoproj.io/v1alpha1:CronWorkflow": {
            "workflowSpec": {**pod_fields, "templates": [{"name": "run", "script": container}]}
        },
        "serving.knative.dev/v1:Service": template,
        "serving.kserve.io/v1beta1:InferenceService": {"predictor": spec},
        "serving.kserve.io/v1alpha1:ClusterServingRuntime": spec,
        "serving.kserve.io/v1alpha1:LLMInferenceService": {"worker": {"template": spec}},
        "kubeflow.org/v1:Notebook": template,
        "kubeflow.org/v1:PyTorchJob": {"pytorchReplicaSpecs": {"Worker": template}},
        "kubeflow.org/v1:MPIJob": {"mpiReplicaSpecs": {"Launcher": template}},
        "trainer.kubeflow.org/v1alpha1:TrainJob": {"podTemplateOverrides": [{"spec": spec}]},
        "trainer.kubeflow.org/v1alpha1:ClusterTrainingRuntime": {
            "template": {"spec": {"replicatedJobs": [{"template": {"spec": template}}]}}
        },
        "jobset.x-k8s.io/v1alpha2:JobSet": {"replicatedJobs": [{"template": {"spec": template}}]},
        "ray.io/v1:RayCluster": {"workerGroupSpecs": [template]},
        "ray.io/v1:RayService": {"rayClusterConfig": {"headGroupSpec": template}},
        "batch.volcano.sh/v1alpha1:Job": {"tasks": [template]},
        "leaderworkerset.x-k8s.io/v1:LeaderWorkerSet": {"leaderWorkerTemplate": {"workerTemplate": {"spec": spec}}},
        "sparkoperator.k8s.io/v1beta2:SparkApplication": {"executor": {**pod_fields, **container}},
        "tekton.dev/v1:Task": {**pod_fields, "steps": [container]},
    }
    meta = {"metadata": {"name": "it", "namespace": "ml"}}
    manifest = {"apiVersion": "apps/v1", "kind": "DaemonSet", **meta, "spec": template}
    return [
        *(make(f"kubernetes:{kind}", {**meta, "spec": values}) for kind, values in specs.items()),
        make("kubernetes:core/v1:PodTemplatePatch", {**meta, **template}),
        make("kubernetes:core/v1:List", {"items": [manifest]}),
        make("kubernetes:yaml/v2:ConfigGroup", {"objs": [manifest]}, custom=False),
        make("kubernetes:yaml:ConfigGroup", {"yaml": [json.dumps(manifest)]}, custom=False),
        make("kubernetes:helm.sh/v3:Release", {"chart": "app", "values": {"server": {**pod_fields, **container}}}),
        make("kubernetes:helm.sh/v4:Chart", {"chart": "app", "values": spec}, custom=False),
    ]


def everywhere_else(rule: str, found: str, /, **spec: Any) -> list[Case]:
    """The same violation in every kind of `of_custom_kinds`, by what a Pod spec says."""
    return [
        fails(rule, resource, found=found) for resource in of_custom_kinds({"containers": [{"name": "app"}], **spec})
    ]


def in_containers_elsewhere(rule: str, found: str, /, **container: Any) -> list[Case]:
    """The same violation in every kind of `of_custom_kinds`, by what a container says."""
    return everywhere_else(rule, found, containers=[{"name": "app", **container}])


def sound_elsewhere(rule: str) -> list[Case]:
    """What kinds of `of_custom_kinds` leave out is decided elsewhere. A list and manifests have whole workloads."""
    bare = of_custom_kinds({"containers": [{"name": "app"}]})
    return [passes(rule, one) for one in bare if "List" not in one.type and "ConfigGroup" not in one.type]


def pod(kind: str = DEPLOYMENT, /, **spec: Any) -> Resource:
    return of(kind, {"containers": [{"name": "app"}], **spec})


def app(kind: str = DEPLOYMENT, /, **container: Any) -> Resource:
    return of(kind, {"containers": [{"name": "app", **container}]})


def everywhere(rule: str, found: str, **container: Any) -> list[Case]:
    """The same violation in every kind of workload."""
    kinds = (POD, DEPLOYMENT, DAEMON_SET, STATEFUL_SET, JOB, CRON_JOB)
    return [fails(rule, app(kind, **container), found=found) for kind in kinds]


def opaque(rule: str, *fields: str) -> Case:
    """Nothing can be said about a Pod whose spec is unknown."""
    return unknown(rule, of(DEPLOYMENT, UNKNOWN), undecided=fields)
