"""Cases of the rules in policies/rbac.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

API = "kubernetes:rbac.authorization.k8s.io/v1"
CLUSTER_ROLE = f"{API}:ClusterRole"
ROLE = f"{API}:Role"
BINDING = f"{API}:ClusterRoleBinding"
KINDS = (CLUSTER_ROLE, f"{CLUSTER_ROLE}Patch", ROLE, f"{ROLE}Patch")
WEBHOOKS = "admissionregistration.k8s.io"


def role(verbs: Any, resources: Any, groups: Any = ("",), kind: str = CLUSTER_ROLE, **more: Any) -> Resource:
    return make(kind, {"rules": [{"apiGroups": list(groups), "verbs": verbs, "resources": resources, **more}]})


def binding(kind: Any, name: Any, role_name: str = "view", type_: str = BINDING) -> Resource:
    return make(type_, {"roleRef": {"name": role_name}, "subjects": [{"kind": kind, "name": name}]})


CASES = [
    passes("rbac-wildcard", role(["get"], ["pods"])),
    passes("rbac-wildcard", role(["get"], ["pods/*", "deployments"], ["apps"])),
    passes("rbac-wildcard", make(BINDING, {"roleRef": {"name": "view"}})),
    *(fails("rbac-wildcard", role(["*"], ["*"], kind=kind), found="every verb and resource") for kind in KINDS),
    fails("rbac-wildcard", role(["*"], ["pods"]), found="rules[0] allows every verb"),
    fails("rbac-wildcard", role(["get"], ["*"]), found="rules[0] allows every resource"),
    fails("rbac-wildcard", role(["get"], ["pods"], ["*"]), found="rules[0] allows every API group"),
    fails(
        "rbac-wildcard",
        make(CLUSTER_ROLE, {"rules": [{"verbs": ["get"], "nonResourceURLs": ["*"]}]}),
        found="rules[0] allows every URL",
    ),
    fails(
        "rbac-wildcard",
        make(f"{CLUSTER_ROLE}List", {"items": [dict(role(["*"], ["pods"]).inputs)]}),
        found="allows every verb",
    ),
    *(
        fails(
            "rbac-wildcard", make(f"{API}:{kind}", {"roleRef": {"name": "cluster-admin"}}), found="binds cluster-admin"
        )
        for kind in ("ClusterRoleBinding", "RoleBinding", "ClusterRoleBindingPatch", "RoleBindingPatch")
    ),
    passes("rbac-wildcard", make(CLUSTER_ROLE), kind="absent"),
    unknown("rbac-wildcard", role(UNKNOWN, ["pods"]), undecided="rules[0]"),
    unknown("rbac-wildcard", make(BINDING, {"roleRef": UNKNOWN}), undecided="roleRef.name"),
    passes("rbac-secrets", role(["get"], ["configmaps"])),
    passes("rbac-secrets", role(["get"], ["secrets"], resourceNames=["db"])),
    passes("rbac-secrets", role(["create"], ["secrets"])),
    passes("rbac-secrets", role(["get"], ["secrets"], ["example.com"])),
    fails(
        "rbac-secrets", role(["get", "list"], ["pods", "secrets"]), found="get, list every secret of every namespace"
    ),
    fails("rbac-secrets", role(["*"], ["secrets"]), found="every secret"),
    fails("rbac-secrets", role(["watch"], ["secrets"], kind=ROLE), found="watch every secret of its namespace"),
    passes("rbac-secrets", make(CLUSTER_ROLE), kind="absent"),
    unknown("rbac-secrets", role(UNKNOWN, ["secrets"]), undecided="rules[0].verbs"),
    passes("rbac-escalation", role(["get", "list"], ["pods", "pods/log"])),
    passes("rbac-escalation", role(["create"], ["pods"], kind=ROLE)),
    passes("rbac-escalation", role(["patch"], ["mutatingwebhookconfigurations"], [WEBHOOKS], resourceNames=["own"])),
    passes("rbac-escalation", role(["get"], ["mutatingwebhookconfigurations"], [WEBHOOKS])),
    *(
        fails("rbac-escalation", role(verbs, resources, groups, kind), found=found)
        for kind in KINDS
        for verbs, resources, groups, found in (
            (["create"], ["pods/exec"], [""], "reaches into containers"),
            (["get"], ["pods/attach"], [""], "reaches into containers"),
            (["create"], ["*/exec"], ["*"], "reaches into containers"),
            (["patch"], ["pods/ephemeralcontainers"], [""], "adds containers to the Pods of others"),
            (["get"], ["nodes/proxy"], [""], "talks to kubelets"),
            (["get"], ["services/proxy"], [""], "talks to kubelets"),
            (["create"], ["serviceaccounts/token"], [""], "makes tokens"),
            (["escalate"], ["clusterroles"], ["rbac.authorization.k8s.io"], "writes roles"),
            (["bind"], ["roles"], ["rbac.authorization.k8s.io"], "binds roles"),
            (["impersonate"], ["users", "groups"], [""], "impersonates users, groups"),
            (["update"], ["mutatingwebhookconfigurations"], [WEBHOOKS], "decides what the API server admits"),
            (["delete"], ["validatingadmissionpolicies"], [WEBHOOKS], "decides what the API server admits"),
            (["update"], ["certificatesigningrequests/approval"], ["certificates.k8s.io"], "approves certificates"),
            (["approve"], ["signers"], ["certificates.k8s.io"], "approves certificates"),
            (["patch"], ["services/status"], [""], "sends traffic of others to its own address"),
            (["create"], ["apiservices"], ["apiregistration.k8s.io"], "answers in the API server's place"),
        )
    ),
    fails("rbac-escalation", role(["create"], ["pods"]), found="starts Pods in every namespace"),
    fails("rbac-escalation", role(["create"], ["persistentvolumes"]), found="makes volumes of the files of nodes"),
    passes("rbac-escalation", make(CLUSTER_ROLE), kind="absent"),
    unknown("rbac-escalation", role(UNKNOWN, ["pods/exec"]), undecided="rules[0].verbs"),
    passes("rbac-subjects", binding("Group", "ml-engineers")),
    passes("rbac-subjects", binding("ServiceAccount", "prometheus")),
    passes("rbac-subjects", binding("Group", "system:unauthenticated", "system:public-info-viewer")),
    passes("rbac-subjects", binding("Group", "system:authenticated", "system:discovery")),
    *(
        fails("rbac-subjects", binding(kind, name, type_=f"{API}:{type_}"), found=f"to {name}")
        for type_ in ("ClusterRoleBinding", "RoleBinding", "ClusterRoleBindingPatch", "RoleBindingPatch")
        for kind, name in (
            ("User", "system:anonymous"),
            ("Group", "system:unauthenticated"),
            ("Group", "system:authenticated"),
            ("Group", "system:serviceaccounts"),
            ("Group", "system:masters"),
        )
    ),
    fails("rbac-subjects", binding("ServiceAccount", "default"), found="to a default service account"),
    fails("rbac-subjects", binding("User", "system:serviceaccount:ml:default"), found="to a default service account"),
    passes("rbac-subjects", make(BINDING), kind="absent"),
    unknown("rbac-subjects", binding("Group", UNKNOWN), undecided="subjects[0].name"),
]
