"""The values of Kyverno's chart, its admission controller alone, and what this one may read.

Source: kyverno/kyverno v1.19.0, charts/kyverno 3.9.0 (templates and values).
"""

from collections.abc import Sequence
from typing import Any

from ...core.account import Account
from ...core.iam import allow, document
from ...core.pods import on_system_nodes, resources, spread
from .spec import ImageVerificationSpec

NAMESPACE = "kyverno"
SERVICE_ACCOUNT = "kyverno-admission-controller"
WEBHOOK_PORT = 9443
METRICS_PORT = 8000
PODS = {"app.kubernetes.io/component": "admission-controller", "app.kubernetes.io/part-of": "kyverno"}
CPU, MEMORY = 100, 512
"""What a pod of the controller requests, in thousandths of a CPU and MiB."""


def kyverno_values(spec: ImageVerificationSpec, namespaces: Sequence[str]) -> dict[str, Any]:
    """Values of the chart: its admission controller, whose webhooks see only the judged namespaces.

    Its other controllers are off, so no reports of policies are written: they would never be collected. A namespace
    outside the list starts without Kyverno, whatever other policies of Kyverno say.
    """
    placement = on_system_nodes()
    affinity, tolerations = placement["affinity"]["nodeAffinity"], placement["tolerations"]
    off = {"enabled": False}
    return {
        "admissionController": {
            "replicas": spec.replicas,
            "priorityClassName": "system-cluster-critical",
            "nodeAffinity": affinity,
            "tolerations": tolerations,
            "topologySpreadConstraints": spread(PODS),
            "podDisruptionBudget": {"enabled": spec.replicas > 1, "minAvailable": 1},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "container": {"resources": resources(f"{CPU}m", f"{MEMORY}Mi", "1")},
            "metering": {"port": METRICS_PORT},
            "initContainer": {"resources": resources("10m", "64Mi", "100m")},
        },
        "backgroundController": off,
        "cleanupController": off,
        "reportsController": off,
        "webhooksCleanup": {"nodeAffinity": affinity, "tolerations": tolerations},
        "crds": {"migration": off},
        # Kyverno's policies are the platform's: admins of namespaces get no rights to them.
        "rbac": {"roles": {"aggregate": {"admin": False, "view": False}}},
        "config": {
            "webhooks": {
                "namespaceSelector": {
                    "matchExpressions": [
                        {"key": "kubernetes.io/metadata.name", "operator": "In", "values": sorted(namespaces)}
                    ]
                }
            }
        },
        "features": {
            "admissionReports": off,
            "aggregateReports": off,
            "policyReports": off,
            "validatingAdmissionPolicyReports": off,
            "backgroundScan": off,
            "generateValidatingAdmissionPolicy": off,
            "policyExceptions": off,
            "registryClient": {"allowInsecure": False, "credentialHelpers": ["default", "amazon"]},
            "logging": {"format": "json"},
        },
    }


def reading_policy(account: Account, registry: str, folders: Sequence[str]) -> str:
    """Lets the admission controller read the signers' images and signatures, also in the registry of another account.

    Source: ECR user guide, "Private repository policies"; ECR API reference, ListImageReferrers, which asks for
    ecr:BatchGetImage alone.
    """
    owner = registry.partition(".")[0]
    region = registry.split(".")[3] if ".dkr.ecr." in registry else account.region
    here = f"arn:{account.partition}:ecr:{region}:{owner}:repository"
    repositories = [arn for folder in folders for arn in (f"{here}/{folder}", f"{here}/{folder}/*")]
    read = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return document(
        allow("SignIn", ["ecr:GetAuthorizationToken"], ["*"]),
        allow("ReadSignatures", read, repositories),
    )
