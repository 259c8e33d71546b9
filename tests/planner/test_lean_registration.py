"""The registration that a plan uses does what the SDK's does, and the SDK's own sources can take its changes."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pulumi
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PATCH = ROOT / "docs" / "decisions" / f"pulumi-{version('pulumi')}-registration.patch"

EVALUATE = """
import sys
from pathlib import Path
from planner.tuning import tune_process
tune_process()
from tests.support.planner.programs import evaluate
found = evaluate(Path(sys.argv[1]), Path(sys.argv[2]).read_text())
print(found.outputs)
for each in found.resources:
    print(each)
"""

# What the registration treats apart: secrets, unknowns, enums, assets, other resources, nothing, failures.
PROGRAM = """
import pulumi, pulumi_aws as aws
key = aws.kms.Key("key", description=pulumi.Output.secret("hunter2"), enable_key_rotation=True)
bucket = aws.s3.Bucket("bucket", bucket=None, tags={"key": key.arn, "empty": "", "nested": key.key_id})
aws.s3.BucketObjectv2("object", bucket=bucket.id, source=pulumi.StringAsset("text"), opts=pulumi.ResourceOptions(
    parent=bucket, depends_on=[key], aliases=[pulumi.Alias(name="old")]))
instance = aws.ec2.Instance("machine", instance_type=aws.ec2.InstanceType.T3_MICRO, ami="ami-1",
    root_block_device={"volume_size": 8, "kms_key_id": key.arn}, vpc_security_group_ids=[])
inputs = {"whole": 1, "part": 0.5, "on": False, "of": [bucket, key]}
bare = pulumi.CustomResource("example:index:Thing", "thing", inputs)
class Group(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("example:index:Group", name)
        aws.sqs.Queue("queue", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})
aws.sns.Topic("topic", opts=pulumi.ResourceOptions(depends_on=[Group("group")]))
pulumi.export("all", pulumi.Output.all(bucket.arn, instance.private_ip, instance.public_dns, key.description))
pulumi.export("format", pulumi.Output.format("{0}/x", bucket.bucket))
"""


def run(folder: Path, program: str, switch: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    (folder / "program.py").write_text(program)
    command = [sys.executable, "-c", EVALUATE, str(folder), str(folder / "program.py")]
    settings = {**os.environ, "MLPLATFORM_LAZY_SDK": switch}
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)


def test_lean_registration_records_what_the_sdk_records(tmp_path: Path) -> None:
    lean, whole = (run(tmp_path / switch, PROGRAM, switch) for switch in ("1", "0"))
    assert whole.returncode == 0, whole.stderr
    assert "Thing" in whole.stdout
    assert lean.stdout == whole.stdout


def test_failure_of_an_output_that_nothing_awaits_is_raised(tmp_path: Path) -> None:
    program = "import pulumi\npulumi.Output.from_input(1).apply(lambda _: 1 / 0)\n"
    ran = run(tmp_path / "failing", program, "1")
    assert "ZeroDivisionError" in ran.stderr


def test_patch_for_the_sdk_applies_to_the_installed_version(tmp_path: Path) -> None:
    changed = [line.removeprefix("+++ b/") for line in PATCH.read_text().splitlines() if line.startswith("+++ b/")]
    assert len(changed) > 1
    for name in changed:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(pulumi.__file__).parents[1] / name, tmp_path / name)
    done = subprocess.run(["git", "apply", str(PATCH)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in changed:
        compile((tmp_path / name).read_text(), name, "exec")
