"""Cases of the rules in policies/argo_cd.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

ACCESS, PROJECT, LOGIN, MODEL = "argo-cd-access", "argo-cd-project", "default-login", "model-deletion"
RELEASE = "kubernetes:helm.sh/v3:Release"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
VANISHES = "deletes an Application, and what it delivered, as soon as its folder is removed or renamed"


APPLICATION = "argo-cd-application"
APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
CLOSED_DEFAULT = make("kubernetes:argoproj.io/v1alpha1:AppProject", {"metadata": {"name": "default"}})


def application(**spec: Any) -> Resource:
    source = {"repoURL": "https://github.com/example/platform", "path": "apps", "targetRevision": "main"}
    inputs = {"spec": {"project": "risk", "source": source, **spec}}
    return make("kubernetes:argoproj.io/v1alpha1:Application", inputs, name="app")


def argo(chart: Any = "argo-cd", **configs: Any) -> Resource:
    return make(RELEASE, {"chart": chart, "values": {"configs": configs}})


def settings(**cm: Any) -> Resource:
    return argo(cm={"admin.enabled": "false", **{key.replace("__", "."): value for key, value in cm.items()}})


def own(name: str, data: Any) -> Resource:
    return make(CONFIG_MAP, {"metadata": {"name": name}, "data": data})


def project(**spec: Any) -> Resource:
    named: dict[str, Any] = {
        "sourceRepos": ["https://github.com/example/platform"],
        "destinations": [{"server": "https://kubernetes.default.svc", "namespace": "ranking"}],
        "clusterResourceWhitelist": [],
        "namespaceResourceWhitelist": [{"group": "apps", "kind": "Deployment"}],
        **spec,
    }
    wanted = {key: value for key, value in named.items() if value is not None}
    return make("kubernetes:argoproj.io/v1alpha1:AppProject", {"spec": wanted})


def application_set(sync: Any = None, generator: Any = None) -> Resource:
    directories = {"git": {"directories": [{"path": "deploy/models/search/*/overlays/prod"}]}}
    spec: dict[str, Any] = {"generators": [directories if generator is None else generator]}
    if sync is not None:
        spec["syncPolicy"] = {"applicationsSync": sync}
    return make("kubernetes:argoproj.io/v1alpha1:ApplicationSet", {"spec": spec})


def chart(name: str, **values: Any) -> Resource:
    return make(RELEASE, {"chart": name, "values": values})


CASES = [
    passes(ACCESS, settings()),
    passes(ACCESS, argo(cm={"admin.enabled": False}, rbac={"policy.default": ""})),
    passes(ACCESS, settings(accounts__bot="apiKey", accounts__bot__enabled="true")),
    passes(ACCESS, own("argocd-cm", {"admin.enabled": "false"})),
    passes(ACCESS, own("settings", {"policy.default": "role:admin"})),
    passes(ACCESS, make(RELEASE, {"chart": "keda"})),
    fails(ACCESS, settings(admin__enabled="true"), found="values.configs.cm.admin.enabled is true"),
    fails(ACCESS, argo(cm={"admin.enabled": True}), found="admin.enabled is true"),
    fails(ACCESS, argo("oci://ghcr.io/argoproj/argo-helm/argo-cd"), found="admin.enabled is absent"),
    fails(ACCESS, settings(users__anonymous__enabled="true"), found="lets anyone in without signing in"),
    fails(ACCESS, settings(accounts__ada="apiKey, login"), found="accounts.ada is a local user"),
    fails(
        ACCESS,
        argo(cm={"admin.enabled": "false"}, rbac={"policy.default": "role:readonly"}),
        found="policy.default gives role:readonly to everyone who signs in",
    ),
    fails(
        ACCESS,
        argo(cm={"admin.enabled": "false"}, secret={"argocdServerAdminPassword": SECRET}),
        found="gives the local admin a password",
    ),
    fails(
        ACCESS, own("argocd-rbac-cm", {"policy.default": "role:admin"}), found="data.policy.default gives role:admin"
    ),
    fails(ACCESS, own("argocd-cm", {"url": "https://argocd.example.com"}), found="data.admin.enabled is absent"),
    fails(ACCESS, make(RELEASE, {"chart": "argo-cd"}), kind="absent", found="admin.enabled is absent"),
    unknown(ACCESS, settings(admin__enabled=UNKNOWN), undecided="values.configs.cm.admin.enabled"),
    unknown(ACCESS, settings(users__anonymous__enabled=UNKNOWN), undecided="users.anonymous.enabled"),
    unknown(
        ACCESS, argo(cm={"admin.enabled": "false"}, rbac={"policy.default": UNKNOWN}), undecided="rbac.policy.default"
    ),
    passes(PROJECT, project()),
    passes(PROJECT, project(clusterResourceWhitelist=[{"group": "", "kind": "Namespace"}])),
    passes(PROJECT, project(sourceRepos=[], destinations=[], namespaceResourceWhitelist=None)),
    passes(PROJECT, project(sourceRepos=["https://github.com/example/platform", "!https://github.com/other/*"])),
    fails(PROJECT, project(sourceRepos=["*"]), found="spec.sourceRepos[0] is *"),
    fails(PROJECT, project(sourceRepos=["https://github.com/*"]), found="repositories of others"),
    fails(
        PROJECT,
        project(destinations=[{"server": "https://kubernetes.default.svc", "namespace": "*"}]),
        found="spec.destinations[0].namespace is *",
    ),
    fails(
        PROJECT,
        project(destinations=[{"server": "https://kubernetes.default.svc", "namespace": "team-*"}]),
        found="namespace is team-*",
    ),
    fails(PROJECT, project(destinations=[{"server": "*", "namespace": "ranking"}]), found="server is *"),
    fails(PROJECT, project(destinations=[{"name": "*", "namespace": "ranking"}]), found="server is *"),
    fails(
        PROJECT,
        project(clusterResourceWhitelist=[{"group": "*", "kind": "*"}]),
        found="clusterResourceWhitelist[0] allows every kind",
    ),
    fails(
        PROJECT,
        project(namespaceResourceWhitelist=[{"group": "rbac.authorization.k8s.io", "kind": "*"}]),
        found="namespaceResourceWhitelist[0] allows every kind",
    ),
    fails(PROJECT, project(namespaceResourceWhitelist=None), kind="absent", found="allows every kind"),
    unknown(PROJECT, project(sourceRepos=UNKNOWN), undecided="spec.sourceRepos[0]"),
    unknown(PROJECT, project(destinations=UNKNOWN), undecided="spec.destinations[0]"),
    unknown(PROJECT, project(clusterResourceWhitelist=UNKNOWN), undecided="clusterResourceWhitelist[0]"),
    unknown(PROJECT, make("kubernetes:argoproj.io/v1alpha1:AppProject", {"spec": UNKNOWN}), undecided="spec"),
    passes(MODEL, application_set("create-update")),
    passes(MODEL, application_set("create-only")),
    passes(MODEL, application_set("sync"), environment=EnvironmentKind.STAGING),
    passes(MODEL, application_set("sync", {"list": {"elements": [{"wave": "istio"}]}})),
    fails(MODEL, application_set("sync"), found=VANISHES),
    fails(MODEL, application_set("create-delete"), found=VANISHES),
    fails(MODEL, application_set(), kind="absent", found=VANISHES),
    unknown(MODEL, application_set(UNKNOWN), undecided="spec.syncPolicy.applicationsSync"),
    unknown(MODEL, application_set("sync", UNKNOWN), undecided="spec.generators"),
    passes(APPLICATION, application()),
    passes(APPLICATION, application(project="default"), CLOSED_DEFAULT),
    passes(APPLICATION, application(source={"repoURL": "ghcr.io/team", "chart": "app", "targetRevision": "1.2.3"})),
    fails(APPLICATION, application(project="default"), found="belongs to the project default"),
    fails(APPLICATION, application(project=None), kind="absent", found="belongs to the project default"),
    fails(APPLICATION, application(source={"repoURL": "http://git.example.com/a"}), found="comes from http://git"),
    fails(APPLICATION, application(sources=[{"repoURL": "git://git.example.com/a"}]), found="comes from git://git"),
    *(
        fails(
            APPLICATION,
            application(source={"repoURL": "https://charts.example.com", "chart": "app", "targetRevision": version}),
            found="installs the chart app in version",
        )
        for version in ("*", "1.x", "^1.2.0", None)
    ),
    fails(
        APPLICATION,
        make(APPLICATION_SET, {"spec": {"template": {"spec": {"project": "default"}}}}),
        found="belongs to the project default",
    ),
    unknown(APPLICATION, application(project=UNKNOWN), undecided="spec.project"),
    unknown(APPLICATION, application(source={"repoURL": UNKNOWN}), undecided="spec.source.repoURL"),
    passes(PROJECT, project(sourceRepos=["https://github.com/example/*", "git@github.com:example/*"])),
    fails(PROJECT, project(sourceRepos=["https://github.com/exam*"]), found="repositories of others"),
    fails(PROJECT, project(sourceRepos=["https://*/example/platform"]), found="repositories of others"),
]
