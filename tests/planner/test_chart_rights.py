"""What docs and code say of rights in Kubernetes is what the rendered charts give."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.planner.chart_rights import (
    EVERYWHERE,
    RELEASE,
    Rights,
    chart_of,
    everyone,
    plain,
    recorded,
    rights_of,
    rights_of_objects,
    table,
    value_at_path,
    variant_of,
)
from tests.support.planner.plans import ROOT, STACKS, of_type, plan_of
from tests.support.planner.record_rights import rights_of_release
from tests.support.programs import needs

PAGE = ROOT / "docs" / "rights.md"
AGENT = "kserve/model-cache-agent"
KEDA, SECRETS, ARGO = "keda/keda-operator", "external-secrets/external-secrets", "argocd/argocd-application-controller"
READS_EVERY_SECRET = {
    "argocd/argocd-application-controller",
    "argocd/argocd-server",
    "cert-manager/cert-manager",
    "cert-manager/cert-manager-cainjector",
    "external-secrets/external-secrets",
    "external-secrets/external-secrets-cert-controller",
    "istio-system/istiod",
    "knative-operator/knative-operator",
    "kserve/kserve-controller-manager",
    "kserve/kserve-localmodelnode-agent",
    "ray-system/kuberay-operator",
    "trainer-system/kubeflow-trainer-controller-manager",
}
"""Who has to, or can't be kept from it by a value of its chart; the page says why."""


def reads_secrets(rights: Rights) -> set[str]:
    return {place for verb in ("get", "list", "watch") for place in rights.where(verb, "secrets")}


@pytest.mark.parametrize("stack", STACKS)
def test_every_release_is_recorded_as_it_is_rendered(stack: str) -> None:
    for release in of_type(plan_of(stack), RELEASE):
        chart = chart_of(release)
        assert recorded()[chart]["version"] == release.inputs["version"], f"{chart}: record its rights anew"
        values = plain(release.inputs["values"])
        for path, value in variant_of(chart, stack)["deciding"].items():
            assert value_at_path(values, path) == value, f"{chart}, {path}: record its rights anew"


def test_only_named_accounts_read_secrets_of_every_namespace() -> None:
    found = {rights.account for _, _, rights in everyone() if EVERYWHERE in reads_secrets(rights)}
    assert found == READS_EVERY_SECRET


@pytest.mark.parametrize("stack", STACKS)
def test_only_kubeflows_argo_cd_may_do_anything(stack: str) -> None:
    charts = {chart_of(each) for each in of_type(plan_of(stack), RELEASE)}
    anything = {
        account
        for chart in charts
        for account, rights in rights_of(chart, stack).items()
        if rights.can("get", "widgets", group="example.com")
    }
    argo = {ARGO, "argocd/argocd-server"} if stack == "kubeflow" else set[str]()
    assert anything == argo


@pytest.mark.parametrize("stack", ["staging", "prod", "everything"])
def test_keda_reads_secrets_of_its_own_namespace_alone(stack: str) -> None:
    keda = rights_of("keda", stack)[KEDA]
    assert reads_secrets(keda) <= {"keda"}
    assert not keda.can("get", "secrets", namespace="models")
    assert keda.can("update", "deployments/scale", group="apps", namespace="models")


def claims() -> Mapping[str, tuple[str, Callable[[], bool]]]:
    """By sentence: the page that says it, and what shows it."""

    def account(chart: str, name: str, stack: str = "prod") -> Rights:
        return rights_of(chart, stack)[name]

    def agent() -> Rights:
        return rights_of_objects(plan_of("everything"))[AGENT]

    def aggregated(chart: str) -> set[str]:
        return {name for name in rights_of(chart, "prod") if name in ("aggregate-to-edit", "aggregate-to-admin")}

    def argo_outside() -> set[str]:
        return {
            place for rights in rights_of("argo-cd", "prod").values() for rule in rights.rules for place in [rule["in"]]
        } - {"argocd"}

    return {
        "It can't create tokens of other service accounts": (
            "components/external_secrets.md",
            lambda: not account("external-secrets", SECRETS).can("create", "serviceaccounts/token"),
        ),
        "push secrets or generate secrets": (
            "components/external_secrets.md",
            lambda: (
                not any(
                    account("external-secrets", SECRETS).can("update", kind, group="external-secrets.io")
                    for kind in ("pushsecrets", "clusterpushsecrets", "clusterexternalsecrets")
                )
            ),
        ),
        "does not include the permission to create ExternalSecrets": (
            "components/external_secrets.md",
            lambda: not aggregated("external-secrets"),
        ),
        "KEDA can read Secrets only in its own namespace": (
            "components/model_service.md",
            lambda: reads_secrets(account("keda", KEDA)) <= {"keda"},
        ),
        "has rights nowhere else in the cluster": ("components/delivery.md", lambda: not argo_outside()),
        "agent can read no secret (the chart's agent can read all secrets of the cluster)": (
            "components/serving_platform.md",
            lambda: (
                not reads_secrets(agent())
                and EVERYWHERE
                in reads_secrets(
                    rights_of("kserve-localmodel-resources", "everything")["kserve/kserve-localmodelnode-agent"]
                )
            ),
        ),
    }


@pytest.mark.parametrize("sentence", claims())
def test_page_claims_a_right_that_the_chart_shows(sentence: str) -> None:
    page, shown = claims()[sentence]
    assert sentence in " ".join((ROOT / "docs" / page).read_text(encoding="utf-8").split())
    assert shown()


def test_page_on_rights_says_what_was_recorded() -> None:
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition("| --- | --- | --- | --- | --- | --- |\n")
    assert head
    assert rest.partition("\n\n")[0].splitlines() == table()


def test_a_wildcard_counts_as_every_secret() -> None:
    """As KEDA's chart has it by default."""
    rights = Rights("keda/keda-operator", [{"in": "*", "apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]}])
    assert rights.can("get", "secrets", namespace="models")
    assert not rights.can("list", "secrets", namespace="models")


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ({"in": "*", "apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["one"]}, False),
        ({"in": "other", "apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}, False),
        ({"in": "*", "apiGroups": ["apps"], "resources": ["*"], "verbs": ["*"]}, False),
        ({"in": "models", "apiGroups": ["", "apps"], "resources": ["secrets"], "verbs": ["*"]}, True),
        ({"in": "*", "nonResourceURLs": ["*"], "verbs": ["get"]}, False),
    ],
)
def test_a_rule_allows_what_kubernetes_would(rule: dict[str, Any], allowed: bool) -> None:
    assert Rights("a/b", [rule]).can("get", "secrets", namespace="models") is allowed


@needs("helm")
def test_recorder_renders_a_chart_with_our_values(tmp_path: Any) -> None:
    """With a chart of one role, which a value of ours turns off."""
    chart = tmp_path / "small"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 1.0.0\n")
    (chart / "templates" / "role.yaml").write_text(
        """{{- if .Values.wide }}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: small}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: small}
roleRef: {kind: ClusterRole, name: small, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: small, namespace: there}]
{{- end }}
"""
    )
    wide = rights_of_release(chart, "small", "there", {"wide": True})
    assert Rights("there/small", wide["there/small"]).can("get", "secrets", namespace="models")
    assert rights_of_release(chart, "small", "there", {"wide": False}) == {}
