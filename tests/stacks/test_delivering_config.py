"""Stacks whose teams sign in and deliver, by models or by Kubeflow: what each needs of the others."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.network.web_firewall.capacity import ManagedRuleGroup
from stacks.platform import argo_cd_specs
from tests.support.stacks.configs import (
    CLUSTER,
    DELIVERY,
    MODEL,
    POOL,
    RANKING,
    SECTIONS,
    SERVING,
    STORE,
    SYSTEM,
    read,
    refusal,
    refusal_of,
    sections_of,
)


def test_delivery_needs_serving_and_a_user_pool_client() -> None:
    serving = {"featureStore": STORE, "modelServing": SERVING}
    read({**SECTIONS, **serving, "userPool": POOL, "delivery": DELIVERY})
    assert "delivery needs modelServing or kubeflow" in refusal(delivery=DELIVERY, userPool=POOL)
    assert "delivery needs userPool" in refusal(**serving, delivery=DELIVERY)
    other = {**POOL["clients"][0], "callbackUrls": ["https://deploy.example.org/auth/callback"]}
    assert (
        "userPool.clients has no client that fits argocd; add {name: argocd, secret: delivery/sso, callbackUrls: "
        "[https://deploy.example.com/auth/callback]}"
    ) in refusal(**serving, delivery=DELIVERY, userPool={**POOL, "clients": [other]})


def test_argo_cd_has_a_firewall_and_ranges_of_its_own() -> None:
    entry: dict[str, Any] = {
        "allowedCidrs": ["203.0.113.0/24"],
        "firewall": {"mode": "count", "countedRules": {"common": ["NoUserAgent_HEADER"]}},
    }
    serving = {**SERVING, "firewall": {"freeText": False}, "loadBalancer": {"allowedCidrs": ["198.51.100.0/24"]}}
    stack = {**SECTIONS, "featureStore": STORE, "userPool": POOL, "modelServing": serving}
    config = read({**stack, "delivery": {**DELIVERY, **entry}})
    assert config.delivery
    assert config.model_serving
    firewall, balancer = argo_cd_specs(config.delivery, config.model_serving)
    assert balancer.allowed_cidrs == ("203.0.113.0/24",)
    assert not firewall.blocks
    assert firewall.counted_rules == {ManagedRuleGroup.COMMON: ("NoUserAgent_HEADER",)}
    assert "PATCH" in firewall.allowed_methods
    assert firewall.free_text
    assert config.model_serving.load_balancer.allowed_cidrs == ("198.51.100.0/24",)


def test_argo_cds_firewall_is_protected_as_the_models_balancer_is() -> None:
    for kept, given, expected in [(False, {}, False), (True, {}, True), (True, {"deletionProtection": False}, False)]:
        serving = {**SERVING, "loadBalancer": {"deletionProtection": kept}}
        delivery = {**DELIVERY, "firewall": given}
        stack = {**SECTIONS, "featureStore": STORE, "userPool": POOL, "modelServing": serving, "delivery": delivery}
        config = read(stack)
        assert config.delivery
        assert config.model_serving
        firewall, balancer = argo_cd_specs(config.delivery, config.model_serving)
        assert (firewall.deletion_protection, balancer.deletion_protection) == (expected, kept)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            {"allowedCidrs": ["203.0.113.7/24"]},
            "= '203.0.113.7/24': has bits set beyond its prefix; write 203.0.113.0/24",
        ),
        ({"firewall": {"mode": "watch"}}, "delivery.firewall.mode = 'watch'"),
        ({"firewall": {"allowedMethods": ["get"]}}, "get is not an HTTP method"),
    ],
)
def test_argo_cds_entry_is_refused_by_field(entry: dict[str, Any], told: str) -> None:
    stack = {"featureStore": STORE, "userPool": POOL, "modelServing": SERVING}
    assert told in refusal(**stack, delivery={**DELIVERY, **entry})


def test_argo_cd_fields_need_a_load_balancer_of_models() -> None:
    sections = sections_of("kubeflow")
    delivery = {**sections["delivery"], "allowedCidrs": ["203.0.113.0/24"]}
    assert "delivery.allowedCidrs needs modelServing" in refusal_of({**sections, "delivery": delivery})


def test_what_a_team_delivers_goes_to_the_first_of_its_namespaces() -> None:
    team = {"name": "risk", "groups": ["risk"], "namespaces": ["risk", "models"]}
    stack = {"featureStore": STORE, "userPool": POOL, "delivery": {**DELIVERY, "teams": [team]}}
    serving: dict[str, Any] = {**SERVING, "models": [], "platform": {"modelNamespaces": ["risk", "models"]}}
    read({**SECTIONS, **stack, "modelServing": {**serving, "deliveredModels": [{**RANKING, "namespace": "risk"}]}})
    raw = {**RANKING, "namespace": "risk", "folder": "s3://acme-raw-111122223333/ranking/"}
    assert (
        "ranking is at s3://acme-raw-111122223333/ranking/, but the feature store's bucket of models is "
        "acme-models-111122223333; write s3://acme-models-111122223333/<folder>/"
    ) in refusal(**stack, modelServing={**serving, "deliveredModels": [raw]})
    told = refusal(**stack, modelServing={**serving, "deliveredModels": [RANKING]})
    assert "ranking has namespace models, but a team delivers to its first namespace: risk in risk; write one" in told


TWO_POOLS = {**CLUSTER, "nodePools": [SYSTEM, {**SYSTEM, "name": "steady"}]}


def test_a_quota_holds_the_claims_of_the_cache_of_models() -> None:
    team = {"name": "risk", "groups": ["risk"], "namespaces": ["models"]}
    platform = {"modelCache": [{"name": "steady", "storageGib": 20}]}
    serving = {**SERVING, "platform": platform, "models": [{**MODEL, "cache": {"group": "steady", "sizeGib": 2}}]}
    stack = {"gpuCluster": TWO_POOLS, "featureStore": STORE, "userPool": POOL, "modelServing": serving}
    told = refusal(**stack, delivery={**DELIVERY, "teams": [team]})
    assert "risk has no quota for volumes, but platform.modelCache has a volume claim in models; set quota" in told
    read({**SECTIONS, **stack, "delivery": {**DELIVERY, "teams": [{**team, "quota": {"storageGib": 1}}]}})


def test_models_are_kept_on_nodes_that_have_the_room_and_run_them() -> None:
    cached = {**MODEL, "cache": {"group": "kept", "sizeGib": 2}}

    def told(group: dict[str, Any], model: Mapping[str, Any] = cached) -> str:
        platform = {"modelCache": [{"name": "kept", **group}]}
        serving = {**SERVING, "platform": platform, "models": [model]}
        return refusal(gpuCluster=TWO_POOLS, featureStore=STORE, modelServing=serving)

    assert "modelCache: group kept: pool lost is none of gpuCluster.nodePools, which are" in told(
        {"pools": ["lost"], "storageGib": 20}
    )
    assert "storageGib = 2000 is more than half of diskGib" in told({"pools": ["steady"], "storageGib": 2000})
    assert f"model {MODEL['name']} asks for a GPU, which no pool of its cache.group = kept has" in told(
        {"pools": ["steady"], "storageGib": 20}, {**cached, "gpus": 1}
    )
    assert "pool system has the taint CriticalAddonsOnly, which neither models nor downloads tolerate" in told(
        {"pools": ["system"], "storageGib": 20}
    )


def test_a_user_pool_needs_who_keeps_its_secrets() -> None:
    assert "userPool needs delivery, featureServices or starter, because its clients' secrets use their key" in refusal(
        featureStore=STORE, modelServing=SERVING, userPool=POOL
    )


STUDIO = "studio.models.example.com"
BROWSERS = {"name": "models", "callbackUrls": [f"https://{STUDIO}/oauth2/idpresponse"]}


def signing_in(serving: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A stack whose load balancer signs people in at one name, with changes of its `signIn` and of `serving`."""
    sign_in = {"provider": "cognito", "hosts": [STUDIO], **changes}
    balancer = {"signIn": sign_in, **(serving or {})}
    pool = {**POOL, "clients": [*POOL["clients"], BROWSERS]}
    section = {**SERVING, "loadBalancer": balancer}
    return {"featureStore": STORE, "modelServing": section, "userPool": pool, "delivery": DELIVERY}


def test_the_load_balancer_signs_people_in_by_the_user_pool() -> None:
    read({**SECTIONS, **signing_in()})
    alone = {name: section for name, section in signing_in().items() if name not in ("userPool", "delivery")}
    assert "modelServing.loadBalancer.signIn needs userPool" in refusal(**alone)
    nowhere = {"network": {"vpcCidr": "10.0.0.0/16", "nat": "none"}}
    read({**SECTIONS, **signing_in(), **nowhere})
    assert "signIn needs internet access: an internal load balancer reaches Cognito through NAT; set network.nat" in (
        refusal(**signing_in({"internal": True}), **nowhere)
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"hosts": ["*.models.example.com"]},
            "signIn.hosts has *.models.example.com, but Cognito does not redirect to",
        ),
        (
            {"hosts": [STUDIO, "models.example.com"]},
            "userPool.clients has no client that fits models; add {name: models, callbackUrls: "
            f"[https://{STUDIO}/oauth2/idpresponse, https://models.example.com/oauth2/idpresponse]}}",
        ),
        (
            {
                "provider": "oidc",
                "oidc": {
                    "issuer": "https://id.example.com",
                    "authorizationEndpoint": "https://id.example.com/authorize",
                    "tokenEndpoint": "https://id.example.com/token",
                    "userInfoEndpoint": "https://id.example.com/userinfo",
                    "clientId": "models",
                },
            },
            "signIn.provider = oidc: a stack signs in with its userPool; write cognito",
        ),
    ],
)
def test_a_sign_in_that_can_not_be_wired_is_refused(changes: dict[str, Any], told: str) -> None:
    assert told in refusal(**signing_in(**changes))


KUBEFLOW: dict[str, Any] = {
    "zoneName": "example.com",
    "domain": "kubeflow.example.com",
    "repository": "https://github.com/example/models",
    "revision": "1f" * 20,
    "teams": [{"name": "risk", "emails": ["ada@example.com"], "quota": {"cpu": 2, "memoryGib": 4, "storageGib": 10}}],
}
KUBEFLOW_STACK: dict[str, Any] = {
    "gpuCluster": TWO_POOLS,
    "featureStore": STORE,
    "pipelinesDatabase": {"identifier": "acme-pipelines"},
    "userPool": {
        **POOL,
        "clients": [
            *POOL["clients"],
            {
                "name": "kubeflow",
                "secret": "kubeflow/sign-in",
                "callbackUrls": ["https://kubeflow.example.com/oauth2/callback"],
            },
        ],
    },
    "delivery": {**DELIVERY, "clusterWide": True, "teams": [{"name": "platform", "groups": ["platform"]}]},
    "kubeflow": KUBEFLOW,
}


def test_kubeflow_stands_on_stores_sign_in_and_delivery() -> None:
    read({**SECTIONS, **KUBEFLOW_STACK})
    for section in ("featureStore", "pipelinesDatabase", "delivery"):
        others = {name: value for name, value in KUBEFLOW_STACK.items() if name != section}
        assert f"kubeflow needs {section}" in refusal(**others)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"modelServing": SERVING}, "kubeflow and modelServing cannot share a cluster, because both install Istio"),
        (
            {"delivery": {**KUBEFLOW_STACK["delivery"], "clusterWide": False}},
            "kubeflow needs delivery.clusterWide: true",
        ),
        (
            {"delivery": {**KUBEFLOW_STACK["delivery"], "teams": [{"name": "risk", "groups": ["risk"]}]}},
            "risk is in delivery.teams[0].name and in kubeflow.teams[0].name, which would both create it",
        ),
        (
            {"userPool": {**POOL}},
            "userPool.clients has no client that fits kubeflow; add {name: kubeflow, secret: kubeflow/sign-in",
        ),
        (
            {"kubeflow": {**KUBEFLOW, "teams": [{**KUBEFLOW["teams"][0], "quota": {"cpu": 900, "storageGib": 1}}]}},
            "kubeflow.teams[0].quota.cpu = 900: the pools have 6 for teams; lower the quota, or add pools",
        ),
    ],
)
def test_kubeflow_that_does_not_fit_the_stack_is_refused(changes: dict[str, Any], told: str) -> None:
    assert told in refusal(**{**KUBEFLOW_STACK, **changes})


def test_a_role_in_access_and_in_a_team_is_refused() -> None:
    role = "arn:aws:iam::111122223333:role/dev"
    granted = {**CLUSTER, "access": [{"name": "dev", "principalArn": role, "level": "view"}]}
    team = {"name": "risk", "groups": ["risk"], "iamRoles": [role]}
    stack = {"featureStore": STORE, "modelServing": SERVING, "userPool": POOL}
    told = refusal(**stack, gpuCluster=granted, delivery={**DELIVERY, "teams": [team]})
    assert f"{role} is in gpuCluster.access (dev) and in delivery.teams (risk)" in told
    assert "remove it from one of them" in told
