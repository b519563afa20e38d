"""`abasto up` for real: a file lands in a bucket and a model comes of it; then kills, a backup, a restore.

One home lives through all of it, in the order of the tests.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import builders
import httpx
import psutil
import pytest
from command import PATIENCE, Ended, abasto, start_abasto, until

from cli.ports import LOOPBACK, free_ports
from cli.service_book import ServerName, ServiceBook
from storage import ids
from storage.connection import read_connection
from storage.keys import MANIFEST, Keys, pointer_in
from storage.manifests import Manifest
from storage.objects import ObjectStore
from storage.pointers import find_pointer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

DATASET = "tienda"
TIMEZONE = "America/New_York"
KEYS = Keys()
ALL_FLOWS = ["backtest", "forecast", "ingest", "replenish", "train", "watch", "whatif"]


@dataclass(frozen=True)
class Home:
    """A home of its own, with what is needed to talk to it."""

    folder: Path
    environment: dict[str, str]

    @property
    def path(self) -> Path:
        return self.folder / "home"

    def abasto(self, *words: str | Path) -> Ended:
        return abasto(*words, cwd=self.folder, environment=self.environment)

    def store(self) -> ObjectStore:
        address = read_connection(self.path).store
        assert address is not None
        return ObjectStore(address)

    def ask(self, path: str, **filters: Any) -> Any:
        """What the Prefect server of this home answers."""
        url = f"{read_connection(self.path).prefect_api_url}{path}"
        return httpx.post(url, json=filters, timeout=30).raise_for_status().json()

    def runs(self, flow: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(
            "/flow_runs/filter", flows={"name": {"any_": [flow]}}, sort="START_TIME_DESC"
        )
        return found


@dataclass(frozen=True)
class Up:
    """A running `abasto up`."""

    home: Home
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")


def gone(process: psutil.Process) -> bool:
    """Whether a process is gone, or waits for its parent to notice."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("up")
    environment = {"ABASTO_HOME": str(folder / "home"), "ABASTO_TIMEZONE": TIMEZONE, "COLUMNS": "200"}
    with socket.socket() as store_port, socket.socket() as prefect_port:
        # Somebody else has the preferred ports.
        for name, taken in (("STORE", store_port), ("PREFECT", prefect_port)):
            taken.bind((LOOPBACK, 0))
            taken.listen()
            environment[f"ABASTO_{name}_PORT"] = str(taken.getsockname()[1])
        made = Home(folder, environment)
        yield made
        for server in ServiceBook.read(made.path).servers.values():
            server.process.stop()


@pytest.fixture(scope="module")
def up(home: Home) -> Iterator[Up]:
    """`abasto up`, ready; stopped in the end if a test has not done it."""
    log = home.folder / "up.log"
    process = start_abasto("up", cwd=home.folder, log=log, environment=home.environment)
    running = Up(home, process, log)

    def ready() -> bool:
        assert process.poll() is None, running.said()
        return "Ctrl-C here stops everything" in running.said()

    try:
        until(ready, "abasto up")
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def test_it_prints_where_everything_is_also_when_the_usual_ports_are_taken(up: Up) -> None:
    known = read_connection(up.home.path)
    assert known.store is not None
    assert known.prefect_api_url is not None
    said = up.said()
    assert known.prefect_api_url.removesuffix("/api") in said
    assert known.store.endpoint in said
    assert f"every Monday 06:00 {TIMEZONE}" in said
    taken = {up.home.environment["ABASTO_STORE_PORT"], up.home.environment["ABASTO_PREFECT_PORT"]}
    assert not taken & {known.store.endpoint.rpartition(":")[2], known.prefect_api_url.split(":")[2][:-4]}
    page = httpx.get(known.prefect_api_url.removesuffix("/api"), follow_redirects=True, timeout=30)
    assert (page.status_code, "Prefect" in page.text) == (200, True), "the UI is there"


def test_every_flow_is_a_deployment_of_which_one_run_goes_at_a_time(up: Up) -> None:
    deployments = {each["name"]: each for each in up.home.ask("/deployments/filter")}
    assert sorted(deployments) == ALL_FLOWS
    for name, deployment in deployments.items():
        assert deployment["entrypoint"] == f"flows/{name}.py:{name}"
        assert deployment["enforce_parameter_schema"]
        assert deployment["global_concurrency_limit"]["limit"] == 1
        assert deployment["work_pool_name"] == "local"
    schedules = {
        name: [(each["schedule"]["cron"], each["schedule"]["timezone"], each["active"])]
        for name, deployment in deployments.items()
        for each in deployment["schedules"]
    }
    assert schedules["replenish"] == [("0 6 * * MON", TIMEZONE, True)]
    assert set(schedules) == {"replenish", "watch"}


def test_events_start_ingest_and_train(up: Up) -> None:
    automations = up.home.ask("/automations/filter")
    triggers = {tuple(each["trigger"]["expect"]) for each in automations if each["enabled"]}
    assert triggers >= {("abasto.upload.arrived",), ("abasto.dataset.advanced",)}


def test_forms_show_what_every_parameter_means(up: Up) -> None:
    for deployment in up.home.ask("/deployments/filter"):
        request = deployment["parameter_openapi_schema"]["definitions"]
        (fields,) = [each["properties"] for name, each in request.items() if name.endswith("Request")]
        assert all("description" in field or "$ref" in field for field in fields.values()), fields


def test_a_file_in_the_bucket_becomes_a_dataset_and_a_model_by_itself(up: Up) -> None:
    sales = up.home.folder / "sales.csv"
    sales.write_bytes(builders.weekly_sales(30))
    sent = up.home.abasto("upload", sales, "--dataset", DATASET)
    assert sent.status == 0, sent.err
    with up.home.store() as store:
        pointer = until(
            lambda: find_pointer(store, pointer_in(KEYS.dataset_models(DATASET))), "a trained model"
        )
    assert pointer.id == "v0001"
    until(lambda: [run["state_name"] for run in up.home.runs("train")] == ["Completed"], "its run")
    (ingested,) = up.home.runs("ingest")
    assert ingested["state_name"] == "Completed"
    assert ingested["parameters"] == {"request": {"dataset": DATASET, "announce": True}}


def test_the_worker_does_what_a_command_asks_for(up: Up) -> None:
    ended = up.home.abasto("run", "ingest", "--dataset", DATASET)
    assert ended.status == 0, ended.err
    assert "`abasto up` runs it as" in ended.out
    assert "was there already, nothing changed" in ended.out
    sentence = up.home.abasto("run", "replenish", "--dataset", DATASET).says_one_sentence()
    assert sentence == (
        f"'{DATASET}' has no stock file: `abasto upload FILE --as inventario --dataset {DATASET}`."
    )


def test_status_lists_what_runs_and_what_there_is(up: Up) -> None:
    status = up.home.abasto("status")
    assert status.status == 0, status.err
    lines = [line.split() for line in status.out.splitlines() if line.split()]
    states = {line[0]: line[1] for line in lines if line[0] in {"store", "prefect", "worker"}}
    assert states == {"store": "running", "prefect": "running", "worker": "running"}
    (versions,) = [line for line in lines if line[0] == DATASET]
    assert "v0001" in versions
    _, _, runs = status.out.partition("Last runs")
    assert f"ingest {DATASET}" in runs
    assert "Completed" in runs
    assert "Scheduled" not in runs, "what is to come is not the last"


def test_a_second_up_says_that_everything_is_up(up: Up) -> None:
    again = up.home.abasto("up")
    assert (again.status, "Everything is up already" in again.out) == (0, True)
    assert up.process.poll() is None


def test_a_scheduled_run_refuses_old_sales(up: Up) -> None:
    """The run that the schedule has made for next Monday, made due now; the sales end in 2024."""
    with up.home.store() as store:
        store.put(KEYS.uploads("inventario") / f"{DATASET}/stock.csv", builders.stock())

    def scheduled() -> list[dict[str, Any]]:
        return [run for run in up.home.runs("replenish") if run["auto_scheduled"]]

    run = until(scheduled, "a scheduled run")[0]
    now = datetime.now(UTC).isoformat()
    due = {"type": "SCHEDULED", "name": "Scheduled", "state_details": {"scheduled_time": now}}
    up.home.ask(f"/flow_runs/{run['id']}/set_state", state=due, force=True)

    def ended() -> dict[str, Any] | None:
        (found,) = up.home.ask("/flow_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})
        return found if found["state_type"] in {"FAILED", "COMPLETED", "CRASHED"} else None

    end = until(ended, "the end of the scheduled run")
    assert end["state_type"] == "FAILED"
    assert f"the sales of '{DATASET}' end on 2024-07-21" in end["state"]["message"]
    assert "upload the missing sales and run again" in end["state"]["message"]


def test_ctrl_c_stops_everything_that_was_started(up: Up) -> None:
    servers = ServiceBook.read(up.home.path).servers

    def family(name: ServerName) -> list[psutil.Process]:
        process = servers[name].process.find()
        assert process is not None
        return [process, *process.children(recursive=True)]

    until(lambda: len(family("worker")) > 1, "the watch, in a process of the worker")
    children = [process for name in servers for process in family(name)]
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(PATIENCE) == 130
    assert "Traceback" not in up.said()
    until(lambda: all(map(gone, children)), "the end of every process")
    assert ServiceBook.read(up.home.path) == ServiceBook()


def test_a_killed_run_is_marked_as_crashed_and_the_next_command_completes_it(home: Home) -> None:
    words = ("run", "train", "--dataset", DATASET, "--option", "seed=7", "--option", "trials=4")
    log = home.folder / "train.log"
    killed = start_abasto(*words, cwd=home.folder, log=log, environment=home.environment)
    try:
        until(lambda: "comparing" in log.read_text(), "the middle of the training")
    finally:
        killed.kill()
        killed.wait(PATIENCE)
    assert "is published" not in log.read_text()
    with home.store() as store:
        claimed = [entry.ref.key for entry in store.list_objects(KEYS.model(DATASET, "v0002"))]
        assert claimed == [f"{DATASET}/v0002/claim.json"], "a version was claimed, and nothing more"
    (interrupted,) = [run for run in home.runs("train") if run["state_type"] == "RUNNING"]

    again = start_abasto(*words, cwd=home.folder, log=log, environment=home.environment)

    def crashed() -> bool:
        assert again.poll() is None, log.read_text()
        (run,) = home.ask("/flow_runs/filter", flow_runs={"id": {"any_": [interrupted["id"]]}})
        return bool(run["state_type"] == "CRASHED")

    until(crashed, "the interrupted run is marked")
    assert again.wait(PATIENCE) == 0, log.read_text()
    assert "1 runs that a killed process had left behind are marked as crashed" in log.read_text()
    assert "model v0002 published" in log.read_text()
    assert ServiceBook.read(home.path) == ServiceBook(), "and nothing is left running"


@contextmanager
def elsewhere(home: Home) -> Iterator[Home]:
    """Another home, as on another machine."""
    folder = home.folder / "elsewhere"
    folder.mkdir()
    store_port, prefect_port = map(str, free_ports(2))
    ports = {"ABASTO_STORE_PORT": store_port, "ABASTO_PREFECT_PORT": prefect_port}
    yield Home(folder, {**home.environment, **ports, "ABASTO_HOME": str(folder / "home")})


def test_a_backup_brings_models_and_keys_to_another_home(home: Home) -> None:
    archive = home.folder / "backup.tar.gz"
    assert home.abasto("backup", archive).status == 0
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with elsewhere(home) as other:
        assert other.abasto("restore", archive).status == 0
        here, there = (each.abasto("models", "--dataset", DATASET) for each in (home, other))
        assert (here.status, there.status) == (0, 0), (here.err, there.err)
        versions = [
            [line for line in each.out.splitlines() if line.startswith("v0")] for each in (here, there)
        ]
        assert len(versions[0]) == 2
        assert versions[0] == versions[1]
        pulled = other.abasto("pull", "model", "--dataset", DATASET, "--to", "pulled")
        assert pulled.status == 0, pulled.err
        (manifest_file,) = (other.folder / "pulled").rglob(MANIFEST)
        manifest = Manifest.model_validate_json(manifest_file.read_bytes())
        assert ids.sha256((manifest_file.parent / "model.pkl").read_bytes()) == (
            manifest.files["model.pkl"].sha256
        )
        forecast = other.abasto("run", "forecast", "--dataset", DATASET, "--option", "horizon=2")
        assert forecast.status == 0, "the keys came along: the model's signature is accepted"
        refused = other.abasto("restore", archive).says_one_sentence()
        assert "is there already" in refused
        assert json.loads((other.path / "connection.json").read_text())["store"]["access_key"]
