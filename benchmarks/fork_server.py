"""A warm process that has imported everything and forks a child per flow run: each is killed, none is missed.

`python -m benchmarks.fork_server LOG` reads requests from its input, one JSON object a line; `ForkServer` is
how to talk to it. A child does what `abasto run` does once the servers are found.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from cli.processes import ProcessMark

_PATIENCE: Final = 180.0  # seconds; the longest run takes a tenth
_ROOMS: Final = (
    ("intake", "forecasting/series/splitting.py"),
    ("intake", "forecasting"),
    ("intake", "forecasting", "planning"),
)


@dataclass(frozen=True)
class Run:
    """A flow run in a process of its own."""

    process: ProcessMark
    _answers: IO[str]

    def kill(self) -> None:
        """SIGKILL; nothing happens where the process has ended."""
        standing = self.process.find()
        if standing is not None:
            standing.kill()

    def wait(self) -> int:
        """Exit status, negative where a signal ended it: 0 done, 1 refused with a sentence, 2 broken."""
        watchdog = threading.Timer(_PATIENCE, self.kill)
        watchdog.start()
        try:
            status: int = json.loads(self._answers.readline())["status"]
        finally:
            watchdog.cancel()
        return status


class ForkServer:
    """Starts runs, one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._requests, self._answers = process, process.stdin, process.stdout

    def start(self, kind: str, parameters: Mapping[str, object], *, teach: bool = False) -> Run:
        """Start a flow; it waits until this process knows its number, so that it can be killed at any write.

        With `teach`, what the flow imports on its way is imported by the server too: the next run need not.
        """
        self._say(json.dumps({"kind": kind, "parameters": parameters, "teach": teach}))
        process = ProcessMark.of(json.loads(self._answers.readline())["pid"])
        self._say("go")
        return Run(process, self._answers)

    def run(self, kind: str, parameters: Mapping[str, object]) -> int:
        """Run a flow undisturbed to its end and return its exit status."""
        return self.start(kind, parameters, teach=True).wait()

    def _say(self, line: str) -> None:
        self._requests.write(f"{line}\n")
        self._requests.flush()


@contextmanager
def fork_server(environment: dict[str, str], log: Path) -> Iterator[ForkServer]:
    """A server for as long as the block lasts; what the runs print goes to `log`."""
    # One thread: a fork copies the thread that forks and no other.
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.fork_server", str(log)],
        cwd=Path(__file__).resolve().parent.parent,
        env=environment | single,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise ChildProcessError(f"The fork server did not start: see {log}.")
            yield ForkServer(process)
        finally:
            process.kill()


def serve(log: Path) -> None:
    """Import everything, then fork a child for every request until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    _warm_up()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        gate, opening = os.pipe()
        lesson, teaching = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(opening)
            os.read(gate, 1)  # returns when the parent opens
            _become(request["kind"], request["parameters"], teaching)
        os.close(gate)
        os.close(teaching)
        print(json.dumps({"pid": pid}), file=answers, flush=True)
        sys.stdin.readline()
        os.close(opening)
        with os.fdopen(lesson) as names:
            imported = names.read().split()
        _, status = os.waitpid(pid, 0)
        if request["teach"]:
            _import_all(imported)
        print(json.dumps({"status": os.waitstatus_to_exitcode(status)}), file=answers, flush=True)


def _warm_up() -> None:
    import cli.run  # noqa: F401
    import flows.forecast
    import flows.ingest
    import flows.replenish
    import flows.train  # noqa: F401
    from storage.code_identity import code_identity

    for rooms in _ROOMS:  # the code that was imported, whatever is edited meanwhile
        code_identity(rooms)


def _import_all(names: list[str]) -> None:
    for name in names:
        with suppress(ImportError):
            importlib.import_module(name)


def _become(kind: str, parameters: Mapping[str, object], teaching: int) -> None:
    """Run a flow in this process and end it; at the end of a run that went well, tell what was imported."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from cli.run import request_model, run_here
    from intake.errors import AbastoError

    before = set(sys.modules)
    status = 2
    try:
        # The heartbeat tells the server alone that the run lives; it costs a second at the end of a flow.
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            run_here(kind, request_model(kind)(**parameters))
        with os.fdopen(teaching, "w") as names:
            names.write("\n".join(sorted(set(sys.modules) - before)))
        status = 0
    except AbastoError as refused:
        print(f"{kind}: {refused}", file=sys.stderr)
        status = 1
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
