"""A container without an engine: an image's folders, environment and commands, and the packages of its lock."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.images.dockerfiles import ROOT, Stage, parse
from tests.support.services.servers import tool

_PACKAGES = "/packages"
_DEADLINE = 120.0


@dataclass(frozen=True)
class Container:
    """An image's folders below `root`. The packages of its lock come from the environment `.venv/<tools>`."""

    image: str
    tools: str
    root: Path
    stage: Stage

    def command(self, *arguments: str) -> list[str]:
        """ENTRYPOINT with CMD, or with `arguments` in place of CMD as Kubernetes' `args`."""
        entrypoint, command = self.stage.last("ENTRYPOINT"), self.stage.last("CMD")
        given = [*arguments] or (command.words() if command else [])
        return self._runnable([*(entrypoint.words() if entrypoint else []), *given])

    def health_check(self) -> list[str]:
        """HEALTHCHECK's command."""
        found = self.stage.last("HEALTHCHECK")
        assert found
        _, _, command = found.value.partition("CMD ")
        return self._runnable(parse(f"FROM x\nCMD {command}").final.all("CMD")[0].words())

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """ENV with paths below `root`, and what the pod adds."""
        paths = [
            str(self.root / path.strip("/"))
            for path in self.stage.environment()["PYTHONPATH"].split(":")
            if path != _PACKAGES
        ]
        certificates = {name: value for name, value in os.environ.items() if name.startswith("SSL_CERT")}
        home = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "TMPDIR": str(self.root / "tmp")}
        return {**certificates, **home, **self.stage.environment(), "PYTHONPATH": ":".join(paths), **given}

    def run(self, command: Sequence[str], given: Mapping[str, str], timeout: float = _DEADLINE) -> tuple[int, str]:
        """The exit code and all output of a command that ends."""
        done = subprocess.run(
            command,
            cwd=self.root / "app",
            env=self.environment(given),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def started(self, command: Sequence[str], given: Mapping[str, str]) -> Generator[subprocess.Popen[bytes]]:
        """A server of the image, ended with SIGTERM."""
        log = self.root.with_name(f"{self.root.name}.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=self.root / "app", env=self.environment(given), stdout=output, stderr=output
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise AssertionError(f"SIGTERM did not end {self.image}: {log.read_text()[-2000:]}") from None

    def wait_until(self, process: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
        """Return once `holds`, while the server runs."""
        end = time.monotonic() + _DEADLINE
        while not holds():
            log = self.root.with_name(f"{self.root.name}.log")
            assert process.poll() is None, log.read_text()[-4000:]
            assert time.monotonic() < end, log.read_text()[-4000:]
            time.sleep(0.2)

    def files(self) -> set[str]:
        """All files below `root`, to see what a process wrote."""
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*")}

    def _runnable(self, words: Sequence[str]) -> list[str]:
        assert words[0] == "python3"
        return [str(tool(self.tools, "python")), *words[1:]]


def container(image: str, root: Path, tools: str = "") -> Container:
    """Lays out the final stage of an image below `root`: what it copies from its context."""
    stage = parse((ROOT / "images" / image / "Dockerfile").read_text(encoding="utf-8")).final
    for each in stage.all("COPY"):
        if "from" in each.flags:
            continue
        *sources, target = each.words()
        for source in sources:
            copied, place = ROOT / source, root / target.strip("/")
            if copied.is_dir():
                shutil.copytree(copied, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(copied, place)
    (root / "app").mkdir(parents=True, exist_ok=True)
    (root / "tmp").mkdir()
    return Container(image, tools or image, root, stage)
