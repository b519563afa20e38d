"""Starts, finds and stops the embedded servers; the only holder of the lock on the home folder.

Whoever needs the servers uses `running`. The first command starts them; another one that comes while they run
uses the same. The last one to leave stops them, so nobody's run is cut off by somebody else's Ctrl-C. What a
killed command left running is used again, or stopped, by the next one.
"""

from __future__ import annotations

import errno
import shutil
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final, Literal, NoReturn

import psutil

from cli.embedded_prefect import client_environment, prefect_program, worker_program
from cli.embedded_store import new_address, store_argument, store_program
from cli.locks import exclusive
from cli.ports import answers, free_port, free_ports
from cli.processes import ProcessMark, ServerProgram, processes_with_argument
from cli.service_book import ServerEntry, ServerName, ServiceBook
from intake.errors import ConflictError, ServiceError
from storage.connection import read_connection, write_connection
from storage.objects import ObjectStore
from storage.settings import Settings

START_ALLOWANCE: Final = 60.0  # seconds; a store that was killed under load took 16
_BUSY_ALLOWANCE: Final = 30.0  # seconds without an answer, after which a living server is taken for hung
_LOCK_PATIENCE: Final = 2 * START_ALLOWANCE + 2 * _BUSY_ALLOWANCE + 30
_MOST_STARTS: Final = 3  # a port that was free may be taken before the server gets it
_LEAST_FREE_DISK: Final = 100_000_000  # bytes

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Services:
    """Where the servers of a running command are; `started_here` is false where all were running before.

    `alone` says that no other command used the servers when this one came, `has_worker` that a worker of ours
    runs the deployments, `kept_up` that a living command stays for its sake. `environment` holds the
    variables under which Prefect's client talks to that server and to no other.
    """

    store_endpoint: str
    prefect_api_url: str | None
    started_here: bool
    alone: bool
    has_worker: bool
    kept_up: bool
    environment: dict[str, str]


@dataclass(frozen=True)
class ServiceStatus:
    """How one server stands; `configured` is one of yours, never started here. Memory is in bytes."""

    name: ServerName
    state: Literal["running", "stopped", "configured"]
    address: str | None
    answers: bool
    pid: int | None = None
    memory: int | None = None


def silent(_: str) -> None:
    """Report no progress."""


@contextmanager
def running(
    settings: Settings, *, prefect: bool = True, worker: bool = False, progress: Progress = silent
) -> Iterator[Services]:
    """Have an object store with its buckets, a Prefect server and a worker, for as long as the block lasts.

    The worker needs the work pool and the deployments, so it is asked for after they were registered.
    A server whose address is configured is used and never started or stopped. SIGTERM and a closed terminal
    end the block in order, like Ctrl-C. Raises `ServiceError` with the end of the log where a server does not
    start, does not answer, or does not know the credentials.
    """
    home, token = settings.home, uuid.uuid4().hex
    entered = False
    with _ending_in_order():
        try:
            with _reporting_disk(home), _lock(home, progress):
                ServiceBook.read(home).with_user(token, keeps_worker=worker).write(home)
                entered = True
                services = _use(settings, prefect=prefect, worker=worker, progress=progress)
            yield services
        finally:
            if entered:
                with _uninterrupted(), _reporting_disk(home), _lock(home, progress):
                    _leave(home, token, progress)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Keep everybody from starting servers on `home`; raise `ConflictError` while a command uses them."""
    with _lock(home, silent):
        users = ServiceBook.read(home).users
        if users:
            raise ConflictError(
                f"A command (process {users[0].process.pid}) works on {home}: stop it, then run again."
            )
        _stop_servers(home, silent)
        yield


def status(settings: Settings) -> tuple[ServiceStatus, ServiceStatus, ServiceStatus]:
    """Return how the object store, the Prefect server and the worker stand, in this order."""
    scheme = "https" if settings.secure else "http"
    own_store = f"{scheme}://{settings.endpoint}" if settings.endpoint else None
    return (
        _status(settings, "store", own_store),
        _status(settings, "prefect", settings.prefect_api_url),
        _status(settings, "worker", None),
    )


def _status(settings: Settings, name: ServerName, configured: str | None) -> ServiceStatus:
    if configured is not None:
        path = "/" if name == "store" else "/health"
        return ServiceStatus(
            name, "configured", configured, answers(configured + path, any_status=name == "store")
        )
    entry = ServiceBook.read(settings.home).servers.get(name)
    process = entry.process.find() if entry is not None else None
    if entry is None or process is None:
        return ServiceStatus(name, "stopped", None, answers=False)
    try:
        memory = process.memory_info().rss
    except psutil.Error:
        memory = None
    return ServiceStatus(
        name, "running", entry.address, _is_healthy(name, entry.address), entry.process.pid, memory
    )


def _use(settings: Settings, *, prefect: bool, worker: bool, progress: Progress) -> Services:
    programs: dict[ServerName, Callable[[Settings], ServerProgram]] = {}
    if settings.endpoint is None:
        programs["store"] = _store_program
    if prefect and settings.prefect_api_url is None:
        programs["prefect"] = _prefect_program
    if worker:
        programs["worker"] = _worker_program
    starting = [
        _StartingServer(settings, name, program, progress)
        for name, program in programs.items()
        if not _is_running(settings.home, name)
    ]
    for server in starting:
        server.wait()
    address = settings.store_address()
    with ObjectStore(address) as store:
        _prepare_buckets(store, settings, patient="store" in {server.name for server in starting})
    api_url = settings.prefect_api() if prefect else None
    if settings.prefect_api_url is not None and prefect and not answers(f"{settings.prefect_api_url}/health"):
        raise ServiceError(
            f"No Prefect server answers at {api_url}: start it, or unset ABASTO_PREFECT_API_URL."
        )
    return Services(
        store_endpoint=address.endpoint,
        prefect_api_url=api_url,
        started_here=bool(starting),
        alone=len(ServiceBook.read(settings.home).users) == 1,
        has_worker=_is_running(settings.home, "worker"),
        kept_up=any(user.keeps_worker for user in ServiceBook.read(settings.home).users),
        environment=client_environment(settings, api_url) if api_url else {},
    )


class _StartingServer:
    """A server on its way up; started again on other ports where somebody took one of its own."""

    def __init__(
        self,
        settings: Settings,
        name: ServerName,
        program_of: Callable[[Settings], ServerProgram],
        progress: Progress,
    ) -> None:
        self.name = name
        self._settings, self._program_of, self._progress = settings, program_of, progress
        self._starts = 0
        _check_disk(settings.home)
        _stop_leftovers(settings, name)
        self._start()

    def wait(self) -> None:
        """Return when the server is ready; raise `ServiceError` with the end of its log when it never is."""
        began = time.monotonic()
        while not self._program.is_healthy():
            if self._process.poll() is not None:
                if self._starts == _MOST_STARTS or "address already in use" not in self._program.log_tail(50):
                    self._fail(f"ended at once with status {self._process.returncode}")
                self._start()
            if time.monotonic() - began > START_ALLOWANCE:
                self._fail(f"did not answer within {START_ALLOWANCE:.0f} seconds")
            time.sleep(0.1)
        self._progress(f"The {self._program.title} answers at {self._program.address}.")

    def _start(self) -> None:
        self._starts += 1
        self._program = self._program_of(self._settings)
        self._progress(f"Starting the {self._program.title} ...")
        self._process = self._program.start()
        mark = ProcessMark.of(self._process.pid)
        _children[mark] = self._process
        entry = ServerEntry(process=mark, address=self._program.address)
        ServiceBook.read(self._settings.home).with_server(self.name, entry).write(self._settings.home)

    def _fail(self, what: str) -> NoReturn:
        raise ServiceError(
            f"The {self._program.title} {what}: see {self._program.log}, which ends with:\n"
            f"{self._program.log_tail()}"
        )


_children: dict[ProcessMark, subprocess.Popen[bytes]] = {}
"""The servers that are children of this process: they have to be reaped."""


def _store_program(settings: Settings) -> ServerProgram:
    known = read_connection(settings.home)
    address = new_address(free_port(settings.store_port), known.store)
    write_connection(settings.home, known.model_copy(update={"store": address}))
    return store_program(settings, address)


def _prefect_program(settings: Settings) -> ServerProgram:
    program = prefect_program(settings, free_port(settings.prefect_port))
    known = read_connection(settings.home)
    write_connection(settings.home, known.model_copy(update={"prefect_api_url": program.address}))
    return program


def _worker_program(settings: Settings) -> ServerProgram:
    return worker_program(settings, settings.prefect_api(), free_ports(1)[0])


def _is_running(home: Path, name: ServerName) -> bool:
    """Whether the server answers; a living one that is only busy is waited for, since others work with it."""
    given_up = time.monotonic() + _BUSY_ALLOWANCE
    while (entry := ServiceBook.read(home).servers.get(name)) is not None:
        if _is_healthy(name, entry.address):
            return True
        if time.monotonic() > given_up:
            return False
        time.sleep(0.2)
    return False


def _is_healthy(name: ServerName, address: str) -> bool:
    return answers(f"http://{address}/healthz" if name == "store" else f"{address}/health")


def _prepare_buckets(store: ObjectStore, settings: Settings, *, patient: bool) -> None:
    """Make the buckets and prove conditional writes; a store that has just started is given time."""
    given_up = time.monotonic() + (START_ALLOWANCE if patient else 0)
    while True:
        try:
            store.ensure_buckets(settings.keys.buckets)
            store.self_test(settings.keys.self_test())
        except ServiceError:
            if time.monotonic() > given_up:
                raise
            time.sleep(0.2)
        else:
            return


def _leave(home: Path, token: str, progress: Progress) -> None:
    book = ServiceBook.read(home).without_user(token)
    book.write(home)
    if not book.users:
        _stop_servers(home, progress)


def _stop_servers(home: Path, progress: Progress) -> None:
    book = ServiceBook.read(home)
    if book.servers:
        progress("Stopping the servers ...")
    stops = [threading.Thread(target=server.process.stop) for server in book.servers.values()]
    for stop in stops:
        stop.start()
    for stop in stops:
        stop.join()
    _reap()
    book.without_servers().write(home)


def _stop_leftovers(settings: Settings, name: ServerName) -> None:
    """Stop what an interrupted command left: the recorded server, and any that works on our data folder."""
    recorded = ServiceBook.read(settings.home).servers.get(name)
    if recorded is not None:
        recorded.process.stop()
    if name == "store":
        for leftover in processes_with_argument(store_argument(settings)):
            leftover.stop()
    _reap()


def _reap() -> None:
    for mark in [mark for mark in _children if mark.find() is None]:
        _children.pop(mark).wait()


def _check_disk(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(home).free
    if free < _LEAST_FREE_DISK:
        raise ServiceError(
            f"Only {free / 1e6:.0f} MB are free on the disk of {home}: free some space, or set ABASTO_HOME."
        )


@contextmanager
def _lock(home: Path, progress: Progress) -> Iterator[None]:
    def waiting() -> None:
        progress("Another command is starting or stopping the servers; waiting for it ...")

    with exclusive(home / "lock", patience=_LOCK_PATIENCE, waiting=waiting):
        yield


@contextmanager
def _reporting_disk(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ServiceError(f"The disk of {home} is full: free some space, then run again.") from error
        if isinstance(error, PermissionError | NotADirectoryError | FileExistsError):
            raise ServiceError(f"{home} cannot be written: set ABASTO_HOME to a folder of yours.") from error
        if isinstance(error, FileNotFoundError) and home in Path(error.filename or "").parents:
            raise ConflictError(
                f"{home} was moved away this moment, by `abasto restore` perhaps: run again."
            ) from error
        raise


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Turn the signals that would end this process at once into `SystemExit`, where nobody handles them."""

    def leave(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = ("SIGTERM", "SIGHUP")
    ending = [getattr(signal, name) for name in names if hasattr(signal, name)]
    unhandled = [number for number in ending if signal.getsignal(number) is signal.SIG_DFL]
    for number in unhandled:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in unhandled:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let an impatient second Ctrl-C not leave a server behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
