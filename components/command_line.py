"""The command `mlplatform`, which runs the modules of a clone of this repository: `mlplatform plan prod`.

The wheel brings the command. What plans and operates a stack is in the clone, beside the stack's file.
"""

import argparse
import os
import runpy
import sys
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import metadata
from pathlib import Path
from typing import NamedTuple, NoReturn

DONE, WRONG = 0, 2

_PROJECT = "mlplatform"
_SHELLS = ("bash", "zsh", "fish")


class Command(NamedTuple):
    """What a subcommand runs: `python -m <module> <arguments>`. With `anywhere`, in any folder."""

    module: str
    summary: str
    arguments: tuple[str, ...] = ()
    anywhere: bool = False


COMMANDS = {
    "init": Command("stacks", "Write the file of a new stack", ("init",)),
    "list": Command("stacks", "List the stacks", ("list",)),
    "explain": Command("stacks", "Explain a rule, a field or a resource", ("explain",)),
    "plan": Command("planner", "Show what a stack deploys, costs and violates"),
    "price": Command("planner.price", "Price any Pulumi program, from its preview or state", anywhere=True),
    "check": Command("planner.check", "Price and judge any Pulumi program", anywhere=True),
    "report": Command("reports", "Write the report of a stack as one HTML file, or serve it"),
    "second-region": Command("planner.second_region", "Write and plan a stack's second region"),
    "adopt": Command("planner.adoption", "Take over what exists already, replacing none of it"),
    "registries": Command("reports.registries", "Write a stack's registries for audits"),
    "audit": Command("reports.audit", "Write what an auditor is given of a stack"),
    "access": Command("reports.access", "Say who may do what, and what reaches a store"),
    "runbooks": Command("stacks.runbooks", "Write the runbooks of all alerts"),
    "smoke": Command("operations.smoke", "Test a deployed model at its public name"),
    "promote": Command("operations.promote", "Promote a tested model to production"),
    "train": Command("operations.train", "Run a training job and register its model"),
    "restore": Command("operations.restore", "Restore stores from their backups"),
    "drill": Command("operations.drill", "Rehearse a restore and measure it"),
    "scenarios": Command("reports.scenarios", "Write what people do with a stack, step by step"),
    "drift": Command("operations.drift", "Compare the cloud with the state and the plan"),
    "rotate": Command("operations.rotate", "Rotate passwords and keys of a stack"),
    "failover": Command("operations.failover", "Move a stack to its second region"),
    "takeover": Command("operations.takeover", "Bring a starter's data to the platform"),
    "spend": Command("operations.spend", "Compare the bill with the plan"),
    "rightsize": Command("operations.rightsize", "Propose sizes from recorded utilisation"),
}
_COMPLETION = "completion"
_WORDS_WITH_COMMAND = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the subcommand that `arguments` begin with, and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "_ARGCOMPLETE" in os.environ:
        return _complete()
    options = _parser().parse_args(words[:1])
    if options.version:
        print(f"mlplatform {version()}")
        return DONE
    if not options.command:
        print(_help())
        return DONE
    if options.command == _COMPLETION:
        return _print_completion(words[1:])
    return _run(options.command, words[1:])


def version() -> str:
    """The version of the clone that is in use, or else of the installed package."""
    root = _clone() or _installed_clone()
    if root:
        return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return metadata.version(_PROJECT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_PROJECT, usage="mlplatform COMMAND …", add_help=False)
    parser.add_argument("command", nargs="?").completer = _names  # pyright: ignore[reportAttributeAccessIssue]
    parser.add_argument("--version", action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    return parser


def _names(**_: object) -> list[str]:
    return [*COMMANDS, _COMPLETION]


def _help() -> str:
    width = max(map(len, _names()))
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    lines.append(f"  {_COMPLETION:<{width}}  Print the completion of {', '.join(_SHELLS)}")
    return "\n".join(
        [
            "usage: mlplatform COMMAND …",
            "       mlplatform --version",
            "",
            "Runs in a clone of the repository; price and check in any folder.",
            "",
            "commands:",
            *lines,
            "",
            "`mlplatform COMMAND --help` shows the arguments of a command.",
        ]
    )


def _run(name: str, arguments: list[str]) -> int:
    command = COMMANDS.get(name)
    if not command:
        near = get_close_matches(name, _names(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return _refuse(f"no command {name!r}{hint}\n`mlplatform --help` lists the commands")
    root = _clone()
    if command.anywhere:
        root = root or _installed_clone()
        if root is None:
            return _refuse(f"{name} needs a clone of mlplatform; run `make command` there, and use its .venv/bin")
    elif root != Path.cwd():
        folder = root or "a clone of mlplatform, which has Pulumi.yaml"
        return _refuse(f"{Path.cwd()} is not the folder of a clone; change to {folder}")
    sys.path.insert(0, str(root))
    sys.argv = [f"{_PROJECT} {name}", *command.arguments, *arguments]
    # Only the module of the command is imported, so that each starts as quickly as by itself.
    runpy.run_module(command.module, run_name="__main__", alter_sys=True)
    return DONE


def _clone() -> Path | None:
    """The clone of this repository that the current folder is in."""
    here = Path.cwd()
    return next((each for each in (here, *here.parents) if _is_clone(each)), None)


def _installed_clone() -> Path | None:
    """The clone in whose `.venv` this command is installed."""
    folder = Path(sys.prefix).parent
    return folder if _is_clone(folder) else None


def _is_clone(folder: Path) -> bool:
    return (folder / "Pulumi.yaml").is_file() and (folder / "planner" / "__main__.py").is_file()


def _refuse(message: str) -> int:
    print(f"mlplatform: {message}", file=sys.stderr)
    return WRONG


def _print_completion(arguments: list[str]) -> int:
    shell = arguments[0] if arguments else ""
    if shell in ("-h", "--help"):
        print(f"usage: mlplatform {_COMPLETION} {{{','.join(_SHELLS)}}}\n\nPrint the completion of the shell.")
        return DONE
    if shell not in _SHELLS:
        return _refuse(f"completion = {shell!r}: write {', '.join(_SHELLS)}")
    try:
        from argcomplete.shell_integration import shellcode
    except ModuleNotFoundError:
        return _refuse("completion needs argcomplete; run `pip install argcomplete`")
    print(shellcode([_PROJECT], shell=shell))
    return DONE


def _complete() -> int:
    """Answer the shell, which asks how the line goes on. argcomplete ends the process with its answer."""
    import argcomplete

    line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
    words = line.split()[1:] + ([""] if line.endswith(" ") else [])
    if len(words) < _WORDS_WITH_COMMAND:
        argcomplete.autocomplete(_parser())
        return DONE

    def complete(self: argparse.ArgumentParser, *_: object, **__: object) -> NoReturn:
        for action in self._actions:
            if action.dest == "stack":
                action.completer = _stacks  # pyright: ignore[reportAttributeAccessIssue]
        argcomplete.autocomplete(self)
        sys.exit(DONE)

    # A command makes its parser where it reads its arguments, so it is asked there.
    argparse.ArgumentParser.parse_args = complete  # pyright: ignore[reportAttributeAccessIssue]
    # The words that argcomplete takes for the name of the program.
    os.environ["_ARGCOMPLETE"] = str(_WORDS_WITH_COMMAND)
    return _run(words[0], [])


def _stacks(**_: object) -> list[str]:
    root = _clone()
    paths = root.glob("Pulumi.*.yaml") if root else ()
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in paths)


if __name__ == "__main__":
    sys.exit(main())
