"""The embedded servers: started once, shared, stopped by the last to leave, and whole after every kill."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
import urllib3
from command import PATIENCE
from pydantic import SecretStr

from cli.embedded_store import new_address
from cli.ports import LOOPBACK, free_ports
from cli.processes import ProcessMark
from cli.service_book import ServiceBook
from cli.services import locked, running, status
from intake.errors import ConflictError, ServiceError
from storage.connection import read_connection, write_connection
from storage.keys import Folder
from storage.objects import ObjectStore
from storage.settings import Settings

ROOT = Path(__file__).parents[3]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    store_port, prefect_port = free_ports(2)
    made = Settings.load(home=tmp_path / "home", store_port=store_port, prefect_port=prefect_port)
    yield made
    for server in ServiceBook.read(made.home).servers.values():
        server.process.stop()


def store_process(settings: Settings) -> psutil.Process:
    process = ServiceBook.read(settings.home).servers["store"].process.find()
    assert process is not None
    return process


def write_note(settings: Settings, name: str) -> None:
    with ObjectStore(settings.store_address()) as store:
        store.create(Folder(bucket=settings.keys.datasets) / name, name.encode())


def read_notes(settings: Settings) -> list[str]:
    with ObjectStore(settings.store_address()) as store:
        return [entry.ref.key for entry in store.list_objects(Folder(bucket=settings.keys.datasets))]


@contextmanager
def other_command(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A second process inside `running`; it leaves when its standard input is closed."""
    script = """
        import sys
        from cli.services import running
        from storage.settings import Settings
        home, store_port, prefect_port = sys.argv[1:]
        settings = Settings.load(home=home, store_port=store_port, prefect_port=prefect_port)
        with running(settings, prefect=False) as services:
            print(services.started_here, flush=True)
            sys.stdin.read()
    """
    ports = [str(settings.store_port), str(settings.prefect_port)]
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(settings.home), *ports],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ended(process: psutil.Process) -> bool:
    """Whether a process is gone, or waits for its parent to notice."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_store_is_started_on_loopback_and_stopped(settings: Settings) -> None:
    said: list[str] = []
    with running(settings, prefect=False, progress=said.append) as services:
        assert services.started_here
        assert services.store_endpoint == f"{LOOPBACK}:{settings.store_port}"
        assert services.prefect_api_url is None
        process = store_process(settings)
        listening = [each.laddr.ip for each in process.net_connections() if each.status == "LISTEN"]
        assert set(listening) == {LOOPBACK}
        store, prefect = status(settings)[:2]
        assert (store.state, store.address, store.answers) == ("running", services.store_endpoint, True)
        assert (store.pid, prefect.state) == (process.pid, "stopped")
        write_note(settings, "kept")
    assert not psutil.pid_exists(process.pid)
    assert status(settings)[0].state == "stopped"
    assert said[0] == "Starting the object store ..."
    assert said[-1] == "Stopping the servers ..."
    secret = settings.home / "connection.json"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    with pytest.raises(ServiceError, match="does not answer: start `abasto up`"):
        read_notes(settings)
    forgotten = settings.store_address()
    secret.unlink()
    with running(settings, prefect=False):
        assert settings.store_address().secret_key != forgotten.secret_key
        assert read_notes(settings) == ["kept"], "lost credentials do not cost the data"


def test_two_commands_share_one_store_and_the_last_one_stops_it(settings: Settings) -> None:
    with other_command(settings) as other:
        with running(settings, prefect=False) as services:
            started_there = first_line(other) == "True"
            assert services.started_here != started_there, "exactly one of the two started it"
            process = store_process(settings)
            with pytest.raises(ConflictError, match="works on"), locked(settings.home):
                pass
        assert process.is_running(), "the other command still uses it"
        write_note(settings, "still there")
        assert other.stdin is not None
        other.stdin.close()
        other.wait(timeout=PATIENCE)
        assert ended(process)
    with locked(settings.home):
        assert ServiceBook.read(settings.home).users == ()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_a_command_and_its_store(settings: Settings, ending: str) -> None:
    with other_command(settings) as other:
        assert first_line(other) == "True"
        process = store_process(settings)
        other.send_signal(signal.Signals[ending])
        assert other.wait(timeout=PATIENCE) != 0
        assert ended(process)


def test_what_a_killed_command_left_is_used_and_then_stopped(settings: Settings) -> None:
    with other_command(settings) as other:
        assert first_line(other) == "True"
        write_note(settings, "before")
        left = store_process(settings)
        other.kill()
        other.wait(timeout=PATIENCE)
        with running(settings, prefect=False) as services:
            assert not services.started_here
            assert store_process(settings).pid == left.pid
            assert read_notes(settings) == ["before"]
        assert ended(left)


def test_a_killed_store_is_started_again_on_its_data(settings: Settings) -> None:
    with running(settings, prefect=False) as first:
        write_note(settings, "before")
        store_process(settings).kill()
        with running(settings, prefect=False) as again:
            assert again.started_here
            assert again.store_endpoint == first.store_endpoint
            assert read_notes(settings) == ["before"]
        write_note(settings, "the inner user left, the outer one still works")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_busy_store_is_waited_for_and_not_replaced(settings: Settings) -> None:
    with running(settings, prefect=False):
        busy = store_process(settings)
        busy.suspend()
        threading.Timer(4, busy.resume).start()  # longer than one question waits for its answer
        with running(settings, prefect=False) as services:
            assert not services.started_here
            assert store_process(settings).pid == busy.pid


def test_a_store_nobody_recorded_never_meets_a_second_one(settings: Settings) -> None:
    with other_command(settings) as other:
        assert first_line(other) == "True"
        unrecorded = store_process(settings)
        (settings.home / "services.json").unlink()
        with running(settings, prefect=False) as services:
            assert services.started_here
            assert ended(unrecorded)


class Healthy(BaseHTTPRequestHandler):
    """Somebody else's server, on the port that ours once had."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_numbers_and_ports_that_somebody_else_has_now_are_left_alone(settings: Settings) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with ThreadingHTTPServer((LOOPBACK, settings.store_port), Healthy) as somebody:
            threading.Thread(target=somebody.serve_forever).start()
            born = ProcessMark.of(bystander.pid).born - 60
            stale = {
                "process": {"pid": bystander.pid, "born": born},
                "address": f"{LOOPBACK}:{settings.store_port}",
            }
            settings.home.mkdir()
            (settings.home / "services.json").write_text(json.dumps({"servers": {"store": stale}}))
            try:
                with running(settings, prefect=False) as services:
                    assert services.started_here
                    assert services.store_endpoint != stale["address"]
                    assert store_process(settings).pid != bystander.pid
            finally:
                somebody.shutdown()
        assert bystander.poll() is None
    finally:
        bystander.communicate(b"\n")


def test_a_store_that_cannot_start_shows_the_end_of_its_log(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "weed"
    broken.write_text("#!/bin/sh\necho the disk is on fire\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr("cli.embedded_store.shutil.which", lambda *_, **__: str(broken))
    with (
        pytest.raises(
            ServiceError, match=r"ended at once with status 3: see .*store\.log.*\nthe disk is on fire"
        ),
        running(settings, prefect=False),
    ):
        pass
    assert ServiceBook.read(settings.home).users == ()


def test_a_configured_store_is_used_and_never_started(settings: Settings, tmp_path: Path) -> None:
    with running(settings, prefect=False):
        address = settings.store_address()
        mine = Settings.load(
            home=tmp_path / "other",
            endpoint=address.endpoint,
            access_key=address.access_key,
            secret_key=address.secret_key,
        )
        with running(mine, prefect=False) as services:
            assert (services.started_here, services.store_endpoint) == (False, address.endpoint)
            assert status(mine)[0].state == "configured"
            assert status(mine)[0].answers
        wrong = mine.model_copy(update={"secret_key": SecretStr("wrong-secret")})
        with (
            pytest.raises(ServiceError, match="does not know these credentials"),
            running(wrong, prefect=False),
        ):
            pass
    with pytest.raises(ServiceError, match="does not answer"), running(mine, prefect=False):
        pass


def test_a_full_disk_is_said_before_anything_starts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.services._LEAST_FREE_DISK", 10**18)
    with pytest.raises(ServiceError, match="MB are free on the disk of"), running(settings, prefect=False):
        pass


def test_a_prefect_server_is_started_keeps_its_runs_and_is_stopped(settings: Settings) -> None:
    with running(settings) as services:
        assert services.prefect_api_url == f"http://{LOOPBACK}:{settings.prefect_port}/api"
        assert services.environment["PREFECT_API_URL"] == services.prefect_api_url
        server = ServiceBook.read(settings.home).servers["prefect"].process.find()
        assert server is not None
        assert {each.laddr.ip for each in server.net_connections("inet") if each.status == "LISTEN"} == {
            LOOPBACK
        }
        with urllib3.PoolManager() as pool:
            ui = pool.request("GET", f"http://{LOOPBACK}:{settings.prefect_port}/ui-settings").json()
        assert ui["api_url"] == services.prefect_api_url
        assert (settings.home / "prefect" / "prefect.db").exists()
        assert status(settings)[1].answers
    assert not psutil.pid_exists(server.pid)
    no_server = settings.model_copy(update={"prefect_api_url": f"http://{LOOPBACK}:{free_ports(1)[0]}/api"})
    with pytest.raises(ServiceError, match="No Prefect server answers at"), running(no_server):
        pass


@pytest.mark.skipif(not psutil.LINUX, reason="elsewhere a birth is told by the clock of that moment")
def test_a_clock_that_is_set_loses_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    mark, boot = ProcessMark.of(), psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: boot + 60)
    found = mark.find()
    assert found is not None
    assert found.pid == os.getpid()


def test_the_mark_of_a_process_is_its_own() -> None:
    assert ProcessMark.of().find() is not None
    assert ProcessMark(pid=os.getpid(), born=0).find() is None
    home = Path("unused")
    assert ServiceBook.read(home) == ServiceBook()
    assert new_address(9000, None).secret_key != new_address(9000, None).secret_key


def test_the_connection_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_connection(tmp_path, read_connection(tmp_path))
    assert stat.S_IMODE((tmp_path / "connection.json").stat().st_mode) == 0o600
