"""The ends of support of the software that charts install, by the policies of the projects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class SupportEnd:
    """The first day without fixes. `expected` means that the day follows from the project's policy and calendar."""

    day: date
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """A project's support policy, its source, and the known ends of support by minor version."""

    name: str
    policy: str
    source: str
    ends: Mapping[str, SupportEnd] = field(default_factory=dict[str, SupportEnd], hash=False)

    def end_of(self, release: str) -> SupportEnd | None:
        """The end of support of a release, such as v1.31.4; None when it is unknown."""
        return self.ends.get(".".join(release.removeprefix("v").split(".")[:2]))


ISTIO = Project(
    "Istio",
    "a minor version is supported until six weeks after the second minor version that follows it",
    "istio.io, Supported Releases; the tags of istio.io/api: 1.32.0 on 21 October 2026",
    {
        "1.27": SupportEnd(date(2026, 4, 7)),
        "1.28": SupportEnd(date(2026, 7, 1)),
        "1.29": SupportEnd(date(2026, 10, 15)),
        "1.30": SupportEnd(date(2026, 12, 2), expected=True),
        # Six weeks after 1.33, which is expected three months after 1.32.
        "1.31": SupportEnd(date(2027, 3, 4), expected=True),
    },
)
ARGO_CD = Project(
    "Argo CD",
    "the three newest minor versions are supported; one comes in February, May, August and November",
    "argo-cd.readthedocs.io, Release Process And Cadence",
    {
        "3.2": SupportEnd(date(2026, 8, 4)),
        "3.3": SupportEnd(date(2026, 11, 3)),
        "3.4": SupportEnd(date(2027, 2, 1), expected=True),
        "3.5": SupportEnd(date(2027, 5, 3), expected=True),
    },
)
KNATIVE = Project(
    "Knative",
    "the two newest minor versions are supported; a minor version comes each quarter",
    "knative/community, mechanics/RELEASE-SCHEDULE.md",
    {
        "1.21": SupportEnd(date(2026, 8, 4)),
        "1.22": SupportEnd(date(2026, 11, 3)),
        "1.23": SupportEnd(date(2027, 2, 2), expected=True),
    },
)
CERT_MANAGER = Project(
    "cert-manager",
    "the two newest minor versions are supported; a minor version comes every four months",
    "cert-manager.io, Supported Releases",
    {
        "1.19": SupportEnd(date(2026, 7, 8)),
        "1.21": SupportEnd(date(2027, 3, 8), expected=True),
    },
)
KEDA = Project(
    "KEDA",
    "the two newest minor versions are supported; a minor version comes every four months",
    "kedacore/governance, RELEASES.md; the tag of 2.21.0: 23 September 2026",
    {
        "2.18": SupportEnd(date(2026, 6, 1)),
        "2.19": SupportEnd(date(2026, 9, 23)),
        "2.20": SupportEnd(date(2027, 1, 23), expected=True),
    },
)
EXTERNAL_SECRETS = Project(
    "External Secrets",
    "only the newest minor version is supported; no day is named before the next one comes",
    "external-secrets.io, Stability and Support",
    {"2.7": SupportEnd(date(2026, 7, 18)), "2.8": SupportEnd(date(2026, 8, 7))},
)
LOAD_BALANCER_CONTROLLER = Project(
    "AWS Load Balancer Controller",
    "AWS fixes the newest minor versions; it names neither their number nor a day",
    "kubernetes-sigs/aws-load-balancer-controller v3.5.0, docs/index.md, Support Policy",
)
KARPENTER = Project(
    "Karpenter", "no policy is published; fixes have been brought to older minor versions", "karpenter.sh, FAQ"
)
CLUSTER_AUTOSCALER = Project(
    "Cluster Autoscaler",
    "its minor version is that of Kubernetes and is supported as long",
    "kubernetes/autoscaler, cluster-autoscaler/README.md, Releases",
)
KSERVE = Project("KServe", "no policy is published", "kserve/kserve, release/RELEASE_PROCESS.md")
KUEUE = Project(
    "Kueue",
    "no policy is published; fixes are brought to the two newest minor versions",
    "kubernetes-sigs/kueue, tags v0.18.6 and v0.19.2 of 20 August 2026",
)
TRAINER = Project(
    "Kubeflow Trainer",
    "no policy is published; fixes are brought to the newest minor version",
    "kubeflow/trainer, tags v2.2.0 of 19 March and v2.3.0 of 6 August 2026",
)
KUBERAY = Project(
    "KubeRay",
    "no policy is published; fixes are brought to the newest minor version",
    "ray-project/kuberay, tags v1.6.2 of 17 June and v1.7.0 of 19 August 2026",
)
KUBEFLOW = Project("Kubeflow", "no policy is published", "kubeflow/community-distribution, README.md")
NVIDIA = Project("NVIDIA device plugin and exporter", "no policy is published", "NVIDIA/k8s-device-plugin, README.md")
PROMETHEUS_EXPORTERS = Project(
    "Prometheus exporters",
    "no policy is published; fixes are brought to the newest minor version",
    "kubernetes/kube-state-metrics, README.md; prometheus/node_exporter, CHANGELOG.md",
)
FLUENT_BIT = Project(
    "Fluent Bit",
    "each minor version has a last day of fixes; that of 5.1 is not announced, and 5.0 ended on 30 November 2026",
    "fluent/fluent-bit v5.1.1, SECURITY.md; chart fluent-bit 0.58.1 installs 5.1.1",
)
KYVERNO = Project(
    "Kyverno",
    "the three newest minor versions get fixes; a minor version comes about every three months",
    "kyverno.io, Releases; endoflife.date, Kyverno: 1.16 ended with 1.19.0 on 20 August 2026",
)
VELERO = Project(
    "Velero",
    "no calendar is published; the newest minor version and the one before get help and fixes",
    "vmware-tanzu/velero, site/content/docs/main/support-process.md",
)
AWS_DEVICES = Project("AWS device plugins", "no policy is published", "aws/eks-charts, README.md")

_BY_CHART: Mapping[str, Project] = {
    "istiod": ISTIO,
    "istio-base": ISTIO,
    "istio-gateway": ISTIO,
    "knative-operator": KNATIVE,
    "cert-manager": CERT_MANAGER,
    "keda": KEDA,
    "external-secrets": EXTERNAL_SECRETS,
}
"""Projects by chart name, for charts that have the same version as their software."""

_ARGO_CD_RELEASES = {"10.0.0": "3.4.4", "10.0.1": "3.4.4", "10.1.0": "3.4.4", "10.1.1": "3.4.4"}


def supported_until(chart: str, version: str, repository: str = "", image_tag: str = "") -> SupportEnd | None:
    """The end of support of the software that a Helm release installs; None when it is unknown.

    Args:
        chart: The chart's name, or its OCI address.
        version: The chart's version.
        repository: The address of the chart's repository. Istio's charts `base` and `gateway` need it.
        image_tag: The image tag in the release's values, for a chart that has another version than its software.
    """
    name = chart.rstrip("/").rpartition("/")[2]
    if name in ("base", "gateway") and "istio" in f"{repository}{chart}":
        name = f"istio-{name}"
    if name == "argo-cd":
        return ARGO_CD.end_of(image_tag or _ARGO_CD_RELEASES.get(version, ""))
    project = _BY_CHART.get(name)
    return project.end_of(version) if project else None
