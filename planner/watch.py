"""`plan --watch`: plans a stack again in the same process whenever its config changes, and shows the difference."""

import ast
import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.markup import escape

from planner.against import difference_from, earlier_plan
from planner.build import plan_of
from planner.console import PlanConsole
from planner.difference_view import render
from planner.interruption import is_interruption
from planner.plan import Plan, ResourceRows, document_json
from planner.plan_file import write_whole
from planner.project_changes import changes
from planner.stackfile import read_stack_file
from planner.terminal import show
from planner.warm_evaluation import WarmEvaluations
from policies.engine.evaluate import Judgments
from policies.engine.exceptions import EXCEPTIONS_FILE
from stacks.adopted import FOLDER

_COMPONENTS = "stacks.platform"
"""Imports every component that a stack can have."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The stack that is planned again and again, and where its plan goes."""

    root: Path
    stack: str
    path: Path
    today: date | None
    """The day to judge as of; the current one by default, also after midnight."""
    against: str | None
    """What each plan is compared with; the plan before it by default."""


class WarmPlans:
    """The plans of one stack, each made with what is left of the one before."""

    def __init__(self, watched: Watched):
        # A component is kept if its class was there before the first evaluation.
        import_module(_COMPONENTS)
        self._watched = watched
        self._evaluations, self._judgments, self._rows = WarmEvaluations(), Judgments(), ResourceRows()

    def make(self) -> tuple[Plan, dict[str, Any]]:
        """The plan of the stack as its files are now, and its document.

        Raises:
            StackFileError, SpecError, PolicyError: as `build_plan` does.
        """
        plan = plan_of(
            self._watched.root,
            read_stack_file(self._watched.root, self._watched.stack),
            today=self._watched.today or date.today(),
            run=self._evaluations.evaluate,
            judgments=self._judgments,
        )
        return plan, plan.document(self._rows)


def watch(watched: Watched, explain: Callable[[BaseException], object]) -> None:
    """Plan, and plan again at each change, until Ctrl-C. `explain` says why there is no plan; the next may be one."""
    heard = changes(watched.root)
    console, plans = PlanConsole(), WarmPlans(watched)
    before: Mapping[str, Any] | None = None
    while True:
        try:
            before = _round(watched, plans, before, console)
        except BrokenPipeError:
            raise
        except BaseException as error:
            if is_interruption(error):
                raise
            explain(error)
        # The collector is off while a plan is made. Python drops an interrupt that comes while it ends an object.
        gc.collect()
        console.print("[dim]watching the project until Ctrl-C[/dim]")
        _wait(heard, watched.root, console)


def _round(
    watched: Watched, plans: WarmPlans, before: Mapping[str, Any] | None, console: PlanConsole
) -> Mapping[str, Any]:
    """Make a plan and show it: whole the first time, and then by its difference. Returns what the next differs from."""
    plan, document = plans.make()
    if before is None:
        show(plan, console)
        before = earlier_plan(watched.against, plan, watched.root) if watched.against else document
    if before is not document:
        difference = difference_from(before, plan, document)
        plan = replace(plan, refused=len(difference.refused))
        render(difference, console)
    console.print(f"\n{escape(plan.summary)}", soft_wrap=True)
    write_whole(watched.path, document_json(document))
    console.print(f"[dim]written to {escape(str(watched.path))}[/dim]", soft_wrap=True)
    return before if watched.against else document


def _wait(heard: Iterator[set[Path]], root: Path, console: PlanConsole) -> None:
    """Return when a file changes that each plan reads anew. Where another one changes, start the process anew."""
    for paths in heard:
        names = sorted(str(path.relative_to(root)) for path in paths)
        console.print(f"\n[dim]{escape(', '.join(names))} changed[/dim]", soft_wrap=True)
        if all(map(_is_read_anew, names)):
            return
        if broken := next(_unreadable(paths), None):
            console.print(f"[red]{escape(broken)}[/red]", soft_wrap=True)
            continue
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this very command


def _is_read_anew(name: str) -> bool:
    path = Path(name)
    stack_file = len(path.parts) == 1 and path.match("Pulumi*.yaml")
    return stack_file or path.parts[:-1] == (FOLDER,) or path.parts == EXCEPTIONS_FILE.parts[-2:]


def _unreadable(paths: Iterable[Path]) -> Iterator[str]:
    """Why a changed file of Python cannot be imported."""
    for path in paths:
        if path.suffix == ".py" and path.is_file():
            try:
                ast.parse(path.read_bytes(), path.name)
            except (SyntaxError, ValueError) as error:
                yield f"{path.name}: {error}"
