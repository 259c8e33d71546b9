"""Cases of the rules in policies/services.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

SERVICE = "kubernetes:core/v1:Service"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
ISTIO_GATEWAY = "kubernetes:networking.istio.io/v1:Gateway"
RELEASE = "kubernetes:helm.sh/v3:Release"
RAY = "kubernetes:ray.io/v1:RayCluster"
AWS = "service.beta.kubernetes.io/aws-load-balancer"
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
ALB = "alb.ingress.kubernetes.io"
EVERYBODY = "makes a load balancer that takes requests of everybody"
NO_TLS = "answers without TLS"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/a"


def service(type_: Any = "LoadBalancer", kind: str = SERVICE, /, *, annotations: Any = None, **spec: Any) -> Resource:
    metadata: dict[str, Any] = {"name": "app", "namespace": "ml", "annotations": annotations or {}}
    return make(kind, {"metadata": metadata, "spec": {"type": type_, **spec}})


def balancer(**annotations: Any) -> Resource:
    return service(annotations={f"{AWS}-{name.replace('_', '-')}": value for name, value in annotations.items()})


def chart(**values: Any) -> Resource:
    return make(RELEASE, {"chart": "app", "values": values})


def ingress(annotations: Any = None, /, *, name: str = "it", **spec: Any) -> Resource:
    return make(INGRESS, {"metadata": {"name": name, "annotations": annotations or {}}, "spec": spec}, name=name)


def gateway(*protocols: Any) -> Resource:
    return make(GATEWAY, {"spec": {"listeners": [{"protocol": each} for each in protocols]}})


def istio(*servers: Any) -> Resource:
    return make(ISTIO_GATEWAY, {"spec": {"servers": [{"port": port, "tls": tls} for port, tls in servers]}})


HTTP, HTTPS = {"number": 80, "protocol": "HTTP"}, {"number": 443, "protocol": "HTTPS"}

CASES = [
    passes("service-exposure", service("ClusterIP")),
    passes("service-exposure", balancer(scheme="internal")),
    passes("service-exposure", balancer(internal="true")),
    passes("service-exposure", balancer(type="external")),
    passes("service-exposure", service(loadBalancerClass="service.k8s.aws/nlb")),
    passes("service-exposure", balancer(security_groups="sg-1")),
    passes("service-exposure", service(loadBalancerSourceRanges=["10.0.0.0/8", "203.0.113.0/24"])),
    passes("service-exposure", service(annotations={RANGES: "10.0.0.0/8, 203.0.113.7/32"})),
    fails("service-exposure", service(), found=f"spec {EVERYBODY}"),
    fails("service-exposure", balancer(scheme="internet-facing", type="external"), found=EVERYBODY),
    fails("service-exposure", balancer(internal="false"), found=EVERYBODY),
    fails("service-exposure", service(loadBalancerSourceRanges=["0.0.0.0/0"]), found="everybody of 0.0.0.0/0"),
    fails("service-exposure", service(loadBalancerSourceRanges=["0.0.0.0/1", "128.0.0.0/1"]), found="everybody of"),
    fails("service-exposure", service(loadBalancerSourceRanges=["::/0"]), found="everybody of ::/0"),
    fails("service-exposure", service(annotations={RANGES: "0.0.0.0/0"}), found="everybody of 0.0.0.0/0"),
    fails("service-exposure", service("LoadBalancer", f"{SERVICE}Patch"), found=EVERYBODY),
    fails("service-exposure", make(f"{SERVICE}List", {"items": [dict(service().inputs)]}), found=EVERYBODY),
    fails("service-exposure", chart(service={"type": "LoadBalancer"}), found=f"values.service {EVERYBODY}"),
    fails(
        "service-exposure",
        make("kubernetes:helm.sh/v4:Chart", {"values": {"controller": {"service": {"type": "LoadBalancer"}}}}),
        found=f"values.controller.service {EVERYBODY}",
    ),
    fails("service-exposure", make(RAY, {"spec": {"headGroupSpec": {"serviceType": "LoadBalancer"}}}), found=EVERYBODY),
    passes("service-exposure", chart(service={"type": "LoadBalancer", "annotations": {f"{AWS}-scheme": "internal"}})),
    passes("service-exposure", chart(web={"enabled": False, "service": {"type": "LoadBalancer"}})),
    passes("service-exposure", make(SERVICE), kind="absent"),
    unknown("service-exposure", service(UNKNOWN), undecided="spec.type"),
    unknown("service-exposure", service(loadBalancerSourceRanges=UNKNOWN), undecided="spec.loadBalancerSourceRanges"),
    passes("service-node-port", service("ClusterIP")),
    fails("service-node-port", service("NodePort"), found="spec opens a port on every node"),
    fails("service-node-port", service("NodePort", f"{SERVICE}Patch"), found="opens a port on every node"),
    fails("service-node-port", chart(service={"type": "NodePort"}), found="values.service opens a port on every node"),
    passes("service-node-port", make(SERVICE), kind="absent"),
    unknown("service-node-port", service(UNKNOWN), undecided="spec.type"),
    passes("service-external-ips", service("ClusterIP", externalIPs=[])),
    fails("service-external-ips", service("ClusterIP", externalIPs=["203.0.113.7"]), found="traffic to 203.0.113.7"),
    passes("service-external-ips", make(SERVICE), kind="absent"),
    fails("service-external-ips", chart(service={"externalIPs": ["203.0.113.7"]}), found="traffic to 203.0.113.7"),
    *(
        passes("service-external-name", service("ExternalName", externalName=host))
        for host in (
            "models.istio-ingress.svc.cluster.local",
            "db.data.svc",
            "mlflow.abc.us-east-1.rds.amazonaws.com",
            "features.abc.use1.cache.amazonaws.com.",
            "vpce-0a1b.execute-api.us-east-1.vpce.amazonaws.com",
            "ip-10-0-0-1.ec2.internal",
        )
    ),
    passes("service-external-name", service("ClusterIP", externalName="example.com")),
    passes("service-external-name", make(SERVICE), kind="absent"),
    *(
        fails("service-external-name", service("ExternalName", kind, externalName=host), found=f"leads to {host}")
        for kind, host in (
            (SERVICE, "exfil.example.com"),
            (SERVICE, "localhost"),
            (SERVICE, "169.254.169.254.nip.io"),
            (SERVICE, "svc.cluster.local.example.com"),
            (SERVICE, "ec2-203-0-113-7.compute-1.amazonaws.com"),
            (f"{SERVICE}Patch", "exfil.example.com"),
        )
    ),
    unknown("service-external-name", service("ExternalName", externalName=UNKNOWN), undecided="spec.externalName"),
    unknown("service-external-name", service(UNKNOWN, externalName="a.example.com"), undecided="spec.type"),
    fails("service-exposure", chart(expose={"type": "loadBalancer"}), found=f"values.expose {EVERYBODY}"),
    fails("service-node-port", chart(expose={"type": "nodePort"}), found="values.expose opens a port on every node"),
    passes("service-node-port", chart(expose={"type": "clusterIP"})),
    unknown("service-external-ips", service("ClusterIP", externalIPs=UNKNOWN), undecided="spec.externalIPs"),
    passes("ingress-tls", ingress(tls=[{"hosts": ["a.example.com"]}])),
    passes("ingress-tls", ingress({f"{ALB}/certificate-arn": CERTIFICATE})),
    passes("ingress-tls", ingress({f"{ALB}/certificate-arn": UNKNOWN})),
    passes("ingress-tls", ingress({f"{ALB}/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]'})),
    passes(
        "ingress-tls",
        ingress({f"{ALB}/group.name": "shared"}),
        ingress({f"{ALB}/group.name": "shared", f"{ALB}/certificate-arn": CERTIFICATE}, name="other"),
    ),
    passes("ingress-tls", gateway("HTTP", "HTTPS")),
    passes("ingress-tls", gateway("HBONE")),
    passes("ingress-tls", istio((HTTP, {"httpsRedirect": True}), (HTTPS, {"mode": "SIMPLE"}))),
    passes("ingress-tls", istio(({"number": 8081, "protocol": "HTTP"}, None))),
    passes("ingress-tls", chart(ingress={"enabled": True, "tls": [{"hosts": ["a"]}]})),
    passes("ingress-tls", chart(ingress={"enabled": False})),
    passes(
        "ingress-tls",
        istio((HTTP, None)),
        make("aws:lb/listener:Listener", {"protocol": "HTTPS"}),
        make("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"),
    ),
    passes("ingress-tls", gateway("HTTP"), ingress({f"{ALB}/certificate-arn": CERTIFICATE})),
    fails("ingress-tls", ingress(rules=[{"host": "a.example.com"}]), found=NO_TLS),
    fails("ingress-tls", ingress({f"{ALB}/listen-ports": '[{"HTTP": 80}]'}), found=NO_TLS),
    fails("ingress-tls", ingress({f"{ALB}/group.name": "shared"}), found=NO_TLS),
    fails("ingress-tls", gateway("HTTP"), found="spec.listeners has no listener with HTTPS"),
    fails("ingress-tls", istio((HTTP, None)), found="spec.servers has no listener with HTTPS"),
    fails("ingress-tls", chart(web={"ingress": {"enabled": True}}), found=f"values.web.ingress {NO_TLS}"),
    fails("ingress-tls", chart(ingress={"enabled": True, "tls": False}), found=f"values.ingress {NO_TLS}"),
    fails("ingress-tls", make(INGRESS), kind="absent", found=NO_TLS),
    unknown("ingress-tls", make(INGRESS, {"metadata": {"annotations": UNKNOWN}}), undecided="metadata.annotations"),
    unknown("ingress-tls", gateway(UNKNOWN), undecided="spec.listeners"),
    passes("ingress-snippets", ingress({"nginx.ingress.kubernetes.io/ssl-redirect": "true"})),
    *(
        fails(
            "ingress-snippets", ingress({f"nginx.ingress.kubernetes.io/{name}-snippet": "x"}), found=f"{name}-snippet"
        )
        for name in ("configuration", "server", "auth")
    ),
    passes("ingress-snippets", make(INGRESS), kind="absent"),
    unknown("ingress-snippets", make(INGRESS, {"metadata": UNKNOWN}), undecided="metadata.annotations"),
]
