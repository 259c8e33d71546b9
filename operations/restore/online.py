"""The online store, rebuilt from the offline store by a Job of Feast in the cluster."""

import json
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .journal import Clock, Journal
from .steps import RestoreError

Kubectl = Callable[[Sequence[str], str], str]
"""Runs kubectl with arguments and an input, and returns its output."""

NAMESPACE, CRON_JOB = "feast", "feature-materialization"
_INCREMENTAL = re.compile(r'materialize-incremental "\$\(date [^)]*\)"')
_POLL_SECONDS = 30
_DEADLINE_SECONDS = 12 * 3600


def kubectl(arguments: Sequence[str], given: str = "") -> str:
    """Run kubectl with the kubeconfig of the environment.

    Raises:
        RestoreError: kubectl is not installed, or it failed.
    """
    try:
        command = ["kubectl", *arguments]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise RestoreError(f"kubectl: {error}") from None
    if done.returncode:
        raise RestoreError(f"kubectl {' '.join(arguments[:3])}: {done.stderr.strip()}")
    return done.stdout


def rebuild_job(cron_job: Mapping[str, Any], name: str, start: str, end: str) -> dict[str, Any]:
    """The Job that writes all features between two times, made of the CronJob that writes new ones.

    The restored registry still says what was materialized before the loss. An incremental run would leave that out of
    an empty store, so the job names the whole range.

    Raises:
        RestoreError: the CronJob runs no incremental materialization.
    """
    spec = json.loads(json.dumps(cron_job["spec"]["jobTemplate"]["spec"]))
    container = spec["template"]["spec"]["containers"][0]
    script = str(container["command"][-1])
    changed, found = _INCREMENTAL.subn(f"materialize {start} {end}", script)
    if not found:
        raise RestoreError(f"the CronJob {CRON_JOB} runs {script!r}, and no materialize-incremental")
    container["command"] = [*container["command"][:-1], changed]
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def rebuilt(run: Kubectl, journal: Journal, clock: Clock, step: str, start: str) -> Mapping[str, Any]:
    """Create the Job, or find that of an earlier run, and wait until it has succeeded.

    The end of the range is the time of the first run. After a job that failed, the next run makes another.

    Raises:
        RestoreError: the job failed, or it has not ended in twelve hours.
    """
    known = journal.of(step)
    end = str(known.get("end") or datetime.fromtimestamp(clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    attempt = int(known.get("attempt", 1))
    name = f"rebuild-{journal.run}-{attempt}"
    journal.note(step, end=end, attempt=attempt)
    if not run(["get", "job", name, "-n", NAMESPACE, "--ignore-not-found", "-o", "name"], "").strip():
        cron_job = json.loads(run(["get", "cronjob", CRON_JOB, "-n", NAMESPACE, "-o", "json"], ""))
        run(["create", "-f", "-"], json.dumps(rebuild_job(cron_job, name, start, end)))
    until = clock.now() + _DEADLINE_SECONDS
    while True:
        status = json.loads(run(["get", "job", name, "-n", NAMESPACE, "-o", "json"], "")).get("status", {})
        reached = {each["type"] for each in status.get("conditions", ()) if each["status"] == "True"}
        if "Complete" in reached:
            return {"job": name, "from": start}
        if "Failed" in reached:
            journal.note(step, attempt=attempt + 1)
            raise RestoreError(f"the Job {name} failed; read its log: kubectl logs job/{name} -n {NAMESPACE}")
        if clock.now() >= until:
            raise RestoreError(f"the Job {name} has not ended in {_DEADLINE_SECONDS // 3600} hours")
        clock.wait(_POLL_SECONDS)
