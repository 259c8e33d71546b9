"""Every command of the pages is one that its program takes, by the program itself or by its own description."""

import argparse
import csv
import gc
import importlib.util
import json
import os
import re
import runpy
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

from components.command_line import COMMANDS as SUBCOMMANDS
from operations.train.__main__ import main as train
from planner import dependency_cycles, lazy_sdk, lean_registration
from tests.support.aws_models import service_model
from tests.support.components.definitions import definitions
from tests.support.docs.pages import PROGRAMS, ROOT, blocks, commands
from tests.support.planner.plans import STACKS, outputs_of, plan_of
from tests.support.programs import needs, require

xform_name: Any = importlib.import_module("botocore").xform_name
"""botocore ships no types."""

COMMANDS = commands()
AWS_GLOBAL = {"region", "profile", "output", "query"}
UNCHECKED = {
    "eval": "a word of the shell; `mlplatform completion` has a test of its own",
    "export": "a word of the shell",
    "sudo": "it starts the package manager of the reader's system",
}
"""Programs that no test checks, each with the reason. A shell reads their lines like all others."""

with (Path(__file__).parent / "published_flags.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = {(row["program"], row["command"]): {*row["flags"].split()} for row in csv.DictReader(file)}
"""The flags that pages may use of programs that the tests do not have, from what these projects publish."""

OURS = "availability|commands|operations|planner|policies|pricing|reports|stacks|website"
"""The folders whose modules `make` starts."""

SHELL = {"cd", "cp", "for", "grep", "head", "sh"}
"""What every shell has, and a reader knows."""


class ParsedError(Exception):
    """A command line was accepted; the program itself is not run."""


def parts(text: str) -> list[list[str]]:
    """The words of each program in a line. What stands for a reader's own value is one word."""
    # A variable keeps what a command prints.
    command = re.sub(r"^\w+=\$\((.*)\)$", r"\1", text)
    words = shlex.split(re.sub(r"<[^>]+>", "PLACE", command).replace("...", "PLACE"))
    found: list[list[str]] = [[]]
    for word in words:
        if word in ("|", "&&"):
            found.append([])
        else:
            found[-1].append(word)
    return found


def of(*programs: str) -> list[Any]:
    """The commands that begin with one of these programs, as parameters of a test."""
    return [
        pytest.param(words, id=f"{shown} {' '.join(words)}"[:100])
        for shown in COMMANDS
        for words in parts(shown.text)
        if words[0] in programs
    ]


def leave_signals(_number: int, _handler: object) -> None:
    """In place of `signal.signal`: this process keeps its own handlers."""


def check_python(arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a module's own parser read the words behind `python -m`; without any, the module must be there."""
    module, *options = arguments
    # A table names the commands of `stacks` without what they need.
    if not options or (module == "stacks" and len(options) == 1):
        assert importlib.util.find_spec(module), module
        return
    real = argparse.ArgumentParser.parse_args

    def parse(self: argparse.ArgumentParser, given: Any = None, namespace: Any = None) -> NoReturn:
        real(self, given, namespace)
        raise ParsedError

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
    monkeypatch.setattr(sys, "argv", [module, *options])
    # A command tunes its process, which plans once and ends. This one runs other tests afterwards.
    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr(signal, "signal", leave_signals)
    for tuned in (lazy_sdk, dependency_cycles, lean_registration):
        monkeypatch.setattr(tuned, "install", lambda: None)
    with pytest.raises(ParsedError):
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def test_every_command_is_checked_or_known_not_to_be() -> None:
    checked = {
        "aws",
        "feast",
        "git",
        "helm",
        "jq",
        "kubectl",
        "kustomize",
        "make",
        "pip",
        "sed",
        *(program for program, _ in PUBLISHED),
        "mlplatform",
        "pulumi",
        "python",
        ".venv/bin/python",
    }
    ours = {each for each in PROGRAMS if "/" in each}
    assert {*PROGRAMS} == checked | UNCHECKED.keys() | ours
    found = {words[0] for shown in COMMANDS for words in parts(shown.text)}
    assert found <= {*PROGRAMS, *SHELL}
    assert all((ROOT / each).is_file() and os.access(ROOT / each, os.X_OK) for each in ours - {".venv/bin/python"})
    assert len(COMMANDS) > 60


@pytest.mark.parametrize("words", of("make"))
def test_make_has_the_target_and_the_program_takes_its_options(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words[1:]:
        name, equals, _ = word.partition("=")
        assert re.search(rf"\$\({name}\)" if equals else rf"^{name}:", text, re.MULTILINE), word
    shown = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for line in shown.splitlines():
        match = re.match(rf"\.venv/bin/python -m (?P<call>(?:{OURS})\b.*)", line)
        # `make prices` alone names the target; it is called with a region.
        if match and any("=" in word for word in words):
            check_python(shlex.split(match["call"]), monkeypatch)


@pytest.mark.parametrize("words", of("python", ".venv/bin/python"))
def test_a_module_takes_the_options_that_a_page_gives_it(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert words[1] == "-m"
    if words[2:] == ["operations.promote", "PLACE"]:
        words = words[:3]
    check_python(words[2:], monkeypatch)


def test_the_tutorial_renders_the_example_that_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [words] = [
        shlex.split(each.text)
        for each in COMMANDS
        if each.page == "docs/tutorial.md" and " -m operations.train render " in each.text
    ]
    (tmp_path / "platform.json").write_text(json.dumps(outputs_of("prod")), encoding="utf-8")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    assert train(words[3:]) == 0
    assert "operation: create_training_job" in capsys.readouterr().out


@pytest.mark.parametrize("words", of("mlplatform"))
def test_mlplatform_has_the_command_and_its_module_takes_the_options(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, *options = words[1:]
    if name in ("COMMAND", "--help", "--version", "completion"):
        return
    command = SUBCOMMANDS[name]
    check_python([command.module, *command.arguments, *options], monkeypatch)


def options_of(words: Sequence[str]) -> list[str]:
    return [word.partition("=")[0].removeprefix("--") for word in words if word.startswith("--")]


@pytest.mark.parametrize("words", of("aws"))
def test_aws_has_the_operation_and_its_parameters(words: list[str]) -> None:
    if words == ["aws", "--version"]:
        return
    service, command, *rest = words[1:]
    model = service_model(service.replace("s3api", "s3"))
    [operation] = [name for name in model.operation_names if xform_name(name, "-") == command]
    shape = model.operation_model(operation).input_shape
    known = {xform_name(member, "-") for member in shape.members}
    given = {each.removeprefix("no-") if each not in known else each for each in options_of(rest)}
    assert given <= known | AWS_GLOBAL
    if rest:
        # The AWS CLI counts one instance by itself. Source: aws-cli, customizations/ec2/runinstances.py.
        added = {"max-count", "min-count"} if operation == "RunInstances" else set[str]()
        # It also makes the tokens by which AWS recognizes a repeated request.
        made = {member for member, each in shape.members.items() if each.metadata.get("idempotencyToken")}
        assert {xform_name(member, "-") for member in {*shape.required_members} - made} <= given | added


@needs("pulumi")
@pytest.mark.parametrize("words", of("pulumi"))
def test_pulumi_has_the_command_and_its_options(words: list[str]) -> None:
    names = [word for word in words[1:3] if re.fullmatch(r"[a-z]+", word)]
    command = names[:2] if names[0] in ("config", "package", "stack", "state") else names[:1]
    done = subprocess.run(["pulumi", *command, "--help"], capture_output=True, text=True, check=True)
    # For a word that is no command it prints how its parent is used.
    usage = done.stdout.split("Usage:")[1].split("\n\n")[0]
    assert "[command]" not in usage
    assert [each for each in options_of(words) if f"--{each}" not in done.stdout] == []


@pytest.mark.parametrize("words", of("kubectl"))
def test_kubectl_names_objects_that_a_stack_has(words: list[str]) -> None:
    text = " ".join(words)
    made = {
        (each.inputs["kind"].lower(), each.inputs["metadata"].get("namespace"), each.inputs["metadata"]["name"])
        for stack in STACKS
        for each in plan_of(stack)
        if each.type.startswith("kubernetes:") and {"kind", "metadata"} <= {*each.inputs}
    }
    namespace = re.search(r" -n ([\w-]+)", text)
    for kind, name in re.findall(r"\b(cronjob|deployment|service)/([\w-]+)", text):
        assert namespace
        assert (kind, namespace[1], name) in made
    if words[1] == "get" and "applications" in text:
        assert definitions("argoproj.io")


@pytest.mark.parametrize("words", of("helm", "kustomize", "pip"))
def test_a_path_that_a_command_names_is_there(words: list[str]) -> None:
    paths = [word for word in words[1:] if "/" in word and "PLACE" not in word and not word.startswith("-")]
    assert [each for each in paths if not (ROOT / each).exists()] == []


@pytest.mark.parametrize("words", of("git"))
def test_git_has_the_command(words: list[str]) -> None:
    listed = subprocess.run(["git", "--list-cmds=main"], capture_output=True, text=True, check=True).stdout.split()
    assert words[1] in listed


def flags_of(words: Sequence[str]) -> list[str]:
    """The flags of a command, without their hyphens and values; letters behind one hyphen are flags each."""
    found: list[str] = []
    for word in words:
        if word.startswith("--") and word != "--":
            found.append(word.removeprefix("--").partition("=")[0])
        elif re.fullmatch(r"-[A-Za-z]+", word):
            found += word.removeprefix("-")
    return found


@pytest.mark.parametrize("words", of(*{program for program, _ in PUBLISHED}))
def test_another_program_has_the_command_and_its_flags(words: list[str]) -> None:
    program, *rest = words
    commands_of = sorted((command for name, command in PUBLISHED if name == program), key=len, reverse=True)
    command = next((each for each in commands_of if rest[: len(each.split())] == each.split()), None)
    assert command is not None, words
    assert [each for each in flags_of(rest) if each not in PUBLISHED[program, command]] == []


@cache
def helped(*command: str) -> str:
    """What a program says of a command."""
    done = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def has_flag(text: str, flag: str) -> bool:
    """Whether a help names a flag, by its long name or its letter."""
    return bool(re.search(rf"(?<![\w-])-{{1,2}}{re.escape(flag)}(?![\w-])", text))


@needs("kubectl")
@pytest.mark.parametrize("words", of("kubectl"))
def test_kubectl_has_the_command_and_its_flags(words: list[str]) -> None:
    known = subprocess.run(["kubectl", "options"], capture_output=True, text=True, check=True).stdout
    rest = words[1:]
    # Flags before the command belong to kubectl itself, and have a value.
    while rest and rest[0].startswith("-"):
        assert has_flag(known, flags_of(rest[:1])[0]), words
        rest = rest[2:]
    command = rest[:2] if rest[0] in ("auth", "create", "rollout") and not rest[1].startswith("-") else rest[:1]
    text = helped("kubectl", *command) + known
    assert [each for each in flags_of(rest) if not has_flag(text, each)] == []


@pytest.mark.parametrize("program", ["helm", "kustomize"])
def test_helm_and_kustomize_have_the_commands_and_their_flags(program: str) -> None:
    require(program)
    for shown in COMMANDS:
        for words in parts(shown.text):
            if words[0] == program:
                text = helped(program, words[1])
                assert [each for each in flags_of(words[2:]) if not has_flag(text, each)] == [], str(shown)


@pytest.mark.parametrize("words", of("pip"))
def test_pip_has_the_command_and_its_flags(words: list[str]) -> None:
    text = helped(sys.executable, "-m", "pip", words[1])
    assert [each for each in flags_of(words[2:]) if not has_flag(text, each)] == []


@needs("jq")
@pytest.mark.parametrize("words", of("jq"))
def test_jq_compiles_the_filter(words: list[str]) -> None:
    values = words[1:4] + words[4:7] if "--arg" in words else [each for each in words[1:2] if each.startswith("-")]
    program = words[1 + len(values)]
    done = subprocess.run(["jq", *values, program], input="", capture_output=True, text=True, check=False)
    # 2 is a wrong argument, 3 a filter that does not compile. Source: jq 1.6 manual, "exit status".
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", of("sed"))
def test_sed_reads_the_script(words: list[str]) -> None:
    scripts = [words[index + 1] for index, word in enumerate(words) if word == "-e"] or [words[1]]
    options = [part for script in scripts for part in ("-e", script)]
    subprocess.run(["sed", *options], input="a\n", capture_output=True, text=True, check=True)


def unread(text: str) -> str:
    """Why a shell does not read a text; empty when it does."""
    told = re.sub(r"<[^<>\n]+>", "PLACE", text)
    return subprocess.run(["bash", "-n"], input=told, capture_output=True, text=True, check=False).stderr


def complete(text: str) -> bool:
    """Whether a command ends with its text: a quote, a loop, a document or a backslash leaves it open."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        return False
    ended = [f"\n{word[2:]}" in text for word in words if word.startswith("<<") and word[2:]]
    loops = sum(word in ("for", "while") for word in words[:1]) - words.count("done")
    return not text.endswith("\\") and all(ended) and loops <= 0


def typed_in(text: str) -> list[str]:
    """The commands of a block. A command that is not complete goes on in the lines after it."""
    if "$ " not in text:
        return [text]
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(line.removeprefix("$ "))
        elif found and not complete(found[-1]):
            found[-1] += f"\n{line}"
    return found


def test_a_shell_reads_every_command() -> None:
    shown = [each for language in ("console", "sh", "bash") for each in blocks(language)]
    typed = {(str(block), each): each for block in shown for each in typed_in(block.text)}
    assert len(typed) > 200
    # One call for all; a call for each names the wrong one.
    if unread("\n".join(typed.values())):
        assert {page: told for page, each in typed.items() if (told := unread(each))} == {}


@pytest.mark.services
@pytest.mark.parametrize("words", of("feast"))
def test_feast_has_the_command_and_its_options(words: list[str]) -> None:
    feast = ROOT / ".venv" / "feast" / "bin" / "feast"
    if not feast.exists():
        pytest.skip(".venv/feast/bin/feast is missing; `make services` makes it")
    done = subprocess.run([feast, *words[1:], "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_commands_leave_this_process_to_other_tests() -> None:
    assert gc.isenabled()
    assert not any(type(finder).__module__ == lazy_sdk.__name__ for finder in sys.meta_path)
