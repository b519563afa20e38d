"""What Prefect and the store cost: one week's `replenish` of the samples, four ways.

1. functions: the tables are read, the paths drawn, the orders decided and the documents rendered, in memory.
2. functions and store: the same, inputs read from the object store, the plan claimed and published there.
3. flow in this process: `flows.replenish` against a running Prefect server.
4. deployment run by a worker: submitted, picked up, run in a process of its own, reported back.

Every repetition finds the buckets as they were before the plan, so each one makes the week's first revision
from the same inputs. A first round, for imports, is not counted.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.own_servers import OwnServers, own_servers
from benchmarks.store_contents import Contents, PlainStore
from benchmarks.text_tables import text_table
from cli.services import running
from storage.settings import adopt_environment
from storage.signing import ensure_signing_keys

ROOT: Final = Path(__file__).resolve().parent.parent
DATASET: Final = "cosmetics"
SAMPLES: Final = {
    "ventas": "sales.csv",
    "inventario": "stock.csv",
    "productos": "items.csv",
    "proveedores": "suppliers.csv",
    "condiciones": "terms.csv",
    "calendario": "calendar.csv",
}


@dataclass(frozen=True)
class Timing:
    """Seconds of every repetition of one way."""

    way: str
    seconds: list[float]

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.seconds)


def measure(
    ways: Mapping[str, Callable[[], object]], store: PlainStore, before: Contents, repetitions: int
) -> list[Timing]:
    """Time every way in turn, again and again, each time on the buckets as they were before.

    In turn, so that whatever else the machine does falls on all of them; the first round does not count.
    """
    timings = [Timing(way, []) for way in ways]
    for repetition in range(repetitions + 1):
        for timing, work in zip(timings, ways.values(), strict=True):
            store.restore(before)
            began = time.perf_counter()
            work()
            if repetition > 0:
                timing.seconds.append(time.perf_counter() - began)
    for timing in timings:
        print(f"  {timing.way}: {timing.median:.2f} s", flush=True)
    return timings


def run(repetitions: int = 5, worker_repetitions: int = 3) -> list[Timing]:
    """Measure all four ways."""
    with own_servers() as servers:
        ensure_signing_keys(servers.settings.signing_key_path)
        adopt_environment(servers.environment())  # before Prefect is imported
        from benchmarks import plain_replenish
        from flows.ingest import ingest
        from flows.replenish import replenish
        from flows.train import train
        from tasks.run_requests import IngestRequest, ReplenishRequest, TrainRequest

        store = PlainStore.at(servers.settings.store_address(), servers.settings.keys.buckets)
        for folder, name in SAMPLES.items():
            content = (ROOT / "samples" / name).read_bytes()
            store.put(f"{servers.settings.keys.datasets}/{folder}/{DATASET}/{name}", content)
        print("  ingesting and training once, which is not measured ...", flush=True)
        ingest(IngestRequest.model_validate({"dataset": DATASET}))
        training = {"dataset": DATASET, "recipes": ["ridge"], "windows": 2, "trials": 1}
        train(TrainRequest.model_validate(training))
        before = store.read()
        request = ReplenishRequest.model_validate({"dataset": DATASET})
        inputs = plain_replenish.read_inputs(DATASET)
        in_process = {
            "functions": lambda: plain_replenish.decide(inputs),
            "functions and store": lambda: plain_replenish.decide_and_publish(DATASET),
            "flow in this process": lambda: replenish(request),
        }
        timings = measure(in_process, store, before, repetitions)
        # The flow was the last: all ways must have decided the same.
        orders = plain_replenish.decide(inputs)["purchase_orders.csv"]
        published = f"{servers.settings.keys.plans}/{DATASET}/{inputs.plan_id}/purchase_orders.csv"
        assert store.read()[published] == orders, "the flow orders something else than the functions"
        worker = _by_worker(servers, store, before, request.model_dump(mode="json"), worker_repetitions)
        return [*timings, worker]


def _by_worker(
    servers: OwnServers, store: PlainStore, before: Contents, request: dict[str, Any], repetitions: int
) -> Timing:
    from prefect.client.schemas.objects import FlowRun
    from prefect.deployments import run_deployment

    # `replenish` alone: the others would react to the uploads.
    for words in (
        ("work-pool", "create", "local", "--type", "process", "--overwrite"),
        ("--no-prompt", "deploy", "--name", "replenish/replenish"),
    ):
        subprocess.run(
            [sys.executable, "-m", "prefect", *words],
            cwd=ROOT,
            env=servers.environment(),
            check=True,
            capture_output=True,
        )

    def submit() -> None:
        done = run_deployment(
            "replenish/replenish", parameters={"request": request}, poll_interval=0.2, as_subflow=False
        )
        assert isinstance(done, FlowRun)
        assert done.state is not None
        assert done.state.is_completed(), done.state

    with running(servers.settings, worker=True):
        (timing,) = measure({"deployment run by a worker": submit}, store, before, repetitions)
        return timing


def show(timings: list[Timing]) -> None:
    """Print medians and what each way costs over the functions alone."""
    least = timings[0].median
    rows = [
        (
            each.way,
            len(each.seconds),
            f"{each.median:.2f}",
            f"{min(each.seconds):.2f}",
            f"{max(each.seconds):.2f}",
            f"{each.median - least:+.2f}",
        )
        for each in timings
    ]
    header = ("replenish of the samples", "times", "median s", "least", "most", "over functions")
    print(f"\n{text_table([header, *rows])}")
    print("About a second of every flow is Prefect's heartbeat thread, waited for at the end.")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.overhead",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--repetitions", type=int, default=5, help="of the first three ways")
    parser.add_argument("--worker-repetitions", type=int, default=3, help="of the fourth")
    chosen = parser.parse_args()
    show(run(chosen.repetitions, chosen.worker_repetitions))


if __name__ == "__main__":
    main()
