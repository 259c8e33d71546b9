"""The earlier plan to compare with: a file that a plan was written to, or the plan of a git revision."""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from planner.difference import Difference, compare, read
from planner.plan import UNKNOWN_TEXT, Plan, cost_document
from planner.plan_file import PlanFileError
from planner.unapplied import applied_inputs
from pricing.estimate import estimate
from resources.resource import UNKNOWN

_WRITTEN = (0, 1)
"""Exit codes of the planner after which there is a plan: deployable or not."""


def earlier_plan(against: str, plan: Plan, root: Path) -> Mapping[str, Any]:
    """The plan in the file `against`, or that of the stack at the git revision `against`.

    A revision is planned by its own program, rules and prices, as of the same day. A stack that has no file there is
    new, which is printed to stderr, and its earlier plan is empty.

    Raises:
        PlanFileError: when it is neither, or the stack's file is wrong at that revision.
    """
    if Path(against).is_file():
        return read(Path(against))
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{against}^{{commit}}")
    if commit.returncode and Path(against).is_dir():
        raise PlanFileError(
            f"--against {against}: is a folder; name the plan.json in it, such as {Path(against) / 'plan.json'}, or a "
            "branch, tag or commit"
        )
    if commit.returncode:
        remedy = (
            "name a plan.json that `make plan` wrote, or a branch, tag or commit; `git fetch` brings what is missing"
        )
        raise PlanFileError(f"--against {against}: is neither a file nor a git revision of {root}; {remedy}")
    return _plan_of(commit.stdout.decode().strip(), against, plan, root)


def _plan_of(commit: str, against: str, plan: Plan, root: Path) -> Mapping[str, Any]:
    folder = _git(root, "rev-parse", "--show-prefix").stdout.decode().strip()
    archive = _git(root, "archive", "--format=tar", f"{commit}:{folder}" if folder else commit)
    if archive.returncode:
        raise PlanFileError(f"--against {against}: {archive.stderr.decode().strip()}")
    with tempfile.TemporaryDirectory(prefix="plan-") as temporary:
        tree, written = Path(temporary, "tree"), Path(temporary, "plan.json")
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as content:
            content.extractall(tree, filter="data")
        if not (tree / f"Pulumi.{plan.stack}.yaml").is_file():
            print(f"{plan.stack} is new since {against}: everything in it is added", file=sys.stderr)
            return _nothing_of(plan)
        arguments = [plan.stack, "--quiet", "--out", str(written)]
        if plan.today:
            arguments += ["--today", plan.today.isoformat()]
        command = [sys.executable, "-m", "planner", *arguments]
        run = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603 - our own planner
        if run.returncode not in _WRITTEN:
            message = run.stderr.strip() or run.stdout.strip()
            raise PlanFileError(f"--against {against}: {plan.stack} has no plan at that revision: {message}")
        return read(written)


def _nothing_of(plan: Plan) -> Mapping[str, Any]:
    """The plan of the same stack without a resource."""
    after = plan.document()
    return {
        **after,
        "resources": [],
        "policies": [],
        "cost": {**after["cost"], "monthly": 0.0, "lines": [], "gaps": []},
    }


def difference_from(before: Mapping[str, Any], plan: Plan, document: Mapping[str, Any] | None = None) -> Difference:
    """What `plan` changes against the earlier plan `before`. What is not applied is priced as it stays.

    `document` is that of the plan, where the caller has it.

    Raises:
        PlanFileError: when `before` is of another stack.
    """
    after = document or plan.document()
    found = compare(before, after)
    if not found.unapplied:
        return found
    old, new = ({each["urn"]: each for each in document["resources"]} for document in (before, after))
    touched = {each.urn for each in found.unapplied}
    resources = [
        replace(each, inputs=_read(applied_inputs(old[each.urn], new[each.urn]))) if each.urn in touched else each
        for each in plan.resources
    ]
    cost = estimate(resources, region=plan.estimate.region, usage=plan.usage, today=plan.today)
    return compare(before, {**after, "cost": cost_document(cost, plan.budget)})


def _read(value: Any) -> Any:
    """A value of a plan's JSON as estimators read it."""
    if isinstance(value, Mapping):
        return {key: _read(item) for key, item in cast(Mapping[str, Any], value).items()}
    if isinstance(value, list):
        return [_read(item) for item in cast(list[Any], value)]
    return UNKNOWN if value == UNKNOWN_TEXT else value


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        return subprocess.CompletedProcess(arguments, 127, b"", b"git is not installed")
