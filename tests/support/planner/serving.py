"""The way from a name to a model in a plan: each check returns a sentence for every step that leads nowhere."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from resources.resource import Resource
from tests.support.planner.plans import Plan, of_type
from tests.support.planner.traffic import EGRESS, INGRESS, policies, reaches, security_groups, selects
from tests.support.planner.workloads import KNATIVE, MODEL, by_knative

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGETS = "aws:lb/targetGroup:TargetGroup"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
ROUTE = "kubernetes:networking.istio.io/v1:VirtualService"
GATEWAY = "kubernetes:networking.istio.io/v1:Gateway"


def unknown_names(plan: Plan) -> Iterator[str]:
    """Models whose name no record leads to the load balancer, no certificate covers, or no gateway listens for."""
    certified = {
        name
        for each in of_type(plan, "aws:acm/certificate:Certificate")
        for name in (each.inputs["domainName"], *each.inputs.get("subjectAlternativeNames", ()))
    }
    pointed = {each.inputs["name"] for each in of_type(plan, "aws:route53/record:Record") if "aliases" in each.inputs}
    gateways = {
        f"{each.inputs['metadata']['namespace']}/{each.inputs['metadata']['name']}": {
            tuple(host.split("/")) for server in each.inputs["spec"]["servers"] for host in server["hosts"]
        }
        for each in of_type(plan, GATEWAY)
    }
    for name, namespace, host, led_by in (*_routes(plan), *_routes_of_knative(plan)):
        wildcard = f"*.{host.partition('.')[2]}"
        inside = host.endswith(".svc.cluster.local")
        if not inside and not {host, wildcard} & certified:
            yield f"{name}: no certificate covers {host}"
        if not inside and not {host, wildcard} & pointed:
            yield f"{name}: no record leads {host} to a load balancer"
        for gateway in led_by:
            if not {(namespace, host), (namespace, wildcard)} & gateways.get(gateway, set()):
                yield f"{name}: the gateway {gateway} does not listen for {host} of {namespace}"


def _routes(plan: Plan) -> Iterator[tuple[str, str, str, list[str]]]:
    """Each of a plan's routes: its name, its namespace, a host of it, and the gateways that lead to it."""
    for route in of_type(plan, ROUTE):
        for host in route.inputs["spec"]["hosts"]:
            yield route.name, route.inputs["metadata"]["namespace"], host, route.inputs["spec"]["gateways"]


def _routes_of_knative(plan: Plan) -> Iterator[tuple[str, str, str, list[str]]]:
    """The routes that Knative makes for models that scale to zero, as its config says."""
    configs = [each.inputs["spec"]["config"] for each in of_type(plan, KNATIVE)]
    for model in scaled_to_zero(plan):
        metadata = model.inputs["metadata"]
        for config in configs:
            gateways = json.loads(config["istio"]["external-gateways"])
            [domain] = config["domain"]
            host = f"{metadata['labels']['mlplatform.io/model']}.{domain}"
            led_by = [f"{each['namespace']}/{each['name']}" for each in gateways]
            yield model.name, metadata["namespace"], host, led_by


def scaled_to_zero(plan: Plan) -> list[Resource]:
    """The models that Knative runs."""
    return [each for each in of_type(plan, MODEL) if by_knative(each)]


def unawakened(plan: Plan) -> Iterator[str]:
    """Models that scale to zero without Knative, or that it or the gateway may not reach where they answer.

    Source: Knative Serving 1.23.0, pkg/networking/constants.go.
    """
    for model in scaled_to_zero(plan):
        if not of_type(plan, KNATIVE):
            yield f"{model.name}: nothing runs models that scale to zero"
        predictor, metadata = model.inputs["spec"]["predictor"], model.inputs["metadata"]
        [port] = predictor["model"]["ports"]
        queue = {"http1": 8012, "h2c": 8013}[port["name"]]
        pods = (metadata["namespace"], {**metadata["labels"], "component": "predictor"})
        activator, autoscaler = (("knative-serving", {"app": name}) for name in ("activator", "autoscaler"))
        gateway = ("istio-ingress", {"istio": "ingressgateway"})
        ways = [
            (gateway, activator, queue),
            (gateway, pods, queue),
            (activator, pods, queue),
            (activator, autoscaler, 8080),
            (autoscaler, pods, 9090),
            (("knative-serving", {"app": "net-istio-controller"}), gateway, 8080),
        ]
        for source, target, at in ways:
            if not reaches(plan, source, target, at):
                yield f"{model.name}: {source[0]} {source[1]} does not reach {at} of {target[0]} {target[1]}"


def unbound_targets(plan: Plan) -> Iterator[str]:
    """Target groups that no binding fills, bindings of another's, and ports where no load balancer may go."""
    groups = {each.outputs["arn"]: each for each in of_type(plan, TARGETS)}
    bound = [each.inputs["spec"]["targetGroupARN"] for each in of_type(plan, BINDING)]
    for arn in groups.keys() ^ set(bound):
        yield f"{arn}: is in the plan or bound, not both"
    templates = of_type(plan, "aws:ec2/launchTemplate:LaunchTemplate")
    nodes = {group for each in templates for group in security_groups(each)}
    for balancer in of_type(plan, BALANCER):
        [own] = balancer.inputs["securityGroups"]
        ways = [(EGRESS, own, node) for node in nodes] + [(INGRESS, node, own) for node in nodes]
        for group in (groups[arn] for arn in _behind(plan, balancer)):
            for port in (group.inputs["port"], int(group.inputs["healthCheck"].get("port") or group.inputs["port"])):
                for kind, at, peer in ways:
                    if not any(_opens(rule, at, peer, port) for rule in of_type(plan, kind)):
                        yield f"{balancer.name}: security groups close port {port} of {group.name}"
                if not all(_admitted(plan, group, cidr, port) for cidr in _ranges(plan, balancer)):
                    yield f"{balancer.name}: no network policy admits its subnets to port {port} of {group.name}"


def _behind(plan: Plan, balancer: Resource) -> set[str]:
    """The ARNs of the target groups that the balancer's listeners forward to."""
    listeners = {
        each.outputs["arn"]
        for each in of_type(plan, "aws:lb/listener:Listener")
        if each.inputs["loadBalancerArn"] == balancer.outputs["arn"]
    }
    return {
        action["targetGroupArn"]
        for rule in of_type(plan, "aws:lb/listenerRule:ListenerRule")
        if rule.inputs["listenerArn"] in listeners
        for action in rule.inputs["actions"]
        if "targetGroupArn" in action
    }


def _opens(rule: Resource, at: str, peer: str, port: int) -> bool:
    inputs = rule.inputs
    ours = inputs["securityGroupId"] == at and inputs.get("referencedSecurityGroupId") == peer
    return ours and inputs["ipProtocol"] == "tcp" and inputs["fromPort"] <= port <= inputs["toPort"]


def _ranges(plan: Plan, balancer: Resource) -> list[str]:
    subnets = {each.outputs["id"]: each.inputs["cidrBlock"] for each in of_type(plan, "aws:ec2/subnet:Subnet")}
    return [subnets[identity] for identity in balancer.inputs["subnets"]]


def _admitted(plan: Plan, group: Resource, cidr: str, port: int) -> bool:
    """Whether the namespace that fills a target group lets a subnet of the balancer in."""
    homes = {
        each.inputs["metadata"]["namespace"]
        for each in of_type(plan, BINDING)
        if each.inputs["spec"]["targetGroupARN"] == group.outputs["arn"]
    }
    return any(
        {"ipBlock": {"cidr": cidr}} in rule["from"] and {"protocol": "TCP", "port": port} in rule["ports"]
        for home in homes
        for policy in policies(plan, home)
        for rule in policy.get("ingress", ())
    )


def unread_models(plan: Plan) -> Iterator[str]:
    """Models in no bucket of the plan, or on a runtime that nothing offers."""
    buckets = {each.inputs["bucket"] for each in of_type(plan, "aws:s3/bucket:Bucket")}
    runtimes = {
        each.inputs["metadata"]["name"]
        for each in of_type(plan, "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime")
    }
    kept = dict(_copies(plan))
    for each in of_type(plan, MODEL):
        model: Mapping[str, Any] = each.inputs["spec"]["predictor"]["model"]
        found: str = model["storageUri"]
        where = kept.get((each.inputs["metadata"]["namespace"], found), found)
        scheme, _, place = where.partition("://")
        if scheme != "s3":
            yield f"{each.name}: nothing keeps {where}, or no claim is for it"
        elif (bucket := place.partition("/")[0]) not in buckets:
            yield f"{each.name}: the bucket {bucket} is not in the plan"
        if model["runtime"] not in runtimes:
            yield f"{each.name}: nothing offers the runtime {model['runtime']}"


def _copies(plan: Plan) -> Iterator[tuple[tuple[str, str], str]]:
    """Where the models are from that nodes keep, by a namespace and the address that its models find them at.

    Source: kserve v0.20.0, pkg/apis/serving/v1alpha1, GetStorageKey.
    """
    claims = {
        (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"])
        for each in of_type(plan, "kubernetes:core/v1:PersistentVolumeClaim")
    }
    for each in of_type(plan, "kubernetes:serving.kserve.io/v1alpha1:LocalModelNamespaceCache"):
        namespace, uri = each.inputs["metadata"]["namespace"], each.inputs["spec"]["sourceModelUri"]
        folder = sha256(uri.encode()).hexdigest()[:16]
        for group in each.inputs["spec"]["nodeGroups"]:
            claim = f"model-cache-{group}"
            if (namespace, claim) in claims:
                yield (namespace, f"pvc://{claim}/{folder}"), uri


def unreached_caches(plan: Plan) -> Iterator[str]:
    """Caches that models may log in to, but whose subnets no policy lets them reach."""
    isolated = [each for each in of_type(plan, "aws:ec2/subnet:Subnet") if "isolated" in each.name]
    for each in of_type(plan, MODEL):
        namespace = each.inputs["metadata"]["namespace"]
        open_to = {
            peer["ipBlock"]["cidr"]
            for policy in policies(plan, namespace)
            if selects(policy, {"component": "predictor"})
            for rule in policy.get("egress", ())
            for peer in rule["to"]
            if "ipBlock" in peer and {"protocol": "TCP", "port": 6379} in rule["ports"]
        }
        for subnet in isolated:
            if subnet.inputs["cidrBlock"] not in open_to:
                yield f"{each.name}: may not reach caches in {subnet.name}"
