"""Pods of the stack: how many run at the least, and which nodes they may run on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from availability.parts import Improvement, Part
from availability.pools import Pool, pools_for
from availability.site import Site, counted, metadata
from availability.spread import Spread
from resources.inputs import elements, entries, mapping, number, read
from resources.resource import Resource

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
RELEASE = "kubernetes:helm.sh/v3:Release"
INFERENCE_SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
_SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"
_AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_SERVICE = "kubernetes:core/v1:Service"
_CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"


class Workload(NamedTuple):
    """Pods of one kind."""

    name: str
    namespace: str
    replicas: int | None
    """The replicas that always run; None where the plan does not know."""
    spec: Mapping[str, Any]
    """The part of the pods' spec that places them."""
    resource: Resource
    gpus: bool = False
    """Whether each replica needs a GPU."""
    claims: tuple[Mapping[str, Any], ...] = ()
    """The specs of the persistent volume claims of each replica."""


def behind_service(site: Site, namespace: str, service: str) -> Workload | None:
    """The pods that a Service leads to: those of its selector, or of a chart in its namespace."""
    for each in site.of_type(_SERVICE):
        if (metadata(each, "namespace"), metadata(each, "name")) == (namespace, service):
            labels = mapping(read(each.inputs, "spec", "selector")) or {}
            return next((one for one in _declared(site) if _carries(one, labels) and one.namespace == namespace), None)
    for release in site.of_type(RELEASE):
        if read(release.inputs, "namespace") == namespace:
            found = [one for one in charted(release) if one.name == service]
            if found:
                return found[0]
    return None


def of_resource(site: Site, resource: Resource) -> Workload:
    """The pods of a Deployment, a StatefulSet or an InferenceService."""
    namespace, name = str(metadata(resource, "namespace") or "default"), str(metadata(resource, "name"))
    if resource.type == INFERENCE_SERVICE:
        predictor = mapping(read(resource.inputs, "spec", "predictor")) or {}
        gpus = any(key.endswith("/gpu") for key, _ in entries(read(predictor, "model", "resources", "limits")))
        return Workload(name, namespace, _count(predictor.get("minReplicas"), 1), predictor, resource, gpus)
    spec = mapping(read(resource.inputs, "spec", "template", "spec")) or {}
    least = _scaled(site, namespace, name)
    replicas = least if least is not None else _count(read(resource.inputs, "spec", "replicas"), 1)
    return Workload(name, namespace, replicas, spec, resource, claims=tuple(_claims(site, resource, namespace, spec)))


def charted(release: Resource) -> Iterator[Workload]:
    """The pods of a chart that a request may pass, by the names of their Services."""
    values, chart = mapping(release.inputs.get("values")), read(release.inputs, "chart")
    namespace, name = str(read(release.inputs, "namespace")), str(read(release.inputs, "name") or release.name)
    if not isinstance(values, dict):
        return
    if chart == "gateway":
        least = _count(read(values, "autoscaling", "minReplicas"), _count(values.get("replicaCount"), 1))
        yield Workload(name, namespace, least, values, release)
    if chart == "argo-cd":
        shared = mapping(values.get("global")) or {}
        for part, service in _ARGO_CD.items():
            own = mapping(values.get(part)) or {}
            yield Workload(service, namespace, _count(own.get("replicas"), 1), {**shared, **own}, release)
    if chart == "kube-prometheus-stack":
        own = mapping(read(values, "prometheus", "prometheusSpec")) or {}
        claim = mapping(read(own, "storageSpec", "volumeClaimTemplate", "spec"))
        claims = (claim,) if claim else ()
        yield Workload("prometheus", namespace, _count(own.get("replicas"), 1), own, release, claims=claims)


_ARGO_CD = {
    "server": "argocd-server",
    "controller": "argocd-application-controller",
    "repoServer": "argocd-repo-server",
}
"""The pods of Argo CD that a delivery needs, by their part of the chart's values."""


def pods(site: Site, pools: Sequence[Pool], workload: Workload) -> Part:
    """Replicas on nodes, as one part: the nodes fail, and the replicas on them with them."""
    homes = [each for each in pools_for(pools, workload.spec) if each.has_gpus or not workload.gpus]
    label = f"{workload.namespace}/{workload.name}"
    if not homes:
        spread = Spread("ec2-instance", "ec2-region")
        return Part(f"pods {label}", spread, "", (workload.resource.urn,), unknown=f"no pool of the plan takes {label}")
    zones = tuple(sorted({zone for home in homes for zone in home.zones}))
    named = " or ".join(home.name for home in homes[:3])
    if workload.replicas is None:
        spread = Spread("ec2-instance", "ec2-region", zones, 2)
        why = f"the replicas of {label} are not in the plan"
        return Part(f"pods {label}", spread, f"on {named}", (workload.resource.urn,), unknown=why)
    # A model that scales to zero starts a replica for the first request.
    replicas = max(1, workload.replicas)
    room = _nodes(homes)
    units = min(replicas, room) if room else replicas
    spread = Spread("ec2-instance", "ec2-region", zones, units)
    detail = f"{counted(replicas, 'replica', zones)} on {named}"
    # Replicas with volumes of their own do not replace each other.
    alone = workload.name in _ALONE or bool(workload.claims)
    change = None if alone else _improvement(site, homes, zones, units, room)
    returns = "a person gives its pool nodes in another zone" if len(zones) == 1 else ""
    return Part(f"pods {label}", spread, detail, (workload.resource.urn,), change, returns=returns)


def _nodes(homes: Sequence[Pool]) -> int:
    """The nodes that always run; 0 where nodes come with the pods."""
    return 0 if any(home.nodes is None or home.nodes == 0 for home in homes) else sum(home.nodes or 0 for home in homes)


_ALONE = ("argocd-application-controller", "grafana")
"""More replicas of these do not replace each other: the first divides the clusters among them, the second keeps its
sessions in memory."""


def _improvement(
    site: Site, homes: Sequence[Pool], zones: tuple[str, ...], units: int, room: int
) -> Improvement | None:
    if len(zones) < 2:
        wanted = site.zones[:2]
        better = Spread("ec2-instance", "ec2-region", wanted, 2)
        return Improvement("run its nodes in two zones", better, None) if len(wanted) > 1 else None
    if units > 1:
        return None
    better = Spread("ec2-instance", "ec2-region", zones, 2)
    if room == 1:
        return Improvement("run a second node and a second replica", better, site.cost(homes[0].resource))
    return Improvement("run two replicas", better, None)


def _scaled(site: Site, namespace: str, name: str) -> int | None:
    """The minimum of an autoscaler of KEDA or Kubernetes; None without one."""
    for type_, key in ((_SCALED_OBJECT, "minReplicaCount"), (_AUTOSCALER, "minReplicas")):
        for each in site.of_type(type_):
            target = read(each.inputs, "spec", "scaleTargetRef", "name")
            if metadata(each, "namespace") == namespace and target == name:
                return _count(read(each.inputs, "spec", key), None if type_ == _SCALED_OBJECT else 1)
    return None


def _count(value: Any, default: int | None) -> int | None:
    found = number(value)
    return default if found is None else int(found) if isinstance(found, float) else None


def _claims(site: Site, resource: Resource, namespace: str, spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The claims of a StatefulSet's own, and those of the plan that the pods' volumes name."""
    for each in elements(read(resource.inputs, "spec", "volumeClaimTemplates")):
        yield mapping(read(each, "spec")) or {}
    named = {read(each, "persistentVolumeClaim", "claimName") for each in elements(read(spec, "volumes"))}
    for each in site.of_type(_CLAIM):
        if metadata(each, "namespace") == namespace and metadata(each, "name") in named:
            yield mapping(read(each.inputs, "spec")) or {}


def _declared(site: Site) -> list[Workload]:
    return [of_resource(site, each) for each in site.of_type(DEPLOYMENT, STATEFUL_SET)]


def _carries(workload: Workload, labels: Mapping[str, Any]) -> bool:
    found = mapping(read(workload.resource.inputs, "spec", "template", "metadata", "labels")) or {}
    return bool(labels) and labels.items() <= found.items()
