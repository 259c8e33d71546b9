"""KMS keys, which KMS rotates by itself, and access keys of IAM, which it does not."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..restore.steps import Step
from ..settings import SettingsError
from ..state import StateResource, region_of
from .tools import Tools, day, settled

_YEAR_DAYS = 365
_GRACE_DAYS = 7
"""KMS rotates a key on its day, by a background process."""
_MOST_ON_DEMAND = 25
"""How often a key can be rotated on demand. Source: KMS API reference, RotateKeyOnDemand."""
ACCESS_KEY_DAYS = 90
"""The most days of an access key. Source: CIS AWS Foundations Benchmark, "Ensure access keys are rotated every 90 days
or less"."""


def key_steps(tools: Tools) -> Iterator[Step]:
    """Check when KMS last rotated each key; with `now`, let it rotate each at once.

    Raises:
        SettingsError: the stack has no key.
    """
    keys = tools.state.of("aws:kms/key:Key")
    if not keys:
        raise SettingsError("the state", ["it has no KMS key; nothing to do"])
    rotated = [key for key in keys if not key.inputs.get("customerMasterKeySpec")]
    if tools.now:
        for key in rotated:
            yield Step(f"{key.name}-now", f"let KMS rotate {key.name} now", partial(_rotate, tools, key))
    yield Step(
        "keys", f"check that KMS has rotated each of {len(rotated)} keys in time", partial(_check, tools, rotated)
    )
    if signing := [key.name for key in keys if key not in rotated]:
        yield Step(
            "signing-keys",
            f"KMS cannot rotate keys that sign: {', '.join(signing)}. If one may be known to others, rename it in the "
            "stack, deploy it, and sign the images in use again (docs/rotation.md); else there is nothing to do",
        )


def _check(tools: Tools, keys: Sequence[StateResource]) -> Mapping[str, Any]:
    """When each key was rotated; a key that is younger than its period need not be."""
    problems: list[str] = []
    found: dict[str, str] = {}
    for key in keys:
        client = tools.clients("kms", region_of(key.arn))
        status = client.get_key_rotation_status(KeyId=key.arn)
        if not status["KeyRotationEnabled"]:
            problems.append(f"{key.name} is not rotated: aws kms enable-key-rotation --key-id {key.arn}")
            continue
        dates = [each["RotationDate"] for each in _rotations(client, key) if "RotationDate" in each]
        last = max(dates, default=None) or client.describe_key(KeyId=key.arn)["KeyMetadata"]["CreationDate"]
        period = status.get("RotationPeriodInDays", _YEAR_DAYS)
        if tools.days_since(last) > period + _GRACE_DAYS:
            problems.append(
                f"{key.name} was last rotated on {day(last)}, and should be each {period} days; look at the key's state"
            )
        found[key.name] = day(last)
    settled(problems)
    return {"rotated": found}


def _rotate(tools: Tools, key: StateResource) -> Mapping[str, Any]:
    """Rotate a key once in a run, however often the step is tried. Old data stays readable.

    Raises:
        RestoreError: the key was rotated on demand too often.
    """
    client, step = tools.clients("kms", region_of(key.arn)), f"{key.name}-now"
    count = sum(each.get("RotationType") == "ON_DEMAND" for each in _rotations(client, key))
    if "before" not in tools.journal.of(step):
        if count >= _MOST_ON_DEMAND:
            settled([f"{key.name} was rotated on demand {count} times, and KMS allows no more; make a new key"])
        tools.journal.note(step, before=count)
    before = int(tools.journal.of(step)["before"])

    def done() -> bool:
        return sum(each.get("RotationType") == "ON_DEMAND" for each in _rotations(client, key)) > before

    running = "OnDemandRotationStartDate" in client.get_key_rotation_status(KeyId=key.arn)
    if not running and not done():
        client.rotate_key_on_demand(KeyId=key.arn)
    tools.wait_until(done, 30, f"the rotation of {key.name} has not ended")
    return {"before": before}


def _rotations(client: Any, key: StateResource) -> list[Mapping[str, Any]]:
    pages = client.get_paginator("list_key_rotations").paginate(KeyId=key.arn)
    return [each for page in pages for each in page["Rotations"]]


def access_key_steps(tools: Tools) -> Iterator[Step]:
    """Check that the account has no old access key. The platform itself uses roles alone."""
    yield Step(
        "access-keys",
        f"check that no active access key of an IAM user is older than {ACCESS_KEY_DAYS} days",
        partial(_check_access_keys, tools),
    )


def _check_access_keys(tools: Tools) -> Mapping[str, Any]:
    client = tools.clients("iam", tools.state.region or "us-east-1")
    users = [each["UserName"] for page in client.get_paginator("list_users").paginate() for each in page["Users"]]
    keys = [
        each
        for user in users
        for page in client.get_paginator("list_access_keys").paginate(UserName=user)
        for each in page["AccessKeyMetadata"]
        if each["Status"] == "Active"
    ]
    settled(
        [
            f"the access key {each['AccessKeyId']} of {each['UserName']} is of {day(each['CreateDate'])}; its owner "
            "makes another one, or uses a role, then deactivates and deletes it"
            for each in keys
            if tools.days_since(each["CreateDate"]) > ACCESS_KEY_DAYS
        ]
    )
    return {"users": len(users), "active": len(keys)}
