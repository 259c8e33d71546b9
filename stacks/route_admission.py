"""What teams may not take from others in the cluster: the hosts of models, and the network policies of the platform."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi

from components.cluster.secure_namespace import TEAM_LABEL
from components.core.admission import admission_policy
from components.core.manifest import Manifest
from components.delivery.argo_cd.names import NAMESPACE as ARGO_CD
from components.serving.serving_platform.names import GATEWAY_HOST, GATEWAY_NAME, KNATIVE_NAMESPACE, KSERVE_NAMESPACE

if TYPE_CHECKING:
    from stacks.config import StackConfig

_VERSIONS = ("v1", "v1beta1", "v1alpha3")
_ISTIO = "networking.istio.io"
_OF_TEAMS = {"matchLabels": {TEAM_LABEL: "true"}}
_USER = "request.userInfo.username"
_CONTROLLERS = ("kubeflow", KNATIVE_NAMESPACE, KSERVE_NAMESPACE)
"""The namespaces whose controllers make routes in the namespaces of teams, such as those of notebooks."""
_CHANGED = "request.operation == 'CREATE' || object.spec != oldObject.spec"
_OWN_HOST = (
    "(!host.contains('.') && host != '*' || "
    "host.matches('^[^*]+[.]' + object.metadata.namespace + '[.]svc([.]cluster[.]local)?$'))"
)

_IN_CLUSTER = "object.spec.externalName.matches('[.]svc([.]cluster[.]local)?[.]?$')"


def route_policies(
    domain: str | None, model_namespaces: Sequence[str], owners: Mapping[str, str]
) -> Iterator[list[dict[str, Any]]]:
    """The policies with their bindings.

    Args:
        domain: Models answer at `<model>.<domain>`; None if there are none.
        model_namespaces: The namespaces whose routes the gateway of models takes.
        owners: The namespace of each host of a model.
    """
    conditions = {"new-or-changed": _CHANGED, "not-of-a-controller": _not_of_a_controller()}
    yield admission_policy(
        "team-routes",
        {**{f"{_ISTIO}/{version}": ["virtualservices"] for version in _VERSIONS}, "v1": ["services"]},
        _validations(domain),
        _OF_TEAMS,
        conditions=conditions,
        variables={"owners": json.dumps(owners, sort_keys=True)},
        computed=[_owned(domain)] if domain else (),
    )
    yield admission_policy(
        "team-gateways",
        {
            **{f"{_ISTIO}/{version}": ["gateways"] for version in _VERSIONS},
            **{f"gateway.networking.k8s.io/{each}": ["gateways", "httproutes", "grpcroutes"] for each in _VERSIONS[:2]},
            "networking.k8s.io/v1": ["ingresses"],
        },
        [("false", "gateways are the platform's: publish a model by a VirtualService of the gateway " + GATEWAY_NAME)],
        _OF_TEAMS,
        conditions=conditions,
    )
    yield _walls()
    if model_namespaces:
        yield _owners(model_namespaces)


def _walls() -> list[dict[str, Any]]:
    """Argo CD changes the network policies that it delivered, and not those with which the platform closes a namespace.

    It writes its tracking annotation into each object that it delivers. Source: Argo CD, "Resource Tracking".
    """
    message = "this network policy is the platform's: deliver one with another name, and only with what the model needs"
    return admission_policy(
        "team-walls",
        {"networking.k8s.io/v1": ["networkpolicies"]},
        [("oldObject.metadata.?annotations[?'argocd.argoproj.io/tracking-id'].hasValue()", message)],
        _OF_TEAMS,
        operations=["UPDATE", "DELETE"],
        conditions={"of-argo-cd": f"{_USER}.startsWith('system:serviceaccount:{ARGO_CD}:')"},
    )


def _validations(domain: str | None) -> list[tuple[str, str]]:
    hosts = [_OWN_HOST]
    gateways = ["gateway == 'mesh'", "!gateway.contains('/')"]
    named = "names of Services in its own namespace"
    if domain:
        hosts.append(f"host.matches('^[a-z0-9-]+[.]{domain.replace('.', '[.]')}$')")
        gateways.append(f"gateway == '{GATEWAY_NAME}'")
        named = f"<model>.{domain} or {named}"
    own = _OWN_HOST.replace("host", "route.destination.host")
    routes = "object.spec.?http.orValue([]), object.spec.?tcp.orValue([]), object.spec.?tls.orValue([])"
    return [
        (f"object.spec.?hosts.orValue([]).all(host, {' || '.join(hosts)})", f"hosts of a team's route are {named}"),
        (
            f"object.spec.?gateways.orValue([]).all(gateway, {' || '.join(gateways)})",
            "a team's route belongs to the gateway of models, and to no other gateway of the platform",
        ),
        (
            f"[{routes}].all(all, all.all(each, each.?route.orValue([]).all(route, {own}) && "
            f"(!has(each.mirror) || {_OWN_HOST.replace('host', 'each.mirror.host')}) && "
            f"each.?mirrors.orValue([]).all(mirror, {_OWN_HOST.replace('host', 'mirror.destination.host')}) && "
            "!has(each.delegate)))",
            "a team's route leads to Services of its own namespace; write <service>.<namespace>.svc.cluster.local",
        ),
        (
            f"object.spec.?type.orValue('') != 'ExternalName' || !({_IN_CLUSTER}) || "
            f"object.spec.externalName == '{GATEWAY_HOST}' || " + _OWN_HOST.replace("host", "object.spec.externalName"),
            "a team's Service leads to no Service of another namespace, because a route would lead there through it; "
            "write a Service with a selector",
        ),
    ]


def _owned(domain: str) -> tuple[str, str]:
    """A host below the domain belongs to the namespace of its model, also before that model has a route."""
    own = "host in variables.owners && variables.owners[host] == object.metadata.namespace"
    foreign = f"object.spec.?hosts.orValue([]).filter(host, host.endsWith('.{domain}') && !({own}))"
    return (
        f"{foreign}.size() == 0",
        f"'namespace ' + object.metadata.namespace + ' has no model at ' + {foreign}.join(', ') + "
        "'; add the model to modelServing.deliveredModels, or the name to its aliases'",
    )


def _not_of_a_controller() -> str:
    prefixes = " || ".join(f"{_USER}.startsWith('system:serviceaccount:{each}:')" for each in _CONTROLLERS)
    return f"!({prefixes})"


def _owners(namespaces: Sequence[str]) -> list[dict[str, Any]]:
    """A host belongs to the namespace whose route has it first, also when its model moves to another namespace.

    The routes of each namespace are parameters, so that the API server compares a new route with all of them.
    """
    taken = "object.spec.?hosts.orValue([]).filter(host, host in params.spec.?hosts.orValue([]))"
    policy, binding = admission_policy(
        "route-owners",
        {f"{_ISTIO}/{version}": ["virtualservices"] for version in _VERSIONS},
        [],
        _OF_TEAMS,
        conditions={"new-or-changed": _CHANGED},
        computed=[
            (
                f"params.metadata.namespace == object.metadata.namespace || {taken}.size() == 0",
                f"'the host ' + {taken}.join(', ') + ' belongs to a route of namespace ' + params.metadata.namespace",
            )
        ],
    )
    policy["spec"]["paramKind"] = {"apiVersion": f"{_ISTIO}/v1", "kind": "VirtualService"}
    return [policy, *(_of_namespace(binding, each) for each in sorted(namespaces))]


def _of_namespace(binding: dict[str, Any], namespace: str) -> dict[str, Any]:
    routes: dict[str, Any] = {"namespace": namespace, "selector": {}, "parameterNotFoundAction": "Allow"}
    metadata = {"name": f"{binding['metadata']['name']}-{namespace}"}
    return {**binding, "metadata": metadata, "spec": {**binding["spec"], "paramRef": routes}}


def make_route_rules(config: "StackConfig", inside: pulumi.ResourceOptions) -> None:
    """Register the policies in the cluster whose provider the options name."""
    serving = config.model_serving
    domain, namespaces = (serving.domain, serving.platform.model_namespaces) if serving else (None, ())
    owners = {host: model.namespace for model, host in serving.addressed} if serving else {}
    for policy, *bindings in route_policies(domain, namespaces, owners):
        name = f"admission-{policy['metadata']['name']}"
        needed = pulumi.ResourceOptions(depends_on=[Manifest(name, policy, inside)])
        for binding in bindings:
            bound = f"admission-{binding['metadata']['name']}-binding"
            Manifest(bound, binding, pulumi.ResourceOptions.merge(inside, needed))
