"""Serves the upload page: inside `abasto up`, or alone as `abasto page`."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn

from cli.connection import connected
from cli.console import next_step, say
from cli.inspection import inspection_of, read_bytes
from cli.ports import free_port
from intake.errors import ServiceError
from intake.files.limits import LARGEST_FILE
from intake.mapping import NOTHING_STATED
from intake.mapping_file import MAPPING_FILE, parse_mapping
from intake.tables import Table
from storage import ids
from storage.connection import write_private
from storage.keys import UPLOAD_FOLDERS, Keys, Ref
from storage.objects import ObjectStore
from storage.settings import Settings
from tasks.uploads import is_mapping, keep_mapping, serves_all
from web.upload_page import UploadPage, create_app

_START_ALLOWANCE: Final = 20.0  # seconds
_LOOK_EVERY: Final = 0.05


def serve_alone() -> None:
    """Serve the page until Ctrl-C."""
    with connected(prefect=False):
        settings = Settings.load()
        with serving(settings, settings.prefect_api_url) as url:
            say(f"The upload page is {url}; its password is in {password_place(settings)}")
            next_step("Ctrl-C stops it.")
            threading.Event().wait()


@contextmanager
def serving(settings: Settings, prefect_api_url: str | None) -> Iterator[str]:
    """Serve the page for the length of the block; its address comes out."""
    with ObjectStore(settings.store_address()) as store:
        page = UploadPage(
            store=store,
            keys=settings.keys,
            password=_password(settings),
            waiting_room=settings.home / "waiting",
            inspect=_inspection(store, settings.keys),
            most=LARGEST_FILE,
            runs_url=(prefect_api_url or "").removesuffix("/api") or None,
        )
        port = free_port(settings.upload_port)
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(page), host=settings.upload_host, port=port, log_level="warning", access_log=False
            )
        )
        thread = threading.Thread(target=server.run, name="upload page", daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://{settings.upload_host}:{port}"
        finally:
            server.should_exit = True
            thread.join(_START_ALLOWANCE)


def password_place(settings: Settings) -> str:
    """Where a person finds the password."""
    return "ABASTO_UPLOAD_PASSWORD" if settings.upload_password else str(_password_file(settings))


def _password(settings: Settings) -> str:
    """The configured password, else the one of this home, which the first start makes."""
    if settings.upload_password is not None:
        return settings.upload_password.get_secret_value()
    path = _password_file(settings)
    if not path.exists():
        write_private(path, secrets.token_urlsafe(12).encode())
    return path.read_text(encoding="utf-8").strip()


def _password_file(settings: Settings) -> Path:
    return settings.home / "keys" / "upload_password"


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    patience = time.monotonic() + _START_ALLOWANCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > patience:
            raise ServiceError("The upload page does not start: another program may have taken its port.")
        time.sleep(_LOOK_EVERY)


def _inspection(store: ObjectStore, keys: Keys) -> Callable[[Path, Ref, str], str]:
    def inspect(path: Path, destination: Ref, folder: str) -> str:
        content = read_bytes(path)
        if is_mapping(destination.key):
            parse_mapping(content, destination.name)
            return (
                f"{destination.name} states how the files beside it are read; every statement is understood."
            )
        stated = keep_mapping(store, keys, _dataset(destination), folder)
        mapping = (
            parse_mapping(store.get(stated.snapshot), str(stated.source)).of(destination.name)
            if stated
            else NOTHING_STATED
        )
        where = str(stated.source if stated else keys.uploads(folder) / MAPPING_FILE)
        return inspection_of(content, destination.name, Table(UPLOAD_FOLDERS[folder]), mapping, where)

    return inspect


def _dataset(destination: Ref) -> str:
    """The dataset that an upload would belong to; '' for one that serves all."""
    return "" if serves_all(destination.key) else ids.dataset_of(destination.key)
