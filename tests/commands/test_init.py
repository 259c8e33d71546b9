"""`python -m stacks init` from the outside: what it writes, what it refuses, and that its stacks plan at once."""

import itertools
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commands.init import main
from planner.command import main as plan
from planner.yaml_document import read_document
from policies.engine.settings import EnvironmentKind
from pricing.table import regions

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ACME = ["acme", "--kind", "development", "--region", "eu-central-1", "--gpus", "g6.xlarge", "--budget", "1500"]
PARTS = [
    [],
    ["--feature-store"],
    ["--models"],
    ["--training"],
    ["--models", "--training"],
    ["--kubeflow"],
    ["--kubeflow", "--training"],
    ["--starter"],
    ["--starter", "--training"],
]
GPUS = ["", "g4dn.xlarge", "g4dn.xlarge,g5.xlarge", "p4d.24xlarge", "inf2.xlarge,g5.xlarge"]

COMBINATIONS = [
    pytest.param(kind, region, parts, gpus, id=" ".join([kind, region, *parts, gpus]))
    for (kind, parts), (region, gpus) in zip(
        itertools.product(EnvironmentKind, PARTS), itertools.cycle(itertools.product(regions(), GPUS)), strict=False
    )
]
"""Every kind with all parts, and every region with all GPUs."""


def replaced(arguments: list[str], flag: str, value: str) -> list[str]:
    return [value if before == flag else each for before, each in zip(["", *arguments], arguments, strict=False)]


def sections(path: Path) -> dict[str, Any]:
    config = read_document(path.read_text(encoding="utf-8"))["config"]
    return {key.removeprefix("mlplatform:"): value for key, value in config.items()}


@pytest.mark.parametrize(("kind", "region", "parts", "gpus"), COMBINATIONS)
def test_new_stack_plans_at_the_first_try(project: Path, kind: str, region: str, parts: list[str], gpus: str) -> None:
    if "--starter" in parts:
        gpus = gpus.removeprefix("inf2.xlarge,")
    given = ["acme", "--kind", kind, "--region", region, "--budget", "60000", *parts, "--gpus", gpus]
    assert main(given) == 0
    out = project / "plan.json"
    assert plan(["acme", "--root", str(project), "--quiet", "--out", str(out)]) == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert not document["cost"]["unpriced"]
    fields = {each["field"] for each in document["warnings"]}
    # A budget that is ample and types that cost much are what the flags ask for.
    assert fields <= {"cost.monthlyBudget", "policies.allowedInstanceTypes"}


def test_new_stack_has_what_was_asked_for_alone(project: Path) -> None:
    assert main(ACME) == 0
    found = sections(project / "Pulumi.acme.yaml")
    assert found.keys() == {"environment", "cost", "network", "gpuCluster"}
    assert found["cost"] == {"monthlyBudget": 1500}
    assert found["environment"]["region"] == "eu-central-1"
    assert found["gpuCluster"]["karpenter"]["pools"][0]["instanceTypes"] == ["g6.xlarge"]


def test_starter_has_one_machine_and_no_cluster(project: Path) -> None:
    assert main([*ACME[:5], "--budget", "500", "--starter", "--domain", "acme.org"]) == 0
    found = sections(project / "Pulumi.acme.yaml")
    assert found.keys() == {"environment", "cost", "network", "userPool", "starter"}
    assert found["network"]["nat"] == "none"
    assert found["starter"]["domain"] == "acme.org"
    assert main(["other", *ACME[1:], "--starter"]) == 0
    [environment] = sections(project / "Pulumi.other.yaml")["batchQueue"]["environments"]
    assert environment["instanceTypes"] == ["g6.xlarge"]


def test_kubeflow_has_what_it_needs_alone(project: Path) -> None:
    address = "https://github.com/acme/platform"
    given = ["--kubeflow", "--domain", "acme.org", "--email", "ada@acme.org", "--repository", address]
    assert main([*replaced(ACME, "--budget", "3000"), *given]) == 0
    found = sections(project / "Pulumi.acme.yaml")
    needed = {"featureStore", "pipelinesDatabase", "userPool", "delivery", "kubeflow"}
    assert found.keys() == {"environment", "cost", "network", "gpuCluster", *needed}
    assert found["kubeflow"]["domain"] == "kubeflow.acme.org"
    assert found["kubeflow"]["repository"] == found["delivery"]["repository"] == address
    [team] = found["kubeflow"]["teams"]
    assert (team["emails"], team["quota"]["gpus"]) == (["ada@acme.org"], 2)


@pytest.mark.parametrize(
    ("first", "second"), [("--kubeflow", "--models"), ("--starter", "--kubeflow"), ("--starter", "--feature-store")]
)
def test_parts_that_exclude_each_other_are_named(
    project: Path, capsys: pytest.CaptureFixture[str], first: str, second: str
) -> None:
    assert main([*ACME, first, second]) == 2
    said = capsys.readouterr().err
    assert f"{second}: does not go with {first}, because" in said
    assert "leave out one of them" in said


def test_jobs_of_the_starter_have_nvidia_gpus(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*replaced(ACME, "--gpus", "inf2.xlarge"), "--starter"]) == 2
    assert "--gpus = inf2.xlarge: jobs of --starter run on AWS Batch" in capsys.readouterr().err


PRIVATE = "subnet-0123456789abcde20:eu-central-1a:10.20.0.0/18,subnet-0123456789abcde21:eu-central-1b:10.20.64.0/18"
PUBLIC = "subnet-0123456789abcde10:eu-central-1a:10.20.224.0/24,subnet-0123456789abcde11:eu-central-1b:10.20.225.0/24"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
IN_A_VPC = ["--vpc", "vpc-0123456789abcdef0:10.20.0.0/16", "--private-subnets", PRIVATE, "--public-subnets", PUBLIC]
EXISTING = [*IN_A_VPC, "--cluster", "acme:sg-0123456789abcdef0", "--buckets", "raw:acme-lake", "--bucket-key", KEY]


def test_what_exists_is_named_instead_of_made(project: Path) -> None:
    given = [*replaced(replaced(ACME, "--kind", "production"), "--budget", "4000"), "--models", *EXISTING]
    assert main(given) == 0
    found = sections(project / "Pulumi.acme.yaml")
    network = found["network"]
    assert (network["vpcCidr"], network["zones"]) == ("10.20.0.0/16", ["eu-central-1a", "eu-central-1b"])
    assert network["existing"]["privateSubnets"][1] == {"id": "subnet-0123456789abcde21", "cidr": "10.20.64.0/18"}
    assert found["gpuCluster"]["existing"] == {"securityGroupId": "sg-0123456789abcdef0"}
    assert found["featureStore"]["data"]["existing"] == {"keyArn": KEY, "raw": "acme-lake"}
    written = (project / "Pulumi.acme.yaml").read_text(encoding="utf-8").partition("config:")[0]
    call = written.partition("edit:\n")[2].replace("\\\n#", "").removeprefix("#")
    assert shlex.split(call) == ["python", "-m", "stacks", "init", *given]


LAKE = ["--feature-store", "--bucket-key", KEY, "--buckets"]
PURPOSES = "raw:acme-raw,training:acme-training,models:acme-m,offline:acme-o"
ALL_BUCKETS = [*ACME[:5], "--budget", "2500", "--feature-store", "--buckets", PURPOSES, "--bucket-key", KEY]


def test_all_buckets_may_exist(project: Path) -> None:
    assert main(ALL_BUCKETS) == 0
    found = sections(project / "Pulumi.acme.yaml")
    assert found["featureStore"]["data"]["existing"].keys() == {"keyArn", "raw", "training", "models", "offline"}


def test_violated_rule_is_named_with_resource_and_remedy(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policies.s3._LOG_DELIVERY", ())
    assert main(ALL_BUCKETS) == 1
    said = capsys.readouterr().err
    assert "bucket-encryption: feature-store-data-logs-bucket is not encrypted with" in said
    assert "remedy: Add a BucketServerSideEncryptionConfiguration" in said
    assert said.endswith("\nNothing was written.\n")
    assert all(len(line) <= 80 for line in said.splitlines())
    assert not (project / "Pulumi.acme.yaml").exists()


def test_interrupted_plan_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise RuntimeError("the loop is closed")  # noqa: B904 - as the SDK's `finally` does

    monkeypatch.setattr("planner.build.evaluate_program", interrupted)
    assert main(ACME) == 130
    assert capsys.readouterr().err.endswith("init: interrupted; nothing was written\n")
    assert not (project / "Pulumi.acme.yaml").exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--vpc", "vpc-1"], "--vpc = vpc-1: needs --private-subnets; add it as ID:ZONE:RANGE"),
        (["--cluster", "a:sg-1"], "--cluster = a:sg-1: needs --vpc; add it as ID:RANGE"),
        (["--buckets", "raw:lake"], "--buckets = raw:lake: needs --bucket-key; add it as ARN"),
        ([*IN_A_VPC, "--vpc", "vpc-1"], "--vpc = 'vpc-1': must be ID:RANGE; write for example vpc-"),
        ([*IN_A_VPC, "--public-subnets", "a:b"], "--public-subnets = 'a:b': must be ID:ZONE:RANGE,…; write"),
        (
            [*IN_A_VPC, "--private-subnets", PRIVATE.partition(",")[0]],
            "are in eu-central-1a; name one subnet in each of 2 or 3",
        ),
        (["--feature-store", "--buckets", "raw:a-b,raw:b-c", "--bucket-key", KEY], "names raw twice"),
        (["--buckets", "raw:lake", "--bucket-key", KEY], "--buckets = raw:lake: is used only with --feature-store or"),
        (["--buckets", "lake:a", "--bucket-key", KEY], "lake is not a purpose; write raw, training, models, offline"),
        (["--starter", *EXISTING], "--starter has no cluster"),
        (
            [*IN_A_VPC[:4], "--models"],
            "--public-subnets is missing: the load balancers of --models are in them; add it as ID:",
        ),
        (["--models", "--domain", "not a domain"], "--domain = 'not a domain': is not the name of a DNS zone; write"),
        ([*LAKE, "raw:Acme_Raw"], "Acme_Raw is not the name of a bucket that can be used; write 3 to 63 small letters"),
        (
            [*LAKE, "raw:acme-raw", "--bucket-key", "alias/lake"],
            "--bucket-key = alias/lake: is not the ARN of a KMS key",
        ),
    ],
)
def test_wrong_names_of_what_exists_are_refused(
    project: Path, capsys: pytest.CaptureFixture[str], flags: list[str], said: str
) -> None:
    assert main([*ACME, *flags]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("parts", [["--models", "--training"], ["--kubeflow"], ["--starter"]], ids=" ".join)
def test_every_key_of_a_new_stack_is_explained(project: Path, parts: list[str]) -> None:
    assert main([*ACME, *parts, "--budget", "9000"]) == 0
    lines = (project / "Pulumi.acme.yaml").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 100
    keys = [(before, line) for before, line in itertools.pairwise(lines) if re.match(r"  mlplatform:", line)]
    assert keys
    assert all(before.startswith("  # ") for before, _ in keys)
    first: set[str] = set()
    for before, line in itertools.pairwise(lines):
        name = re.match(r" +(?:- )?(\w+):", line)
        if name and name[1] not in first and name[1] not in ("mlplatform", "team"):
            first.add(name[1])
            assert before.lstrip().startswith("#"), line


def test_network_takes_a_range_that_no_other_stack_has(project: Path) -> None:
    assert main(ACME) == 0
    assert main(["other", *ACME[1:]]) == 0
    ranges = [sections(path)["network"]["vpcCidr"] for path in project.glob("Pulumi.*.yaml")]
    assert len(set(ranges)) == len(ranges)


def test_existing_file_is_never_overwritten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "Pulumi.acme.yaml"
    path.write_text("config: {}\n", encoding="utf-8")
    assert main(ACME) == 2
    assert "never overwrites" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "config: {}\n"


def test_small_budget_is_refused_with_what_fits(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [*replaced(ACME, "--budget", "640"), "--models"]
    assert main(given) == 1
    said = capsys.readouterr().err
    assert not (project / "Pulumi.acme.yaml").exists()
    assert re.search(r"budget = 640: the cheapest stack of this kind costs [\d,]+\.\d\d USD a month", said)
    enough = re.search(r"--budget (\d+)", said)
    assert enough
    assert "without --models: " in said
    # What it says to fit fits.
    assert main([*replaced(ACME, "--budget", "640")]) == 0
    assert main(["other", *replaced(ACME, "--budget", enough[1])[1:], "--models"]) == 0


def test_tight_budget_gets_one_gpu_node_instead_of_two(project: Path) -> None:
    assert main(replaced(ACME, "--budget", "700")) == 0
    [pool] = sections(project / "Pulumi.acme.yaml")["gpuCluster"]["karpenter"]["pools"]
    assert pool["maximumGpus"] == 1


def test_plan_lists_what_is_to_be_replaced_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ACME, "--owner", "vision"]) == 0
    written = capsys.readouterr().out
    assert plan(["acme", "--root", str(project)]) == 0
    planned = capsys.readouterr().out
    for said in (written, planned):
        assert "environment.account = 000000000000" in said
        assert "environment.costCenter = replace-me" in said
        assert "environment.owner" not in said
    assert "Replace before a deployment" in planned
    assert planned.index("Replace before a deployment") > planned.index("Policies")


def test_given_values_leave_nothing_to_replace(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = ["--account", "123456789012", "--owner", "vision", "--cost-center", "research"]
    assert main([*ACME, *own]) == 0
    assert "Replace" not in capsys.readouterr().out
    assert plan(["acme", "--root", str(project)]) == 0
    left = capsys.readouterr().out.partition("Replace before a deployment")[2]
    assert "environment." not in left
    assert "in policies/exceptions.yaml = replace-me" in left


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--kind", "develpment", "did you mean development?"),
        ("--region", "eu-central-9", "is not an AWS region"),
        ("--region", "eu-central-2", "make prices REGION=eu-central-2"),
        ("--gpus", "g6.xlage", "did you mean g6.xlarge?"),
        ("--gpus", "m7i.large", "has no GPU"),
        ("--gpus", "p5.48xlarge", "p5.48xlarge"),
        ("--budget", "lots", "must be a number of USD a month"),
        ("--budget", "nan", "must be a number of USD a month"),
        ("--budget", "-3", "must be a number of USD a month"),
    ],
)
def test_wrong_flag_is_named_with_value_and_remedy(
    project: Path, capsys: pytest.CaptureFixture[str], flag: str, value: str, said: str
) -> None:
    given = replaced(ACME, flag, value) if value[0] != "-" else [*ACME, f"{flag}={value}"]
    assert main(given) == 2
    error = capsys.readouterr().err
    assert flag in error
    assert value in error
    assert said in error
    assert not (project / "Pulumi.acme.yaml").exists()


@pytest.mark.parametrize(
    ("flag", "value", "users"),
    [
        ("--email", "ada@acme.org", "--kubeflow or --starter or --kind production; add one of them"),
        ("--domain", "acme.org", "--models or --kubeflow or --starter; add one of them"),
        ("--repository", "https://github.com/acme/ml", "--kubeflow; add it"),
    ],
)
def test_flag_that_nothing_uses_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], flag: str, value: str, users: str
) -> None:
    assert main([*ACME, flag, value]) == 2
    said = capsys.readouterr().err
    assert f"{flag} = {value}: is used only with {users}, or leave out {flag}" in said
    assert not (project / "Pulumi.acme.yaml").exists()


@pytest.mark.parametrize("name", ["Acme", "a", "a--b", "-a", "a_b", "../a", "a" * 21, "prod"])
def test_wrong_name_is_refused(project: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main([*ACME[1:], "--", name]) == 2
    error = capsys.readouterr().err
    assert name in error
    assert "Pulumi.prod.yaml exists" in error or "small letters" in error


def test_values_that_the_config_refuses_write_no_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ACME, "--owner", "me <me@example.com>"]) == 2
    assert "environment.owner" in capsys.readouterr().err
    assert not (project / "Pulumi.acme.yaml").exists()


def test_missing_flags_are_named_without_a_terminal(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stacks", "init", "acme", "--kind", "development"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("init: --region, --budget are missing")


def test_terminal_is_asked_for_what_is_missing(project: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "stacks", "init", "acme", "--region", "eu-central-1"],
        cwd=project, stdin=theirs, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        # Kind, GPUs (wrong at first), budget, parts, VPC, account, owner, cost center.
        os.write(ours, b"staging\ng6.xlage\ng6.xlarge\n\n\n\n123456789012\nvision\nresearch\n")
        said, _ = process.communicate()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert "did you mean g6.xlarge?" in said
    found = sections(project / "Pulumi.acme.yaml")
    assert found["environment"] == {
        "kind": "staging",
        "owner": "vision",
        "costCenter": "research",
        "account": "123456789012",
        "region": "eu-central-1",
    }
    assert found["cost"] == {"monthlyBudget": 1500}


@pytest.mark.parametrize(("given", "nearest"), [("--budgt", "--budget"), ("--featurestore", "--feature-store")])
def test_unknown_flag_gets_the_nearest(given: str, nearest: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["acme", given, "5"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"did you mean {nearest}?\n")


def test_abbreviated_flag_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["acme", "--feature-sto"])
    assert "unrecognized arguments: --feature-sto; did you mean --feature-store?" in capsys.readouterr().err
