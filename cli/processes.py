"""Processes that are known by number and birth, so that a number used again is never mistaken for them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
from pydantic import BaseModel, ConfigDict

_BIRTH_TOLERANCE = 2.0  # seconds; some systems tell the boot or the birth in whole seconds
_LARGEST_LOG = 5_000_000  # bytes

if sys.platform == "win32":
    _NEW_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _NEW_GROUP = 0


class ProcessMark(BaseModel):
    """A process: its number and when it was born, in seconds of which only differences mean something."""

    model_config = ConfigDict(frozen=True)

    pid: int
    born: float

    @classmethod
    def of(cls, pid: int | None = None) -> Self:
        """Return the mark of a living process, of this one without a number."""
        number = os.getpid() if pid is None else pid
        return cls(pid=number, born=_birth(psutil.Process(number)))

    def find(self) -> psutil.Process | None:
        """Return the process while it lives, else `None`."""
        try:
            process = psutil.Process(self.pid)
            same = abs(_birth(process) - self.born) < _BIRTH_TOLERANCE
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def stop(self, *, patience: float = 10.0) -> None:
        """Ask the process and its children to end, and end them after `patience` seconds."""
        process = self.find()
        if process is None:
            return
        with suppress(psutil.NoSuchProcess):
            family = [process, *process.children(recursive=True)]
            process.terminate()
            if not _all_ended(family, patience):
                for survivor in family:  # a store on a full disk does not heed SIGTERM
                    with suppress(psutil.NoSuchProcess):
                        survivor.kill()
                _all_ended(family, patience)


def _birth(process: psutil.Process) -> float:
    """When a process began. Linux counts from the boot, and the boot's date moves when the clock is set."""
    return float(process.create_time() - (psutil.boot_time() if psutil.LINUX else 0.0))


def _all_ended(processes: Sequence[psutil.Process], patience: float) -> bool:
    """Wait for the end of all; a zombie has ended, though its parent (not always us) did not notice yet."""
    given_up = time.monotonic() + patience
    while not all(map(_ended, processes)):
        if time.monotonic() > given_up:
            return False
        time.sleep(0.05)
    return True


def _ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@dataclass(frozen=True)
class ServerProgram:
    """A server to be started: what runs, where it logs, where it will listen, how to see that it is ready."""

    title: str
    command: Sequence[str]
    environment: dict[str, str]
    folder: Path
    log: Path
    address: str
    is_healthy: Callable[[], bool]

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server in a session of its own, so that Ctrl-C reaches us and we stop it in order."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own servers, no shell
                self.command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                creationflags=_NEW_GROUP,
            )

    def log_tail(self, lines: int = 5) -> str:
        """Return the last lines of the log."""
        try:
            text = self.log.read_bytes()[-20_000:].decode(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def processes_with_argument(argument: str) -> list[ProcessMark]:
    """Return the processes of this user that were started with exactly this argument."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if argument in process.cmdline():
                found.append(ProcessMark(pid=process.pid, born=_birth(process)))
    return found
