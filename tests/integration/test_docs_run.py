"""The README is typed as it stands, from top to bottom, after the demo; so is every Python block."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from doc_pages import AFTER_CTRL_C, BACKGROUND, NOT_RUN, PAGES, README, ROOT, Block, blocks, text_of
from test_docs import KEY, NAMES

from storage.connection import read_connection
from storage.keys import Folder, Keys
from storage.objects import ObjectStore

PROGRAMS = Path(sys.executable).parent
LONGEST = 600  # seconds for one block: what takes longer hangs, however busy the machine
REFUSED = "rechazados"  # the samples have no row that cannot be read
Environment = Mapping[str, str]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the samples, as a clone has them, and nothing else."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    return tmp_path


@pytest.fixture
def environment(clone: Path) -> Environment:
    return {
        "PATH": f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(clone),
        "ABASTO_HOME": str(clone / ".abasto"),
        "COLUMNS": "160",
        "LANG": "C.UTF-8",
    }


def typed(words: list[str], folder: Path, environment: Environment, place: str) -> str:
    done = subprocess.run(
        words, cwd=folder, env=dict(environment), capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, f"{place} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def in_bash(block: Block, folder: Path, environment: Environment) -> str:
    return typed(["bash", "-euo", "pipefail", "-c", block.code], folder, environment, block.place)


@contextmanager
def running(block: Block, folder: Path, environment: Environment) -> Iterator[None]:
    """The block's server until Ctrl-C, which must end it in order."""
    said = folder / "server.txt"
    with (
        said.open("wb") as stream,
        subprocess.Popen(
            block.code.split(), cwd=folder, env=dict(environment), stdout=stream, stderr=stream
        ) as server,
    ):
        try:
            until = time.monotonic() + LONGEST
            while "Abasto is up" not in said.read_text(encoding="utf-8"):
                assert server.poll() is None, f"{block.place} ended\n{said.read_text(encoding='utf-8')}"
                assert time.monotonic() < until, f"{block.place} is not up after {LONGEST} s"
                time.sleep(0.2)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            ended = server.wait(LONGEST)
    assert ended == 130, said.read_text(encoding="utf-8")


def test_the_readme_works_from_top_to_bottom(clone: Path, environment: Environment) -> None:
    script = [
        block
        for block in blocks(README)
        if block.language in {"bash", "python"} and NOT_RUN not in block.note
    ]
    server = next(position for position, block in enumerate(script) if block.note == BACKGROUND)
    ended = next(position for position, block in enumerate(script) if block.note == AFTER_CTRL_C)
    assert server == 0, "the servers are started before anything is typed"

    demo = typed([str(PROGRAMS / "abasto"), "demo"], clone, environment, "abasto demo")
    for shown in (block for block in blocks(README) if block.language == "text"):
        assert same_shape(shown.code, demo), shown.place

    with running(script[server], clone, environment):
        for block in script[server + 1 : ended]:
            if block.language == "bash":
                in_bash(block, clone, environment)
            else:
                typed([sys.executable, "-W", "error", "-c", block.code], clone, environment, block.place)
        objects = objects_of(clone / ".abasto")
    assert [key for key in documented_keys() if not is_there(key, objects)] == []
    for block in script[ended:]:
        in_bash(block, clone, environment)

    card = clone / "descargas/model/ventas/v0001/model_card.md"
    (three_lines,) = re.findall(r"```python\n(.*?)```", card.read_text(encoding="utf-8"), re.DOTALL)
    typed([sys.executable, "-W", "error", "-c", three_lines], card.parent, environment, "the model card")


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name == "docs"], ids=lambda page: page.name
)
def test_python_of_the_pages_runs(page: Path, clone: Path, environment: Environment) -> None:
    for block in blocks(page):
        if block.language == "python":
            typed([sys.executable, "-W", "error", "-c", block.code], clone, environment, block.place)


def same_shape(shown: str, said: str) -> bool:
    """Whether every shortened line of the page was said like this, whatever the numbers and the breaks."""
    flat = re.sub(r"[\d,.]+", "0", " ".join(said.split()))
    return all(re.sub(r"[\d,.]+", "0", " ".join(line.split())) in flat for line in shown.splitlines())


def documented_keys() -> set[str]:
    return {key for page in PAGES for key in KEY.findall(text_of(page)) if REFUSED not in key}


def objects_of(home: Path) -> list[str]:
    """Every object of the running store, as bucket/key."""
    address = read_connection(home).store
    assert address is not None
    with ObjectStore(address) as store:
        return [
            str(found.ref) for bucket in Keys().buckets for found in store.list_objects(Folder(bucket=bucket))
        ]


def is_there(key: str, objects: list[str]) -> bool:
    pattern = re.escape(key)
    for placeholder in NAMES:
        pattern = pattern.replace(re.escape(placeholder), "[^/]+")
    whole = re.compile(pattern + (".+" if key.endswith("/") else ""))
    return any(whole.fullmatch(found) for found in objects)
