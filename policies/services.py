"""How Kubernetes lets requests in: services, ingresses and gateways, also those that a chart's values ask for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from policies.elb import LISTENERS
from policies.engine.cidrs import is_world, world_in_cluster
from policies.engine.frameworks import checkov, nsa, security_hub
from policies.engine.objects import with_patches
from policies.engine.pod_templates import CHARTS, KUBERNETES, WORKLOADS, holds_no_pods, objects_in
from policies.engine.rule import Area, Finding, Framework, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, entries, first, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

_SERVICES = with_patches("kubernetes:core/v1:Service")
_INGRESSES = tuple(
    f"kubernetes:{group}:Ingress"
    for group in ("networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1")
)
_GATEWAYS = tuple(f"kubernetes:gateway.networking.k8s.io/{version}:Gateway" for version in ("v1", "v1beta1"))
_ISTIO_GATEWAYS = tuple(
    f"kubernetes:networking.istio.io/{version}:Gateway" for version in ("v1", "v1beta1", "v1alpha3")
)
_TARGET_GROUP_BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
_AWS = "service.beta.kubernetes.io/aws-load-balancer"
_ALB = "alb.ingress.kubernetes.io"
_EXTERNAL = Framework("Kubescape", "C-0256")
_EXPOSED = frozenset({"NodePort", "LoadBalancer"})
_BY_SPELLING = {spelling: name for name in _EXPOSED for spelling in (name, name[0].lower() + name[1:], name.lower())}
_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_DEEPEST = 40
_INSIDE = (".svc", ".svc.cluster.local", ".internal")
_STORES = (".rds.amazonaws.com", ".cache.amazonaws.com", ".vpce.amazonaws.com")
"""Addresses in the VPC that AWS gives databases, caches and interface endpoints."""


def _in_cluster(type_: str, found: str) -> list[InCluster]:
    """What a rule says about services of a type."""
    of_type = f"object.spec.?type.orValue('') == '{type_}'"
    return [
        InCluster(
            resources={"v1": ["services"]},
            reads=["spec", "metadata.annotations"],
            found=f"{of_type} ? {found} : []",
        )
    ]


def _exposure_in_cluster() -> str:
    scheme, kind, legacy, groups = (
        f"variables.annotations[?'{_AWS}-{name}']" for name in ("scheme", "type", "internal", "security-groups")
    )
    internal = (
        f"{scheme} == optional.of('internal') || {groups}.orValue('') != '' || "
        f"!({legacy}.orValue('false').lowerAscii() in ['false', '0', 'no', 'off']) || "
        f"(!{scheme}.hasValue() && (object.spec.?loadBalancerClass.orValue('') == 'service.k8s.aws/nlb' || "
        f"{kind}.orValue('') in ['external', 'nlb-ip']))"
    )
    annotated = f"variables.annotations[?'{_RANGES}'].orValue('').split(',').map(r, r.trim()).filter(r, r != '')"
    given = "object.spec.?loadBalancerSourceRanges.orValue([])"
    ranges = f"({given}.size() > 0 ? {given} : {annotated})"
    world = f"{ranges}.filter(r, {world_in_cluster('r')})"
    said = "'spec makes a load balancer that takes requests of everybody'"
    return (
        f"({internal} ? [] : {ranges}.size() == 0 ? [{said}] : "
        f"{world}.size() > 0 ? [{said} + ' of ' + {world}.join(', ')] : [])"
    )


def _external_name_in_cluster() -> str:
    host = "object.spec.?externalName.orValue('')"
    inside = " || ".join(
        f"{host}.lowerAscii().matches('{each.replace('.', '[.]')}[.]?$')" for each in _INSIDE + _STORES
    )
    return f"({inside} ? [] : ['leads to ' + {host} + ', a host outside the cluster and the VPC'])"


_LISTENERS_IN_CLUSTER = (
    "'HTTP' in {protocols} && !{protocols}.exists(p, p in ['HTTPS', 'TLS']) ? "
    "['answers without TLS: {path} has no listener with HTTPS'] : []"
)
_OUTER = "object.spec.?servers.orValue([]).filter(s, s.port.number in [80, 443])"
_TLS_IN_CLUSTER = [
    InCluster(
        resources={"networking.k8s.io/v1": ["ingresses"]},
        reads=["spec", "metadata.annotations"],
        found="object.?spec.?tls.orValue([]).size() > 0 || "
        f"variables.annotations[?'{_ALB}/certificate-arn'].orValue('') != '' || "
        f"variables.annotations[?'{_ALB}/listen-ports'].orValue('').contains('HTTPS') ? [] : "
        "['answers without TLS: it has neither tls nor a certificate']",
    ),
    InCluster(
        resources={f"gateway.networking.k8s.io/{version}": ["gateways"] for version in ("v1", "v1beta1")},
        found=_LISTENERS_IN_CLUSTER.format(
            protocols="object.spec.?listeners.orValue([]).map(l, l.protocol)", path="spec.listeners"
        ),
    ),
    InCluster(
        resources={f"networking.istio.io/{version}": ["gateways"] for version in ("v1", "v1beta1", "v1alpha3")},
        found=f"{_OUTER}.exists(s, s.?tls.?httpsRedirect.orValue(false)) ? [] : "
        + _LISTENERS_IN_CLUSTER.format(protocols=f"{_OUTER}.map(s, s.port.protocol)", path="spec.servers"),
    ),
]


@dataclass(frozen=True, slots=True)
class _Service:
    """A service: `spec` at `path`, and its annotations."""

    path: str
    spec: Any
    annotations: Any

    @property
    def type_(self) -> Any:
        """`ClusterIP`, `NodePort` or `LoadBalancer`."""
        named = first(text(read(self.spec, "type")), text(read(self.spec, "serviceType")))
        return _exposure(named) or named


def _services(resource: Resource, stack: Stack) -> list[_Service]:
    """The service that a resource is, and those that a chart or a custom resource makes."""
    return stack.once_for(resource, _services_in)


def _services_in(resource: Resource) -> list[_Service]:
    if resource.type in _SERVICES:
        annotations = read(resource.inputs, "metadata", "annotations")
        return [_Service("spec", read(resource.inputs, "spec"), annotations)]
    if resource.type in WORKLOADS or holds_no_pods(resource):
        return []
    field = "values" if resource.type in CHARTS else "spec"
    return [
        _Service(path, values, values.get("annotations"))
        for path, values, _ in objects_in(field, read(resource.inputs, field))
        if not _EXPOSED.isdisjoint(map(_exposure, (values.get("type"), values.get("serviceType"))))
    ]


def _exposure(type_: Any) -> str | None:
    """The type of a service as Kubernetes writes it. Some charts write it in lower case."""
    return _BY_SPELLING.get(type_) if isinstance(type_, str) else None


@rule(
    "service-exposure",
    "Load balancers of services are internal, or take requests of named ranges only",
    KUBERNETES,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[_EXTERNAL, nsa("Network separation and hardening")],
    remediation=f"Set the annotation {_AWS}-scheme to internal, or loadBalancerSourceRanges to the ranges of clients; "
    "publish applications by an Ingress with a firewall and TLS.",
    field="spec.type",
    in_cluster=_in_cluster("LoadBalancer", _exposure_in_cluster()),
)
def _service_exposure(resource: Resource, stack: Stack) -> Iterator[Result]:
    for service in _services(resource, stack):
        if service.type_ is UNKNOWN:
            yield Undecided(f"{service.path}.type")
        if service.type_ != "LoadBalancer" or _is_internal(service):
            continue
        ranges = _source_ranges(service)
        world = [each for each in ranges if is_world(each)]
        if world or not ranges:
            allowed = f" of {', '.join(world)}" if world else ""
            yield Finding(f"{service.path} makes a load balancer that takes requests of everybody{allowed}")
        elif UNKNOWN in ranges:
            yield Undecided(f"{service.path}.loadBalancerSourceRanges")


def _is_internal(service: _Service) -> bool:
    scheme = text(read(service.annotations, f"{_AWS}-scheme"))
    legacy = read(service.annotations, f"{_AWS}-internal")
    # The AWS Load Balancer Controller makes internal load balancers where no scheme is given.
    by_controller = (
        read(service.spec, "loadBalancerClass") == "service.k8s.aws/nlb"
        or read(service.annotations, f"{_AWS}-type") in ("external", "nlb-ip")
    ) and scheme is None
    groups = is_set(read(service.annotations, f"{_AWS}-security-groups"))
    return scheme == "internal" or (legacy is not None and flag(legacy) is not False) or by_controller or groups


def _source_ranges(service: _Service) -> list[Any]:
    annotated = read(service.annotations, _RANGES)
    listed = [each.strip() for each in annotated.split(",")] if isinstance(annotated, str) else elements(annotated)
    return elements(read(service.spec, "loadBalancerSourceRanges")) or listed


@rule(
    "service-node-port",
    "Services open no port on every node",
    KUBERNETES,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[_EXTERNAL, nsa("Network separation and hardening")],
    remediation="Use ClusterIP with an Ingress, and target type ip of load balancers.",
    field="spec.type",
    in_cluster=_in_cluster("NodePort", "['spec opens a port on every node: its type is NodePort']"),
)
def _service_node_port(resource: Resource, stack: Stack) -> Iterator[Result]:
    for service in _services(resource, stack):
        if service.type_ == "NodePort":
            yield Finding(f"{service.path} opens a port on every node: its type is NodePort")
        elif service.type_ is UNKNOWN:
            yield Undecided(f"{service.path}.type")


@rule(
    "service-external-ips",
    "Services take no external addresses",
    (*_SERVICES, *CHARTS),
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[Framework("Kubernetes security advisory", "CVE-2020-8554")],
    remediation="Drop externalIPs: they take over the cluster's traffic to these addresses.",
    field="spec.externalIPs",
    in_cluster=[
        InCluster(
            resources={"v1": ["services"]},
            found="object.spec.?externalIPs.orValue([]).size() > 0 ? "
            "['takes over traffic to ' + object.spec.externalIPs.join(', ') + ': externalIPs is set'] : []",
        )
    ],
)
def _external_ips(service: Resource, _: Stack) -> Iterator[Result]:
    field = "values" if service.type in CHARTS else "spec"
    for path, values, _ in objects_in(field, read(service.inputs, field)):
        addresses = elements(values.get("externalIPs"))
        if UNKNOWN in addresses:
            yield Undecided(f"{path}.externalIPs")
        elif addresses:
            yield Finding(f"takes over traffic to {', '.join(map(display, addresses))}: externalIPs is set")


@rule(
    "service-external-name",
    "Services lead to hosts of the cluster and the VPC",
    _SERVICES,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[Framework("Contour security advisory", "GHSA-5ph6-qq5x-7jwc (CVE-2021-32783)")],
    remediation="Name a Service of the cluster (<service>.<namespace>.svc.cluster.local), or let the workload call the "
    "host by its own name: what calls this Service, such as a gateway, sends its requests to the host unseen.",
    field="spec.externalName",
    in_cluster=_in_cluster("ExternalName", _external_name_in_cluster()),
)
def _external_name(service: Resource, _: Stack) -> Iterator[Result]:
    type_, host = (text(read(service.inputs, "spec", field)) for field in ("type", "externalName"))
    if UNKNOWN in (type_, host) and type_ in (UNKNOWN, "ExternalName"):
        yield Undecided("spec.type" if type_ is UNKNOWN else "spec.externalName")
    elif type_ == "ExternalName" and isinstance(host, str) and not host.rstrip(".").lower().endswith(_INSIDE + _STORES):
        yield Finding(f"leads to {host}, a host outside the cluster and the VPC")


@rule(
    "ingress-tls",
    "Ingresses and gateways answer with TLS",
    (*_INGRESSES, *_GATEWAYS, *_ISTIO_GATEWAYS, *CHARTS),
    needs_stack=True,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[Framework("Kubescape", "C-0263"), security_hub("ELB.18"), nsa("Network separation and hardening")],
    remediation=f"Set spec.tls, or {_ALB}/listen-ports with HTTPS and a certificate; give a gateway an HTTPS listener.",
    field="spec.tls",
    in_cluster=_TLS_IN_CLUSTER,
)
def _ingress_tls(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type in _INGRESSES:
        annotations = read(resource.inputs, "metadata", "annotations")
        tls = _has_tls(read(resource.inputs, "spec"), annotations)
        if tls is UNKNOWN:
            yield Undecided("metadata.annotations")
        elif not tls and not _group_has_tls(annotations, stack):
            yield Finding("answers without TLS: it has neither tls nor a certificate")
    elif resource.type in CHARTS:
        for path, values in _ingresses_of_chart("values", read(resource.inputs, "values"), 0):
            if _has_tls(values, values.get("annotations")) is False:
                yield Finding(f"{path} answers without TLS: it has neither tls nor a certificate")
    elif stack.once(_tls_in_front):
        return
    elif resource.type in _GATEWAYS:
        listeners = elements(read(resource.inputs, "spec", "listeners"))
        yield from _judge_listeners("spec.listeners", [read(each, "protocol") for each in listeners])
    else:
        servers = elements(read(resource.inputs, "spec", "servers"))
        # The gateway of a mesh for requests of the cluster itself has another port.
        outer = [each for each in servers if number(read(each, "port", "number")) in (80, 443)]
        redirects = any(flag(read(each, "tls", "httpsRedirect")) is True for each in outer)
        protocols = [read(each, "port", "protocol") for each in outer]
        yield from () if redirects else _judge_listeners("spec.servers", protocols)


def _tls_in_front(stack: Stack) -> bool:
    """Whether a load balancer of the stack answers with TLS and hands requests to Pods, such as those of a gateway."""
    listeners = stack.of_type(*LISTENERS)
    if any(read(each.inputs, "protocol") in ("HTTPS", "TLS") for each in listeners):
        return bool(stack.of_type(_TARGET_GROUP_BINDING))
    ingresses = stack.of_type(*_INGRESSES)
    return any(_has_tls(read(each.inputs, "spec"), read(each.inputs, "metadata", "annotations")) for each in ingresses)


def _judge_listeners(path: str, protocols: list[Any]) -> Iterator[Result]:
    if UNKNOWN in protocols:
        yield Undecided(path)
    elif "HTTP" in protocols and not {"HTTPS", "TLS"}.intersection(protocols):
        yield Finding(f"answers without TLS: {path} has no listener with HTTPS")


def _has_tls(spec: Any, annotations: Any) -> Any:
    """Whether an ingress has a certificate; `UNKNOWN` where only the deployment tells."""
    if annotations is UNKNOWN or spec is UNKNOWN:
        return UNKNOWN
    certificate = read(annotations, f"{_ALB}/certificate-arn")
    ports = read(annotations, f"{_ALB}/listen-ports")
    tls = read(spec, "tls")
    if (is_set(tls) and tls is not False) or is_set(certificate) or (isinstance(ports, str) and "HTTPS" in ports):
        return True
    return UNKNOWN if ports is UNKNOWN else False


def _group_has_tls(annotations: Any, stack: Stack) -> bool:
    """Whether another ingress of the same load balancer has the certificate."""
    group = text(read(annotations, f"{_ALB}/group.name"))
    if not group:
        return False
    others = (read(each.inputs, "metadata", "annotations") for each in stack.of_type(*_INGRESSES))
    return any(read(other, f"{_ALB}/group.name") == group and _has_tls(None, other) is not False for other in others)


def _ingresses_of_chart(path: str, value: Any, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    for key, item in cast(Mapping[str, Any], value).items():
        if key == "ingress" and flag(read(item, "enabled")) is True:
            yield f"{path}.{key}", item
        elif flag(read(item, "enabled")) is not False:
            yield from _ingresses_of_chart(f"{path}.{key}", item, depth + 1)


@rule(
    "ingress-snippets",
    "Ingresses carry no configuration of NGINX",
    _INGRESSES,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_K8S_152"), checkov("CKV_K8S_153"), checkov("CKV_K8S_154")],
    remediation="Drop the snippet annotations; they can read every secret that the controller can (CVE-2021-25742).",
    field="metadata.annotations",
    in_cluster=[
        InCluster(
            resources={"networking.k8s.io/v1": ["ingresses"]},
            reads=["metadata.annotations"],
            found="variables.annotations.transformList(name, value, name.startsWith('nginx.ingress.kubernetes.io/') && "
            "name.endsWith('-snippet'), 'configures NGINX by the annotation ' + name)",
        )
    ],
)
def _snippets(ingress: Resource, _: Stack) -> Iterator[Result]:
    annotations = read(ingress.inputs, "metadata", "annotations")
    if annotations is UNKNOWN:
        yield Undecided("metadata.annotations")
    for name, _value in entries(annotations):
        if name.startswith("nginx.ingress.kubernetes.io/") and name.endswith("-snippet"):
            yield Finding(f"configures NGINX by the annotation {name}")
