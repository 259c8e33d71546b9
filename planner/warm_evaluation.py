"""Evaluates one program again and again in one process. Each evaluation makes only the components that change."""

from collections.abc import Callable
from pathlib import Path

from planner import dependency_cycles
from planner.evaluation import Evaluation, recorded, run_program
from planner.event_loop import EvaluationLoop
from planner.kept_components import KeepingMonitor, KeptComponents
from planner.recorder import Answers
from planner.stackfile import StackFile
from resources.resource import Resource


class WarmEvaluations:
    """The evaluations of the program of one stack, each with what the one before left."""

    def __init__(self) -> None:
        self._answers: Answers | None = None
        self._start_anew()

    def evaluate(
        self,
        program: Path,
        stack: StackFile,
        answers: Answers,
        on_resource: Callable[[Resource], None] | None = None,
    ) -> Evaluation:
        """What `evaluate_program` returns. Whatever the program raises goes through; the next one starts anew."""
        if answers != self._answers:
            self._start_anew()
            self._answers = answers
        monitor = KeepingMonitor(stack.project, stack.name, answers, on_resource)
        kept = KeptComponents(monitor, self._last)
        try:
            self._loop = self._loop or EvaluationLoop(program.parent)
            run_program(program, stack, monitor, self._loop, kept.begin)
        except BaseException:
            self._start_anew()
            raise
        kept.end()
        dependency_cycles.forget()
        self._last = kept
        return recorded(monitor)

    def _start_anew(self) -> None:
        self._last: KeptComponents | None = None
        # Outputs that are kept belong to the loop that made them.
        self._loop: EvaluationLoop | None = None
