"""`--against`: an earlier plan from a file or a git revision, and what stays is not priced."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from planner.against import difference_from
from planner.plan import Plan
from pricing.budget import Budget
from pricing.estimate import estimate
from pricing.usage import Usage
from resources.resource import Resource

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PARTS = (
    "availability",
    "components",
    "stacks",
    "resources",
    "policies",
    "pricing",
    "planner",
    "operations",
    "charts",
    "deploy",
    "__main__.py",
    "Pulumi.yaml",
)


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, "-C", str(root), *arguments], check=True, capture_output=True)


def plan(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "planner", "staging", "--today", "2026-11-29", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this project's program and staging's config, committed on `main`."""
    root = tmp_path_factory.mktemp("against") / "project"
    root.mkdir()
    for part in (*PARTS, "Pulumi.staging.yaml"):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / part)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=first")
    return root


def edited(root: Path, before: str, after: str) -> None:
    path = root / "Pulumi.staging.yaml"
    git(root, "checkout", "--quiet", "main", "--", path.name)
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def test_a_plan_is_compared_with_that_of_a_git_revision(repository: Path) -> None:
    edited(repository, "vpcCidr: 10.41.0.0/16", "vpcCidr: 10.77.0.0/16")
    shown = plan(repository, "--against", "main")
    assert shown.returncode == 0, shown.stderr
    assert "State at risk" in shown.stdout
    assert "ml-staging" not in shown.stderr
    assert plan(repository, "--against", "HEAD", "--markdown").stdout.count("State at risk") == 1


def test_the_working_tree_is_left_as_it_was(repository: Path) -> None:
    edited(repository, "vpcCidr: 10.41.0.0/16", "vpcCidr: 10.78.0.0/16")
    plan(repository, "--quiet", "--against", "main")
    state = subprocess.run(
        ["git", "-C", str(repository), "status", "--porcelain", "--untracked-files=no"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert state.stdout == " M Pulumi.staging.yaml\n"


def test_a_folder_to_compare_with_is_refused_as_one(repository: Path) -> None:
    refused = plan(repository, "--against", "deploy")
    assert refused.returncode == 2
    assert "--against deploy: is a folder; name the plan.json in it, such as deploy/plan.json, or a branch" in (
        refused.stderr
    )


def test_what_is_neither_file_nor_revision_is_refused(repository: Path) -> None:
    refused = plan(repository, "--against", "nowhere")
    assert refused.returncode == 2
    for said in ("--against nowhere", "neither a file nor a git revision", "git fetch"):
        assert said in refused.stderr


def test_a_stack_that_a_revision_lacks_is_new(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "main", "--", "Pulumi.staging.yaml")
    git(repository, "checkout", "--quiet", "-b", "empty")
    git(repository, "rm", "--quiet", "--cached", "Pulumi.staging.yaml")
    git(repository, "commit", "--quiet", "--message=without")
    shown = plan(repository, "--against", "HEAD")
    git(repository, "checkout", "--quiet", "--force", "main")
    assert shown.returncode == 0, shown.stderr
    assert shown.stderr == "staging is new since HEAD: everything in it is added\n"
    [added] = re.findall(r"(\d+) added", shown.stdout)
    assert int(added) > 100
    assert "State at risk" not in shown.stdout


def priced(desired: int, ignored: Sequence[str]) -> Plan:
    sizes = {"desiredSize": desired, "minSize": 0, "maxSize": 9}
    inputs = {"scalingConfig": sizes, "instanceTypes": ["m7i.xlarge"], "capacityType": "ON_DEMAND"}
    group = Resource(
        "urn:pulumi:test::sample::aws:eks/nodeGroup:NodeGroup::pool", "aws:eks/nodeGroup:NodeGroup", "pool"
    )
    resources = (replace(group, inputs=inputs, ignore_changes=tuple(ignored)),)
    cost = estimate(resources, region="us-east-1", usage=Usage())
    return Plan("sample", "test", resources, {}, Budget(monthly_budget=10_000), cost, (), (), ())


@pytest.mark.parametrize(("ignored", "change"), [((), 1), (("scalingConfig.desiredSize",), 0)])
def test_an_ignored_value_is_not_priced(ignored: tuple[str, ...], change: int) -> None:
    before, after = priced(2, ignored), priced(3, ignored)
    one = after.estimate.monthly - before.estimate.monthly
    assert one > 0
    assert difference_from(before.document(), after).budget.monthly == pytest.approx(change * one)


def test_a_refused_change_ends_with_1(repository: Path) -> None:
    edited(repository, "identifier: ml-staging", 'identifier: ml-staging\n      version: "16"')
    shown = plan(repository, "--against", "main")
    assert shown.returncode == 1, shown.stderr
    assert "engineVersion: stays 17" in shown.stdout
    assert "must not be deployed" in shown.stdout
