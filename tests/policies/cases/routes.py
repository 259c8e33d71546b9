"""Cases of the rules in policies/routes.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

ROUTE = "kubernetes:networking.istio.io/v1:VirtualService"
SHARED = "istio-ingress/models"


def route(hosts: Any, space: str = "risk", gateway: str = SHARED, kind: str = ROUTE) -> Resource:
    spec = {"hosts": hosts, "gateways": [gateway]}
    return make(kind, {"metadata": {"name": "it", "namespace": space}, "spec": spec}, name=f"{space}-it")


FRAUD = ["fraud.models.example.com"]

CASES = [
    passes("route-hosts", route(FRAUD), route(["ranking.models.example.com"], "search")),
    passes("route-hosts", route(["*"], gateway="own-gateway")),
    passes("route-hosts", route(["*"], gateway="risk/own-gateway")),
    passes("route-hosts", route(["*"], gateway="mesh")),
    passes("route-hosts", route(FRAUD), route(FRAUD, "search", "search/other")),
    fails(
        "route-hosts",
        route(FRAUD),
        route(FRAUD, "search", kind="kubernetes:networking.istio.io/v1beta1:VirtualService"),
        found=("as search-it in another namespace does", "as risk-it in another namespace does"),
    ),
    fails("route-hosts", route(["*"]), found="takes requests to * at istio-ingress/models"),
    fails("route-hosts", route(["*.models.example.com"]), found="takes requests to *.models.example.com"),
    passes("route-hosts", make(ROUTE), kind="absent"),
    unknown("route-hosts", route(UNKNOWN), undecided="spec.hosts"),
]
