"""IAM knows every action, resource type and condition key of the planned policies."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.components.known_iam import documents, faults_of_policy
from tests.support.planner.plans import STACKS, plan_of

pytestmark = pytest.mark.slow

READ = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::models/*"]}


@pytest.mark.parametrize("stack", STACKS)
def test_iam_knows_what_every_policy_says(stack: str) -> None:
    found = {json.dumps(each): resource.name for resource in plan_of(stack) for each in documents(resource.inputs)}
    assert len(found) > 10
    told = {name: faults_of_policy(json.loads(text)) for text, name in found.items()}
    assert {name: faults for name, faults in told.items() if faults} == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"Action": ["s3:Get*"]}, []),
        ({"Action": ["s3:GetObjekt"]}, ["IAM knows no action s3:GetObjekt"]),
        ({"Action": ["s4:GetObject"]}, ["IAM knows no action s4:GetObject"]),
        ({"Resource": ["arn:aws:sqs:us-east-1:111122223333:q"]}, ["s3:GetObject is for none of"]),
        ({"Action": ["s3:ListBucket"]}, []),
        ({"Action": ["s3:ListAllMyBuckets"]}, ["s3:ListAllMyBuckets is for none of"]),
        ({"Condition": {"StringEquals": {"s3:prefix": "a"}}}, ["s3:prefix is a condition key of none"]),
        ({"Condition": {"StringEquals": {"aws:SourcePlace": "a"}}}, ["aws:SourcePlace is not among the global"]),
        (
            {
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": ["*"],
                "Condition": {"StringEquals": {"s3:prefix": "a"}},
            },
            ["StringEquals s3:prefix never holds for s3:GetObject"],
        ),
        (
            {
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": ["*"],
                "Condition": {"StringEqualsIfExists": {"s3:prefix": "a"}},
            },
            [],
        ),
    ],
)
def test_what_iam_does_not_know_is_told(change: Mapping[str, Any], told: list[str]) -> None:
    found = faults_of_policy({"Version": "2012-10-17", "Statement": [{**READ, **change}]})
    assert [any(each in fault for fault in found) for each in told] == [True] * len(told)
    assert len(found) == len(told), found
