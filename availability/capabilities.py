"""What people depend on in a stack, each with the parts that the plan's graph leads to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from availability import workloads
from availability.delivered import Delivered
from availability.drafts import Draft
from availability.entrance import RECORD, Entrance, entrance
from availability.machine import machines
from availability.parts import Capability, Kind, Part
from availability.pools import pools_of
from availability.site import Site, metadata, regional
from availability.stores import BUCKET, CACHE, DATABASE, KAFKA, STREAM, store, used_by
from availability.volumes import volumes
from resources.index import COMPONENT_PREFIX
from resources.inputs import elements, entries, read
from resources.resource import UNKNOWN, Resource

_ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_ROLE = "aws:iam/role:Role"
_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
_GATEWAY = "kubernetes:networking.istio.io/v1:Gateway"
_ROUTE = "kubernetes:networking.istio.io/v1:VirtualService"
_NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_POOL = "aws:cognito/userPool:UserPool"
_WORKSPACE = "aws:amp/workspace:Workspace"
_TOPIC = "aws:sns/topic:Topic"
_QUEUE = "aws:batch/jobQueue:JobQueue"
_SPARK = "aws:emrserverless/application:Application"
_CLUSTER_QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"
_MODELS, _FEATURES, _TRACKING = (
    f"mlplatform:index:{each}" for each in ("ModelServingIngress", "FeatureServer", "TrackingServer")
)
_INGEST, _TRAINING, _KUBEFLOW, _DELIVERY, _METRICS = (
    f"mlplatform:index:{each}"
    for each in ("FeatureIngest", "TrainingPlatform", "KubeflowCluster", "Delivery", "MetricsPlatform")
)
_LOGS, _TRACES = (f"mlplatform:index:{each}" for each in ("LogPipeline", "Tracing"))
_COLLECTION = "aws:opensearch/serverlessCollection:ServerlessCollection"
_BALANCER = "mlplatform:index:ServingLoadBalancer"
_NAMESPACE_LABEL = "kubernetes.io/metadata.name"
_CONNECT = "elasticache:Connect"
_GPU_PODS: Mapping[str, Any] = {"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}
SPOT_NOTE = "Its nodes are spot instances, whose interruptions no agreement covers."


class Finder:
    """Finds the capabilities of a stack."""

    def __init__(self, site: Site, delivered: Mapping[tuple[str, str], Delivered]):
        self._site = site
        self._delivered = delivered
        self._pools = pools_of(site)
        self._entrances: dict[str, Entrance] = {}

    def find(self) -> tuple[Capability, ...]:
        """All capabilities, models first."""
        finders = (
            self._models,
            self._features,
            self._tracking,
            self._ingest,
            self._events,
            self._training,
            self._pipelines,
            self._delivery,
            self._sign_in,
            self._metrics,
            self._logs,
            self._traces,
        )
        drafts = [*(draft for find in finders for draft in find()), *machines(self._site)]
        return tuple(draft.finished(self._site.zones) for draft in drafts if draft.parts or draft.gaps)

    def _models(self) -> Iterator[Draft]:
        own = {
            (str(metadata(each, "namespace")), str(metadata(each, "name"))): each
            for each in self._site.of_type(workloads.INFERENCE_SERVICE)
        }
        identities = {
            (str(read(each.inputs, "namespace")), str(read(each.inputs, "serviceAccount"))): each
            for each in self._site.of_type(_ASSOCIATION)
            if self._is_model(each)
        }
        models = [self._model(key, own.get(key), identities.get(key)) for key in sorted({*own, *identities})]
        yield from models
        if public := next((each.address for each in models if each.address), ""):
            gateway = Draft(Kind.GATEWAY, "gateway of models")
            self._enter(gateway, public)
            self._start_pods(gateway)
            yield gateway

    def _is_model(self, association: Resource) -> bool:
        """Whether an identity is a model's own, and not that of a controller that serves models."""
        above = [each.type for each in self._site.ancestors(association) if each.type.startswith(COMPONENT_PREFIX)]
        return above[1:2] == [_MODELS]

    def _model(self, key: tuple[str, str], service: Resource | None, identity: Resource | None) -> Draft:
        namespace, name = key
        host = self._public_name(namespace, name)
        draft = Draft(Kind.MODEL, f"model {namespace}/{name}", host)
        if host:
            self._enter(draft, host)
        else:
            draft.gaps.append(f"no gateway of the plan has a public name for namespace {namespace}")
        pods = self._model_pods(key, service, identity)
        replicas = pods.replicas if pods else None
        if pods:
            self._run(draft, pods)
            for part in self._identity_stores(identity):
                draft.needs(part)
        self._start_pods(draft)
        for each in self._feature_servers(namespace):
            draft.needs(*self._server(each, (CACHE, DATABASE)))
        if replicas == 0:
            draft.needs(*draft.to_change.values())
            draft.notes.append("It scales to zero, so a first request needs all that starts pods.")
        return draft

    def _model_pods(
        self, key: tuple[str, str], service: Resource | None, identity: Resource | None
    ) -> workloads.Workload | None:
        if service:
            return workloads.of_resource(self._site, service)
        if identity is None:
            return None
        found = self._delivered.get(key)
        gpus = found is None or found.gpus
        replicas = found.replicas if found else None
        return workloads.Workload(key[1], key[0], replicas, _GPU_PODS if gpus else {}, identity, gpus)

    def _public_name(self, namespace: str, name: str) -> str:
        """The model's own route, or the gateway's wildcard for its namespace; empty without any."""
        for route in self._site.of_type(_ROUTE):
            if (metadata(route, "namespace"), metadata(route, "name")) == (namespace, name):
                hosts = [str(each) for each in elements(read(route.inputs, "spec", "hosts"))]
                public = [each for each in hosts if not each.endswith(".cluster.local")]
                if public:
                    return public[0]
        for gateway in self._site.of_type(_GATEWAY):
            for server in elements(read(gateway.inputs, "spec", "servers")):
                for host in elements(read(server, "hosts")):
                    place, _, pattern = str(host).partition("/")
                    if place == namespace and pattern.startswith("*.") and not pattern.endswith(".cluster.local"):
                        return f"{name}.{pattern[2:]}"
        return ""

    def _identity_stores(self, identity: Resource | None) -> Iterator[Part]:
        """The caches that the role of a model's pods may connect to."""
        role = self._site.source(identity, "roleArn", _ROLE) if identity else None
        for policy in self._site.referrers(role, "role", _ROLE_POLICY) if role else ():
            document = policy.inputs.get("policy")
            if document is UNKNOWN or _CONNECT in str(document):
                yield from used_by(self._site, policy, "policy", (CACHE,))

    def _feature_servers(self, namespace: str) -> Iterator[Resource]:
        """The feature servers that a network policy opens to the pods of a namespace."""
        for each in self._deployments(_FEATURES):
            home = metadata(each, "namespace")
            policies = [one for one in self._site.of_type(_NETWORK_POLICY) if metadata(one, "namespace") == home]
            if any(namespace in set(_callers(one)) for one in policies):
                yield each

    def _features(self) -> Iterator[Draft]:
        for each in self._deployments(_FEATURES):
            draft = Draft(Kind.FEATURES, "online features")
            draft.needs(*self._server(each, (CACHE, DATABASE)))
            draft.starts_with(*used_by(self._site, each, "spec", (BUCKET,)), regional("athena"), regional("glue"))
            self._start_pods(draft)
            yield draft

    def _tracking(self) -> Iterator[Draft]:
        for each in self._deployments(_TRACKING):
            draft = Draft(Kind.TRACKING, "MLflow")
            draft.needs(*self._server(each, (DATABASE, BUCKET)))
            self._start_pods(draft)
            yield draft

    def _server(self, resource: Resource, types: Sequence[str]) -> Iterator[Part]:
        """The pods of a server, their volumes, and the stores that its pods were configured with."""
        pods = workloads.of_resource(self._site, resource)
        yield workloads.pods(self._site, self._pools, pods)
        yield from volumes(self._site, self._pools, pods)
        yield from used_by(self._site, resource, "spec", types)

    def _ingest(self) -> Iterator[Draft]:
        caches = [part for each in self._deployments(_FEATURES) for part in self._server(each, (CACHE,))][1:]
        for each in self._deployments(_INGEST):
            name = str(metadata(each, "name"))
            draft = Draft(Kind.INGEST, f"ingest of {name}")
            draft.needs(*self._server(each, (KAFKA, STREAM)), *caches)
            self._start_pods(draft)
            yield draft

    def _events(self) -> Iterator[Draft]:
        for each in self._site.of_type(KAFKA, STREAM):
            part = store(self._site, each)
            draft = Draft(Kind.EVENTS, f"events in {part.name}")
            draft.needs(part)
            draft.starts_with(regional("glue", "Glue Schema Registry"), regional("kms"))
            yield draft

    def _training(self) -> Iterator[Draft]:
        images, artifacts = regional("ecr"), regional("s3", "Amazon S3")
        if queues := self._site.of_type(_QUEUE):
            draft = Draft(Kind.TRAINING, "training on Batch")
            draft.needs(regional("batch", "AWS Batch", *queues), images, artifacts)
            draft.notes.append("Jobs wait when EC2 has no capacity; no agreement covers it.")
            yield draft
        if platforms := self._site.of_type(_TRAINING):
            draft = Draft(Kind.TRAINING, "training on SageMaker")
            draft.needs(regional("sagemaker-training", "SageMaker training jobs", *platforms), images, artifacts)
            yield draft
        if applications := self._site.of_type(_SPARK):
            draft = Draft(Kind.TRAINING, "Spark on EMR")
            draft.needs(regional("emr", "EMR Serverless", *applications), regional("glue"), artifacts)
            yield draft
        if queues := self._site.of_type(_CLUSTER_QUEUE):
            draft = Draft(Kind.TRAINING, "jobs in the cluster")
            draft.needs(regional("eks", "Kubernetes endpoint", *queues), images, artifacts)
            draft.notes.append("Jobs wait when EC2 has no capacity; no agreement covers it.")
            yield draft

    def _pipelines(self) -> Iterator[Draft]:
        for each in self._site.of_type(_KUBEFLOW):
            draft = Draft(Kind.PIPELINES, "Kubeflow")
            for host in self._hosts_below(each):
                draft.address = draft.address or host
                self._enter(draft, host)
            draft.needs(*(store(self._site, one) for one in self._site.of_type(DATABASE)))
            draft.needs(regional("s3", "Amazon S3"), *self._users())
            draft.notes.append("Argo CD delivers Kubeflow; the replicas of its pods are not in the plan.")
            self._start_pods(draft)
            yield draft

    def _delivery(self) -> Iterator[Draft]:
        for each in self._site.of_type(_DELIVERY):
            draft = Draft(Kind.DELIVERY, "deployment by Argo CD")
            releases = [one for one in self._site.of_type(workloads.RELEASE) if self._site.component(one) == each.name]
            for one in (pods for release in releases for pods in workloads.charted(release)):
                if one.name != "argocd-server":
                    self._run(draft, one)
            draft.needs(regional("eks", "Kubernetes endpoint"), regional("git"), self._site.outbound, regional("ecr"))
            self._start_pods(draft)
            yield draft
            for host in self._hosts_to({one.name for release in releases for one in workloads.charted(release)}):
                page = Draft(Kind.DELIVERY, "pages of Argo CD", host)
                self._enter(page, host)
                page.needs(*self._users())
                yield page

    def _sign_in(self) -> Iterator[Draft]:
        if users := self._users():
            draft = Draft(Kind.SIGN_IN, "sign-in")
            draft.needs(*users)
            yield draft

    def _metrics(self) -> Iterator[Draft]:
        for each in self._site.of_type(_METRICS):
            collectors = [
                one for one in self._site.of_type(workloads.STATEFUL_SET) if self._site.component(one) == each.name
            ]
            draft = Draft(Kind.METRICS, "metrics and alerts")
            for one in collectors:
                self._run(draft, workloads.of_resource(self._site, one))
            for release in self._site.of_type(workloads.RELEASE):
                if self._site.component(release) == each.name:
                    for pods in workloads.charted(release):
                        self._run(draft, pods)
            if spaces := self._site.of_type(_WORKSPACE):
                way = self._site.way_to("aps-workspaces")
                draft.needs(way, regional("prometheus", "Amazon Managed Prometheus", *spaces))
            if self._site.of_type(_TOPIC):
                draft.needs(regional("sns"))
            self._start_pods(draft)
            yield draft
            for host in self._hosts_to({"grafana"}):
                page = Draft(Kind.METRICS, "dashboards", host)
                self._enter(page, host)
                page.needs(*(part for part in draft.parts.values() if "Prometheus" in part.name), *self._users())
                yield page

    def _logs(self) -> Iterator[Draft]:
        collections = self._site.of_type(_COLLECTION)
        for _ in self._site.of_type(_LOGS):
            draft = Draft(Kind.LOGS, "logs")
            if collections:
                # Standby nodes in another zone are the default of a collection.
                draft.needs(regional("opensearch", "Amazon OpenSearch Serverless", *collections))
            else:
                draft.needs(self._site.way_to("logs"), regional("cloudwatch"))
            draft.notes.append("Each node's collector keeps records on its disk while the store does not answer.")
            self._start_pods(draft)
            yield draft

    def _traces(self) -> Iterator[Draft]:
        for each in self._site.of_type(_TRACES):
            draft = Draft(Kind.TRACES, "traces")
            servers = self._site.of_type(workloads.DEPLOYMENT, workloads.STATEFUL_SET)
            own = [one for one in servers if self._site.component(one) == each.name]
            for one in own:
                self._run(draft, workloads.of_resource(self._site, one))
            if any(one.type == workloads.STATEFUL_SET for one in own):
                draft.needs(regional("s3", "Amazon S3"))
            else:
                draft.needs(self._site.way_to("xray"), regional("xray"))
            self._start_pods(draft)
            yield draft

    def _users(self) -> list[Part]:
        pools = self._site.of_type(_POOL)
        return [regional("cognito", "Amazon Cognito", *pools)] if pools else []

    def _enter(self, draft: Draft, host: str) -> None:
        found = self._entrance(host)
        draft.enters(found)
        if found.workload:
            self._run(draft, found.workload)

    def _entrance(self, host: str) -> Entrance:
        if host not in self._entrances:
            self._entrances[host] = entrance(self._site, host)
        return self._entrances[host]

    def _run(self, draft: Draft, pods: workloads.Workload) -> None:
        part = workloads.pods(self._site, self._pools, pods)
        draft.needs(part, *volumes(self._site, self._pools, pods))
        homes = [each for each in self._pools if each.spot and f"on {each.name}" in part.detail]
        if homes:
            draft.notes.append(SPOT_NOTE)

    def _start_pods(self, draft: Draft) -> None:
        """What a pod needs to start, and what changes it."""
        if self._pools:
            draft.starts_with(
                regional("eks", "Kubernetes endpoint"),
                regional("ecr"),
                regional("sts"),
                regional("s3", "Amazon S3"),
                regional("secrets-manager"),
                regional("kms"),
                self._site.outbound,
            )

    def _deployments(self, component: str) -> list[Resource]:
        """The Deployments below components of a type, each name once."""
        found = [
            each
            for each in self._site.of_type(workloads.DEPLOYMENT)
            if any(above.type == component for above in self._site.ancestors(each))
        ]
        return sorted(found, key=lambda each: str(metadata(each, "name")))

    def _hosts_below(self, component: Resource) -> list[str]:
        """The public names of the load balancers below a component."""
        below = [each for each in self._site.of_type(_BALANCER) if component in self._site.ancestors(each)]
        return [host for host in self._hosts() if any(self._owner(host) == each.urn for each in below)]

    def _hosts_to(self, services: Iterable[str]) -> list[str]:
        """The public names that lead to one of these Services."""
        wanted = set(services)
        found = ((host, self._entrance(host).workload) for host in self._hosts())
        return [host for host, workload in found if workload and workload.name in wanted]

    def _hosts(self) -> list[str]:
        names = (each for each in self._site.of_type(RECORD) if read(each.inputs, "type") in ("A", "AAAA"))
        return sorted({str(name) for each in names if (name := read(each.inputs, "name")) and "*" not in str(name)})

    def _owner(self, host: str) -> str | None:
        found = (each for each in self._site.of_type(RECORD) if read(each.inputs, "name") == host)
        return next((each.parent for each in found), None)


def _callers(policy: Resource) -> Iterator[str]:
    """The namespaces that a network policy lets in."""
    for rule in elements(read(policy.inputs, "spec", "ingress")):
        for peer in elements(read(rule, "from")):
            labels = dict(entries(read(peer, "namespaceSelector", "matchLabels")))
            if isinstance(labels.get(_NAMESPACE_LABEL), str):
                yield labels[_NAMESPACE_LABEL]
