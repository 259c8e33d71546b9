"""Who may do what, and what reaches a store: prod's answers, and how they change when prod's rules change."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from planner.plan import Plan
from reports.access.network import Reached, reaches
from reports.access.principals import principals
from reports.access.registry import access
from reports.access.who_can import Answer, UnknownResource, lines, who_can
from reports.iam.evaluate import Decision
from resources.index import ResourceIndex
from resources.resource import UNKNOWN, Resource
from tests.support.planner.plans import built
from tests.support.reports.record_managed_policies import RECORDED, published

pytestmark = pytest.mark.slow

TRAINING = "ml-prod-training-111122223333"
Change = Callable[[Resource], Resource | None]


@cache
def prod() -> ResourceIndex:
    return ResourceIndex(built("prod").resources)


def after(name: str, change: Change) -> ResourceIndex:
    """Prod with the one resource of this name changed, or removed."""
    found = [each for each in prod().resources if each.name == name and each.custom]
    assert len(found) == 1
    resources = [change(each) if each is found[0] else each for each in prod().resources]
    return ResourceIndex([each for each in resources if each])


def removed(_: Resource) -> None:
    return None


def with_inputs(**inputs: Any) -> Change:
    return lambda resource: replace(resource, inputs={**resource.inputs, **inputs})


def readers(index: ResourceIndex, action: str = "s3:GetObject", on: str = TRAINING) -> dict[str, Answer]:
    return {each.principal.name: each for each in who_can(index, action, on)}


def sources(index: ResourceIndex, store: str = "database") -> set[str]:
    return {each.source for each in reaches(index, store)}


def arn_of(role: str) -> str:
    return next(each.outputs["arn"] for each in prod().resources if each.name == role and each.custom)


def test_who_reads_the_training_data() -> None:
    found = readers(prod())
    assert {name for name, each in found.items() if each.principal.kind == "people" and not each.through} == {
        "access-break-glass",
        "ml-prod-platform-admin",
    }
    spark = found["spark-role"]
    assert spark.outcome.decision is Decision.ALLOWED
    assert "spark-data, statement ReadObjects" in spark.outcome.evidence
    assert "access-boundary, statement UseServices" in spark.outcome.evidence
    fraud = found["batch-job-fraud-role"].outcome
    assert fraud.limits == (f"only arn:aws:s3:::{TRAINING}/fraud/*",)
    risk = found["cluster-jobs-risk-identity-role"].outcome
    assert risk.limits == (f"only arn:aws:s3:::{TRAINING}/risk/* or only arn:aws:s3:::{TRAINING}/fraud/*",)
    # Jobs of a team read its own folder alone, and models none of this bucket.
    assert "serving-risk-fraud-identity-role" not in found


def test_a_question_about_a_folder_has_no_readers_of_other_folders() -> None:
    found = readers(prod(), on=f"{TRAINING}/fraud/*")
    assert found["batch-job-fraud-role"].outcome.decision is Decision.ALLOWED
    assert "batch-job-ranking-role" not in found


def test_the_path_names_the_pods() -> None:
    text = "\n".join(lines(who_can(prod(), "s3:GetObject", TRAINING)))
    assert "used by pods of risk-jobs/jobs through cluster-jobs-risk-identity-association (Pod Identity)" in text


def in_chain(changes: dict[str, tuple[str, ...]]) -> ResourceIndex:
    """Prod with roles that these roles alone may assume. No boundary limits a role of the chain."""
    roles = {each.name: each for each in prod().resources if each.type == "aws:iam/role:Role"}
    callers = {caller for names in changes.values() for caller in names}

    def changed(role: Resource) -> Resource:
        inputs = {**role.inputs}
        if role.name in callers:
            inputs.pop("permissionsBoundary", None)
        if role.name in changes:
            arns = [roles[caller].outputs["arn"] for caller in changes[role.name]]
            allow = {"Effect": "Allow", "Principal": {"AWS": arns}, "Action": "sts:AssumeRole"}
            inputs["assumeRolePolicy"] = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        return replace(role, inputs=inputs)

    resources = [changed(each) if each is roles.get(each.name) else each for each in prod().resources]
    return ResourceIndex(resources)


def test_the_users_of_break_glass_read_through_its_role() -> None:
    emergency = readers(prod())["arn:aws:iam::111122223333:user/emergency-1"]
    assert emergency.through == ("access-break-glass",)
    assert emergency.outcome.decision is Decision.CONDITIONAL
    assert "sts:AssumeRole: if aws:MultiFactorAuthPresent Bool true" in emergency.outcome.limits


FIRST, SECOND = "serving-risk-fraud-identity-role", "batch-execution-role"
"""Roles that do not read the training data themselves."""


def test_chains_of_roles_are_followed_with_their_path() -> None:
    index = in_chain({SECOND: (FIRST,), "spark-role": (SECOND,)})
    found = readers(index)
    assert found[FIRST].through == (SECOND, "spark-role")
    assert found[SECOND].through == ("spark-role",)
    assert f"    as {SECOND}, then spark-role" in list(lines(who_can(index, "s3:GetObject", TRAINING)))
    # Without the trust of the role between them the chain ends.
    assert FIRST not in readers(in_chain({"spark-role": (SECOND,)}))


def test_roles_that_assume_each_other_end() -> None:
    found = readers(in_chain({FIRST: (SECOND,), SECOND: (FIRST,), "spark-role": (FIRST,)}))
    assert (found[FIRST].through, found[SECOND].through) == (("spark-role",), (FIRST, "spark-role"))


def test_a_boundary_ends_a_chain() -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": arn_of(FIRST)}, "Action": "sts:AssumeRole"}
    assert FIRST not in readers(after("spark-role", with_inputs(assumeRolePolicy=json.dumps({"Statement": [trust]}))))


def test_a_policy_without_its_statement_ends_the_access() -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    assert "spark-role" not in readers(after("spark-data", with_inputs(policy=policy)))


def test_reading_needs_the_key_too() -> None:
    (policy,) = [each.inputs["policy"] for each in prod().resources if each.name == "spark-data"]
    statements = [each for each in json.loads(policy)["Statement"] if each["Sid"] != "DataKey"]
    changed = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert len(statements) < len(json.loads(policy)["Statement"])
    assert "spark-role" not in readers(after("spark-data", with_inputs(policy=changed)))


def test_a_key_policy_that_does_not_name_the_account_ends_all_access_by_iam() -> None:
    nobody = json.dumps({"Version": "2012-10-17", "Statement": []})
    assert readers(after("feature-store-data-key", with_inputs(policy=nobody))) == {}


def test_a_boundary_ends_the_access_of_those_within_it() -> None:
    no_s3 = json.dumps({"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]})
    found = readers(after("access-boundary", with_inputs(policy=no_s3)))
    assert {name for name, each in found.items() if not each.through} == {
        "access-break-glass",
        "ml-prod-platform-admin",
    }


def test_a_bucket_policy_gives_and_takes() -> None:
    name = "feature-store-data-training-policy"
    auditor = "arn:aws:iam::111122223333:role/auditor"
    allow = {"Effect": "Allow", "Principal": {"AWS": auditor}, "Action": "s3:ListBucket", "Resource": "*"}
    given = after(name, with_inputs(policy=json.dumps({"Statement": [allow]})))
    assert auditor in readers(given, "s3:ListBucket")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    assert readers(after(name, with_inputs(policy=json.dumps({"Statement": [deny]})))) == {}


def test_a_policy_that_only_the_deployment_decides_is_a_limit() -> None:
    found = readers(after("spark-data", with_inputs(policy=UNKNOWN)))
    assert "the policy is known only after the deployment" in found["spark-role"].outcome.limits


def test_a_resource_that_is_none_or_several_is_refused() -> None:
    with pytest.raises(UnknownResource, match="no resource matches"):
        who_can(prod(), "s3:GetObject", "nothing-like-it")
    with pytest.raises(UnknownResource, match="several resources match"):
        who_can(prod(), "s3:GetObject", "ml-prod-")


def test_which_pods_reach_the_database() -> None:
    assert sources(prod()) == {
        "processes on nodes, and pods in the network of their node",
        "every pod of feast",
        "pods app.kubernetes.io/part-of=feature-ingest of feature-ingest",
        "pods app.kubernetes.io/name=store-access of store-access",
        "pods app.kubernetes.io/name=mlflow of mlflow",
    }


@pytest.mark.parametrize("rule", ["feature-store-database-from-clients", "feature-store-database-clients-out"])
def test_without_a_rule_on_either_side_nothing_reaches_the_database(rule: str) -> None:
    assert sources(after(rule, removed)) == set()


def test_a_rule_for_another_port_lets_nothing_out() -> None:
    other = with_inputs(fromPort=5433, toPort=5433)
    assert sources(after("feature-store-database-clients-out", other)) == set()


def test_a_network_policy_less_is_a_namespace_less() -> None:
    found = sources(after("feature-services-features-namespace-allow-stores", removed))
    assert sources(prod()) - found == {"every pod of feast"}


def test_kube_system_reaches_the_stores_without_its_policy() -> None:
    found = sources(after("feature-services-access-kube-system", removed))
    assert found - sources(prod()) == {"every pod of kube-system"}


def test_a_namespace_without_a_default_denial_is_open() -> None:
    resources = [
        each
        for each in prod().resources
        if not (each.type.endswith(":NetworkPolicy") and each.inputs["metadata"]["namespace"] == "grafana")
    ]
    assert sources(ResourceIndex(resources)) - sources(prod()) == {"every pod of grafana"}


def test_an_address_range_is_said_as_one() -> None:
    found = reaches(prod(), "load balancer")
    assert (
        Reached("serving-lb-alb", "443", "every address of 0.0.0.0/0", ("serving-lb-443-from-0.0.0.0-0 lets in",))
        in found
    )


def test_a_store_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownResource, match="name one of"):
        reaches(prod(), "mainframe")


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow", "everything"])
def test_every_managed_policy_of_a_stack_is_recorded(stack: str) -> None:
    unknown = [
        policy.name
        for principal in principals(ResourceIndex(built(stack).resources))
        for policy in principal.identity
        if policy.document is UNKNOWN
    ]
    assert unknown == []


def test_recorded_policies_are_those_that_moto_has_of_aws() -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))["policies"]
    every = published()
    assert recorded
    assert {arn: every[arn] for arn in recorded} == recorded


def test_the_registry_has_each_role_function_and_binding() -> None:
    plan: Plan = built("prod")
    rows = access(plan).rows
    listed = {row["principal"] for row in rows}
    roles = [each.name for each in plan.resources if each.type == "aws:iam/role:Role"]
    assert set(roles) <= listed
    assert {"ml-prod-reader", "mlplatform:risk", "velero/velero-server"} <= listed
    reader = [row for row in rows if row["principal"] == "velero/velero-server"]
    assert any("get, list, watch: configmaps" in str(row["actions"]) for row in reader)
