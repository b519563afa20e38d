"""Feeds damaged files to the door, table by table: `make bench-fuzz`.

  python -m benchmarks.fuzz [--inputs 200000] [--seconds 600] [--seed 0] [--processes 1]
  python -m benchmarks.fuzz --seed 0 --only 1234     one input again, with its file written beside it

Whatever the input is, the door must read it with every line and quantity accounted for, or refuse it in one
sentence. Anything else is a fault: another exception, a warning, a process that dies, one that takes longer
than --bound seconds or more than 4 GB. Inputs run in processes of their own, and a seed and a number make
the same input everywhere. Ends at --inputs or --seconds, whichever comes first; exit status 1 with faults.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

from benchmarks.fuzz_inputs import Input, make_input
from benchmarks.fuzz_laws import judge
from benchmarks.text_tables import text_table

_MEMORY = 4 << 30
_BATCH = 50
_SHOWN = 40


@dataclass(frozen=True)
class Answer:
    """What became of one input; `faults` is empty where all is well."""

    number: int
    kind: str
    table: str
    faults: tuple[str, ...]
    seconds: float


@dataclass
class Worker:
    """A process that is given numbers, one batch at a time."""

    process: multiprocessing.process.BaseProcess
    pipe: Connection
    left: list[int] = field(default_factory=list)
    started: float = 0.0


def answer(seed: int, number: int) -> Answer:
    """Make one input and read it."""
    given = make_input(seed, number)
    started = time.perf_counter()
    try:
        kind, faults = judge(given)
    except BaseException as error:  # noqa: BLE001 - any of them is a fault, a panic of a library too
        kind, faults = "broke", [_last_place(error)]
    return Answer(number, kind, given.table, tuple(faults), time.perf_counter() - started)


def _last_place(error: BaseException) -> str:
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/intake/" in frame.filename]
    place = f"{ours[-1].filename.rsplit('/intake/')[-1]}:{ours[-1].lineno}" if ours else "nowhere of ours"
    return f"{type(error).__name__} at {place}: {str(error)[:300]}"


def _work(pipe: Connection, seed: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # where libraries in Rust say that they panic
    while numbers := pipe.recv():
        for number in numbers:
            pipe.send(answer(seed, number))


def run(seed: int, first: int, inputs: int, seconds: float, processes: int, bound: float) -> Iterator[Answer]:
    """The answers as they come; a process that dies or hangs is replaced and its input reported."""
    numbers = iter(range(first, first + inputs))
    end = time.monotonic() + seconds
    workers = [_start(seed) for _ in range(processes)]
    try:
        while workers:
            for worker in list(workers):
                if not worker.left and not _feed(worker, numbers, time.monotonic() < end):
                    worker.process.join(10)
                    workers.remove(worker)
            for ready in wait([worker.pipe for worker in workers], timeout=0.5):
                worker = next(each for each in workers if each.pipe is ready)
                try:
                    given = worker.pipe.recv()
                except EOFError:
                    worker.process.join(10)
                    yield _lost(worker, f"the process died with status {worker.process.exitcode}")
                    workers[workers.index(worker)] = _start(seed, worker.left[1:])
                    continue
                worker.left.remove(given.number)
                worker.started = time.monotonic()
                yield given
            for worker in list(workers):
                if worker.left and time.monotonic() - worker.started > bound:
                    worker.process.kill()
                    worker.process.join(10)
                    yield _lost(worker, f"no answer in {bound:g} s")
                    workers[workers.index(worker)] = _start(seed, worker.left[1:])
    finally:
        for worker in workers:
            worker.process.kill()


def _start(seed: int, left: list[int] | None = None) -> Worker:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_work, args=(theirs, seed), daemon=True)
    process.start()
    theirs.close()
    worker = Worker(process, ours)
    if left:
        _send(worker, left)
    return worker


def _feed(worker: Worker, numbers: Iterator[int], more: bool) -> bool:
    batch = [number for _, number in zip(range(_BATCH), numbers, strict=False)] if more else []
    _send(worker, batch)
    return bool(batch)


def _send(worker: Worker, numbers: list[int]) -> None:
    worker.left, worker.started = list(numbers), time.monotonic()
    worker.pipe.send(numbers)


def _lost(worker: Worker, fault: str) -> Answer:
    return Answer(worker.left[0], "lost", "", (fault,), time.monotonic() - worker.started)


def keep(seed: int, number: int, folder: Path) -> Input:
    """Make an input and write it to a folder."""
    given = make_input(seed, number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"fuzz-{seed}-{number}-{given.name}").write_bytes(given.content)
    return given


def show_one(seed: int, number: int) -> int:
    """Run one input in this process and write its file to look at."""
    given = keep(seed, number, Path())
    print(f"{given.name}: table {given.table}, share {given.rejected_share}, {given.mapping}", flush=True)
    kind, faults = judge(given)
    print(kind, *faults, sep="\n  ")
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--bound", type=float, default=5, help="seconds that one input may take")
    parser.add_argument("--keep", type=Path, help="a folder for the files that show a fault first")
    parser.add_argument("--only", type=int, help="the number of one input")
    asked = parser.parse_args()
    if asked.only is not None:
        return show_one(asked.seed, asked.only)
    started = time.perf_counter()
    tally: Counter[tuple[str, str]] = Counter()
    faults: dict[str, list[int]] = {}
    slowest = Answer(-1, "", "", (), 0.0)
    for each in run(asked.seed, asked.first, asked.inputs, asked.seconds, asked.processes, asked.bound):
        tally[each.table, each.kind] += 1
        slowest = max(slowest, each, key=lambda one: one.seconds)
        for fault in each.faults:
            found = faults.setdefault(fault, [])
            found.append(each.number)
            if len(found) == 1 and len(faults) <= _SHOWN:
                print(f"--seed {asked.seed} --only {each.number}: {fault}", flush=True)
                if asked.keep is not None:
                    keep(asked.seed, each.number, asked.keep)
    took = time.perf_counter() - started
    rows = [(table or "-", kind, count) for (table, kind), count in sorted(tally.items())]
    print(text_table([("table", "answer", "inputs"), *rows]))
    bad = sum(map(len, faults.values()))
    print(f"{tally.total():,} inputs in {took:,.0f} s, {tally.total() / took:,.0f} a second; {bad} faults")
    print(f"the slowest took {slowest.seconds:.2f} s: --only {slowest.number}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
