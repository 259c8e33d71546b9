"""A program that fails ends the command with 3, and the report says what failed and where."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from planner.failure import describe
from planner.warm_evaluation import WarmEvaluations
from tests.support.planner.command import platform, run
from tests.support.planner.programs import ANSWERS, project, stack_file

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MEMORY = 4 * 1024**3

NAMED_TWICE = """
import pulumi_aws as aws
aws.s3.Bucket("logs")
aws.s3.Bucket("logs")
"""
EXISTING = """
import pulumi_aws as aws
aws.s3.Bucket.get("old", "my-bucket")
"""
QUESTION = """
import pulumi_aws as aws
aws.ec2.get_ami(most_recent=True, owners=["amazon"])
"""
QUESTION_LATER = """
import pulumi_aws as aws
aws.ec2.get_ami_output(most_recent=True, owners=["amazon"])
"""
INSIDE_APPLY = """
import pulumi_aws as aws
def look_up(name):
    return {}[name]
aws.s3.Bucket("copy", bucket=aws.s3.Bucket("logs").id.apply(look_up))
"""
RAISED_FROM_ITSELF = """
error = ValueError("round and round")
raise error from error
"""
CAUSED_IN_A_CIRCLE = """
first, second = ValueError("first"), KeyError("second")
first.__cause__, second.__cause__ = second, first
raise first
"""
ON_ITS_PARENT = """
import pulumi, pulumi_aws as aws
store = pulumi.ComponentResource("sample:index:Store", "store")
aws.s3.Bucket("logs", opts=pulumi.ResourceOptions(parent=store, depends_on=[store]))
"""
MUTUAL_DEPENDENCY = """
import pulumi, pulumi_aws as aws
one, other = (pulumi.ComponentResource("sample:index:Store", name) for name in ("one", "other"))
def bucket(name, parent, *needed):
    return aws.s3.Bucket(name, opts=pulumi.ResourceOptions(parent=parent, depends_on=needed))
first = bucket("first", one)
second = bucket("second", other, one)
bucket("third", one, second)
bucket("fourth", one, second, other)
bucket("fifth", other, one)
bucket("sixth", one, other)
"""


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (NAMED_TWICE, ("Bucket 'logs' is registered twice, first at __main__.py:3", "where: __main__.py:4")),
        (EXISTING, ("resource: Bucket old", "'my-bucket' is read from the account", "where: __main__.py:3")),
        (QUESTION, ("aws:ec2/getAmi:getAmi was called with", "where: __main__.py:3")),
        (QUESTION_LATER, ("aws:ec2/getAmi:getAmi was called with", "where: __main__.py:3")),
        (INSIDE_APPLY, ("KeyError", "resource: Bucket copy", "where: __main__.py:4")),
        (RAISED_FROM_ITSELF, ("ValueError: round and round", "where: __main__.py:3")),
        (CAUSED_IN_A_CIRCLE, ("ValueError: first", "where: __main__.py:4")),
        (ON_ITS_PARENT, ("a circular dependency involving a resource of type aws:s3/bucket:Bucket named logs",)),
        ("raise MemoryError", ("MemoryError", "where: __main__.py:1", "give the process more memory")),
        # Which of the circle's buckets the SDK meets first depends on the order of its tasks.
        (MUTUAL_DEPENDENCY, ("a circular dependency involving a resource of type aws:s3/bucket:Bucket named ",)),
    ],
    ids=[
        *("named-twice", "existing", "question", "question-later", "inside-apply", "from-itself", "circle"),
        *("depends-on-parent", "memory", "mutual-dependency"),
    ],
)
def test_a_failing_program_ends_with_what_and_where(tmp_path: Path, program: str, told: tuple[str, ...]) -> None:
    (platform(tmp_path) / "__main__.py").write_text(program)
    command = [sys.executable, "-m", "planner", "test", "--root", str(tmp_path), "--quiet"]
    # The limits stop a report that never ends; nothing is timed.
    ended = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert ended.returncode == 3, ended.stderr
    assert "the program failed" in ended.stderr
    assert "remedy: " in ended.stderr
    for each in told:
        assert each in ended.stderr


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("import sys\nsys.exit(4)\n", "SystemExit: 4"),
        ("import sys\nsys.exit()\n", "where: __main__.py:2"),
        ("class Odd(BaseException): ...\nraise Odd('end')\n", "Odd: end"),
        ("class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute\n", "Mute: (its message cannot"),
        ("raise ValueError('x' * 100_000)\n", "(100,000 characters)"),
        ("raise ExceptionGroup('two', [ValueError('one'), KeyError('other')])\n", "KeyError: 'other'"),
        ("def again(): again()\nagain()\n", "RecursionError"),
        ("def broken(:\n", "where: __main__.py:1"),
        (
            "class Odd:\n    def __bool__(self): raise TypeError\n    def go(self, name): raise KeyError('a')\n"
            "Odd().go(Odd())\n",
            "where: __main__.py:3",
        ),
        ("import nothing_there\n", "install the package into .venv, or correct the name"),
        (
            "import asyncio, pulumi\npulumi.export('x', pulumi.Output.from_input(asyncio.Future()))\n",
            "nothing will provide",
        ),
        ("import pulumi\npulumi.Config().require('absent')\n", "set the value in the stack file"),
        ("import pulumi_aws as aws\naws.s3.Bucket('logs', bucket=object())\n", "where: __main__.py:2"),
    ],
)
def test_every_kind_of_failure_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], program: str, told: str
) -> None:
    (platform(tmp_path) / "__main__.py").write_text(program)
    assert run(tmp_path) == 3
    shown = capsys.readouterr().err
    assert "the program failed" in shown
    assert told in shown
    assert "Traceback" not in shown


def test_a_resource_that_fails_names_its_component(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (platform(tmp_path) / "__main__.py").write_text(
        "import pulumi, pulumi_aws as aws\n"
        "class Store(pulumi.ComponentResource):\n"
        "    def __init__(self, name):\n"
        "        super().__init__('sample:index:Store', name)\n"
        "        for _ in range(2):\n"
        "            aws.sqs.Queue('jobs', opts=pulumi.ResourceOptions(parent=self))\n"
        "Store('orders')\n"
    )
    assert run(tmp_path) == 3
    shown = capsys.readouterr().err
    assert "component: Store orders" in shown
    assert "resource: Queue jobs" in shown
    assert "where: __main__.py:6" in shown


def test_spec_error_inside_apply_is_a_wrong_config(tmp_path: Path) -> None:
    (platform(tmp_path) / "__main__.py").write_text(
        "import pulumi_aws as aws\n"
        "from components.core.spec import SpecError\n"
        "def refuse(_):\n"
        "    raise SpecError('Store', ['zone = 1: write another'])\n"
        "first = aws.sqs.Queue('first')\n"
        "second = aws.sqs.Queue('second', name=first.name.apply(refuse))\n"
        "aws.sqs.Queue('third', name=second.name)\n"
    )
    command = [sys.executable, "-m", "planner", "test", "--root", str(tmp_path), "--quiet"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2, ended.stderr
    assert "wrong config Store: 1 wrong\n  zone = 1: write another" in ended.stderr
    assert "risen" not in ended.stderr


def test_control_characters_of_an_exception_are_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (platform(tmp_path) / "__main__.py").write_text("raise ValueError('\\x1b[31mred \\x9b1m \\u202e')\n")
    assert run(tmp_path, "--traceback") == 3
    shown = capsys.readouterr().err
    assert r"ValueError: \x1b[31mred \x9b1m \u202e" in shown
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)


def test_an_interrupt_ends_with_130(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (platform(tmp_path) / "__main__.py").write_text("raise KeyboardInterrupt\n")
    assert run(tmp_path) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_project_without_a_program_is_a_wrong_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (platform(tmp_path) / "__main__.py").unlink()
    assert run(tmp_path) == 2
    assert "__main__.py does not exist; run this in the project's folder" in capsys.readouterr().err


def test_a_failure_of_a_watched_program_is_its_own(tmp_path: Path) -> None:
    root = project(tmp_path, "1 / 0")
    with pytest.raises(ZeroDivisionError) as raised:
        WarmEvaluations().evaluate(root / "__main__.py", stack_file(root), ANSWERS)
    failure = describe(raised.value, root)
    assert failure.by_program
    assert failure.place == "__main__.py:1"
    assert "maintainers" not in failure.remedy
