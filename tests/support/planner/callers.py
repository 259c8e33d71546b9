"""The way of each documented caller: from a name to a Service, through the gateway's routes, to pods that it may reach.

A caller's documents are its own manifests (addresses in variables), the model's internal name, and the client
namespaces of MLflow and Feast.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from components.data.feature_server import objects as feast
from components.data.tracking_server import objects as mlflow
from components.data.tracking_server.server import PORT as MLFLOW_PORT
from components.serving.serving_platform import names
from tests.support.planner.plans import Plan, of_type
from tests.support.planner.serving import GATEWAY, ROUTE, scaled_to_zero
from tests.support.planner.traffic import Pod, allows, policies, reaches, selects
from tests.support.planner.workloads import MODEL, namespace_of, own

SERVICE = "kubernetes:core/v1:Service"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_HOST = re.compile(r"(?P<name>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc(?:\.cluster\.local)?")
_GATEWAY: Pod = (names.GATEWAY_NAMESPACE, {"app": names.GATEWAY_SERVICE, **names.GATEWAY_PODS})
"""The gateway's pods, and what its chart's Service selects. Source: Istio's chart gateway, templates/service.yaml."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PREDICTOR_PORTS = {names.REST_SERVICE_PORT: names.REST_PORT, names.GRPC_PORT: names.GRPC_PORT}

Target = tuple[Pod, int, Mapping[str, str]]
"""Pods, their port, and the labels by which their Service selects them."""


def lost_callers(plan: Plan) -> Iterator[str]:
    """Callers whose address leads to no Service, no route or no pod, or whose way a network policy closes."""
    for who, pod, url in documented(plan):
        address = urlsplit(url)
        yield from (f"{who}: {url}: {problem}" for problem in followed(plan, pod, str(address.hostname), address.port))


def lost_routes(plan: Plan) -> Iterator[str]:
    """Routes from the gateway to a Service that is not there, or whose pods a network policy closes to it."""
    for route in of_type(plan, ROUTE):
        yield from (f"{route.name}: {problem}" for problem in _led(plan, route.inputs["spec"]))


def past_the_gateway(plan: Plan) -> Iterator[str]:
    """Callers that go to a model's own Service: nothing counts their requests or splits them for a canary."""
    models = {f"{each.inputs['metadata']['name']}-predictor.{namespace_of(each)}" for each in of_type(plan, MODEL)}
    for who, _, url in documented(plan):
        if any(str(urlsplit(url).hostname).startswith(f"{model}.") for model in models):
            yield f"{who}: {url} goes past the gateway"


def documented(plan: Plan) -> Iterator[tuple[str, Pod, str]]:
    """Each caller's name, its pods, and the address that it calls."""
    for workload, pods in own(plan):
        if workload.type == DEPLOYMENT:
            pod = workload.inputs["spec"]["template"]["spec"]
            for container in (*pod.get("initContainers", ()), *pod["containers"]):
                for variable in container.get("env", ()):
                    url = str(variable.get("value", ""))
                    if url.startswith("http://") and not _of_the_pod(url, pod):
                        yield workload.name, (namespace_of(workload), pods.labels), url
    any_pod = {"app.kubernetes.io/name": "any"}
    awaken = scaled_to_zero(plan)
    for model in of_type(plan, MODEL):
        metadata = model.inputs["metadata"]
        home, name = metadata["namespace"], metadata["labels"][names.MODEL_LABEL]
        if model not in awaken:
            yield f"a pod beside {name}", (home, any_pod), f"http://{name}{names.INTERNAL}.{home}.svc.cluster.local"
    for namespace, port, service in (
        (mlflow.NAMESPACE, MLFLOW_PORT, mlflow.SERVER),
        (feast.NAMESPACE, feast.PORT, feast.SERVER),
    ):
        for policy in policies(plan, namespace):
            for rule in policy.get("ingress", ()):
                clients = [each["port"] for each in rule.get("ports", ())] == [port]
                for peer in rule["from"] if clients else ():
                    home = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
                    pods = peer.get("podSelector", {}).get("matchLabels", any_pod)
                    yield f"a pod of {home}", (home, pods), f"http://{service}.{namespace}.svc.cluster.local:{port}"


def _of_the_pod(url: str, pod: Mapping[str, Any]) -> bool:
    """Whether the address is one where a container of the pod itself listens, such as Grafana's root URL."""
    address = urlsplit(url)
    ports = {port["containerPort"] for container in pod["containers"] for port in container.get("ports", ())}
    return address.hostname in _LOOPBACK and (address.port or 80) in ports


def followed(plan: Plan, caller: Pod, host: str, port: int | None) -> Iterator[str]:
    """What is wrong on the way from the caller's pods to `host`, with the routes where it leads to the gateway."""
    target = _target(plan, host, port or 80)
    if target is None:
        yield f"no Service has the name {host} and the port {port or 80}"
        return
    yield from _closed(plan, caller, target)
    pods, at, selector = target
    if not allows(plan, caller, "egress", (pods[0], selector), at):
        # Source: aws/amazon-network-policy-controller-k8s, pkg/resolvers/endpoints.go, getMatchingServiceClusterIPs.
        yield f"the VPC CNI does not open the Service: no policy selects {pods[0]} by labels of {dict(selector)}"
    if target[0] == _GATEWAY:
        routes = [each.inputs for each in of_type(plan, ROUTE) if host in each.inputs["spec"]["hosts"]]
        if not routes:
            yield f"no route of the gateway is for {host}"
        for route in routes:
            if not _heard(plan, route["metadata"]["namespace"], host, route["spec"]["gateways"]):
                yield f"no gateway listens for {host}"
            yield from _led(plan, route["spec"])


def _target(plan: Plan, host: str, port: int) -> Target | None:
    """The pods behind a name of the cluster, and their port."""
    if host == names.GATEWAY_HOST:
        return (_GATEWAY, names.GATEWAY_PORT, _GATEWAY[1]) if port == names.GATEWAY_SERVICE_PORT else None
    named = _HOST.fullmatch(host)
    for service in of_type(plan, SERVICE) if named else ():
        metadata, spec = service.inputs["metadata"], service.inputs["spec"]
        if named and (metadata["name"], metadata["namespace"]) == (named["name"], named["namespace"]):
            if spec.get("type") == "ExternalName":
                return _target(plan, spec["externalName"], port)
            return next((_behind(plan, service.inputs, each) for each in spec["ports"] if each["port"] == port), None)
    for model in of_type(plan, MODEL) if named and port in _PREDICTOR_PORTS else ():
        name, home = model.inputs["metadata"]["name"], namespace_of(model)
        if named and (f"{name}-predictor", home) == (named["name"], named["namespace"]):
            labels = {**model.inputs["metadata"]["labels"], **names.PREDICTOR_PODS}
            labels["serving.kserve.io/inferenceservice"] = name
            # Source: kserve v0.20.0, pkg/controller/v1beta1/inferenceservice/reconcilers/service.
            return (home, labels), _PREDICTOR_PORTS[port], {"app": f"isvc.{name}-predictor"}
    return None


def _behind(plan: Plan, service: Mapping[str, Any], port: Mapping[str, Any]) -> Target | None:
    """The pods that a Service selects and the number of its target port; None where no container has it."""
    home, wanted = service["metadata"]["namespace"], port.get("targetPort", port["port"])
    for workload in of_type(plan, DEPLOYMENT):
        template = workload.inputs["spec"]["template"]
        chosen = selects({"podSelector": {"matchLabels": service["spec"]["selector"]}}, template["metadata"]["labels"])
        if namespace_of(workload) == home and chosen:
            for container in template["spec"]["containers"]:
                for offered in container.get("ports", ()):
                    if wanted in (offered.get("name"), offered["containerPort"]):
                        pods = (home, template["metadata"]["labels"])
                        return pods, offered["containerPort"], service["spec"]["selector"]
    return None


def _heard(plan: Plan, namespace: str, host: str, gateways: list[str]) -> bool:
    """Whether a Gateway of the route listens for the host in routes of the namespace."""
    wanted = {f"{namespace}/{host}", f"{namespace}/*.{host.partition('.')[2]}"}
    return any(
        f"{each.inputs['metadata']['namespace']}/{each.inputs['metadata']['name']}" in gateways
        and wanted & {host for server in each.inputs["spec"]["servers"] for host in server["hosts"]}
        for each in of_type(plan, GATEWAY)
    )


def _led(plan: Plan, route: Mapping[str, Any]) -> Iterator[str]:
    for leg in (leg for rule in route["http"] for leg in rule["route"]):
        host, port = leg["destination"]["host"], leg["destination"]["port"]["number"]
        target = _target(plan, host, port)
        if target is None:
            yield f"no Service has the name {host} and the port {port}"
        else:
            yield from _closed(plan, _GATEWAY, target)


def _closed(plan: Plan, source: Pod, target: Target) -> Iterator[str]:
    pods, port, _ = target
    if not reaches(plan, source, pods, port):
        yield f"network policies close {port} of {pods[0]} to {source[0]} {dict(source[1])}"
