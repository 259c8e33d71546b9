"""Everything in a plan is something that its provider, Kubernetes or a custom resource's definition would accept."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from resources.resource import UNKNOWN, Resource
from tests.support.components.definitions import faults
from tests.support.planner import sdk
from tests.support.planner.order import custom
from tests.support.planner.plans import CLUSTERED, STACKS, changed, config_of, of_type, plan_of

pytestmark = pytest.mark.slow

RELEASE = "kubernetes:helm.sh/v3:Release"
# Checked against the objects' own schemas below; the SDK types of all else are checked here.
OBJECTS = ("kubernetes:",)


def known_to_an_sdk(resource: Resource) -> bool:
    if resource.type == RELEASE or resource.type.startswith("pulumi:providers:"):
        return True
    return resource.type.startswith(("aws:", "eks:"))


@pytest.mark.parametrize("stack", STACKS)
def test_every_input_is_one_that_its_providers_sdk_knows(stack: str) -> None:
    judged = [each for each in plan_of(stack) if known_to_an_sdk(each)]
    assert [problem for each in judged for problem in sdk.problems(each)] == []


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_is_left_unjudged(stack: str) -> None:
    ours = ("mlplatform:index:", "pulumi:pulumi:Stack")
    unjudged = {
        each.type
        for each in plan_of(stack)
        if not known_to_an_sdk(each) and not each.type.startswith((*OBJECTS, *ours))
    }
    assert unjudged == set()


def deep(*path: str | int, value: object) -> Any:
    """A fault: the input at `path` is `value`."""

    def change(inputs: dict[str, Any]) -> None:
        found: Any = inputs
        for part in path[:-1]:
            found = found[part]
        found[path[-1]] = value

    return change


def gone(*path: str) -> Any:
    """A fault: the input at `path` is left out."""

    def change(inputs: dict[str, Any]) -> None:
        found: Any = inputs
        for part in path[:-1]:
            found = found[part]
        del found[path[-1]]

    return change


NODES = "gpu-cluster-sliced-nodes"
TEMPLATE = "gpu-cluster-train-template"


@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        (
            NODES,
            deep("instanceType", value="g4dn.xlarge"),
            f"{NODES}.instanceType: unknown to NodeGroupArgs, which has",
        ),
        (NODES, deep("instance_types", value=[]), f"{NODES}.instance_types: unknown to NodeGroupArgs"),
        (
            NODES,
            deep("scalingConfig", "min", value=1),
            f"{NODES}.scalingConfig.min: unknown to NodeGroupScalingConfigArgs",
        ),
        (NODES, deep("scalingConfig", "minSize", value="1"), f"{NODES}.scalingConfig.minSize: '1' is no int"),
        (NODES, deep("taints", 0, "key", value=["a"]), f"{NODES}.taints[0].key: ['a'] is no str"),
        (NODES, deep("labels", value=["a"]), f"{NODES}.labels: ['a'] is no mapping"),
        (NODES, gone("scalingConfig", "maxSize"), f"{NODES}.scalingConfig: maxSize is missing"),
        (NODES, gone("nodeRoleArn"), f"{NODES}: nodeRoleArn is missing"),
        (
            TEMPLATE,
            deep("metadataOptions", "httpToken", value="x"),
            "httpToken: unknown to LaunchTemplateMetadataOptions",
        ),
        (TEMPLATE, deep("networkInterfaces", value={}), f"{TEMPLATE}.networkInterfaces: {{}} is no list"),
        (TEMPLATE, deep("networkInterfaces", 3, "efa", value=True), "networkInterfaces[3].efa: unknown to"),
        (
            "gpu-cluster-eks",
            deep("skipDefaultSecurityGroup", value=True),
            "skipDefaultSecurityGroup: unknown to ClusterArgs",
        ),
        (
            "gpu-cluster-eks",
            deep("upgradePolicy", "type", value="x"),
            "upgradePolicy.type: unknown to ClusterUpgradePolicy",
        ),
        ("gpu-cluster-eks", deep("authenticationMode", value=1), "gpu-cluster-eks.authenticationMode: 1 is no "),
        ("gpu-cluster-eks", deep("skipDefaultNodeGroup", value="yes"), "skipDefaultNodeGroup: 'yes' is no bool"),
        ("gpu-cluster-karpenter-controller", deep("skipCRDs", value=True), "skipCRDs: unknown to ReleaseArgs"),
        (
            "gpu-cluster-karpenter-controller",
            deep("repositoryOpts", value={"url": "x"}),
            "repositoryOpts.url: unknown to",
        ),
        ("aws", deep("defaultTags", value='{"tag": {}}'), "aws.defaultTags.tag: unknown to ProviderDefaultTagsArgs"),
    ],
)
def test_an_input_that_no_provider_knows_is_told(name: str, fault: Any, told: str) -> None:
    [broken] = [each for each in changed(plan_of("everything"), name, fault) if each.name == name]
    assert any(told in problem for problem in sdk.problems(broken)), list(sdk.problems(broken))


def test_a_resource_that_no_sdk_has_is_told() -> None:
    for wrong in ("aws:ec2/vpc:Vpcs", "aws:vpcs/vpc:Vpc", "eks:index:Clusters"):
        assert list(sdk.problems(Resource("urn", wrong, "wrong"))) == [f"wrong: the SDK has no {wrong}"]


def version_of(stack: str) -> str:
    return config_of(stack)["gpuCluster"]["kubernetesVersion"]


def objects(stack: str) -> list[Resource]:
    own = {each.urn for each in custom(plan_of(stack))}
    return [
        each
        for each in plan_of(stack)
        if each.type.startswith(OBJECTS) and each.type != RELEASE and each.urn not in own
    ]


@pytest.mark.parametrize("stack", CLUSTERED)
def test_every_object_is_one_that_this_kubernetes_accepts(stack: str) -> None:
    judged = objects(stack)
    assert judged
    for each in judged:
        assert faults(each.inputs, version_of(stack)) == [], each.name


@pytest.mark.parametrize("stack", STACKS)
def test_objects_have_the_type_of_their_manifest(stack: str) -> None:
    for each in (*objects(stack), *custom(plan_of(stack))):
        version = each.inputs["apiVersion"]
        group = version if "/" in version else f"core/{version}"
        assert each.type == f"kubernetes:{group}:{each.inputs['kind']}"


def test_an_object_with_a_field_of_nobody_is_refused() -> None:
    name = "gpu-cluster-serving-default-deny"
    plan = changed(plan_of("everything"), name, deep("spec", "policyType", value=["Ingress"]))
    [broken] = [each for each in plan if each.name == name]
    [fault] = faults(broken.inputs)
    assert "policyType" in fault


def refusals(resource: Resource) -> Iterator[str]:
    """What the definition of a custom resource refuses of it, or that there is none."""
    try:
        yield from (f"{resource.name}: {fault}" for fault in faults(dict(resource.inputs)))
    except LookupError as unknown:
        yield f"{resource.name}: {unknown.args[0]}"


@pytest.mark.parametrize("stack", STACKS)
def test_every_custom_resource_fits_its_published_definition(stack: str) -> None:
    assert [told for each in custom(plan_of(stack)) for told in refusals(each)] == []


@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        ("gpu-cluster-karpenter-burst-pool", deep("spec", "limit", value={}), "('limit' was unexpected)"),
        (
            "gpu-cluster-karpenter-burst-pool",
            deep("spec", "disruption", "budgets", 0, "nodes", value="ten"),
            "'ten' does not",
        ),
        (
            "gpu-cluster-karpenter-burst-class",
            deep("spec", "metadataOptions", "httpTokens", value="any"),
            "'any' is not one of",
        ),
        (
            "gpu-cluster-karpenter-burst-class",
            gone("spec", "amiSelectorTerms"),
            "is a required property",
        ),
        ("gpu-cluster-karpenter-burst-class", deep("kind", value="NodeClass"), "no definition of NodeClass"),
    ],
)
def test_a_custom_resource_that_its_definition_refuses_is_told(name: str, fault: Any, told: str) -> None:
    [broken] = [each for each in changed(plan_of("everything"), name, fault) if each.name == name]
    found = list(refusals(broken))
    assert any(told in each for each in found), found


def unknowns(value: Any, path: str) -> Iterator[str]:
    if value is UNKNOWN:
        yield path
    elif isinstance(value, Mapping):
        for key, item in cast(Mapping[str, Any], value).items():
            yield from unknowns(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(cast(list[Any], value)):
            yield from unknowns(item, f"{path}[{index}]")


@pytest.mark.parametrize("stack", STACKS)
def test_no_input_is_unknown_to_the_plan(stack: str) -> None:
    """No rule or price can judge an unknown. `components/testing/fake_aws.py` then lacks the output it comes from."""
    assert [path for each in plan_of(stack) for path in unknowns(each.inputs, each.name)] == []


def test_an_unknown_is_found_at_any_depth() -> None:
    assert list(unknowns({"a": [{"b": UNKNOWN}, 1], "c": UNKNOWN}, "x")) == ["x.a[0].b", "x.c"]


ROLE_POLICY_LIMIT = 10_240
"""Characters of a role's inline policies together, white space aside. Source: IAM user guide, "IAM and STS quotas"."""


@pytest.mark.parametrize("stack", STACKS)
def test_the_inline_policies_of_each_role_fit_iams_limit(stack: str) -> None:
    sizes: dict[str, int] = {}
    for each in of_type(plan_of(stack), "aws:iam/rolePolicy:RolePolicy"):
        text = "".join(str(each.inputs["policy"]).split())
        sizes[each.inputs["role"]] = sizes.get(each.inputs["role"], 0) + len(text)
    assert sizes
    assert all(size <= ROLE_POLICY_LIMIT for size in sizes.values()), sizes
