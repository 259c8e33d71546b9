"""What the charts of serving, secrets and delivery name by themselves, read from their templates as `charts` says."""

from tests.support.planner.chart_facts import ChartFacts, Pods, named

PLATFORM_CHARTS: dict[str, ChartFacts] = {
    "prometheus-operator-crds": ChartFacts(
        version="31.0.1",
        source="prometheus-community/helm-charts cf408a29, charts/prometheus-operator-crds/charts/crds/templates",
        defines=("monitoring.coreos.com",),
    ),
    "kube-prometheus-stack": ChartFacts(
        version="88.5.3",
        source="prometheus-community/helm-charts cf408a29, charts/kube-prometheus-stack",
        pods=(
            Pods(
                labels=named("kube-prometheus-stack-prometheus-operator", "kube-prometheus-stack"),
                account="kube-prometheus-stack-operator",
                ports=(8080,),
                selector_path=("prometheusOperator", "nodeSelector"),
                affinity_path=("prometheusOperator", "affinity"),
                tolerations_path=("prometheusOperator", "tolerations"),
                asks_kubernetes=True,
            ),
            # The operator makes these two. Source: prometheus-operator v0.93.1, pkg/prometheus and pkg/alertmanager.
            Pods(
                labels=named("prometheus", "kube-prometheus-stack-prometheus"),
                account="values:prometheus.serviceAccount.name",
                ports=(8080, 9090),
                selector_path=("prometheus", "prometheusSpec", "nodeSelector"),
                affinity_path=("prometheus", "prometheusSpec", "affinity"),
                tolerations_path=("prometheus", "prometheusSpec", "tolerations"),
                asks_kubernetes=True,
            ),
            Pods(
                labels=named("alertmanager", "kube-prometheus-stack-alertmanager"),
                account="values:alertmanager.serviceAccount.name",
                ports=(8080, 9093, 9094),
                selector_path=("alertmanager", "alertmanagerSpec", "nodeSelector"),
                affinity_path=("alertmanager", "alertmanagerSpec", "affinity"),
                tolerations_path=("alertmanager", "alertmanagerSpec", "tolerations"),
                when=("alertmanager", "config"),
            ),
        ),
        crds_folder=True,
    ),
    "kube-state-metrics": ChartFacts(
        version="8.4.0",
        source="prometheus-community/helm-charts cf408a29, charts/kube-state-metrics/templates",
        pods=(
            Pods(
                labels={**named("kube-state-metrics"), "app.kubernetes.io/component": "metrics"},
                account="kube-state-metrics",
                ports=(8080, 8081),
                asks_kubernetes=True,
            ),
        ),
    ),
    "prometheus-node-exporter": ChartFacts(
        version="4.56.1",
        source="prometheus-community/helm-charts cf408a29, charts/prometheus-node-exporter/templates",
        pods=(
            Pods(
                labels={
                    **named("prometheus-node-exporter", "node-exporter"),
                    "app.kubernetes.io/component": "metrics",
                },
                account="node-exporter-prometheus-node-exporter",
                ports=(9100,),
                selector={"kubernetes.io/os": "linux"},
                daemon=True,
                host_network=True,
                pod_security="privileged",
            ),
        ),
    ),
    "fluent-bit": ChartFacts(
        version="0.58.1",
        source="fluent/helm-charts 5b81bf7, charts/fluent-bit/templates",
        pods=(
            Pods(
                labels=named("fluent-bit"),
                account="values:serviceAccount.name",
                ports=(2020,),
                daemon=True,
                pod_security="privileged",
                asks_kubernetes=True,
            ),
        ),
    ),
    "cert-manager": ChartFacts(
        version="v1.21.2",
        source="cert-manager/cert-manager v1.21.2, deploy/charts/cert-manager/templates",
        pods=(
            Pods(
                labels={**named("cert-manager"), "app.kubernetes.io/component": "controller"},
                account="cert-manager",
                ports=(9402, 9403),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
            Pods(
                labels={**named("cainjector", "cert-manager"), "app.kubernetes.io/component": "cainjector"},
                account="cert-manager-cainjector",
                ports=(9402,),
                selector_path=("cainjector", "nodeSelector"),
                affinity_path=("cainjector", "affinity"),
                tolerations_path=("cainjector", "tolerations"),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
            Pods(
                labels={**named("webhook", "cert-manager"), "app.kubernetes.io/component": "webhook"},
                account="cert-manager-webhook",
                ports=(10250, 6080, 9402),
                selector_path=("webhook", "nodeSelector"),
                affinity_path=("webhook", "affinity"),
                tolerations_path=("webhook", "tolerations"),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
        ),
        defines=("cert-manager.io", "acme.cert-manager.io"),
    ),
    "aws-load-balancer-controller": ChartFacts(
        version="3.5.0",
        source="kubernetes-sigs/aws-load-balancer-controller v3.5.0, helm/aws-load-balancer-controller",
        pods=(
            Pods(
                labels=named("aws-load-balancer-controller"),
                account="values:serviceAccount.name",
                ports=(9443, 8080, 61779),
                asks_kubernetes=True,
                asks_aws=True,
            ),
        ),
        defines=("elbv2.k8s.aws", "aga.k8s.aws", "gateway.k8s.aws"),
        crds_folder=True,
    ),
    "base": ChartFacts(
        version="1.31.4",
        source="istio/istio release-1.31 of 22 August 2026, manifests/charts/base/templates",
        defines=(
            "networking.istio.io",
            "security.istio.io",
            "telemetry.istio.io",
            "extensions.istio.io",
        ),
    ),
    "istiod": ChartFacts(
        version="1.31.4",
        source="istio/istio release-1.31 of 22 August 2026, manifests/charts/istio-control/istio-discovery/templates",
        pods=(
            Pods(
                labels={"app": "istiod", "istio": "pilot", "app.kubernetes.io/name": "istiod"},
                account="istiod",
                ports=(8080, 15010, 15012, 15014, 15017),
                asks_kubernetes=True,
            ),
        ),
    ),
    "gateway": ChartFacts(
        version="1.31.4",
        source="istio/istio release-1.31 of 22 August 2026, manifests/charts/gateway/templates",
        pods=(
            Pods(
                labels={"app": "istio-ingressgateway", "istio": "ingressgateway", **named("istio-ingressgateway")},
                account="istio-ingressgateway",
                # 8080 is where the release's own Service leads to, on which the Gateway then listens.
                ports=(8080, 15020, 15021, 15090),
            ),
        ),
    ),
    "knative-operator": ChartFacts(
        version="v1.23.0",
        source="knative/operator knative-v1.23.0, config/charts/knative-operator/templates",
        pods=(
            Pods(
                labels={"name": "knative-operator", "app.kubernetes.io/name": "knative-operator"},
                account="knative-operator",
                ports=(9090,),
                # Its template asks for no node.
                selector_path=("none",),
                affinity_path=("knative_operator", "knative_operator", "affinity"),
                tolerations_path=("knative_operator", "knative_operator", "tolerations"),
                asks_kubernetes=True,
            ),
            Pods(
                labels={"app": "operator-webhook", "role": "operator-webhook"},
                account="operator-webhook",
                ports=(8443, 9090, 8008),
                selector_path=("none",),
                affinity_path=("knative_operator", "operator_webhook", "affinity"),
                tolerations_path=("knative_operator", "operator_webhook", "tolerations"),
                asks_kubernetes=True,
            ),
        ),
        # What it installs for a KnativeServing, and the proxy in each replica of a model that scales to zero. Source:
        # cmd/operator/kodata/knative-serving/1.23.0 and kodata/ingress/1.23/istio.
        makes=(
            Pods(labels={"app": "activator", "role": "activator"}, account="activator", ports=(8012, 8013, 9090, 8008)),
            *(
                Pods(labels={"app": name}, account="controller", ports=(8080, 9090, 8008))
                for name in ("autoscaler", "controller", "net-istio-controller")
            ),
            *(
                Pods(labels={"app": name, "role": name}, account="controller", ports=(8443, 9090, 8008))
                for name in ("webhook", "net-istio-webhook")
            ),
            Pods(labels={"component": "predictor"}, account="default", ports=(8012, 8013, 8022, 9090, 9091)),
        ),
        defines=("operator.knative.dev",),
    ),
    "kueue": ChartFacts(
        version="0.19.2",
        source="kubernetes-sigs/kueue v0.19.2, charts/kueue/templates",
        pods=(
            Pods(
                labels={**named("kueue"), "control-plane": "controller-manager"},
                account="kueue-controller-manager",
                ports=(8081, 8082, 8443, 9443),
                selector_path=("controllerManager", "nodeSelector"),
                # Its template takes no affinity.
                affinity_path=(),
                tolerations_path=("controllerManager", "tolerations"),
                asks_kubernetes=True,
            ),
        ),
        defines=("kueue.x-k8s.io",),
    ),
    "kubeflow-trainer": ChartFacts(
        version="2.3.0",
        source="kubeflow/trainer v2.3.0, charts/kubeflow-trainer; kubernetes-sigs/jobset v0.12.0, charts/jobset",
        pods=(
            Pods(
                labels={
                    **named("kubeflow-trainer"),
                    "app.kubernetes.io/part-of": "kubeflow",
                    "app.kubernetes.io/component": "manager",
                },
                account="kubeflow-trainer-controller-manager",
                ports=(8081, 8443, 9443, 10443),
                selector_path=("manager", "nodeSelector"),
                affinity_path=("manager", "affinity"),
                tolerations_path=("manager", "tolerations"),
                asks_kubernetes=True,
            ),
            Pods(
                labels={**named("jobset", "kubeflow-trainer"), "app.kubernetes.io/component": "controller"},
                account="jobset-controller",
                ports=(8081, 8443, 9443),
                selector_path=("jobset", "controller", "nodeSelector"),
                affinity_path=("jobset", "controller", "affinity"),
                tolerations_path=("jobset", "controller", "tolerations"),
                asks_kubernetes=True,
            ),
        ),
        # JobSet's definitions are in the folder of its subchart.
        defines=("trainer.kubeflow.org", "jobset.x-k8s.io"),
        crds_folder=True,
    ),
    "kuberay-operator": ChartFacts(
        version="1.7.0",
        source="ray-project/kuberay v1.7.0, helm-chart/kuberay-operator/templates",
        pods=(
            Pods(
                labels={**named("kuberay-operator"), "app.kubernetes.io/component": "kuberay-operator"},
                account="kuberay-operator",
                ports=(8080,),
                asks_kubernetes=True,
            ),
        ),
        makes=(Pods(labels={"ray.io/node-type": "head"}, account="default", ports=(6379, 8265, 10001, 8080)),),
        defines=("ray.io",),
        crds_folder=True,
    ),
    "keda": ChartFacts(
        version="2.20.2",
        source="kedacore/charts 2.20.2, keda/templates",
        pods=(
            Pods(
                labels={"app": "keda-operator", **named("keda-operator", "keda")},
                account="keda-operator",
                ports=(9666, 8080, 8081),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
            Pods(
                labels={
                    "app": "keda-operator-metrics-apiserver",
                    **named("keda-operator-metrics-apiserver", "keda"),
                },
                account="keda-metrics-server",
                ports=(6443, 8080),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
            Pods(
                labels={"app": "keda-admission-webhooks", **named("keda-admission-webhooks", "keda")},
                account="keda-webhook",
                ports=(9443, 8080, 8081),
                selector={"kubernetes.io/os": "linux"},
                asks_kubernetes=True,
            ),
        ),
        defines=("keda.sh", "eventing.keda.sh"),
    ),
    # The chart keeps its definitions in `crds/`, too, but a hook applies them before each install and upgrade.
    "kyverno": ChartFacts(
        version="3.9.0",
        source="kyverno/kyverno v1.19.0, charts/kyverno/templates/admission-controller; the others are off",
        pods=(
            Pods(
                labels={
                    **named("kyverno-admission-controller", "kyverno"),
                    "app.kubernetes.io/component": "admission-controller",
                    "app.kubernetes.io/part-of": "kyverno",
                },
                account="kyverno-admission-controller",
                ports=(9443, 8000, 8080),
                selector={"kubernetes.io/os": "linux"},
                selector_path=("admissionController", "nodeSelector"),
                affinity_path=("admissionController",),
                tolerations_path=("admissionController", "tolerations"),
                asks_kubernetes=True,
                asks_aws=True,
            ),
        ),
        defines=("kyverno.io", "policies.kyverno.io", "reports.kyverno.io", "wgpolicyk8s.io"),
    ),
    "velero": ChartFacts(
        version="12.1.0",
        source="vmware-tanzu/helm-charts 73466ca, charts/velero/templates",
        pods=(
            Pods(
                labels={**named("velero"), "name": "velero"},
                account="values:serviceAccount.server.name",
                ports=(8085,),
                asks_kubernetes=True,
                asks_aws=True,
            ),
        ),
        defines=("velero.io",),
    ),
    "external-secrets": ChartFacts(
        version="2.9.0",
        source="external-secrets/external-secrets, deploy/charts/external-secrets/templates",
        pods=(
            Pods(
                labels=named("external-secrets"),
                account="external-secrets",
                ports=(8080, 8082),
                asks_kubernetes=True,
                asks_aws=True,
            ),
            Pods(
                labels=named("external-secrets-webhook", "external-secrets"),
                account="external-secrets-webhook",
                ports=(8080, 8081, 10250),
                selector_path=("webhook", "nodeSelector"),
                affinity_path=("webhook", "affinity"),
                tolerations_path=("webhook", "tolerations"),
                asks_kubernetes=True,
            ),
            Pods(
                labels=named("external-secrets-cert-controller", "external-secrets"),
                account="external-secrets-cert-controller",
                ports=(8080, 8081),
                selector_path=("certController", "nodeSelector"),
                affinity_path=("certController", "affinity"),
                tolerations_path=("certController", "tolerations"),
                asks_kubernetes=True,
            ),
        ),
        defines=("external-secrets.io", "generators.external-secrets.io"),
    ),
    "argo-cd": ChartFacts(
        version="10.1.1",
        source="argoproj/argo-helm argo-cd-10.1.1, charts/argo-cd/templates, and its redis-ha 4.38.0, rendered",
        pods=(
            *(
                Pods(
                    labels={
                        **named(f"argocd-{part}", "argocd"),
                        "app.kubernetes.io/component": part,
                        "app.kubernetes.io/part-of": "argocd",
                    },
                    account=f"argocd-{part}",
                    ports=ports,
                    selector_path=("global", "nodeSelector"),
                    affinity_path=(section, "affinity"),
                    tolerations_path=(section, "tolerations"),
                    selector={"kubernetes.io/os": "linux"},
                    asks_kubernetes=True,
                )
                for part, section, ports in (
                    ("application-controller", "controller", (8082,)),
                    ("applicationset-controller", "applicationSet", (7000, 8080, 8081)),
                    ("notifications-controller", "notifications", (9001,)),
                    ("redis-secret-init", "redisSecretInit", ()),
                    ("repo-server", "repoServer", (8081, 8084)),
                    ("server", "server", (8080, 8083)),
                )
            ),
            # One of both kinds of Redis is there.
            Pods(
                labels={**named("argocd-redis", "argocd"), "app.kubernetes.io/part-of": "argocd"},
                account="default",
                ports=(6379,),
                selector_path=("redis", "nodeSelector"),
                affinity_path=("redis", "affinity"),
                tolerations_path=("redis", "tolerations"),
                when=("redis",),
            ),
            Pods(
                labels={"app": "redis-ha", "release": "argocd", "argocd-redis-ha": "replica"},
                account="argocd-redis-ha",
                ports=(6379, 26379),
                selector_path=("redis-ha", "nodeSelector"),
                affinity_path=("redis-ha", "additionalAffinities"),
                tolerations_path=("redis-ha", "tolerations"),
                when=("redis-ha",),
            ),
            Pods(
                labels={
                    "app": "redis-ha-haproxy",
                    "release": "argocd",
                    "app.kubernetes.io/name": "argocd-redis-ha-haproxy",
                },
                account="argocd-redis-ha-haproxy",
                ports=(6379, 8888, 9101),
                selector_path=("redis-ha", "nodeSelector"),
                affinity_path=("redis-ha", "haproxy", "additionalAffinities"),
                # The chart gives its proxies the tolerations of its servers.
                tolerations_path=("redis-ha", "tolerations"),
                when=("redis-ha",),
            ),
        ),
        defines=("argoproj.io",),
    ),
    "kserve-crd": ChartFacts(
        version="v0.20.0", source="kserve/kserve v0.20.0, charts/kserve-crd", defines=("serving.kserve.io",)
    ),
    "kserve-resources": ChartFacts(
        version="v0.20.0",
        source="kserve/kserve v0.20.0, charts/kserve-resources/templates",
        pods=(
            Pods(
                labels={
                    "app.kubernetes.io/name": "kserve-controller-manager",
                    "control-plane": "kserve-controller-manager",
                },
                account="kserve-controller-manager",
                ports=(9443, 8080, 8081, 8443),
                selector_path=("kserve", "controller", "nodeSelector"),
                affinity_path=("kserve", "controller", "affinity"),
                tolerations_path=("kserve", "controller", "tolerations"),
                asks_kubernetes=True,
            ),
        ),
        # Ports as our serving runtimes declare them: REST, gRPC and metrics.
        makes=(Pods(labels={"component": "predictor"}, account="default", ports=(8080, 9000, 8002, 8082, 9081)),),
    ),
    "kserve-localmodel-crd": ChartFacts(
        version="v0.20.0",
        source="kserve/kserve v0.20.0, charts/kserve-localmodel-crd",
        defines=(
            "serving.kserve.io/LocalModelCache",
            "serving.kserve.io/LocalModelNamespaceCache",
            "serving.kserve.io/LocalModelNode",
            "serving.kserve.io/LocalModelNodeGroup",
        ),
    ),
    "kserve-localmodel-resources": ChartFacts(
        version="v0.20.0",
        source="kserve/kserve v0.20.0, charts/kserve-localmodel-resources/files",
        pods=(
            Pods(
                labels={
                    "app.kubernetes.io/name": "kserve-localmodel-controller-manager",
                    "control-plane": "kserve-localmodel-controller-manager",
                },
                account="kserve-localmodel-controller-manager",
                ports=(9443, 8080, 8081),
                # Its template takes none of these from the values.
                selector_path=("none",),
                affinity_path=("none",),
                tolerations_path=("none",),
                unplaced=True,
                asks_kubernetes=True,
            ),
            Pods(
                labels={
                    "app.kubernetes.io/name": "kserve-localmodelnode-agent",
                    "control-plane": "kserve-localmodelnode-agent",
                },
                account="kserve-localmodelnode-agent",
                ports=(8080, 8081),
                selector_path=("kserve", "localmodelnode", "controller", "nodeSelector"),
                affinity_path=("kserve", "localmodelnode", "controller", "affinity"),
                tolerations_path=("kserve", "localmodelnode", "controller", "tolerations"),
                # It would ask the API server; our values keep it off every node.
                daemon=True,
                optional=True,
                pod_security="privileged",
            ),
        ),
    ),
}
