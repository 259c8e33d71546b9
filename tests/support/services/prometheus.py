"""A real Prometheus with series that promtool wrote into its database."""

import subprocess
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.programs import require
from tests.support.services.servers import free_port, is_healthy, server_process, wait_until

SECONDS = 150
"""Between two samples."""


@dataclass(frozen=True)
class Recorded:
    """A series: its name and labels, and its value at a time; a counter adds that value in each second."""

    name: str
    labels: Mapping[str, str]
    value: Callable[[int], float | None]
    counter: bool = False


def openmetrics(series: Iterable[Recorded], start: int, end: int) -> str:
    """The text of the series from `start` to `end`, families together, as promtool reads it."""
    lines: list[str] = []
    seen: set[str] = set()
    for each in sorted(series, key=lambda one: one.name):
        if each.name not in seen:
            seen.add(each.name)
            family = each.name.removesuffix("_total") if each.counter else each.name
            lines.append(f"# TYPE {family} {'counter' if each.counter else 'gauge'}")
        labels = ",".join(f'{key}="{value}"' for key, value in each.labels.items())
        total = 0.0
        # No sample is at the border of two steps, where it would count for both.
        for time in range(start + SECONDS // 2, end + 1, SECONDS):
            value = each.value(time)
            if value is None:
                continue
            total += value * SECONDS
            lines.append(f"{each.name}{{{labels}}} {total if each.counter else value} {time}")
    return "\n".join([*lines, "# EOF", ""])


@contextmanager
def prometheus(text: str) -> Generator[str]:
    """The address of a Prometheus that holds these series, in the format OpenMetrics."""
    require("prometheus", "promtool")
    with TemporaryDirectory(prefix="prometheus-") as name:
        folder = Path(name)
        (folder / "series").write_text(text, encoding="utf-8")
        (folder / "prometheus.yml").write_text("{}", encoding="utf-8")
        data = str(folder / "data")
        create = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(folder / "series"), data]
        subprocess.run(create, check=True, capture_output=True, timeout=300)
        port = free_port()
        command = [
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={data}",
            "--storage.tsdb.retention.time=50y",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        address = f"http://127.0.0.1:{port}"
        with server_process(command, folder) as process:
            wait_until(process, lambda: is_healthy(f"{address}/-/ready"), folder)
            yield address
