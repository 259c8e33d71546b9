"""What one resource of a plan expects of another: each check returns a sentence for every promise that nobody keeps."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from components.cluster.secure_namespace import JOBS_LABEL
from resources.resource import Resource
from tests.support.planner.charts import ADDONS, CHARTS, EVERY_TAINT, WELL_KNOWN_LABELS, Pods, Toleration, value_at
from tests.support.planner.plans import Plan, of_type
from tests.support.planner.workloads import RELEASE, delivered, namespace_of, own, pod_specs, releases, team_namespaces

NAMESPACE = "kubernetes:core/v1:Namespace"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
KARPENTER_POOL = "kubernetes:karpenter.sh/v1:NodePool"
KARPENTER_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ADDON = "aws:eks/addon:Addon"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
SECRET_STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
SYSTEM_NAMESPACES = ("kube-system",)
SYSTEM_LABEL = "mlplatform.io/system"

_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
_ADVERTISED_BY_TAINT = {"nvidia.com/gpu": "nvidia.com/gpu", "aws.amazon.com/neuron": "aws.amazon.com/neuron"}


class Nodes:
    """The nodes of one pool: labels and taints as Kubernetes has them, and the image."""

    def __init__(
        self, name: str, labels: Mapping[str, str], taints: Iterable[Mapping[str, str]], image: str, fixed: int
    ):
        self.name, self.image, self.fixed = name, image, fixed
        self.labels = {**WELL_KNOWN_LABELS, **labels}
        self.taints = [{**taint, "effect": _EFFECTS.get(taint["effect"], taint["effect"])} for taint in taints]

    @property
    def brings_its_plugin(self) -> bool:
        """Bottlerocket runs NVIDIA's device plugin itself. Source: Bottlerocket, "GPU workloads"."""
        return self.image.startswith(("BOTTLEROCKET", "bottlerocket"))


def pools(plan: Plan) -> list[Nodes]:
    """Every kind of node: managed groups and Karpenter's pools."""
    found = [
        Nodes(
            each.name,
            each.inputs["labels"],
            each.inputs["taints"],
            each.inputs["amiType"],
            each.inputs["scalingConfig"]["minSize"],
        )
        for each in of_type(plan, NODE_GROUP)
    ]
    classes = {each.inputs["metadata"]["name"]: each.inputs["spec"] for each in of_type(plan, KARPENTER_CLASS)}
    for each in of_type(plan, KARPENTER_POOL):
        template = each.inputs["spec"]["template"]
        image = classes[template["spec"]["nodeClassRef"]["name"]]["amiSelectorTerms"][0]["alias"]
        found.append(Nodes(each.name, template["metadata"]["labels"], template["spec"]["taints"], image, 0))
    return found


def unknown_charts(plan: Plan) -> list[str]:
    """Charts and add-ons whose own names nobody has read, at the version that is pinned."""
    found = [
        f"{each.name}: {chart} {each.inputs['version']} is not the version whose templates were read"
        for each in of_type(plan, RELEASE)
        if (chart := each.inputs["chart"].rpartition("/")[2]) not in CHARTS
        or CHARTS[chart].version != each.inputs["version"]
    ]
    addons = [each.inputs["addonName"] for each in of_type(plan, ADDON)]
    return found + [f"add-on {addon} is not described" for addon in addons if addon not in ADDONS]


def selected(pods: Pods, values: Mapping[str, Any], nodes: Nodes) -> bool:
    """Whether the node's labels are those that the pods ask for."""
    wanted: dict[str, str] = {**pods.selector, **(value_at(values, pods.selector_path) or {})}
    affinity: Any = value_at(values, pods.affinity_path) or {}
    required = affinity.get("nodeAffinity", {}).get("requiredDuringSchedulingIgnoredDuringExecution", {})
    terms: list[Mapping[str, Any]] = required.get("nodeSelectorTerms", [])
    fits = not terms or any(all(_holds(rule, nodes) for rule in term["matchExpressions"]) for term in terms)
    return fits and all(nodes.labels.get(key) == value for key, value in wanted.items())


def _holds(rule: Mapping[str, Any], nodes: Nodes) -> bool:
    if rule["operator"] == "DoesNotExist":
        return rule["key"] not in nodes.labels
    assert rule["operator"] == "In"
    return nodes.labels.get(rule["key"]) in rule["values"]


def tolerates(tolerations: Iterable[Toleration], taint: Mapping[str, str]) -> bool:
    """Kubernetes' own rule for one taint."""
    for each in tolerations:
        if each == EVERY_TAINT:
            return True
        same_key = each.get("key") == taint["key"]
        same_effect = each.get("effect") in (None, taint["effect"])
        same_value = each.get("operator") == "Exists" or each.get("value", "") == taint.get("value", "")
        if same_key and same_effect and same_value:
            return True
    return False


def can_run(pods: Pods, values: Mapping[str, Any], nodes: Nodes) -> bool:
    """Whether the pods are scheduled to the nodes: selected, and every hard taint tolerated."""
    tolerations: list[Toleration] = [*pods.tolerations, *(value_at(values, pods.tolerations_path) or [])]
    hard = [taint for taint in nodes.taints if taint["effect"] != "PreferNoSchedule"]
    return selected(pods, values, nodes) and all(tolerates(tolerations, taint) for taint in hard)


def homeless(plan: Plan) -> Iterator[str]:
    """Workloads that no node would run: a selector no pool has, or taints they don't tolerate."""
    known = pools(plan)
    for release, chart, workloads in releases(plan):
        values = release.inputs["values"]
        for pods in workloads:
            if pods.daemon:
                chosen = [nodes for nodes in known if selected(pods, values, nodes)]
                if not chosen and not pods.optional:
                    yield f"{chart}: no pool has the labels it selects"
                for nodes in chosen:
                    if not can_run(pods, values, nodes):
                        yield f"{chart}: does not tolerate the taints of {nodes.name}"
            elif not any(nodes.fixed >= 2 and can_run(pods, values, nodes) for nodes in known):
                yield f"{chart}: no pool of two or more nodes runs it"
    for addon, pods, settings in placed_addons(plan):
        if not any(nodes.fixed >= 2 and can_run(pods, settings, nodes) for nodes in known):
            yield f"{addon.name}: no pool of two or more nodes runs it"


def placed_addons(plan: Plan) -> Iterator[tuple[Resource, Pods, Mapping[str, Any]]]:
    """The add-ons that are Deployments, with where their configuration says that their pods run."""
    for addon in of_type(plan, ADDON):
        if placed := ADDONS[addon.inputs["addonName"]].placed:
            yield addon, Pods({}, "", **placed), json.loads(addon.inputs.get("configurationValues") or "{}")


def mingled(plan: Plan) -> Iterator[str]:
    """Pods of the platform that could share a node with pods of teams, on either's nodes."""
    known = pools(plan)
    system = [nodes for nodes in known if SYSTEM_LABEL in nodes.labels]
    others = [nodes for nodes in known if nodes not in system]
    for release, chart, workloads in releases(plan):
        for pods in workloads:
            if not pods.daemon and not pods.unplaced:
                astray = [nodes.name for nodes in others if can_run(pods, release.inputs["values"], nodes)]
                if astray:
                    yield f"{chart}: may run on {', '.join(astray)}, beside pods of teams"
    for addon, pods, settings in placed_addons(plan):
        if astray := [nodes.name for nodes in others if can_run(pods, settings, nodes)]:
            yield f"{addon.name}: may run on {', '.join(astray)}, beside pods of teams"
    for each, spec in pod_specs(plan):
        placed = Pods({}, "", selector_path=("nodeSelector",))
        wrong = others if namespace_of(each) not in team_namespaces(plan) else system
        astray = [nodes.name for nodes in wrong if can_run(placed, spec, nodes)]
        if astray and each.type != "kubernetes:apps/v1:DaemonSet":
            yield f"{each.name}: may run on {', '.join(astray)}, among pods that are not its own kind"


def unadvertised(plan: Plan) -> Iterator[str]:
    """Pools whose devices no plugin would offer to pods, or whose chosen sharing the plugin does not know."""
    for nodes in pools(plan):
        promised = {
            _ADVERTISED_BY_TAINT[taint["key"]] for taint in nodes.taints if taint["key"] in _ADVERTISED_BY_TAINT
        }
        if nodes.labels.get("mlplatform.io/efa"):
            promised.add("vpc.amazonaws.com/efa")
        if nodes.brings_its_plugin:
            promised.discard("nvidia.com/gpu")
        for device in sorted(promised):
            if not any(
                pods.advertises == device and can_run(pods, release.inputs["values"], nodes)
                for release, _, workloads in releases(plan)
                for pods in workloads
            ):
                yield f"{nodes.name}: nothing advertises {device} there"
        config = nodes.labels.get("nvidia.com/device-plugin.config")
        if config and config not in _plugin_configs(plan):
            yield f"{nodes.name}: the device plugin has no configuration {config}"
        if (config or "").startswith("mps-") != ("nvidia.com/mps.capable" in nodes.labels):
            yield f"{nodes.name}: the MPS daemon and the configuration {config} disagree"


_LEVELS = ("restricted", "baseline", "privileged")


def unadmitted(plan: Plan) -> Iterator[str]:
    """Workloads whose namespace enforces a stricter Pod Security Standard than they meet."""
    enforced = {
        each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        for each in of_type(plan, NAMESPACE)
    }
    known = pools(plan)
    for release, chart, workloads in releases(plan):
        level = enforced.get(release.inputs["namespace"], "privileged")
        for pods in workloads:
            if pods.daemon and not any(selected(pods, release.inputs["values"], nodes) for nodes in known):
                # It makes no pod that could be refused.
                continue
            if _LEVELS.index(level) < _LEVELS.index(pods.pod_security):
                yield f"{chart}: {release.inputs['namespace']} enforces {level}, it needs {pods.pod_security}"


def _plugin_configs(plan: Plan) -> set[str]:
    values = [each.inputs["values"] for each, chart, _ in releases(plan) if chart == "nvidia-device-plugin"]
    return {name for each in values for name in each["config"]["map"]}


def account_of(pods: Pods, values: Mapping[str, Any]) -> str:
    """The name of the pods' service account."""
    prefix, _, path = pods.account.partition("values:")
    return prefix or str(value_at(values, tuple(path.split("."))))


def orphaned_identities(plan: Plan) -> Iterator[str]:
    """Roles for service accounts that nothing makes or no pod has, and workloads that call AWS without a role."""
    made = {
        (release.inputs["namespace"], account_of(pods, release.inputs["values"])): (chart, pods)
        for release, chart, workloads in releases(plan)
        for pods in workloads
    }
    given = {(each.inputs["namespace"], each.inputs["serviceAccount"]): each for each in of_type(plan, ASSOCIATION)}
    objects = {
        (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"])
        for each in of_type(plan, "kubernetes:core/v1:ServiceAccount")
    }
    used = {(namespace_of(each), pods.account) for each, pods in own(plan)}
    # Kubernetes makes each namespace's own.
    objects_of_kubernetes = {(each.inputs["metadata"]["name"], "default") for each in of_type(plan, NAMESPACE)}
    for namespace, account in given.keys() - made.keys() - objects - objects_of_kubernetes - delivered(plan)[1]:
        yield f"{given[namespace, account].name}: nothing makes the service account {namespace}/{account}"
    # The pods of jobs are the teams'.
    for_jobs = {
        each.inputs["metadata"]["name"]
        for each in of_type(plan, NAMESPACE)
        if JOBS_LABEL in each.inputs["metadata"].get("labels", {})
    }
    for namespace, account in {each for each in objects - used if each[0] not in for_jobs}:
        yield f"{namespace}/{account}: no pod has this service account"
    for place, (chart, pods) in made.items():
        if pods.asks_aws and place not in given:
            yield f"{chart}: its service account {'/'.join(place)} has no role"
    for addon in of_type(plan, ADDON):
        facts = ADDONS[addon.inputs["addonName"]]
        identities: list[Mapping[str, str]] = addon.inputs.get("podIdentityAssociations") or []
        accounts = {each["serviceAccount"] for each in identities}
        if accounts != set(facts.accounts):
            yield f"{addon.name}: roles for {sorted(accounts)}, but {sorted(facts.accounts)} call AWS"


def unheard_news(plan: Plan) -> Iterator[str]:
    """Controllers that listen to a queue nobody has, rules without a target, targets and policies of another queue."""
    queues = {each.outputs["name"]: each for each in of_type(plan, "aws:sqs/queue:Queue")}
    arns = {each.outputs["arn"] for each in queues.values()}
    rules = {each.outputs["name"]: each.outputs["arn"] for each in of_type(plan, "aws:cloudwatch/eventRule:EventRule")}
    for release, chart, _ in releases(plan):
        wanted = value_at(release.inputs["values"], ("settings", "interruptionQueue"))
        if chart == "karpenter" and wanted not in queues:
            yield f"{release.name}: no queue is called {wanted}"
    targets = of_type(plan, "aws:cloudwatch/eventTarget:EventTarget")
    topics = {each.outputs["arn"] for each in of_type(plan, "aws:sns/topic:Topic")}
    for name in rules.keys() - {each.inputs["rule"] for each in targets}:
        yield f"{name}: the rule has no target"
    for target in targets:
        if target.inputs["arn"] not in arns | topics or target.inputs["rule"] not in rules:
            yield f"{target.name}: its rule, or its queue or topic, is not in the plan"
    for policy in of_type(plan, "aws:sqs/queuePolicy:QueuePolicy"):
        statements = json.loads(policy.inputs["policy"])["Statement"]
        senders = {arn for each in statements for arn in _sources(each)}
        queue = queues[policy.inputs["queueUrl"].rpartition("/")[2]].outputs["arn"]
        sending = {rules[each.inputs["rule"]] for each in targets if queue in _receivers(each)}
        if {each["Resource"] for each in statements} - arns or senders != sending:
            yield f"{policy.name}: lets {sorted(senders)} send, the rules are {sorted(sending)}"


def _receivers(target: Resource) -> set[str]:
    """The queues that a target sends to: its own, and the one of events that could not be delivered."""
    return {target.inputs["arn"], value_at(target.inputs, ("deadLetterConfig", "arn"))}


def _sources(statement: Mapping[str, Any]) -> list[str]:
    return statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", [])


def admitted(plan: Plan) -> list[str]:
    """The principal of each access entry: one for each entry of the plan, and one for each role of managed nodes.

    EKS makes the entry of a managed node group's role. Source: EKS user guide, "Create access entries".
    """
    nodes = {str(each.inputs["nodeRoleArn"]) for each in of_type(plan, NODE_GROUP)}
    return [*nodes, *(str(each.inputs["principalArn"]) for each in of_type(plan, "aws:eks/accessEntry:AccessEntry"))]


def admitted_twice(plan: Plan) -> Iterator[str]:
    """Principals with two access entries: EKS answers the second with 409."""
    principals = admitted(plan)
    for principal in sorted({each for each in principals if principals.count(each) > 1}):
        yield f"{principal} has {principals.count(principal)} access entries"


def undiscovered(plan: Plan) -> Iterator[str]:
    """Node classes whose subnets, security group, profile or role nobody made or let in, and pools without a class."""
    classes = {each.inputs["metadata"]["name"]: each for each in of_type(plan, KARPENTER_CLASS)}
    profiles = {each.outputs["name"]: each.inputs["role"] for each in of_type(plan, _PROFILE)}
    let_in = set(admitted(plan))
    roles = {each.outputs["name"]: each.outputs["arn"] for each in of_type(plan, "aws:iam/role:Role")}
    for each in classes.values():
        spec = each.inputs["spec"]
        subnets = _tagged(plan, "aws:ec2/subnet:Subnet", spec["subnetSelectorTerms"])
        if len(subnets) < 2 or any("private" not in subnet.name for subnet in subnets):
            yield f"{each.name}: discovers the subnets {[subnet.name for subnet in subnets]}, not the private ones"
        if len(_tagged(plan, "aws:ec2/securityGroup:SecurityGroup", spec["securityGroupSelectorTerms"])) != 1:
            yield f"{each.name}: does not discover the one security group of nodes"
        role = profiles.get(spec["instanceProfile"])
        if role is None or roles.get(role) not in let_in:
            yield f"{each.name}: its profile is not in the plan, or its role is not let into the cluster"
    for pool in of_type(plan, KARPENTER_POOL):
        if pool.inputs["spec"]["template"]["spec"]["nodeClassRef"]["name"] not in classes:
            yield f"{pool.name}: its node class is not in the plan"


_PROFILE = "aws:iam/instanceProfile:InstanceProfile"


def _tagged(plan: Plan, kind: str, terms: Iterable[Mapping[str, Any]]) -> list[Resource]:
    return [
        each
        for each in of_type(plan, kind)
        if any(term["tags"].items() <= (each.inputs.get("tags") or {}).items() for term in terms)
    ]


def unprovisioned(plan: Plan) -> Iterator[str]:
    """Storage classes whose provisioner no add-on runs; scheduled actions and tags of groups that nobody has."""
    running = {ADDONS[each.inputs["addonName"]].provisioner for each in of_type(plan, ADDON)}
    for each in of_type(plan, "kubernetes:storage.k8s.io/v1:StorageClass"):
        if each.inputs["provisioner"] not in running:
            yield f"{each.name}: no add-on provisions {each.inputs['provisioner']}"
    groups = {
        group["name"]
        for each in of_type(plan, NODE_GROUP)
        for owned in each.outputs["resources"]
        for group in owned["autoscalingGroups"]
    }
    for each in of_type(plan, "aws:autoscaling/schedule:Schedule", "aws:autoscaling/tag:Tag"):
        if each.inputs["autoscalingGroupName"] not in groups:
            yield f"{each.name}: no node group has the scaling group {each.inputs['autoscalingGroupName']}"


SECRET_KEYS = ("secretName", "existingSecret", "secretKeyRef", "secretRef", "imagePullSecrets")


def missing_secrets(plan: Plan) -> Iterator[str]:
    """Secrets that a manifest or a release's values name and no resource makes, nor any ExternalSecret."""
    made = {each.inputs["metadata"]["name"] for each in of_type(plan, "kubernetes:core/v1:Secret", EXTERNAL_SECRET)}
    for each in plan:
        # A definition has schemas of fields that name secrets.
        if each.type.startswith("kubernetes:") and not each.type.endswith(":CustomResourceDefinition"):
            yield from (
                f"{each.name}: nothing makes the secret {name}" for name in _secrets(each.inputs) if name not in made
            )


_PUT_IN_PLACE = re.compile(r"[^/]+/delivery/(notifications|charts|repositories/[^/]+)")
"""What people put into Secrets Manager themselves. Source: docs/components/delivery.md, "Secrets to put in place"."""


def unanswered_secrets(plan: Plan) -> Iterator[str]:
    """ExternalSecrets of what nobody made in Secrets Manager, or from a namespace that the store doesn't answer."""
    kept = {each.inputs["name"] for each in of_type(plan, "aws:secretsmanager/secret:Secret")}
    answered = {
        (each.inputs["metadata"]["name"], namespace)
        for each in of_type(plan, SECRET_STORE)
        for condition in each.inputs["spec"]["conditions"]
        for namespace in condition["namespaces"]
    }
    for each in of_type(plan, EXTERNAL_SECRET):
        store = each.inputs["spec"]["secretStoreRef"]["name"]
        namespace = each.inputs["metadata"]["namespace"]
        if (store, namespace) not in answered:
            yield f"{each.name}: the store {store} does not answer {namespace}"
        for source in each.inputs["spec"]["dataFrom"]:
            key = source["extract"]["key"]
            if key not in kept and not _PUT_IN_PLACE.fullmatch(key):
                yield f"{each.name}: nothing makes {key} in Secrets Manager"


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in cast(Mapping[str, Any], value).items():
            if key in SECRET_KEYS:
                yield from (
                    str(_name(each)) for each in cast(list[Any], item if isinstance(item, list) else [item]) if each
                )
            else:
                yield from _secrets(item)
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from _secrets(item)


def _name(reference: Any) -> Any:
    return cast(Mapping[str, Any], reference)["name"] if isinstance(reference, Mapping) else reference
