"""A file of a plan is whole, whoever writes it at the same time and whatever ends the writing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from planner.plan_file import write_whole

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
