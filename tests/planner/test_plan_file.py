"""A file of a plan is whole, whoever writes it at the same time and whatever ends the writing."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from planner.plan_file import write_whole

ROOT = Path(__file__).parents[2]
LONG = 2_000_000


def test_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "build" / "plan.json"
    texts = [str(number) * LONG for number in range(4)]
    with ThreadPoolExecutor(len(texts)) as pool:
        for _ in range(5):
            for written in [pool.submit(write_whole, path, text) for text in texts]:
                written.result()
            assert path.read_text(encoding="utf-8") in texts
    assert [each.name for each in path.parent.iterdir()] == ["plan.json"]


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit, MemoryError])
def test_an_interrupted_writer_leaves_the_earlier_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: type[BaseException]
) -> None:
    path = tmp_path / "plan.json"
    write_whole(path, "the earlier plan")

    def stop(*_: object) -> None:
        raise ending

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(ending):
        write_whole(path, "a later plan")
    assert [each.read_text(encoding="utf-8") for each in tmp_path.iterdir()] == ["the earlier plan"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from planner.plan_file import write_whole

Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_whole(Path(sys.argv[1]), "a later plan")
"""


def test_a_killed_writer_leaves_the_earlier_file_and_is_cleaned_up_after(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_whole(path, "the earlier plan")
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text(encoding="utf-8") == "the earlier plan"
    [begun] = [each for each in tmp_path.iterdir() if each != path]
    write_whole(path, "while another may still write")
    assert begun.exists()
    os.utime(begun, (0, 0))
    write_whole(path, "the plan after")
    assert {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()} == {
        "plan.json": "the plan after"
    }


def test_a_link_keeps_leading_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    link = tmp_path / "prod.yaml"
    link.symlink_to(tmp_path / "shared" / "prod.yaml")
    write_whole(link, "rows")
    assert link.is_symlink()
    assert (tmp_path / "shared" / "prod.yaml").read_text(encoding="utf-8") == "rows"


def test_a_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    """As root, a file in place of /dev/null would break every other program."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link = tmp_path / "link"
    link.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for path in (pipe, link):
            write_whole(path, "a plan")
            assert os.read(reader, 100) == b"a plan"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert {each.name for each in tmp_path.iterdir()} == {"pipe", "link"}
