"""Delivery: Argo CD without a local user, its secrets, its ways, and that nothing of it comes too early."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError
from policies.engine.evaluate import evaluate
from tests.support.components.clusters import NAMESPACE, NETWORK_POLICY, RELEASE, needs
from tests.support.components.definitions import faults
from tests.support.components.delivered import (
    ACCESS_ENTRY,
    APPLICATION_SET,
    BINDING,
    EXTERNAL_SECRET,
    FRAUD,
    PROJECT,
    RANKING,
    READER,
    delivery,
    named,
)
from tests.support.components.mocks import Recording
from tests.support.planner.charts import CHARTS
from tests.support.policies.cases import context

GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/argocd/1"
BEHIND: dict[str, Any] = {"target_group_arn": GROUP, "load_balancer_cidrs": ["10.40.0.0/24"]}
SECRETS: dict[str, Any] = {
    "repositories": [
        {"name": "platform", "url": "https://github.com/example"},
        {"name": "legacy", "url": "https://git.example.com/ranking", "login": "token"},
    ],
    "chart_registry": "ghcr.io",
    "slack_channel": "ml-deployments",
}


@pytest.fixture(scope="module")
def recording() -> Recording:
    return delivery(**BEHIND, **SECRETS)


def values(recording: Recording) -> Any:
    return recording.one(RELEASE).inputs["values"]


def test_it_is_the_chart_whose_templates_were_read(recording: Recording) -> None:
    release = recording.one(RELEASE).inputs
    assert (release["chart"], release["version"]) == ("argo-cd", CHARTS["argo-cd"].version)
    # Names of accounts and labels follow the release's.
    assert release["name"] == "argocd"


def test_every_object_is_one_that_its_definition_accepts(recording: Recording) -> None:
    objects = [each for each in recording.resources if each.type.startswith("kubernetes:") and each.type != RELEASE]
    assert len(objects) > 40
    for each in objects:
        assert faults(each.inputs) == [], each.name


@pytest.mark.parametrize("chosen", [{}, {"highly_available": False}, {"cluster_wide": True}])
def test_it_meets_every_rule(chosen: dict[str, Any]) -> None:
    made = delivery(**BEHIND, **SECRETS, **chosen).resources
    # Tags come from the stack's provider.
    assert [each.message for each in evaluate(made, context()) if each.policy != "required-tags"] == []


def test_access_needs_sign_in_and_gives_no_rights(recording: Recording) -> None:
    configs = values(recording)["configs"]
    assert configs["cm"]["admin.enabled"] == "false"
    assert configs["cm"]["users.anonymous.enabled"] == "false"
    assert not [key for key in configs["cm"] if key.startswith("accounts.")]
    assert values(recording)["dex"] == {"enabled": False}
    assert configs["rbac"]["policy.default"] == ""
    assert configs["rbac"]["policy.csv"] == "g, platform-engineers, role:admin"


def test_sign_in_uses_the_given_client_and_secret_name(recording: Recording) -> None:
    found = json.loads(values(recording)["configs"]["cm"]["oidc.config"])
    assert (found["issuer"], found["clientID"]) == ("https://sign-in.example.com/pool", "argocd-client")
    name, _, key = found["clientSecret"].removeprefix("$").partition(":")
    kept = named(recording, EXTERNAL_SECRET)[name].inputs["spec"]
    template = kept["target"]["template"]
    assert template["data"] == {key: "{{ .clientSecret }}"}
    # Argo CD reads other secrets than its own only with this label.
    assert template["metadata"]["labels"]["app.kubernetes.io/part-of"] == "argocd"
    assert kept["dataFrom"] == [{"extract": {"key": "ml-prod/delivery/sso"}}]


def test_groups_come_from_where_the_sign_in_has_them() -> None:
    found = values(delivery(groups_claim="cognito:groups", scopes=["openid", "email"]))["configs"]
    assert found["rbac"]["scopes"] == "[cognito:groups, email]"
    assert json.loads(found["cm"]["oidc.config"])["requestedScopes"] == ["openid", "email"]


def test_logins_come_from_secrets_manager(recording: Recording) -> None:
    kept = {name: each.inputs["spec"] for name, each in named(recording, EXTERNAL_SECRET).items()}
    keys = {name: spec["dataFrom"][0]["extract"]["key"] for name, spec in kept.items()}
    assert keys == {
        "argocd-sso": "ml-prod/delivery/sso",
        "argocd-charts": "ml-prod/delivery/charts",
        "argocd-notifications-secret": "ml-prod/delivery/notifications",
        "repository-platform": "ml-prod/delivery/repositories/platform",
        "repository-legacy": "ml-prod/delivery/repositories/legacy",
    }
    templates = {name: spec["target"]["template"] for name, spec in kept.items()}
    app, token = templates["repository-platform"], templates["repository-legacy"]
    assert app["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "repo-creds"
    assert app["data"] == {
        "githubAppID": "{{ .appId }}",
        "githubAppInstallationID": "{{ .installationId }}",
        "githubAppPrivateKey": "{{ .privateKey }}",
        "type": "git",
        "url": "https://github.com/example",
    }
    assert {"username", "password"} <= set(token["data"])
    assert token["data"]["url"] == "https://git.example.com/ranking"


def test_helm_finds_the_login_of_the_chart_registry(recording: Recording) -> None:
    server = values(recording)["repoServer"]
    [variable], [volume], [mount] = server["env"], server["volumes"], server["volumeMounts"]
    kept = named(recording, EXTERNAL_SECRET)[volume["secret"]["secretName"]].inputs["spec"]["target"]["template"]
    [(file, text)] = kept["data"].items()
    assert variable == {"name": "HELM_REGISTRY_CONFIG", "value": f"{mount['mountPath']}/{file}"}
    filled = text.replace('{{ printf "%s:%s" .username .password | b64enc }}', "bmFtZTp0b2tlbg==")
    assert json.loads(filled) == {"auths": {"ghcr.io": {"auth": "bmFtZTp0b2tlbg=="}}}


PARTS = ("server", "repoServer", "applicationSet")


def test_production_has_two_replicas_and_three_of_redis(recording: Recording) -> None:
    found = values(recording)
    for part in PARTS:
        assert found[part]["replicas"] == 2
        assert found[part]["pdb"] == {"enabled": True, "maxUnavailable": 1}
    assert found["redis-ha"]["enabled"] is True
    assert found["redis-ha"]["hardAntiAffinity"] is True
    assert found["redis-ha"]["haproxy"]["podDisruptionBudget"] == {"maxUnavailable": 1}


def test_elsewhere_one_of_each_is_enough() -> None:
    found = values(delivery(highly_available=False))
    assert [found[part]["replicas"] for part in PARTS] == [1, 1, 1]
    assert all("pdb" not in found[part] for part in PARTS)
    assert "redis-ha" not in found


@pytest.mark.parametrize("available", [True, False])
def test_every_container_is_bounded(available: bool) -> None:
    found = values(delivery(highly_available=available, slack_channel="ml"))
    parts: list[Any] = [found[part] for part in ("controller", *PARTS, "notifications", "redisSecretInit")]
    if available:
        redis = found["redis-ha"]
        parts += [redis[part] for part in ("redis", "sentinel", "splitBrainDetection", "init", "haproxy")]
        parts += [redis["haproxy"]["init"]]
    else:
        parts += [found["redis"]]
    assert all(set(part["resources"]) == {"requests", "limits"} for part in parts)


def test_only_the_load_balancer_and_the_monitoring_reach_it(recording: Recording) -> None:
    entering = {
        (policy.inputs["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"], port["port"], json.dumps(peer))
        for policy in recording.all(NETWORK_POLICY)
        if policy.inputs["metadata"]["namespace"] == "argocd"
        for rule in policy.inputs["spec"].get("ingress", [])
        for port in rule.get("ports", [])
        for peer in rule["from"]
    }
    monitoring = json.dumps({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}})
    balancer = json.dumps({"ipBlock": {"cidr": "10.40.0.0/24"}})
    assert entering == {
        ("argocd-server", 8080, balancer),
        ("argocd-server", 8083, monitoring),
        ("argocd-repo-server", 8084, monitoring),
        ("argocd-application-controller", 8082, monitoring),
        ("argocd-applicationset-controller", 8080, monitoring),
    }
    listening = {
        (pods.labels.get("app.kubernetes.io/name"), port) for pods in CHARTS["argo-cd"].pods for port in pods.ports
    }
    assert {(pods, port) for pods, port, _ in entering} <= listening
    # The chart's own policies would let everyone in.
    assert values(recording)["global"]["networkPolicy"] == {"create": False}


def test_redis_reaches_nothing_outside_of_the_namespace(recording: Recording) -> None:
    leaving = [
        policy.inputs["spec"]["podSelector"].get("matchLabels")
        for policy in recording.all(NETWORK_POLICY)
        if policy.inputs["metadata"]["namespace"] == "argocd"
        for rule in policy.inputs["spec"].get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    clustered = [pods for pods in CHARTS["argo-cd"].pods if "redis-ha" in pods.account]
    assert leaving
    assert not any(labels.items() <= pods.labels.items() for labels in leaving for pods in clustered)


def test_the_load_balancer_speaks_to_the_server(recording: Recording) -> None:
    spec = recording.one(BINDING).inputs["spec"]
    assert spec["targetGroupARN"] == GROUP
    assert spec["serviceRef"] == {"name": "argocd-server", "port": 443}


def test_argo_cd_waits_for_its_secrets_its_ways_and_its_rights(recording: Recording) -> None:
    needed = needs(recording, recording.one(RELEASE))
    inside = [each for each in recording.all(NETWORK_POLICY) if each.inputs["metadata"]["namespace"] == "argocd"]
    rights = recording.all("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding")
    assert {each.name for each in (*inside, *rights, *recording.all(EXTERNAL_SECRET))} <= needed


def test_projects_follow_definitions_and_precede_sets(recording: Recording) -> None:
    release = recording.one(RELEASE).name
    for team in ("ranking", "fraud"):
        needed = needs(recording, recording.one(APPLICATION_SET, f"ship-{team}-models"))
        assert {release, f"ship-{team}-project", "ship-default-project"} <= needed
    assert all(release in needs(recording, each) for each in recording.all(PROJECT))


def test_who_reads_an_output_waits_for_what_it_promises(recording: Recording) -> None:
    assert recording.one(RELEASE).name in needs(recording, recording.one(READER, "ready"))
    made = {each.name for each in (*recording.all(APPLICATION_SET), *recording.all(PROJECT))}
    assert made <= needs(recording, recording.one(READER, "projects"))
    bounded = {each.name for each in recording.all("kubernetes:core/v1:ResourceQuota")}
    assert bounded <= needs(recording, recording.one(READER, "namespaces"))
    assert recording.one(READER, "namespaces").inputs["it"] == ["ranking", "ranking-batch", "fraud"]


def test_existing_namespaces_are_bounded_and_not_made() -> None:
    found = delivery(existing_namespaces=["fraud"])
    made = {each.inputs["metadata"]["name"] for each in found.all(NAMESPACE)}
    assert made == {"argocd", "ranking", "ranking-batch"}
    bounded = {each.inputs["metadata"]["namespace"] for each in found.all("kubernetes:core/v1:ResourceQuota")}
    assert bounded == {"ranking", "ranking-batch", "fraud"}


@pytest.mark.parametrize("existing", [[], ["fraud"]])
def test_delivery_waits_for_existing_team_namespaces(existing: list[str]) -> None:
    found = delivery(existing_namespaces=existing, waiting=True)
    bounded = {each.inputs["metadata"]["namespace"]: each for each in found.all("kubernetes:core/v1:ResourceQuota")}
    inside = [bounded[namespace] for namespace in existing]
    for each in (*inside, found.one(RELEASE), *found.all(APPLICATION_SET)):
        assert "serving" in needs(found, each), each.name


def test_team_roles_have_a_group_and_no_eks_policy(recording: Recording) -> None:
    entry = recording.one(ACCESS_ENTRY).inputs
    assert entry["kubernetesGroups"] == ["mlplatform:ranking"]
    assert entry["principalArn"] == RANKING["iam_roles"][0]
    assert not recording.all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")


def test_delivery_makes_one_entry_for_a_role_of_two_teams() -> None:
    shared = RANKING["iam_roles"][0]
    own = "arn:aws:iam::111122223333:role/fraud"
    found = delivery(teams=[RANKING, {**FRAUD, "iam_roles": [shared, own]}])
    groups = {each.inputs["principalArn"]: each.inputs["kubernetesGroups"] for each in found.all(ACCESS_ENTRY)}
    assert groups == {shared: ["mlplatform:ranking", "mlplatform:fraud"], own: ["mlplatform:fraud"]}


def test_a_role_keeps_its_entry_when_it_changes_its_team() -> None:
    """A second entry of one role is refused while the first is there."""
    moved: list[dict[str, Any]] = [{**RANKING, "iam_roles": []}, {**FRAUD, "iam_roles": RANKING["iam_roles"]}]
    assert delivery(teams=moved).one(ACCESS_ENTRY).urn == delivery().one(ACCESS_ENTRY).urn


def test_roles_of_one_name_in_two_accounts_have_two_entries() -> None:
    roles = ["arn:aws:iam::111122223333:role/dev", "arn:aws:iam::444455556666:role/dev"]
    entries = delivery(teams=[{**FRAUD, "iam_roles": roles}]).all(ACCESS_ENTRY)
    assert len({each.urn for each in entries}) == 2


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"teams": []}, "teams = "),
        ({"teams": [{"name": "ranking"}]}, "ranking has no members"),
        ({"teams": [FRAUD, FRAUD]}, "the team fraud is named more than once"),
        ({"teams": [FRAUD, {**RANKING, "namespaces": ["fraud"]}]}, "the namespace fraud is named more than once"),
        ({"teams": [{**FRAUD, "namespaces": ["kube-system"]}]}, "the namespace kube-system belongs to Kubernetes"),
        ({"teams": [{**FRAUD, "name": "default"}]}, "the namespace default belongs to Kubernetes"),
        ({"teams": [{**FRAUD, "groups": ["*"]}]}, "is not a valid group name"),
        ({"teams": [{**FRAUD, "groups": ["fraud", "fraud"]}]}, "fraud is named more than once"),
        ({"administrators": ["platform", "platform"]}, "platform is named more than once"),
        ({"administrators": ["platform, fraud"]}, "is not a valid group name"),
        ({"teams": [{**FRAUD, "repositories": ["https://github.com/*"]}]}, "is not a valid repository"),
        ({"teams": [{**FRAUD, "iam_roles": ["arn:aws:iam::1:user/ada"]}]}, "is not a valid ARN of an IAM role"),
        ({"repository": "git@github.com:example/platform.git"}, "repository = "),
        ({"repository": "https://token@github.com/example/platform"}, "repository = "),
        (
            {"tell_github": True, "repository": "https://git.example.com/example/platform"},
            "tellGithub requires a repository https://github.com/<owner>/<name>",
        ),
        ({"administrators": []}, "administrators = "),
        ({"administrators": ["*"]}, "is not a valid group name"),
        ({"domain": "https://argocd.example.com"}, "domain = "),
        ({"existing_namespaces": ["models"]}, "existingNamespaces = 'models': no team has this namespace"),
        (
            {"repositories": [SECRETS["repositories"][0]] * 2},
            "repositories = 'platform': the repository is listed more than once; list it once",
        ),
        ({"sync_windows": [{"kind": "deny", "schedule": "nightly", "hours": 2}]}, "sync_windows"),
        ({"target_group_arn": GROUP}, "targetGroupArn and loadBalancerCidrs belong together"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(wrong: dict[str, Any], problem: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError, match=problem.replace("*", r"\*")):
        delivery(recording, **wrong)
    assert not recording.resources
