"""Subjects of controls, each with the rules and registries of a plan that show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows a subject: names of rules, and of registries."""

    rules: Sequence[str] = ()
    registries: Sequence[str] = ()


EVIDENCE: Mapping[str, Evidence] = {
    "inventory": Evidence(("unjudged", "manifests-in-sight"), ("facilities",)),
    "classification": Evidence((), ("facilities",)),
    "configuration": Evidence(
        ("unjudged", "ignored-changes", "chart-version", "addon-version", "image-tag"), ("configuration",)
    ),
    "changes": Evidence(
        ("ignored-changes", "repository-immutability", "argo-cd-project"), ("changes", "configuration")
    ),
    "least-privilege": Evidence(
        (
            "iam-wildcard",
            "iam-data",
            "iam-escalation",
            "iam-pass-role",
            "iam-boundary",
            "rbac-wildcard",
            "rbac-secrets",
        ),
        ("access",),
    ),
    "privileged": Evidence(
        (
            "iam-admin",
            "cluster-administrator",
            "rbac-escalation",
            "privileged",
            "privilege-escalation",
            "host-namespaces",
        ),
        ("access",),
    ),
    "identities": Evidence(
        ("iam-user", "iam-user-policy", "role-trust", "rbac-subjects", "eks-authentication", "service-account-token"),
        ("access",),
    ),
    "sign-in": Evidence(
        (
            "user-pool-mfa",
            "user-pool-passwords",
            "user-pool-sign-up",
            "user-pool-threats",
            "grafana-sign-in",
            "default-login",
        ),
        ("access", "credentials"),
    ),
    "credentials": Evidence(
        (
            "static-credentials",
            "plain-text-secrets",
            "database-identity",
            "cache-users",
            "secret-encryption",
            "kms-rotation",
        ),
        ("credentials",),
    ),
    "network": Evidence(
        ("open-ingress", "open-egress", "open-together", "network-acl", "default-security-group", "flow-logs"),
        ("access",),
    ),
    "segregation": Evidence(
        (
            "default-deny",
            "workload-network-policy",
            "network-policy-open",
            "database-public",
            "msk-private",
            "public-address",
        ),
        ("access", "facilities"),
    ),
    "public": Evidence(
        ("bucket-public-access", "public-access", "public-policy", "public-by-nature", "eks-endpoint"), ("access",)
    ),
    "firewall": Evidence(("load-balancer-firewall", "firewall-blocks", "firewall-rate-limit", "malformed-requests")),
    "transit": Evidence(
        (
            "transit-encryption",
            "tls-policy",
            "https-redirect",
            "bucket-tls",
            "database-tls",
            "cache-tls",
            "msk-encryption",
        )
    ),
    "at-rest": Evidence(
        (
            "data-encryption",
            "bucket-encryption",
            "database-encryption",
            "cache-encryption",
            "volume-encryption",
            "log-encryption",
        ),
        ("facilities", "credentials"),
    ),
    "keys": Evidence(("kms-rotation", "kms-deletion", "certificate-renewal"), ("credentials",)),
    "logging": Evidence(
        (
            "trail-logging",
            "trail-all-regions",
            "trail-validation",
            "trail-lock",
            "eks-logs",
            "service-logs",
            "bucket-logs",
        ),
        ("facilities",),
    ),
    "monitoring": Evidence(
        ("guardduty-enabled", "alarm-actions", "store-alarms", "prometheus-logs", "firewall-logs"), ("facilities",)
    ),
    "masking": Evidence(("log-redaction", "firewall-log-redaction")),
    "backups": Evidence(
        (
            "backup-coverage",
            "backup-objective",
            "backup-locked",
            "store-backups",
            "database-backups",
            "bucket-versioning",
        ),
        ("facilities",),
    ),
    "redundancy": Evidence(
        ("database-zones", "cache-failover", "msk-zones", "nat-redundancy", "subnet-zones", "workload-replicas"),
        ("facilities",),
    ),
    "capacity": Evidence(("resource-limits", "node-group-size", "budget-satisfiable"), ("facilities",)),
    "vulnerabilities": Evidence(
        ("repository-scanning", "chart-support", "ended-runtimes", "emr-release", "minor-upgrades", "retired-software")
    ),
    "software": Evidence(
        ("image-registry", "image-tag", "chart-source", "repository-immutability", "seccomp"), ("facilities",)
    ),
    "deletion": Evidence(("stateful-protection", "kms-deletion", "model-deletion"), ("facilities",)),
    "environments": Evidence(("provider-account", "default-namespace"), ("configuration",)),
}
"""The evidence of each subject. Rules are those of docs/policies.md."""
