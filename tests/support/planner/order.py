"""The order of a plan: what must exist first, and so what is deleted last. Each check returns a sentence a fault."""

from collections.abc import Iterable

from components.kubeflow.waves import WAVES
from resources.resource import Resource
from tests.support.components.definitions import is_built_in
from tests.support.planner import contract, traffic, workloads
from tests.support.planner.charts import ADDONS, CHARTS
from tests.support.planner.contract import (
    ADDON,
    ASSOCIATION,
    KARPENTER_CLASS,
    KARPENTER_POOL,
    NAMESPACE,
    NODE_GROUP,
    RELEASE,
    SYSTEM_NAMESPACES,
)
from tests.support.planner.graph import Graph
from tests.support.planner.plans import Plan, of_type

WAVES_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
WAVES_DEFINE = {definition.partition(".")[2] for wave in WAVES for definition in wave.brings}
"""The groups that Kubeflow's waves define; its set of Applications is there once the last wave is."""


def chart_of(release: Resource) -> str:
    return release.inputs["chart"].rpartition("/")[2]


def objects(plan: Plan) -> list[Resource]:
    return [each for each in plan if each.type.startswith("kubernetes:")]


def custom(plan: Plan) -> list[Resource]:
    """Objects of kinds that Kubernetes itself does not have."""
    return [each for each in objects(plan) if each.type != RELEASE and not is_built_in(each.inputs)]


def definitions_come_first(plan: Plan) -> Iterable[str]:
    graph = Graph(plan)
    for each in custom(plan):
        group = each.inputs["apiVersion"].partition("/")[0]
        bringing = [
            release
            for wanted in (f"{group}/{each.inputs['kind']}", group)
            for release in of_type(plan, RELEASE)
            if wanted in CHARTS[chart_of(release)].defines
        ]
        bringing = bringing or [
            waves
            for waves in of_type(plan, WAVES_SET)
            if waves.inputs["metadata"]["name"] == "kubeflow" and group in WAVES_DEFINE
        ]
        if not bringing:
            yield f"{each.name}: no release brings definitions of {group}"
        yield from graph.out_of_order([each], bringing)


def namespaces_come_first(plan: Plan) -> Iterable[str]:
    graph = Graph(plan)
    made = {each.inputs["metadata"]["name"]: each for each in of_type(plan, NAMESPACE)}
    for each in objects(plan):
        home = each.inputs.get("namespace") or each.inputs.get("metadata", {}).get("namespace")
        if home is None or home in SYSTEM_NAMESPACES:
            continue
        if home not in made:
            yield f"{each.name}: nothing makes the namespace {home}"
        else:
            yield from graph.out_of_order([each], [made[home]])


def objects_go_to_the_cluster(plan: Plan) -> Iterable[str]:
    graph = Graph(plan)
    clusters = of_type(plan, "eks:index:Cluster")
    for each in objects(plan):
        provider = graph.by_urn.get(each.provider or "")
        if (
            provider is None
            or provider.type != "pulumi:providers:kubernetes"
            or provider.inputs.get("kubeconfig") is None
        ):
            yield f"{each.name}: goes through {each.provider}, no provider with a kubeconfig of this plan"
        yield from graph.out_of_order([each], clusters)


def references_are_in_the_plan(plan: Plan) -> Iterable[str]:
    known = {each.urn for each in plan}
    graph = Graph(plan)
    for each in plan:
        yield from (f"{each.name}: depends on {urn}, which is not in the plan" for urn in graph.direct(each) - known)


def named(plan: Plan, chart: str) -> list[Resource]:
    return [each for each in of_type(plan, RELEASE) if chart_of(each) == chart]


def karpenter_cleans_up_first(plan: Plan) -> Iterable[str]:
    """Nodes go while the controller runs, and the controller goes while it has its role, its news and its way out."""
    graph = Graph(plan)
    controllers = named(plan, "karpenter")
    yield from graph.out_of_order(of_type(plan, KARPENTER_POOL, KARPENTER_CLASS), controllers)
    for pool in of_type(plan, KARPENTER_POOL):
        reference = pool.inputs["spec"]["template"]["spec"]["nodeClassRef"]["name"]
        own = [each for each in of_type(plan, KARPENTER_CLASS) if each.inputs["metadata"]["name"] == reference]
        yield from graph.out_of_order([pool], own)
    for controller in controllers:
        inside = controller.parent or ""
        needed = [
            each
            for each in plan
            if each.custom
            and each.urn.startswith(inside.rpartition("::")[0] + "$")
            and each.type not in (KARPENTER_POOL, KARPENTER_CLASS, "aws:iam/instanceProfile:InstanceProfile")
            and each is not controller
        ]
        yield from graph.out_of_order([controller], needed)


def roles_outlive_workloads(plan: Plan) -> Iterable[str]:
    """What calls AWS goes before its role's permissions, its association and the agent that hands it out."""
    graph = Graph(plan)
    accounts = {
        release.urn: {
            (release.inputs["namespace"], contract.account_of(pods, release.inputs["values"])) for pods in found
        }
        for release, _, found in workloads.releases(plan)
    }
    accounts |= {each.urn: {(workloads.namespace_of(each), pods.account)} for each, pods in workloads.own(plan)}
    agents = [each for each in of_type(plan, ADDON) if each.inputs["addonName"] == "eks-pod-identity-agent"]
    for association in of_type(plan, ASSOCIATION):
        place = (association.inputs["namespace"], association.inputs["serviceAccount"])
        role = association.inputs["roleArn"]
        roles = [each for each in of_type(plan, "aws:iam/role:Role") if each.outputs["arn"] == role]
        granted = {each.outputs["name"] for each in roles}
        grants = of_type(plan, "aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        # What another component adds to a role is that component's own, which comes later and goes before.
        parents = {each.parent for each in roles}
        permissions = [each for each in grants if each.inputs["role"] in granted and each.parent in parents]
        using = [each for each in plan if place in accounts.get(each.urn, ())]
        yield from graph.out_of_order(using, [association, *roles, *permissions, *agents])


def software_goes_before_nodes(plan: Plan) -> Iterable[str]:
    graph = Graph(plan)
    yield from graph.out_of_order([*of_type(plan, RELEASE), *custom(plan)], of_type(plan, NODE_GROUP))
    late = [each for each in of_type(plan, ADDON) if ADDONS[each.inputs["addonName"]].needs_nodes]
    yield from graph.out_of_order(late, of_type(plan, NODE_GROUP))


def nodes_go_before_what_they_need(plan: Plan) -> Iterable[str]:
    """Nodes need the network plugin, the kube-proxy, their role and rules, and a way to AWS, from first to last."""
    graph = Graph(plan)
    early = [each for each in of_type(plan, ADDON) if not ADDONS[each.inputs["addonName"]].needs_nodes]
    rules = [each for each in of_type(plan, traffic.INGRESS, traffic.EGRESS) if "gpu-cluster" in each.name]
    grants = [each for each in plan if each.name.startswith("gpu-cluster-node-Amazon")]
    ways_out = of_type(plan, "aws:ec2/route:Route", "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/natGateway:NatGateway")
    tables = [
        each for each in of_type(plan, "aws:ec2/routeTableAssociation:RouteTableAssociation") if "private" in each.name
    ]
    needed = [*early, *rules, *grants, *ways_out, *tables]
    yield from graph.out_of_order(of_type(plan, NODE_GROUP), needed)


TURNS = (
    definitions_come_first,
    namespaces_come_first,
    objects_go_to_the_cluster,
    karpenter_cleans_up_first,
    roles_outlive_workloads,
    software_goes_before_nodes,
    nodes_go_before_what_they_need,
)
"""What must hold of the order in which a stack is made, and so of that in which it is taken down."""
