"""Passwords of PostgreSQL, MySQL and caches, which the Job of StoreAccess made and Secrets Manager keeps."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..restore.steps import RestoreError, Step
from ..settings import SettingsError
from ..state import State, region_of
from .tools import Tools, day, settled
from .versions import CURRENT, Version, new_password
from .workloads import renewed

NAMESPACE = "store-access"
_LABEL = "app.kubernetes.io/name=store-access"
_JOB_MINUTES = 20
_USER_MINUTES = 15
_ROTATION_DAYS = 7
"""How often RDS rotates the password of an administrator, unless its secret says otherwise.

Source: RDS user guide, "Password management with Amazon RDS and AWS Secrets Manager".
"""
_GRACE_DAYS = 2


def access_plan(state: State) -> Mapping[str, Any]:
    """What the Job of StoreAccess does, as the last deployment wrote it.

    Raises:
        SettingsError: the stack has no StoreAccess.
    """
    for each in state.of("kubernetes:core/v1:ConfigMap"):
        data = each.inputs.get("data", {})
        if each.inputs.get("metadata", {}).get("namespace") == NAMESPACE and "access.json" in data:
            return json.loads(data["access.json"])
    raise SettingsError(
        "the state", [f"it has no logins of {NAMESPACE}: the stack has no featureServices; nothing to do"]
    )


def database_steps(tools: Tools) -> Iterator[Step]:
    """Every role of PostgreSQL, then the administrator, whom RDS rotates."""
    plan = access_plan(tools.state)
    roles = [use for use in plan["secrets"] if use.startswith("database/")]
    yield from _job_steps(tools, {use: plan["secrets"][use] for use in roles}, "PostgreSQL")
    yield from administrator_steps(tools, ("postgres",))


def mysql_steps(tools: Tools) -> Iterator[Step]:
    """Every user of MySQL, then the administrator, whom RDS rotates.

    Raises:
        SettingsError: the stack has no MySQL.
    """
    plan = access_plan(tools.state)
    if "mysql" not in plan:
        raise SettingsError("the state", ["it has no users of MySQL; rotate postgresql or cache"])
    yield from _job_steps(tools, {use: plan["secrets"][use] for use in plan["mysql"]["logins"]}, "MySQL")
    yield from administrator_steps(tools, ("mysql",))


def cache_steps(tools: Tools) -> Iterator[Step]:
    """Every cache user with a password. A user has two passwords while pods restart, so no login fails.

    Users of IAM have tokens of 15 minutes and need nothing. Source: ElastiCache user guide, "Authenticating with IAM".

    Raises:
        SettingsError: no user of the stack has a password.
    """
    plan = access_plan(tools.state)
    users: Mapping[str, str] = plan["cache_users"]
    if not users:
        raise SettingsError("the state", ["no cache user has a password: all use tokens of IAM; nothing to do"])
    for use, user in users.items():
        arn, short = plan["secrets"][use], _short(use)
        version = Version(tools, arn)
        yield Step(f"{short}-prepare", f"make a new password in the secret {use}", _preparation(version, short))
        yield Step(
            f"{short}-both",
            f"let the cache user {user} log in with both passwords",
            partial(_both, tools, version, user),
        )
        yield Step(
            f"{short}-publish",
            f"make the new password the current one of {use}",
            partial(_published, tools, version, f"{short}-prepare"),
        )
        yield Step(
            f"{short}-renew",
            f"copy {use} into the cluster, and restart what reads it",
            partial(renewed, tools, _name(arn), f"{short}-renew"),
        )
        yield Step(
            f"{short}-only",
            f"let the cache user {user} log in with the new password alone",
            partial(_only, tools, version, user),
        )


def administrator_steps(tools: Tools, engines: Sequence[str]) -> Iterator[Step]:
    """Check when RDS last rotated the password of each administrator; with `now`, let it rotate at once."""
    for instance in tools.state.of("aws:rds/instance:Instance"):
        if instance.text("engine") not in engines or not instance.inputs.get("manageMasterUserPassword"):
            continue
        name, region = instance.text("identifier"), region_of(instance.arn)
        if tools.now:
            yield Step(
                f"{name}-administrator-now",
                f"let RDS rotate the password of the administrator of {name} now",
                partial(_rotate_administrator, tools, name, region),
            )
        yield Step(
            f"{name}-administrator",
            f"check that RDS has rotated the password of the administrator of {name} in time",
            partial(_check_administrator, tools, name, region),
        )


def _check_administrator(tools: Tools, name: str, region: str) -> Mapping[str, Any]:
    described, status = _administrator(tools, name, region)
    problems: list[str] = []
    if status not in ("active", "rotating"):
        problems.append(f"the administrator's secret of {name} is {status}; RDS cannot rotate it: look at its KMS key")
    if not described.get("RotationEnabled"):
        problems.append(f"the rotation of {described['ARN']} is off; turn it on: aws secretsmanager rotate-secret")
    limit = described.get("RotationRules", {}).get("AutomaticallyAfterDays") or _ROTATION_DAYS
    last = described.get("LastRotatedDate") or described["CreatedDate"]
    if tools.days_since(last) > limit + _GRACE_DAYS:
        problems.append(
            f"RDS last rotated the administrator of {name} on {day(last)}, and should each {limit} days; rotate it "
            "with --now, and read the events of the instance"
        )
    settled(problems)
    return {"rotated": day(last)}


def _administrator(tools: Tools, name: str, region: str) -> tuple[Mapping[str, Any], str]:
    """The secret of an administrator, and its status at RDS."""
    [instance] = tools.clients("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    secret = instance.get("MasterUserSecret")
    if not secret:
        raise RestoreError(f"RDS does not keep the password of {name} in Secrets Manager; deploy the stack again")
    described = tools.clients("secretsmanager", region).describe_secret(SecretId=secret["SecretArn"])
    return described, secret["SecretStatus"]


def _rotate_administrator(tools: Tools, name: str, region: str) -> Mapping[str, Any]:
    """Let RDS rotate, unless an earlier try of this run has made it do so."""
    step = f"{name}-administrator-now"
    before = tools.journal.of(step).get("before")
    if before is None:
        before = _current(_administrator(tools, name, region)[0])
        tools.journal.note(step, before=before)

    def done() -> bool:
        described, status = _administrator(tools, name, region)
        return status == "active" and _current(described) != before

    described, status = _administrator(tools, name, region)
    if status != "rotating" and _current(described) == before:
        tools.clients("rds", region).modify_db_instance(
            DBInstanceIdentifier=name, RotateMasterUserPassword=True, ApplyImmediately=True
        )
    tools.wait_until(done, _JOB_MINUTES, f"the administrator of {name} is not rotated")
    return {"before": before}


def _current(described: Mapping[str, Any]) -> str:
    versions = described.get("VersionIdsToStages", {})
    return next((version for version, stages in versions.items() if CURRENT in stages), "")


def _job_steps(tools: Tools, secrets: Mapping[str, str], engine: str) -> Iterator[Step]:
    """New passwords for roles, set by the Job that made them: it alone has the administrator's login."""
    if not secrets:
        raise SettingsError("the state", [f"the stack has no logins of {engine}; nothing to do"])
    for use, arn in secrets.items():
        version = Version(tools, arn)
        yield Step(
            f"{_short(use)}-prepare", f"make a new password in the secret {use}", _preparation(version, _short(use))
        )
    for use, arn in secrets.items():
        yield Step(
            f"{_short(use)}-publish",
            f"make the new password the current one of {use}",
            partial(_published, tools, Version(tools, arn), f"{_short(use)}-prepare"),
        )
    yield Step(
        "set-passwords",
        f"set the passwords of {', '.join(secrets)} in {engine}, by a Job made of that of StoreAccess; open "
        "connections go on, and new ones of old pods fail until they restart in the next steps",
        partial(_job, tools, "set-passwords"),
    )
    for use, arn in secrets.items():
        step = f"{_short(use)}-renew"
        what = f"copy {use} into the cluster, and restart what reads it"
        yield Step(step, what, partial(renewed, tools, _name(arn), step))


def _preparation(version: Version, short: str) -> Any:
    return partial(version.prepare, _with_new_password, f"{short}-prepare")


def _with_new_password(current: str) -> str:
    """The login of a secret with another password."""
    return json.dumps({**json.loads(current), "password": new_password()})


def _published(tools: Tools, version: Version, preparation: str) -> Mapping[str, Any]:
    return version.publish(str(tools.journal.of(preparation)["before"]))


def _both(tools: Tools, version: Version, user: str) -> Mapping[str, Any]:
    old, new = (json.loads(text)["password"] for text in (version.read(CURRENT), version.read()))
    return _set_passwords(tools, version.arn, user, [old, new] if old != new else [new])


def _only(tools: Tools, version: Version, user: str) -> Mapping[str, Any]:
    return _set_passwords(tools, version.arn, user, [json.loads(version.read())["password"]])


def _set_passwords(tools: Tools, arn: str, user: str, passwords: Sequence[str]) -> Mapping[str, Any]:
    """Set the passwords of a cache user, and wait until its caches know. Setting the same again changes nothing.

    ElastiCache takes up to two passwords of a user. Source: ElastiCache API reference, AuthenticationMode.
    """
    client = tools.clients("elasticache", region_of(arn))

    def active() -> bool:
        [found] = client.describe_users(UserId=user)["Users"]
        return found["Status"] == "active"

    late = f"the cache user {user} is not active"
    tools.wait_until(active, _USER_MINUTES, late)
    client.modify_user(UserId=user, AuthenticationMode={"Type": "password", "Passwords": list(passwords)})
    tools.wait_until(active, _USER_MINUTES, late)
    return {"user": user, "passwords": len(passwords)}


def _job(tools: Tools, step: str) -> Mapping[str, Any]:
    """Run the Job of StoreAccess once more, or find that of an earlier try, and wait until it has succeeded."""
    attempt = int(tools.journal.of(step).get("attempt", 1))
    name = f"rotate-{tools.journal.run}-{attempt}"
    tools.journal.note(step, attempt=attempt)
    if not tools.kubectl(["get", "job", name, "-n", NAMESPACE, "--ignore-not-found", "-o", "name"], "").strip():
        found = json.loads(tools.kubectl(["get", "jobs", "-n", NAMESPACE, "-l", _LABEL, "-o", "json"], ""))["items"]
        made = sorted(
            (each for each in found if each["metadata"]["name"].startswith(f"{NAMESPACE}-")),
            key=lambda each: each["metadata"]["creationTimestamp"],
        )
        if not made:
            raise RestoreError(f"the namespace {NAMESPACE} has no Job of a deployment; run pulumi up --refresh")
        tools.kubectl(["create", "-f", "-"], json.dumps(again(made[-1], name)))

    def done() -> bool:
        status = json.loads(tools.kubectl(["get", "job", name, "-n", NAMESPACE, "-o", "json"], "")).get("status", {})
        reached = {each["type"] for each in status.get("conditions", ()) if each["status"] == "True"}
        if "Failed" in reached:
            tools.journal.note(step, attempt=attempt + 1)
            raise RestoreError(f"the Job {name} failed; read its log: kubectl logs job/{name} -n {NAMESPACE}")
        return "Complete" in reached

    tools.wait_until(done, _JOB_MINUTES, f"the Job {name} has not ended")
    return {"job": name}


def again(job: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A Job that does the same as another one, without what the API server has added to it."""
    spec = json.loads(json.dumps(job["spec"]))
    for added in ("selector", "manualSelector", "suspend"):
        spec.pop(added, None)
    metadata = spec["template"].get("metadata", {})
    labels = {
        key: value
        for key, value in metadata.get("labels", {}).items()
        if not key.startswith("batch.kubernetes.io/") and key not in ("controller-uid", "job-name")
    }
    spec["template"]["metadata"] = {"labels": labels}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": {**spec, "ttlSecondsAfterFinished": 24 * 3600},
    }


def _short(use: str) -> str:
    """A use as a part of the name of a step."""
    return use.replace("/", "-")


def _name(arn: str) -> str:
    """The name of a secret: AWS adds a hyphen and six characters to it in the ARN."""
    return arn.partition(":secret:")[2].rpartition("-")[0]
