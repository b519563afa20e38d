"""`abasto up`: store, Prefect server with UI and a worker, until Ctrl-C."""

from __future__ import annotations

import threading

from cli.connection import connected
from cli.console import headline, next_step, say, show_table
from cli.services import status
from cli.setup import register
from intake.errors import ServiceError
from storage.settings import Settings

_LOOK_EVERY = 2.0  # seconds
_TITLES = {"store": "object store", "prefect": "Prefect server", "worker": "worker"}


def stay_up() -> None:
    """Start everything, say where it is, and stay until Ctrl-C or until one of the servers ends."""
    with connected() as services:
        from cli.page import password_place, serving

        if services.kept_up:
            say(f"Everything is up already: the Prefect UI is {_ui(services.prefect_api_url)}.")
            next_step("`abasto status` shows it; Ctrl-C in the other terminal stops it.")
            return
        register()
        with connected(worker=True):
            settings = Settings.load()
            with serving(settings, services.prefect_api_url) as upload_page:
                headline("Abasto is up")
                show_table(
                    "",
                    ["what", "where"],
                    [
                        ["upload page", f"{upload_page} (its password: {password_place(settings)})"],
                        ["Prefect UI", _ui(services.prefect_api_url)],
                        ["object store", f"http://{services.store_endpoint} (S3; keys in connection.json)"],
                        ["data, keys and logs", settings.home],
                        ["orders", f"every Monday 06:00 {settings.timezone} (ABASTO_TIMEZONE)"],
                    ],
                )
                next_step(
                    "drop a file on the upload page, or `abasto upload Ventas.csv` in another terminal; "
                    "Ctrl-C here stops everything."
                )
                _until_a_server_ends(settings)


def _until_a_server_ends(settings: Settings) -> None:
    pause = threading.Event()
    while not pause.wait(_LOOK_EVERY):
        ended = [server.name for server in status(settings) if server.state == "stopped"]
        if ended:
            raise ServiceError(
                f"The {_TITLES[ended[0]]} has ended by itself: see {settings.home / 'logs'}, "
                "then `abasto up` again."
            )


def _ui(api_url: str | None) -> str:
    return (api_url or "").removesuffix("/api")
