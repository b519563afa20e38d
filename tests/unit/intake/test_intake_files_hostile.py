"""Files that ask for enormous amounts of memory are refused in one sentence, in little memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import hostile_files

MOST_MB = 200  # above what the program needs before it opens the first
MOST_SECONDS = 60  # of a processor, whatever else the machine does


def test_hostile_files_are_refused_in_one_sentence_and_bounded_memory(tmp_path: Path) -> None:
    for name, make in hostile_files.HOSTILE.items():
        (tmp_path / name).write_bytes(make())
    program = [sys.executable, hostile_files.__file__, str(tmp_path)]
    paths = f"{Path(__file__).parents[3]}:{Path(__file__).parent}"
    done = subprocess.run(
        program, env={"PYTHONPATH": paths}, check=True, capture_output=True, text=True, timeout=600
    )
    start, *answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["name"] for each in answers] == list(hostile_files.HOSTILE)
    for each in answers:
        assert each["answer"].startswith(each["name"]), each
        assert "\n" not in each["answer"], each
        assert each["peak_mb"] - start["peak_mb"] < MOST_MB, each
        assert each["seconds"] < MOST_SECONDS, each
