"""The sizes that a deployment of a pool sends, from what the pool's Auto Scaling group is at that moment."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.cluster.node_pool.sizes import LiveGroup, deployed_sizes, sizes
from components.cluster.node_pool.spec import AmiFamily, NodePoolSpec
from components.core.spec import SpecError, parse
from components.facts.versions import NODE_IMAGES, KubernetesVersion
from tests.support.components.clusters import NODE_GROUP, SCHEDULE, node_pool
from tests.support.components.mocks import Recording

PEAK = {"name": "peak", "additional_nodes": 10, "start": "08:00", "end": "22:00"}
GROUP = "eks-pool-nodes"
RELEASE = NODE_IMAGES["1.36"]["al2023"]


def deployed(desired: int, tags: Mapping[str, str], release: str = RELEASE) -> Recording:
    """An account in which an earlier deployment made the pool's group, which has `desired` nodes now."""
    given = {**tags, "eks:cluster-name": "ml", "eks:nodegroup-name": "pool-nodes"}
    tagged = [{"key": key, "value": value, "propagateAtLaunch": False} for key, value in given.items()]

    def named(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        [wanted] = arguments["filters"]
        found = [tags.get(wanted["name"].removeprefix("tag:"))] == wanted["values"]
        return {"names": [GROUP] if found else [], "arns": [], "id": "us-east-1"}

    group = {"name": GROUP, "desiredCapacity": desired, "minSize": 0, "maxSize": 450, "tags": tagged}
    managed = {"clusterName": "ml", "nodeGroupName": "pool-nodes", "releaseVersion": release}
    answers: dict[str, Any] = {
        "aws:autoscaling/getAmiIds:getAmiIds": named,
        "aws:autoscaling/getGroup:getGroup": group,
        "aws:eks/getNodeGroup:getNodeGroup": managed,
    }
    return Recording(answers=answers)


def tags_of(recording: Recording) -> dict[str, str]:
    tags = [each.inputs["tag"] for each in recording.all("aws:autoscaling/tag:Tag")]
    return {tag["key"]: tag["value"] for tag in tags if tag["key"].startswith("mlplatform:")}


def again(live: int, before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, int], list[str]]:
    """What is sent and what is ignored when a pool changes while it has `live` nodes."""
    group = node_pool(deployed(live, tags_of(node_pool(**before))), **after).one(NODE_GROUP)
    return group.inputs["scalingConfig"], list(group.ignore_changes)


@pytest.mark.parametrize(
    ("args", "size"),
    [
        ({"minimum": 1, "maximum": 3}, {"minSize": 1, "desiredSize": 1, "maxSize": 3}),
        ({"minimum": 0, "desired": 2, "maximum": 3}, {"minSize": 0, "desiredSize": 2, "maxSize": 3}),
        ({"minimum": 2, "maximum": 3, "schedules": [PEAK]}, {"minSize": 2, "desiredSize": 2, "maxSize": 13}),
    ],
)
def test_a_new_pool_starts_small_and_may_grow_at_once(args: dict[str, Any], size: dict[str, int]) -> None:
    group = node_pool(**args).one(NODE_GROUP)
    assert group.inputs["scalingConfig"] == size
    assert group.ignore_changes == ["scalingConfig.desiredSize"]


def test_twenty_nodes_may_grow_by_ten_from_eight_to_twenty_two() -> None:
    recording = node_pool(minimum=20, maximum=20, schedules=[PEAK])
    actions = {each.name: each.inputs for each in recording.all(SCHEDULE)}
    common = {
        "autoscalingGroupName": "eks-pool-nodes-1a2b3c4",
        "timeZone": "Etc/UTC",
        "minSize": -1,
        "desiredCapacity": -1,
    }
    start = {**common, "scheduledActionName": "pool-peak-start", "recurrence": "0 8 * * *", "maxSize": 30}
    end = {**common, "scheduledActionName": "pool-peak-end", "recurrence": "0 22 * * *", "maxSize": 20}
    assert actions == {"pool-peak-start": start, "pool-peak-end": end}
    group = recording.one(NODE_GROUP)
    assert recording.all(SCHEDULE)[0].property_dependencies["autoscalingGroupName"] == [group.urn]
    assert group.inputs["scalingConfig"] == {"minSize": 20, "desiredSize": 20, "maxSize": 30}


SMALL: dict[str, Any] = {"minimum": 2, "maximum": 6}
SCHEDULED: dict[str, Any] = {"minimum": 20, "maximum": 20, "schedules": [PEAK]}


def test_the_same_sizes_leave_desired_and_maximum_alone() -> None:
    """The autoscaler moves the one, schedules the other; neither is a change of the deployment's."""
    for pool in (SMALL, SCHEDULED):
        sent, ignored = again(5, pool, pool)
        assert ignored == ["scalingConfig.desiredSize", "scalingConfig.maxSize"]
        assert sent == node_pool(**pool).one(NODE_GROUP).inputs["scalingConfig"]


@pytest.mark.parametrize(
    ("live", "before", "after", "sent"),
    [
        (2, SMALL, {"minimum": 4, "maximum": 6}, (4, 4, 6)),
        (5, SMALL, {"minimum": 3, "maximum": 6}, (3, 5, 6)),
        (5, SMALL, {"minimum": 1, "maximum": 6}, (1, 5, 6)),
        (5, SMALL, {"minimum": 2, "maximum": 9}, (2, 5, 9)),
        (5, SMALL, {"minimum": 2, "maximum": 4}, (2, 4, 4)),
        (5, SMALL, {"minimum": 8, "maximum": 12}, (8, 8, 12)),
        (27, SCHEDULED, {**SCHEDULED, "minimum": 22, "maximum": 24}, (22, 27, 34)),
        (20, SCHEDULED, {**SCHEDULED, "minimum": 24, "maximum": 24}, (24, 24, 34)),
        (27, SCHEDULED, {**SCHEDULED, "schedules": [{**PEAK, "additional_nodes": 15}]}, (20, 27, 35)),
        (30, SCHEDULED, {**SCHEDULED, "minimum": 30, "maximum": 30}, (30, 30, 40)),
        (4, {"minimum": 4, "maximum": 4}, {"minimum": 6, "maximum": 8}, (6, 6, 8)),
    ],
)
def test_a_changed_bound_is_sent_with_the_live_size(
    live: int, before: dict[str, Any], after: dict[str, Any], sent: tuple[int, int, int]
) -> None:
    found, ignored = again(live, before, after)
    assert (found["minSize"], found["desiredSize"], found["maxSize"]) == sent
    assert ignored == []


def test_a_group_of_another_stack_is_not_read() -> None:
    tags = {**tags_of(node_pool(**SMALL)), "mlplatform:node-pool": "mlplatform/other/pool"}
    group = node_pool(deployed(5, tags), minimum=3, maximum=6).one(NODE_GROUP)
    assert group.inputs["scalingConfig"]["desiredSize"] == 3


def test_each_pool_of_a_stack_has_its_own_tags() -> None:
    assert tags_of(node_pool(**SMALL)) == {"mlplatform:node-pool": "mlplatform/test/pool", "mlplatform:sizes": "2-6-6"}
    assert tags_of(node_pool(**SCHEDULED))["mlplatform:sizes"] == "20-20-30"


@pytest.mark.parametrize("version", list(KubernetesVersion))
@pytest.mark.parametrize("family", list(AmiFamily))
def test_nodes_follow_the_cluster_with_a_pinned_image(version: KubernetesVersion, family: AmiFamily) -> None:
    group = node_pool(kubernetes_version=version, ami_family=family).one(NODE_GROUP).inputs
    assert (group["version"], group["releaseVersion"]) == (version, NODE_IMAGES[version][family])


def test_a_pool_may_choose_its_image_release() -> None:
    group = node_pool(kubernetes_version="1.36", release_version="1.36.4-20261023").one(NODE_GROUP).inputs
    assert (group["version"], group["releaseVersion"]) == ("1.36", "1.36.4-20261023")


def test_a_pool_without_a_version_leaves_it_to_eks() -> None:
    assert not {"version", "releaseVersion"} & node_pool().one(NODE_GROUP).inputs.keys()


@pytest.mark.parametrize(
    ("family", "live", "version", "sent"),
    [
        # EKS moved the group on when its launch template changed; it refuses an earlier release.
        ("al2023", "1.36.4-20261023", "1.36", "1.36.4-20261023"),
        ("bottlerocket", "1.68.1-5a1b2c3d", "1.36", "1.68.1-5a1b2c3d"),
        ("al2023", "1.36.2-20260818", "1.36", RELEASE),
        ("al2023", "1.36.3-20260827", "1.36", RELEASE),
        ("bottlerocket", "1.9.0-ffffffff", "1.36", "1.65.0-0be31b34"),
        ("al2023", "1.35.9-20261123", "1.36", RELEASE),
    ],
)
def test_an_image_is_never_moved_back(family: str, live: str, version: str, sent: str) -> None:
    recording = deployed(1, tags_of(node_pool()), live)
    group = node_pool(recording, kubernetes_version=version, ami_family=family).one(NODE_GROUP).inputs
    assert group["releaseVersion"] == sent


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            {"release_version": "latest"},
            "latest is not a release of al2023; write one such as 1.36.3-20260903",
        ),
        ({"release_version": "v20260903"}, "releaseVersion = 'v20260903': v20260903 is not a release of al2023"),
        ({"release_version": "1.36.3-20260903", "ami_family": "bottlerocket"}, "is not a release of bottlerocket"),
        (
            {"release_version": "1.35.7-20260903", "kubernetes_version": "1.36"},
            "releaseVersion = '1.35.7-20260903': 1.35.7-20260903 is not a release for EKS 1.36; write one for 1.36",
        ),
    ],
)
def test_a_release_that_does_not_fit_is_refused(args: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        node_pool(**args)


def pool(minimum: int, more: int, additional: int) -> NodePoolSpec:
    schedules = [{**PEAK, "additional_nodes": additional}] if additional else []
    values = {"name": "gpu", "instance_types": ["g4dn.xlarge"], "minimum": minimum, "schedules": schedules}
    return parse(NodePoolSpec, {**values, "maximum": max(1, minimum + more)}, "pool")


pools = st.builds(pool, st.integers(0, 40), st.integers(0, 20), st.integers(0, 20))


@given(pools, pools, st.data())
def test_eks_accepts_each_change_and_no_needless_node_ends(
    before: NodePoolSpec, after: NodePoolSpec, data: st.DataObject
) -> None:
    live = data.draw(st.integers(before.minimum, before.peak))
    found = sizes(after, LiveGroup(live, deployed_sizes(before), RELEASE))
    if deployed_sizes(before) == deployed_sizes(after):
        assert "scalingConfig.desiredSize" in found.ignored
        return
    assert found.ignored == ()
    assert after.minimum == found.minimum <= found.desired <= found.maximum == after.peak
    assert found.desired >= min(live, after.peak)
