"""What a restore has done: a state file, by which a second run goes on, and a log of JSON lines."""

import json
import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from ..settings import SettingsError, fault

_PURPOSE = "purpose"


class Clock(Protocol):
    """The time, and waiting for it."""

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def wait(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Journal:
    """The state of one run in a file, and its log in another.

    The file is replaced as a whole after each change, so that a run that is killed leaves the old state or the new.
    """

    def __init__(self, run: str, folder: Path, clock: Clock, kind: str = "restore"):
        """Read the state of the run `run`, if there is one. `kind` begins the names of the files.

        Raises:
            SettingsError: the file is not the state of this run.
        """
        self.run, self._clock = run, clock
        self._kind = kind
        self._state, self._log = folder / f"{kind}-{run}.json", folder / f"{kind}-{run}.jsonl"
        self._steps: dict[str, dict[str, Any]] = {}
        if self._state.exists():
            self._steps = self._read()

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found: Any = json.loads(self._state.read_text(encoding="utf-8"))
            run, steps = found["run"], found["steps"]
            if not isinstance(steps, dict) or not all(
                isinstance(each, dict) for each in cast(dict[str, Any], steps).values()
            ):
                raise TypeError
        except (OSError, ValueError, KeyError, TypeError):
            remedy = f"it is not the state of a {self._kind}; move it away, and name another run"
            raise SettingsError(str(self._state), [remedy]) from None
        if run != self.run:
            raise SettingsError(str(self._state), [fault("run", run, "it is another run; move the file")])
        return cast(dict[str, dict[str, Any]], steps)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Keep a second process from the same run.

        Raises:
            SettingsError: another process works on the run, or the folder does not exist.
        """
        path = self._state.with_suffix(".lock")
        if not path.parent.is_dir():
            raise SettingsError(
                "arguments", [fault("folder", str(path.parent), "it is not a folder; make it, or name another")]
            )
        filelock: Any = import_module("filelock")
        lock = filelock.FileLock(path)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            remedy = "another process works on this run; wait until it ends, or name another run"
            raise SettingsError(str(path), [fault("run", self.run, remedy)]) from None
        try:
            # It may have been written since this object was made.
            self._steps = self._read() if self._state.exists() else {}
            yield
        finally:
            lock.release()

    def bind(self, **purpose: Any) -> None:
        """Keep what the run is for. A later run of the same name must be for the same.

        Raises:
            SettingsError: the run began for something else.
        """
        known = self.of(_PURPOSE)
        if not known:
            self.note(_PURPOSE, **purpose)
            return
        changed = [name for name in sorted(purpose) if known.get(name) != purpose[name]]
        if changed:
            remedies = [
                fault(name, purpose[name], f"the run {self.run} began with {known.get(name)!r}; name another run")
                for name in changed
            ]
            raise SettingsError(str(self._state), remedies)

    def of(self, step: str) -> Mapping[str, Any]:
        """What is known of a step."""
        return self._steps.get(step, {})

    def is_done(self, step: str) -> bool:
        """Whether a step has ended well."""
        return bool(self.of(step).get("done"))

    def note(self, step: str, **known: Any) -> None:
        """Keep what a step has found, before it goes on."""
        self._steps[step] = {**self._steps.get(step, {}), **known}
        document = json.dumps({"run": self.run, "steps": self._steps}, indent=1, sort_keys=True)
        new = self._state.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            file.write(document + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._state)

    def log(self, event: str, step: str, **more: Any) -> None:
        """Write a line of the log."""
        line = {"time": self._clock.now(), "run": self.run, "step": step, "event": event, **more}
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")
