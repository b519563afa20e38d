"""The `abasto` command as people meet it: a process, its words, its exit status."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

PATIENCE = 600  # seconds: what takes longer hangs, however busy the machine
_ABASTO = [sys.executable, "-c", "from cli.main import main; main()"]

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    def says_one_sentence(self) -> str:
        """What a failed command says: one sentence at the end of the error stream, and no traceback."""
        assert self.status == 1, (self.status, self.out, self.err)
        assert "Traceback" not in self.out + self.err
        errors = [line for line in self.err.splitlines() if line.startswith("Error: ")]
        assert len(errors) == 1, self.err
        assert self.err.rstrip().splitlines()[-1] == errors[0], "it is the last word"
        return errors[0].removeprefix("Error: ")


def abasto(*words: str | Path, cwd: Path, environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end. `environment` changes ours; the folder keeps a developer's .env out."""
    done = subprocess.run(
        [*_ABASTO, *map(str, words)],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def start_abasto(
    *words: str, cwd: Path, log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a command and let it run; what it says goes to `log`."""
    with log.open("ab") as stream:
        return subprocess.Popen(
            [*_ABASTO, *words],
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )


def until(look: Callable[[], Seen | None], what: str, *, patience: float = PATIENCE) -> Seen:
    """What `look` returns as soon as it is true; fails where it never is."""
    given_up = time.monotonic() + patience
    while time.monotonic() < given_up:
        seen = look()
        if seen:
            return seen
        time.sleep(0.25)
    raise AssertionError(f"{what}: not within {patience:.0f} seconds")
