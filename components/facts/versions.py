"""All pinned versions, with the ends of their support where they are known."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from . import chart_support as support


class KubernetesVersion(StrEnum):
    """The EKS versions in standard support that the pinned charts and add-ons support."""

    V1_35 = "1.35"
    V1_36 = "1.36"


STANDARD_SUPPORT_ENDS = {
    "1.33": date(2026, 7, 29),
    "1.34": date(2026, 12, 2),
    "1.35": date(2027, 3, 27),
    "1.36": date(2027, 8, 2),
}
"""The first day (UTC) of extended support by EKS version. Source: EKS user guide, "Kubernetes release calendar"."""


def in_extended_support(version: str, today: date) -> bool:
    """Whether EKS charges extended support for a version on a day. True for versions before the table, false after it.

    Raises:
        ValueError: `version` does not look like 1.35.
    """
    ends = STANDARD_SUPPORT_ENDS.get(version)
    return today >= ends if ends else _parts(version) < min(map(_parts, STANDARD_SUPPORT_ENDS))


def _parts(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)


class PostgresVersion(StrEnum):
    """The major versions of PostgreSQL in RDS's standard support that the platform's services are tested with."""

    V16 = "16"
    V17 = "17"


POSTGRES_SUPPORT_ENDS = {"16": date(2029, 2, 28), "17": date(2030, 2, 28)}
"""When RDS's standard support of each version ends. Source: RDS for PostgreSQL release notes, "Release calendars"."""


class KafkaVersion(StrEnum):
    """The versions of Kafka in KRaft mode that Amazon MSK supports on Standard brokers, without an announced end.

    AWS recommends 3.9.x. Its brokers get patches of the same minor version by themselves.
    """

    V3_9 = "3.9.x.kraft"
    V4_0 = "4.0.x.kraft"
    V4_1 = "4.1.x.kraft"


KAFKA_SUPPORT_ENDS = {
    "2.8.2": date(2025, 1, 14),
    "3.1.1": date(2024, 9, 11),
    "3.2.0": date(2024, 9, 11),
    "3.3.1": date(2024, 9, 11),
    "3.3.2": date(2024, 9, 11),
    "3.4.0": date(2025, 8, 4),
    "3.5.1": date(2025, 10, 23),
    "3.6.0": date(2026, 6, 1),
    "3.7.x": date(2026, 9, 1),
}
"""The end of support by Amazon MSK of each version of Kafka that has one; 3.8.x and later have none yet.

After it MSK upgrades a cluster without notice. Sources: Amazon MSK developer guide, "Supported Apache Kafka versions"
and "Amazon MSK version support"; endoflife.date, "Amazon MSK", for 3.7.x.
"""


def kafka_support_end(version: str) -> date | None:
    """The end of support of a version such as 3.7.x.kraft; None where MSK has announced none.

    Versions before 3.1 ended with 2.8 at the latest.
    """
    number = version.removesuffix(".kraft").removesuffix(".tiered").removesuffix("-tiered")
    if number in KAFKA_SUPPORT_ENDS:
        return KAFKA_SUPPORT_ENDS[number]
    parts = number.split(".")
    older = parts[0].isdigit() and (int(parts[0]) < 3)
    return KAFKA_SUPPORT_ENDS["2.8.2"] if older else None


MYSQL = "8.4"
"""The major version of MySQL, with long-term support, for software that supports only MySQL."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A pinned Helm chart. `repository` is empty when `reference` is an OCI address."""

    name: str
    version: str
    reference: str
    project: support.Project
    """The project of the software that the chart installs."""
    repository: str = ""
    skip_crds: bool = False
    """True when the chart has CRDs in `crds/`, which Helm never upgrades. The program applies them separately."""
    release: str = ""
    """The version of the software, when our values set another one than the chart's."""

    @property
    def support_end(self) -> support.SupportEnd | None:
        """The end of the software's support; None when the project names none."""
        return self.project.end_of(self.release or self.version)


@dataclass(frozen=True, slots=True)
class Upstream:
    """A pinned repository of Kustomize bases."""

    repository: str
    release: str
    commit: str
    project: support.Project


VERSIONS_CHECKED = date(2026, 11, 29)
"""The day of the last comparison of the pins below with the published versions; `make versions` compares again."""

NVIDIA_DEVICE_PLUGIN = Chart(
    "nvidia-device-plugin",
    "0.20.0",
    "nvidia-device-plugin",
    support.NVIDIA,
    "https://nvidia.github.io/k8s-device-plugin",
)
DCGM_EXPORTER = Chart(
    "dcgm-exporter", "4.8.3", "dcgm-exporter", support.NVIDIA, "https://nvidia.github.io/dcgm-exporter/helm-charts"
)
EFA_DEVICE_PLUGIN = Chart(
    "aws-efa-k8s-device-plugin",
    "v0.5.30",
    "aws-efa-k8s-device-plugin",
    support.AWS_DEVICES,
    "https://aws.github.io/eks-charts",
)
NEURON = Chart("neuron-helm-chart", "1.10.0", "oci://public.ecr.aws/neuron/neuron-helm-chart", support.AWS_DEVICES)
CLUSTER_AUTOSCALER = Chart(
    "cluster-autoscaler",
    "9.59.0",
    "cluster-autoscaler",
    support.CLUSTER_AUTOSCALER,
    "https://kubernetes.github.io/autoscaler",
)
KARPENTER_CRD = Chart("karpenter-crd", "1.14.3", "oci://public.ecr.aws/karpenter/karpenter-crd", support.KARPENTER)
KARPENTER = Chart("karpenter", "1.14.3", "oci://public.ecr.aws/karpenter/karpenter", support.KARPENTER, skip_crds=True)
CERT_MANAGER = Chart("cert-manager", "v1.21.2", "cert-manager", support.CERT_MANAGER, "https://charts.jetstack.io")
LOAD_BALANCER_CONTROLLER = Chart(
    "aws-load-balancer-controller",
    "3.5.0",
    "aws-load-balancer-controller",
    support.LOAD_BALANCER_CONTROLLER,
    "https://aws.github.io/eks-charts",
    skip_crds=True,
)
_ISTIO_CHARTS = "https://istio-release.storage.googleapis.com/charts"
ISTIO_BASE = Chart("istio-base", "1.31.4", "base", support.ISTIO, _ISTIO_CHARTS)
ISTIOD = Chart("istiod", "1.31.4", "istiod", support.ISTIO, _ISTIO_CHARTS)
ISTIO_GATEWAY = Chart("istio-ingressgateway", "1.31.4", "gateway", support.ISTIO, _ISTIO_CHARTS)
KNATIVE_OPERATOR = Chart(
    "knative-operator", "v1.23.0", "knative-operator", support.KNATIVE, "https://knative.github.io/operator"
)
KEDA = Chart("keda", "2.20.2", "keda", support.KEDA, "https://kedacore.github.io/charts")
EXTERNAL_SECRETS = Chart(
    "external-secrets", "2.9.0", "external-secrets", support.EXTERNAL_SECRETS, "https://charts.external-secrets.io"
)
ARGO_CD = Chart(
    "argocd",
    "10.1.1",
    "argo-cd",
    support.ARGO_CD,
    "https://argoproj.github.io/argo-helm",
    release="v3.4.13",
)
"""The chart's own default is Argo CD 3.4.4; manifests of 3.4.13 differ by one optional mount of the repo server."""

KNATIVE_SERVING = "1.23.0"
"""The version that the operator installs, with the layer for Istio. Supported until 1.25; needs Kubernetes 1.34.

Source: knative/serving knative-v1.23.0 of 28 July 2026; the operator's chart of 4 August 2026.
"""
KSERVE_CRD = Chart("kserve-crd", "v0.20.0", "oci://ghcr.io/kserve/charts/kserve-crd", support.KSERVE)
KSERVE = Chart("kserve", "v0.20.0", "oci://ghcr.io/kserve/charts/kserve-resources", support.KSERVE)
KSERVE_LOCAL_MODEL_CRD = Chart(
    "kserve-localmodel-crd", "v0.20.0", "oci://ghcr.io/kserve/charts/kserve-localmodel-crd", support.KSERVE
)
KSERVE_LOCAL_MODEL = Chart(
    "kserve-localmodel", "v0.20.0", "oci://ghcr.io/kserve/charts/kserve-localmodel-resources", support.KSERVE
)

KUEUE_CHART = Chart("kueue", "0.19.2", "oci://registry.k8s.io/kueue/charts/kueue", support.KUEUE)
TRAINER = Chart(
    "kubeflow-trainer",
    "2.3.0",
    "oci://ghcr.io/kubeflow/charts/kubeflow-trainer",
    support.TRAINER,
    skip_crds=True,
)
"""Its own definitions are templates, which go with the release. Those of its subchart JobSet 0.12.0 are in `crds/`."""
KUBERAY = Chart(
    "kuberay-operator",
    "1.7.0",
    "kuberay-operator",
    support.KUBERAY,
    "https://ray-project.github.io/kuberay-helm",
    skip_crds=True,
)

KYVERNO = Chart("kyverno", "3.9.0", "kyverno", support.KYVERNO, "https://kyverno.github.io/kyverno", release="v1.19.0")
"""Before 1.19, policies about images did not pin digests, and let in debug containers without a signature.

Sources: kyverno/kyverno, pull requests 16815 and 16987, issue 16275.
"""
VELERO = Chart(
    "velero", "12.1.0", "velero", support.VELERO, "https://vmware-tanzu.github.io/helm-charts", release="v1.18.1"
)
"""Its definitions are in `crds/`, and a hook of the chart applies them before each install and upgrade.

Source: vmware-tanzu/helm-charts 73466ca of 25 June 2026, charts/velero.
"""

_PROMETHEUS_CHARTS = "https://prometheus-community.github.io/helm-charts"
KUBE_STATE_METRICS = Chart(
    "kube-state-metrics", "8.4.0", "kube-state-metrics", support.PROMETHEUS_EXPORTERS, _PROMETHEUS_CHARTS
)
KUBE_PROMETHEUS_STACK = Chart(
    "kube-prometheus-stack",
    "88.5.3",
    "kube-prometheus-stack",
    support.PROMETHEUS_EXPORTERS,
    _PROMETHEUS_CHARTS,
    skip_crds=True,
)
PROMETHEUS_OPERATOR_CRDS = Chart(
    "prometheus-operator-crds",
    "31.0.1",
    "prometheus-operator-crds",
    support.PROMETHEUS_EXPORTERS,
    _PROMETHEUS_CHARTS,
)
"""The definitions of Prometheus's operator v0.93.1, which kube-prometheus-stack 88.5.3 installs."""
NODE_EXPORTER = Chart(
    "node-exporter", "4.56.1", "prometheus-node-exporter", support.PROMETHEUS_EXPORTERS, _PROMETHEUS_CHARTS
)
FLUENT_BIT = Chart("fluent-bit", "0.58.1", "fluent-bit", support.FLUENT_BIT, "https://fluent.github.io/helm-charts")
"""It installs Fluent Bit 5.1.1, whose output to CloudWatch Logs gets credentials from EKS Pod Identity."""

KUBEFLOW = Upstream(
    "https://github.com/kubeflow/community-distribution",
    "26.03.1",
    "0d1a00306501ebaf2a0edc121656752b3deeba57",
    support.KUBEFLOW,
)
KUEUE = Upstream(
    "https://github.com/kubernetes-sigs/kueue",
    "v0.19.2",
    "8eab68778fc1b52affe165fdf5af29d1e9b4f3cb",
    support.KUEUE,
)
"""The bases of `deploy/kubeflow`; a test compares them with these pins, and Kueue's chart has the same version."""

KUBEFLOW_ISTIO = "1.30.8"
"""The version of Istio's images in Kubeflow. `KUBEFLOW` has manifests of 1.30.1; the overlay `mesh` sets newer images.

Its manifests of 1.31 don't exist yet, so this minor version stays until Kubeflow's next release.
"""

PIPELINES_PAGES_IMAGE = "ghcr.io/kubeflow/kfp-frontend:2.16.1"
"""The web interface of pipelines, in `KUBEFLOW`'s version. It runs as user 1000."""

CLUSTER_AUTOSCALER_IMAGE = {"1.35": "v1.35.2", "1.36": "v1.36.1"}
"""The autoscaler follows the cluster's minor version; the chart's own default lags behind."""

NODE_IMAGES = {
    "1.35": {"al2023": "1.35.7-20260903", "bottlerocket": "1.65.0-0be31b34"},
    "1.36": {"al2023": "1.36.3-20260903", "bottlerocket": "1.65.0-0be31b34"},
}
"""The release of EKS's images by EKS version and operating system; all variants of AL2023 have one release.

The kernel of AL2023 v20260930 and v20261003 panics while it reclaims memory, so they are not used. Source:
awslabs/amazon-eks-ami, releases v20260903 and v20261012; bottlerocket-os/bottlerocket, release v1.65.0.
"""

ADDONS = {
    "1.35": {
        "vpc-cni": "v1.22.4-eksbuild.3",
        "kube-proxy": "v1.35.3-eksbuild.29",
        "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
        "coredns": "v1.13.2-eksbuild.21",
        "aws-ebs-csi-driver": "v1.66.0-eksbuild.1",
        "metrics-server": "v0.9.0-eksbuild.7",
        "eks-node-monitoring-agent": "v1.7.0-eksbuild.1",
    },
    "1.36": {
        "vpc-cni": "v1.23.2-eksbuild.1",
        "kube-proxy": "v1.36.0-eksbuild.25",
        "eks-pod-identity-agent": "v1.4.0-eksbuild.3",
        "coredns": "v1.14.7-eksbuild.10",
        "aws-ebs-csi-driver": "v1.66.0-eksbuild.1",
        "metrics-server": "v0.9.0-eksbuild.11",
        "eks-node-monitoring-agent": "v1.7.0-eksbuild.1",
    },
}
"""Managed add-ons by EKS version, as EKS offered them in October 2026 (`aws eks describe-addon-versions`).

The node monitoring agent has one release for all versions of EKS: aws/eks-node-monitoring-agent v1.7.0, of August 2026.
"""

CACHE_ENGINES = {"valkey": ("8.2", "valkey8"), "redis": ("7.1", "redis7")}
"""The version and the parameter group family of each ElastiCache engine; both support users and IAM authentication."""


class SparkRelease(StrEnum):
    """The EMR releases in standard support for Spark jobs. `emr-spark-8.1.0` has long-term support."""

    SPARK_8_1 = "emr-spark-8.1.0"
    SPARK_8_0 = "emr-spark-8.0.0"
    V7_14 = "emr-7.14.0"
    V7_13 = "emr-7.13.0"


EMR_SUPPORT_ENDS = {
    "emr-spark-8.1.0": date(2029, 9, 7),
    "emr-spark-8.0.0": date(2027, 5, 20),
    "emr-7.14.0": date(2028, 9, 8),
    "emr-7.13.0": date(2028, 4, 21),
    "emr-7.10.0": date(2027, 8, 15),
    "emr-7.9.0": date(2027, 5, 19),
    "emr-7.5.0": date(2026, 11, 20),
    "emr-7.4.0": date(2026, 11, 12),
    "emr-7.3.0": date(2026, 10, 15),
}
"""When standard support of each EMR release ends. Source: EMR release guide, the page of each release."""


class SparkRuntime(NamedTuple):
    """The minor version of Spark and the version of Scala for which a release's jobs must be built."""

    spark: str
    scala: str


SPARK_RUNTIMES = {
    SparkRelease.SPARK_8_1: SparkRuntime("4.1", "2.13"),
    SparkRelease.SPARK_8_0: SparkRuntime("4.0", "2.13"),
    SparkRelease.V7_14: SparkRuntime("3.5", "2.12"),
    SparkRelease.V7_13: SparkRuntime("3.5", "2.12"),
}
"""Feast's Spark support needs PySpark 4, so it needs a release of the line emr-spark-8.

Source: EMR release guide, "Spark release history" and the pages of emr-spark-8.0.0 and 8.1.0; feast-dev/feast,
pyproject.toml.
"""

KINESIS_RELEASES = (SparkRelease.V7_14, SparkRelease.V7_13)
"""The releases that ship the connector of Spark for Kinesis. AWS says so of emr-7.1.0 and later, and nothing of the
line emr-spark-8. Source: EMR Serverless user guide, "Supported streaming connectors".
"""

STARTER_IMAGES = {
    "compose": "docker.io/library/docker:29.8.1-cli",
    "proxy": "docker.io/library/caddy:2.11.9-alpine",
    "sign-in": "quay.io/oauth2-proxy/oauth2-proxy:v7.15.6",
    "database": "docker.io/library/postgres:17.11-trixie",
    "queue": "docker.io/valkey/valkey:9.1.1-alpine",
    "files": "docker.io/sigoden/dufs:v0.46.0",
    "alerts": "quay.io/prometheus/alertmanager:v0.34.0",
    "machine": "quay.io/prometheus/node-exporter:v1.12.1",
}
"""The images of the starter's own services, beside Prometheus. PostgreSQL has a major version that RDS supports.

`compose` has the Docker CLI with Compose, which Amazon Linux does not package.
"""

AWS_CLI_IMAGE = "public.ecr.aws/aws-cli/aws-cli:2.36.7"
"""The AWS CLI on Amazon Linux 2023, with bash."""

FEATURE_SERVER_IMAGE = "quay.io/feastdev/feature-server:0.67.0"
"""Feast with the stores of AWS, Redis, PostgreSQL and DuckDB; it runs as user 1001."""

MLFLOW_IMAGE = "ghcr.io/mlflow/mlflow:v3.17.2-full"
"""MLflow with boto3, psycopg2, PyMySQL and Prometheus' exporter, which the image without `-full` lacks.

Its default user is root.
"""

PROMETHEUS_IMAGE = "quay.io/prometheus/prometheus:v3.14.0"
"""Prometheus; it runs as user 65534. Version of the chart prometheus 29.27.0."""

VELERO_AWS_PLUGIN_IMAGE = "docker.io/velero/velero-plugin-for-aws:v1.14.0"
"""Velero's access to S3, for Velero 1.18; from scratch, as user 65532. It knows Pod Identity (AWS SDK for Go v2).

Source: vmware-tanzu/velero-plugin-for-aws, branch release-1.14, README.md, "Compatibility", and Dockerfile.
"""

GRAFANA_IMAGE = "docker.io/grafana/grafana:13.2.0"
"""Grafana; it runs as user 472. Version of the chart grafana 12.11.1."""

COLLECTOR_IMAGE = "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.158.0"
"""The OpenTelemetry Collector with its contributed parts. It has no shell, and runs as user 10001."""

TEMPO_IMAGE = "docker.io/grafana/tempo:3.0.3"
"""Grafana Tempo; it has no shell, and runs as user 10001. Version of the chart tempo-distributed 3.3.0."""

SIGV4_PROXY_IMAGE = "public.ecr.aws/aws-observability/aws-sigv4-proxy:1.11.1"
"""Signs requests for AWS with the credentials of its pod. It has no shell and any user may run it."""

RUNTIME_IMAGES = {
    "triton": "nvcr.io/nvidia/tritonserver:26.06-py3",
    "huggingface": "docker.io/kserve/huggingfaceserver:v0.20.0",
    "mlserver": "docker.io/seldonio/mlserver:1.7.1",
}
"""The model servers; KServe appends -gpu to the Hugging Face server's tag where a model asks for a GPU."""

STORAGE_INITIALIZER_IMAGE = "docker.io/kserve/storage-initializer:v0.20.0"
"""Downloads models for KServe; has a shell. It runs as user 1000."""

MODEL_AGENT_IMAGE = "docker.io/kserve/agent:v0.20.0"
"""KServe's agent, which stands before the server of a model whose predictions are logged, in KServe's version."""

MODEL_CACHE_AGENT_IMAGE = "docker.io/kserve/kserve-localmodelnode-agent:v0.20.0"
"""The agent of KServe's model cache on each node, in KServe's version."""
