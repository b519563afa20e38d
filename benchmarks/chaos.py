"""Kills flows at every write and the store under them, and looks for half-written truth: `make chaos`.

Not timed and not part of the suite. A store and a Prefect server of its own in a temporary home; between
them and the flows a proxy that counts the writes. Whatever happens to a run, the buckets must show the old
world or the new one, and the next run must make exactly what an undisturbed run makes. Takes about 20 minutes
on two cores; exit status 1 where anything was found.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks import small_world
from benchmarks.counting_proxy import CountingProxy, counting_proxy
from benchmarks.fork_server import ForkServer, Run, fork_server
from benchmarks.invariants import Buckets, Invariants, differences
from benchmarks.own_servers import OwnServers, own_servers
from benchmarks.store_contents import Contents, PlainStore
from benchmarks.text_tables import text_table
from cli.service_book import ServiceBook
from cli.services import running
from intake.errors import AbastoError
from storage.objects import ObjectStore
from storage.registry import ModelRegistry
from storage.settings import Settings
from storage.signing import SigningKeys, ensure_signing_keys

KILLED: Final = -9


@dataclass
class Tally:
    """What one flow went through in one part of the programme."""

    part: str
    flow: str
    writes: int
    disturbances: int = 0
    reruns: int = 0
    finished: int = 0
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """One flow in one world: what the store holds before it, and after it went undisturbed."""

    flow: str
    before: Contents
    after: Contents
    writes: int
    seconds: float


@dataclass
class Chaos:
    """The servers, the way to them, and what has been found."""

    servers: OwnServers
    store: PlainStore
    proxy: CountingProxy
    runs: ForkServer
    invariants: Invariants
    signing_keys: SigningKeys
    tallies: list[Tally] = field(default_factory=list)

    def undisturbed(self, uploads: Contents) -> list[Stage]:
        """Put files into the buckets and run the four flows once, each as the reference for what follows."""
        for place, content in uploads.items():
            self.store.put(f"{self.invariants.buckets.datasets}/{place}", content)
        stages = []
        for flow, request in small_world.REQUESTS.items():
            before = self.store.read()
            self.runs.run(flow, request)  # imports what it needs for the runs that are measured
            self.store.restore(before)
            self.proxy.count()
            began = time.monotonic()
            status = self.runs.run(flow, request)
            seconds, after = time.monotonic() - began, self.store.read()
            stages.append(Stage(flow, before, after, self.proxy.disarm(), seconds))
            problems = self.invariants.violations(after, before)
            if status != 0 or problems:
                raise AbastoError(f"{flow} fails undisturbed with status {status}: {problems}")
            say(f"  {flow}: {stages[-1].writes} writes, {seconds:.1f} s")
        return stages

    def kill_at_every_write(self, stage: Stage, world: str, every: int) -> None:
        """Buckets as they were; killed just before, or just after, the n-th write; then run again."""
        tally = self._tally(f"{world}: killed at write n", stage)
        for write in range(1, stage.writes + 1, every):
            for after in (False, True):
                self.store.restore(stage.before)
                run = self._killed_at(stage.flow, write, after=after)
                place = f"{stage.flow} killed {'after' if after else 'before'} write {write}"
                self._disturbed(tally, stage, run.wait(), place)
                self._run_again(tally, stage, place)
        self._tell(tally)

    def kill_again_and_again(self, stage: Stage, world: str) -> None:
        """On the same buckets: killed at write 1, run again and killed at write 2, ... until it completes."""
        tally = self._tally(f"{world}: killed at 1, 2, 3 ... in a row", stage)
        for after in (False, True):
            self.store.restore(stage.before)
            for write in range(1, 3 * stage.writes):
                run = self._killed_at(stage.flow, write, after=after)
                status = run.wait()
                place = f"{stage.flow} killed {'after' if after else 'before'} write {write} of a row"
                if status != KILLED:
                    self.proxy.disarm()
                    tally.reruns += 1
                    tally.finished += status == 0
                    self._compare(tally, stage, status, place)
                    break
                self._disturbed(tally, stage, status, place)
        self._tell(tally)

    def lose_every_answer(self, stage: Stage, world: str, every: int) -> None:
        """Nobody is killed; the n-th write (odd n) or its answer (even n) is lost, and the run must cope."""
        tally = self._tally(f"{world}: write n or its answer lost", stage)
        for write in range(1, stage.writes + 1, every):
            after = write % 2 == 0
            self.store.restore(stage.before)
            self.proxy.at(write, lambda: None, after=after)
            status = self.runs.run(stage.flow, small_world.REQUESTS[stage.flow])
            self.proxy.disarm()
            place = f"{stage.flow} without {'the answer to ' if after else ''}write {write}"
            tally.disturbances += 1
            self._compare(tally, stage, status, place)
        self._tell(tally)

    def kill_at_instants(self, stages: list[Stage], world: str, count: int, rng: np.random.Generator) -> None:
        """Killed at an instant of the run that nothing is known about."""
        tallies = {stage.flow: self._tally(f"{world}: killed at a random instant", stage) for stage in stages}
        for number in range(count):
            stage = stages[number % len(stages)]
            instant = float(rng.uniform(0, stage.seconds))
            while (status := self._killed_after(stage, instant)) == 0:
                instant *= 0.7  # it was quicker than the run that was timed
            place = f"{stage.flow} killed after {instant:.3f} s"
            self._disturbed(tallies[stage.flow], stage, status, place)
            self._run_again(tallies[stage.flow], stage, place)
        for tally in tallies.values():
            self._tell(tally)

    def kill_the_store(self, stages: list[Stage], world: str, count: int, rng: np.random.Generator) -> None:
        """The store is killed around a random write of a flow, and started again while the flow waits."""
        tallies = {stage.flow: self._tally(f"{world}: the store killed", stage) for stage in stages}
        for number in range(count):
            stage = stages[number % len(stages)]
            write = int(rng.integers(1, stage.writes + 1))
            self.store.restore(stage.before)
            place = f"{stage.flow}, the store killed at write {write}"
            back = threading.Event()
            self.proxy.at(write, partial(self._kill_store, back), after=bool(rng.integers(2)))
            status = self.runs.run(stage.flow, small_world.REQUESTS[stage.flow])
            self.proxy.disarm()
            if not back.wait(timeout=120):
                raise AbastoError("The store did not come back within two minutes.")
            tally = tallies[stage.flow]
            say(f"  {place}: the run {'survived' if status == 0 else f'ended with status {status}'}")
            self._disturbed(tally, stage, status, place, may_have_ended=True)
            self._run_again(tally, stage, place)
        for tally in tallies.values():
            self._tell(tally)

    def _killed_at(self, flow: str, write: int, *, after: bool) -> Run:
        known = threading.Event()
        started: list[Run] = []

        def kill() -> None:
            known.wait()
            started[0].kill()

        self.proxy.at(write, kill, after=after)
        started.append(self.runs.start(flow, small_world.REQUESTS[flow]))
        known.set()
        return started[0]

    def _killed_after(self, stage: Stage, seconds: float) -> int:
        self.store.restore(stage.before)
        run = self.runs.start(stage.flow, small_world.REQUESTS[stage.flow])
        timer = threading.Timer(seconds, run.kill)
        timer.start()
        try:
            return run.wait()
        finally:
            timer.cancel()

    def _kill_store(self, back: threading.Event) -> None:
        process = ServiceBook.read(self.servers.settings.home).servers["store"].process.find()
        assert process is not None
        process.kill()

        def start_again() -> None:
            # The next command that comes finds the store dead and starts it, as with any user.
            with running(self.servers.settings, prefect=False) as services:
                self.proxy.upstream = services.store_endpoint
            back.set()

        threading.Thread(target=start_again, daemon=True).start()

    def _disturbed(
        self, tally: Tally, stage: Stage, status: int, place: str, *, may_have_ended: bool = False
    ) -> None:
        self.proxy.disarm()
        tally.disturbances += 1
        if status != KILLED and not may_have_ended:
            tally.violations.append(f"{place}: was not killed, it ended with status {status}")
        if status == 2:
            tally.violations.append(f"{place}: an error that is no sentence, see the log of the runs")
        contents = self.store.read()
        found = self.invariants.violations(contents, stage.before)
        found += [
            f"{version} of {dataset} has no manifest and loads"
            for dataset, version in self.invariants.unpublished_models(contents)
            if self._loads(dataset, version)
        ]
        self._note(tally, place, found)

    def _run_again(self, tally: Tally, stage: Stage, place: str) -> None:
        halfway = self.store.read()
        tally.reruns += 1
        status = self.runs.run(stage.flow, small_world.REQUESTS[stage.flow])
        tally.finished += status == 0
        self._compare(tally, stage, status, f"{place}, run again", halfway)

    def _compare(
        self, tally: Tally, stage: Stage, status: int, place: str, halfway: Contents | None = None
    ) -> None:
        contents = self.store.read()
        found = [f"ended with status {status}"] if status != 0 else []
        found += self.invariants.violations(contents, stage.before)
        found += self.invariants.violations(contents, halfway) if halfway is not None else []
        found += differences(contents, stage.after)
        self._note(tally, place, found)

    def _loads(self, dataset: str, version: str) -> bool:
        settings = self.servers.settings
        with ObjectStore(settings.store_address()) as store:
            try:
                ModelRegistry(store, settings.keys, self.signing_keys).load_model(dataset, version)
            except AbastoError:
                return False
        return True

    def _note(self, tally: Tally, place: str, found: list[str]) -> None:
        for problem in dict.fromkeys(found):
            tally.violations.append(f"{place}: {problem}")
            say(f"  VIOLATION  {tally.violations[-1]}")

    def _tally(self, part: str, stage: Stage) -> Tally:
        tally = Tally(part, stage.flow, stage.writes)
        self.tallies.append(tally)
        return tally

    def _tell(self, tally: Tally) -> None:
        say(
            f"  {tally.flow}: {tally.disturbances} times, {len(tally.violations)} violations, "
            f"{tally.finished} of {tally.reruns} reruns finished"
        )


@contextmanager
def chaos(log: Path, *, keep: bool) -> Iterator[Chaos]:
    """Servers, proxy and a process that forks runs, for as long as the block lasts."""
    with own_servers(keep=keep) as servers:
        settings: Settings = servers.settings
        signing_keys = ensure_signing_keys(settings.signing_key_path)
        keys = settings.keys
        buckets = Buckets(keys.datasets, keys.models, keys.predictions, keys.plans)
        with (
            counting_proxy(servers.services.store_endpoint) as (proxy, endpoint),
            fork_server(servers.environment(endpoint), log) as runs,
        ):
            yield Chaos(
                servers,
                PlainStore.at(settings.store_address(), keys.buckets),
                proxy,
                runs,
                Invariants(signing_keys.public_pem, buckets),
                signing_keys,
            )


def say(text: str) -> None:
    """Print at once: the whole takes minutes."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def table(tallies: list[Tally]) -> str:
    """All that was done and found, one row per flow and part, and the sum."""
    header = ("part", "flow", "writes", "disturbed", "violations", "reruns", "finished")
    rows = [
        (it.part, it.flow, it.writes, it.disturbances, len(it.violations), it.reruns, it.finished)
        for it in tallies
    ]
    sums = [sum(int(row[column]) for row in rows) for column in range(3, len(header))]
    return text_table([header, *rows, ("all", "", "", *sums)])


def main() -> int:
    """Run the whole programme and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="every n-th write only (a quick look)")
    parser.add_argument("--instants", type=int, default=30, help="kills at random instants")
    parser.add_argument("--store-kills", type=int, default=10, help="how often the store is killed")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random here")
    parser.add_argument("--log", type=Path, default=None, help="where the runs print to; kept")
    parser.add_argument("--keep", action="store_true", help="keep the temporary home")
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    log = chosen.log or Path("/dev/null")
    began = time.monotonic()
    with chaos(log, keep=chosen.keep) as run:
        say("Empty buckets: every flow once, undisturbed")
        first = run.undisturbed(small_world.uploads())
        say("Empty buckets: every flow killed before and after every write, run again, compared")
        for stage in first:
            run.kill_at_every_write(stage, "empty buckets", chosen.every)
        run.store.restore(first[-1].after)
        say("A week later: new sales and stock; every flow once, undisturbed")
        later = run.undisturbed(small_world.uploads(small_world.WEEKS + 1))
        say("A week later: killed at write 1, then 2, ... on the same buckets")
        for stage in later:
            run.kill_again_and_again(stage, "a week later")
        say("A week later: a write or the answer to it lost, nobody killed")
        for stage in later:
            run.lose_every_answer(stage, "a week later", chosen.every)
        say(f"A week later: killed at {chosen.instants} random instants")
        run.kill_at_instants(later, "a week later", chosen.instants, rng)
        say(f"A week later: the store killed {chosen.store_kills} times under a running flow")
        run.kill_the_store(later, "a week later", chosen.store_kills, rng)
        tallies = run.tallies
    violations = [violation for tally in tallies for violation in tally.violations]
    unfinished = sum(tally.reruns - tally.finished for tally in tallies)
    print(f"\n{table(tallies)}\n")
    for violation in violations:
        print(violation)
    print(
        f"{len(violations)} violations, {unfinished} reruns that did not finish; "
        f"{(time.monotonic() - began) / 60:.1f} minutes."
    )
    return 1 if violations or unfinished else 0


if __name__ == "__main__":
    sys.exit(main())
