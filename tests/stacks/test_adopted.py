"""The file of what a stack takes over: wrong, hostile and unreviewed ones."""

from pathlib import Path

import pytest

from components.core.spec import SpecError
from planner.adoption.adopted_file import written
from planner.plan_file import PlanFileError
from stacks.adopted import MAX_BYTES, adopted_path, read_adopted, snake_case
from tests.support.planner.programs import evaluate

PROGRAM = """
from pathlib import Path
import pulumi, pulumi_aws as aws
from stacks.adopted import adopt

adoption = adopt(Path(__file__).parent, pulumi.get_stack())
aws.ec2.Vpc("network", cidr_block="10.0.0.0/16")
adoption.end()
"""
ROW = "format: 1\nresources:\n- type: aws:ec2/vpc:Vpc\n  name: network\n  id: vpc-0123456789abcdef0\n"
BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"


def file(folder: Path, text: str) -> Path:
    """The file of the stack `test`."""
    path = adopted_path(folder, "test")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a mapping"),
        ("[", "cannot be read"),
        ("- 1", "not a mapping"),
        ("format: 2\nresources: []\n", "format"),
        ("resources: []\n", "format"),
        ("format: 1\nrows: []\n", "rows"),
        ("format: 1\nresources: 7\n", "resources"),
        ("a: " + "[" * 500, "cannot be read"),
        ("\x00", "cannot be read"),
        ("--- 1\n--- 2\n", "cannot be read"),
        (BOMB, "an alias repeats it"),
        ("a: &a [*a]\n", "an alias repeats it"),
        ("format: 1\nformat: 1\nresources: []\n", "format is given twice"),
        ("x: !!python/object/apply:os.system [ls]\n", "cannot be read"),
        (ROW + "  retain: {cidrBlock: 2024-01-01}\n", "retain"),
        (ROW + "  retain: {1: x}\n", "retain"),
        (ROW + "  retain: {cidrBlock: .nan}\n", "retain"),
        (ROW + "  retain: [cidrBlock]\n", "retain"),
        (ROW + "  check: [no]\n", "check"),
        (ROW + "  check: false\n", "check"),
        (ROW.replace("vpc-0123456789abcdef0", "123"), "id"),
        (ROW.replace("vpc-0123456789abcdef0", "''"), "id"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SpecError, match=rf"adopted/test\.yaml(.|\n)*{said}"):
        read_adopted(file(tmp_path, text))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="bytes"):
        read_adopted(file(tmp_path, "#" * (MAX_BYTES + 1)))


def test_an_input_that_the_type_does_not_have_is_refused(tmp_path: Path) -> None:
    file(tmp_path, ROW + "  retain: {cidrBlok: 10.1.0.0/16}\n")
    with pytest.raises(SpecError, match="'network' has no input 'cidrBlok'; correct it under retain"):
        evaluate(tmp_path, PROGRAM)


def test_an_input_with_a_digit_in_its_name_is_retained(tmp_path: Path) -> None:
    file(tmp_path, ROW + "  retain: {ipv6IpamPoolId: ipam-pool-1, enableDnsSupport: false}\n")
    [network] = [each for each in evaluate(tmp_path, PROGRAM).resources if each.name == "network"]
    assert network.inputs["ipv6IpamPoolId"] == "ipam-pool-1"
    assert snake_case("enableDns64") == "enable_dns64"


def test_another_run_that_wrote_meanwhile_is_not_undone(tmp_path: Path) -> None:
    path = file(tmp_path, ROW)
    with pytest.raises(PlanFileError, match="has changed since this run read it"):
        written(path, [], ())
    assert path.read_text() == ROW
    assert written(path, [], read_adopted(path)) == 1
    assert [each.name for each in path.parent.iterdir()] == ["test.yaml"]
