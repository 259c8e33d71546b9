"""The pods of a plan: those that charts make, and those of objects that the program itself registers."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.cluster.secure_namespace import TEAM_LABEL
from components.kubeflow.waves import WAVES
from resources.resource import Resource
from tests.support.planner.charts import CHARTS, Pods, value_at
from tests.support.planner.plans import Plan, of_type

RELEASE = "kubernetes:helm.sh/v3:Release"
_TEMPLATES = {
    "kubernetes:apps/v1:Deployment": ("spec", "template"),
    "kubernetes:apps/v1:StatefulSet": ("spec", "template"),
    "kubernetes:apps/v1:DaemonSet": ("spec", "template"),
    "kubernetes:batch/v1:Job": ("spec", "template"),
    "kubernetes:batch/v1:CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where each kind of workload says what its pods are like."""

KNATIVE = "kubernetes:operator.knative.dev/v1beta1:KnativeServing"
MODEL = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
_PREDICTOR_PORTS = CHARTS["kserve-resources"].makes[0].ports
_QUEUE_PORTS = CHARTS["knative-operator"].makes[-1].ports
"""Where Knative's proxy listens in each replica of a model that scales to zero."""


def by_knative(model: Resource) -> bool:
    """Whether Knative runs an InferenceService, which may then have no replica."""
    return model.inputs["metadata"].get("annotations", {}).get("serving.kserve.io/deploymentMode") == "Knative"


def releases(plan: Plan) -> list[tuple[Resource, str, tuple[Pods, ...]]]:
    """Every release with its chart's name and workloads."""
    named = [(each, each.inputs["chart"].rpartition("/")[2]) for each in of_type(plan, RELEASE)]
    return [
        (each, chart, tuple(pods for pods in CHARTS[chart].pods if _there(pods, each.inputs["values"])))
        for each, chart in named
        if chart in CHARTS
    ]


def _there(pods: Pods, values: Mapping[str, Any]) -> bool:
    return not pods.when or value_at(values, pods.when) is not None


def pod_specs(plan: Plan) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """The workloads that are objects of the program, with the specs of their pods."""
    for each in of_type(plan, *_TEMPLATES):
        template: Any = each.inputs
        for key in _TEMPLATES[each.type]:
            template = template[key]
        yield each, template["spec"]
    for each in of_type(plan, MODEL):
        yield each, each.inputs["spec"]["predictor"]


def team_namespaces(plan: Plan) -> set[str]:
    """The namespaces whose pods are a team's."""
    return {
        each.inputs["metadata"]["name"]
        for each in of_type(plan, "kubernetes:core/v1:Namespace")
        if each.inputs["metadata"]["labels"].get(TEAM_LABEL) == "true"
    }


def own(plan: Plan) -> Iterator[tuple[Resource, Pods]]:
    """The workloads that are objects of the program, with their pods."""
    for each in of_type(plan, *_TEMPLATES):
        template: Any = each.inputs
        for key in _TEMPLATES[each.type]:
            template = template[key]
        yield each, _pods(template)
    for each in of_type(plan, MODEL):
        predictor = each.inputs["spec"]["predictor"]
        labels = {**each.inputs["metadata"].get("labels", {}), **predictor.get("labels", {})}
        # Source: kserve v0.20.0, pkg/constants, KServiceComponentLabel and InferenceServicePodLabelKey.
        name = each.inputs["metadata"]["name"]
        labels |= {"component": "predictor", "serving.kserve.io/inferenceservice": name}
        ports = _PREDICTOR_PORTS + (_QUEUE_PORTS if by_knative(each) else ())
        yield each, Pods(labels, predictor["serviceAccountName"], ports)


def _pods(template: Mapping[str, Any]) -> Pods:
    spec = template["spec"]
    listening = tuple(
        port["containerPort"] for container in spec["containers"] for port in container.get("ports") or ()
    )
    return Pods(template["metadata"]["labels"], spec.get("serviceAccountName", "default"), listening)


def namespace_of(workload: Resource) -> str:
    """The namespace that an object or a release is in."""
    return workload.inputs.get("namespace") or workload.inputs["metadata"]["namespace"]


def profiles(plan: Plan) -> set[str]:
    """The namespaces that Kubeflow makes for teams, whose pods are those of people."""
    return {each.inputs["metadata"]["name"] for each in of_type(plan, "kubernetes:kubeflow.org/v1:Profile")}


def delivered(plan: Plan) -> tuple[set[str], set[tuple[str, str]]]:
    """The namespaces of Kubeflow's waves, and the service accounts that they and its profiles make.

    A Deployment of the waves has an account of its own name, and a profile the editor that its identity is for.
    """
    teams = profiles(plan)
    if not teams:
        return set(), set()
    ready = [each.split("/") for wave in WAVES for each in wave.ready]
    accounts = {(namespace, name) for kind, namespace, name in ready if kind == "Deployment"}
    return {wave.namespace for wave in WAVES}, accounts | {(team, "default-editor") for team in teams}


def pods_in(plan: Plan, namespace: str) -> list[Pods]:
    """The pods of a namespace, with those that a chart's controller makes for the objects of others."""
    found = releases(plan)
    charted = [pods for release, _, made in found if namespace_of(release) == namespace for pods in made]
    mine = [pods for each, pods in own(plan) if namespace_of(each) == namespace]
    return charted + mine + [pods for _, chart, _ in found for pods in CHARTS[chart].makes]
