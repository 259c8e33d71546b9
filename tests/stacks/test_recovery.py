"""The section `recovery` names stores of the stack, and makes a plan for each."""

from typing import Any

import pytest

from policies.engine.evaluate import evaluate
from resources.index import ResourceIndex
from stacks.recovery_section import backup_spec
from stacks.unusual_choices import unusual_choices
from tests.support.planner.plans import plan_of
from tests.support.policies.cases import context
from tests.support.stacks.configs import SECTIONS, STORE, config, read, refusal

RECOVERY: dict[str, Any] = {"vaultName": "ml"}
SELECTION = "aws:backup/selection:Selection"
PLAN = "aws:backup/plan:Plan"
VAULTS = "arn:aws:backup:us-west-2"
S3_BUCKET = "aws:s3/bucket:Bucket"


def told(**section: Any) -> str:
    return refusal(featureStore=STORE, recovery={**RECOVERY, **section})


def stores(**section: Any) -> dict[str, Any]:
    parsed = read({**SECTIONS, "featureStore": STORE, "recovery": {**RECOVERY, **section}})
    assert parsed.recovery
    return {name: each.model_dump() for name, each in backup_spec(parsed.recovery, parsed).stores.items()}


def test_the_registry_and_models_are_backed_up_by_default() -> None:
    found = stores()
    assert {name: each["rpo_minutes"] for name, each in found.items()} == {"models": 1500, "registry": 5}
    assert found["registry"]["rto_minutes"] == 60


def test_a_store_that_is_named_is_backed_up_too_and_an_excluded_one_is_not() -> None:
    found = stores(stores={"offline": {"rpoMinutes": 60}, "registry": {"rtoMinutes": 90}}, excluded=["models"])
    assert {name: (each["rpo_minutes"], each["rto_minutes"]) for name, each in found.items()} == {
        "offline": (60, 240),
        "registry": (5, 90),
    }


def test_copies_go_to_the_second_region_by_default() -> None:
    section = {"region": "us-west-2", "mode": "pilot-light"}
    parsed = read({**SECTIONS, "featureStore": STORE, "recovery": {**RECOVERY, **section}})
    assert parsed.recovery
    assert backup_spec(parsed.recovery, parsed).copy_region == "us-west-2"


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ({"stores": {"regsitry": {}}}, "there is no store regsitry"),
        ({"stores": {"regsitry": {}}}, "did you mean registry?"),
        ({"stores": {"pipelines": {}}}, "the stack has no store pipelines; add its section, or remove it"),
        ({"excluded": ["online"]}, "recovery.excluded = 'online': there is no store online"),
        ({"stores": {"models": {}}, "excluded": ["models"]}, "recovery.stores has objectives of models; remove one"),
        ({"excluded": ["registry", "models"]}, "no store is left; remove recovery, or a name"),
        ({"excluded": ["models", "models"]}, "recovery.excluded = 'models': it is named more than once"),
        ({"stores": {"": {}}}, "there is no store without a name; name registry"),
        ({"vaultName": "Default"}, "AWS Backup makes a vault of this name itself; choose another"),
        (
            {"copyVaultArn": f"{VAULTS}:111122223333:backup-vault:ml"},
            "it is a vault of this account",
        ),
        ({"copyVaultArn": "arn:aws:backup:mars-1:222233334444:backup-vault:ml"}, "mars-1 is not an AWS region"),
        *(
            ({"clusterState": {"readFrom": f"acme-{bucket}-111122223333"}}, "readFrom = 'acme-")
            for bucket in ("cluster-state", "models", "logs")
        ),
        ({"region": "us-east-1", "mode": "pilot-light"}, "us-east-1 is the stack's own region; take another"),
        ({"copyRegion": "us-east-1"}, "recovery.copyRegion = 'us-east-1': us-east-1 is the stack's own region"),
        (
            {"copyRegion": "cn-north-1"},
            "recovery.copyRegion = 'cn-north-1': cn-north-1 is in the partition aws-cn, and",
        ),
        ({"copyRegion": "us-gov-west-1"}, "AWS does not copy between partitions; write a region of the same partition"),
        (
            {"region": "us-gov-east-1", "mode": "pilot-light"},
            "recovery.region = 'us-gov-east-1': us-gov-east-1 is in the",
        ),
        ({"region": "us-west-22", "mode": "pilot-light"}, "us-west-22 is not an AWS region; did you mean us-west-2?"),
        ({"copyDays": 90}, "recovery.copyDays = 90: nothing is copied without copyRegion and copyVaultArn"),
        ({"region": "us-west-2"}, "recovery.mode = null: region needs it; write pilot-light or warm-standby"),
        ({"mode": "warm-standby"}, "recovery.region = null: mode is warm-standby, so it needs a second region"),
        ({"stores": {"models": {"rpoMinutes": 5}}}, "recovery.stores.models.rpoMinutes = 5: a bucket cannot have"),
        ({"lock": {"minimumDays": 60}}, "recovery.stores.models.retentionDays = 35: the lock keeps"),
        # Maintenance is sun:04:30-sun:05:30: a job that starts from 3 to 4 may be due in the hour before.
        ({"startHour": 3}, "recovery.startHour = 3: AWS Backup cannot back up a database in its maintenance"),
        ({"startHour": 5}, "recovery.startHour = 5: AWS Backup cannot back up a database in its maintenance"),
    ],
)
def test_a_section_that_does_not_fit_is_refused(section: dict[str, Any], problem: str) -> None:
    assert problem in told(**section)


def test_hours_apart_from_maintenance_are_accepted() -> None:
    assert stores(startHour=6)
    assert stores(startHour=2)


def test_recovery_needs_stores() -> None:
    assert "recovery needs featureStore, because it backs up the stores of a platform; add it" in refusal(
        recovery=RECOVERY
    )


@pytest.mark.parametrize(
    ("stack", "names"),
    [("prod", {"registry", "models"}), ("staging", {"registry"}), ("kubeflow", {"registry", "pipelines", "models"})],
)
def test_each_selection_of_a_stack_names_a_resource_of_the_stack(stack: str, names: set[str]) -> None:
    index = ResourceIndex(plan_of(stack))
    found = index.of_type(SELECTION)
    assert {each.inputs["name"] for each in found} == names
    for each in found:
        [source] = index.sources(each, "resources", "aws:rds/instance:Instance", "aws:s3/bucket:Bucket")
        [arn] = each.inputs["resources"]
        assert arn == source.outputs["arn"]


@pytest.mark.parametrize(("stack", "databases"), [("prod", 1), ("kubeflow", 2)])
def test_production_meets_its_objectives(stack: str, databases: int) -> None:
    def judged(*without: str) -> list[str]:
        resources = [each for each in plan_of(stack) if each.type not in without]
        return [each.policy for each in evaluate(resources, context()) if each.policy.startswith("backup-")]

    assert judged() == []
    assert judged(SELECTION) == ["backup-coverage"] * databases


def test_a_lock_that_nobody_can_remove_is_unusual_and_so_is_none() -> None:
    chosen = config(recovery__lock={"mode": "compliance", "changeableForDays": 3})
    [choice] = [each for each in unusual_choices(chosen) if each.field == "recovery.lock.mode"]
    assert choice.value == "compliance"
    assert "nobody can remove the lock, delete the vault or stop paying for it" in choice.why
    open_ = {each.field: each.why for each in unusual_choices(config(recovery__lock={"mode": "none"}))}
    assert open_["recovery.lock.mode"] == "anyone with permission to delete recovery points can delete all of them"
    assert "recovery.lock.mode" not in {each.field for each in unusual_choices(config())}


SERVING: dict[str, Any] = {"zoneName": "example.com", "domain": "models.example.com"}
SECOND: dict[str, Any] = {"region": "us-west-2", "mode": "warm-standby"}


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        (
            {"failover": {}},
            "recovery.failover.role = 'primary': a failover needs a second region; add recovery.region and",
        ),
        (
            {**SECOND, "failover": {"role": "secondary"}},
            "recovery.failover.role = 'secondary': a secondary is the second region, and has none of its own",
        ),
        ({**SECOND, "failover": {"role": "third"}}, "recovery.failover.role = 'third'"),
    ],
)
def test_a_failover_that_does_not_fit_is_refused(section: dict[str, Any], problem: str) -> None:
    given = {"featureStore": STORE, "modelServing": SERVING, "recovery": {**RECOVERY, **section}}
    assert problem in refusal(**given)


def test_a_failover_without_names_that_move_is_refused() -> None:
    assert "the stack has neither modelServing nor kubeflow, whose names would move" in told(**SECOND, failover={})


def test_the_load_balancer_leaves_its_failover_to_recovery() -> None:
    serving = {**SERVING, "loadBalancer": {"failover": {"role": "primary"}}}
    text = refusal(featureStore=STORE, modelServing=serving, recovery={**RECOVERY, **SECOND, "failover": {}})
    assert "modelServing.loadBalancer.failover = 'primary': recovery.failover says it; remove it here" in text


def test_a_prefix_that_leaves_no_room_for_the_copy_is_refused() -> None:
    section: dict[str, Any] = {**RECOVERY, "region": "us-west-2", "mode": "pilot-light", "clusterState": {}}
    store = {**STORE, "data": {"prefix": "a" * 30}}
    problem = refusal(featureStore=store, recovery=section)
    assert "featureStore.data.prefix" in problem
    assert "-cluster-state-111122223333-replica; shorten the prefix by 2 characters" in problem
    assert read({**SECTIONS, "featureStore": {**STORE, "data": {"prefix": "a" * 28}}, "recovery": section}).recovery


def test_the_second_region_keeps_a_copy_of_cluster_state() -> None:
    buckets = [each for each in plan_of("prod") if each.type == S3_BUCKET]
    regions = {each.inputs["bucket"]: each.inputs.get("region") for each in buckets}
    assert regions["ml-prod-cluster-state-111122223333-replica"] == "us-west-2"
    assert "ml-kubeflow-cluster-state-111122223333-replica" not in regions
