"""The embedded Prefect server and worker: SQLite under the home folder, loopback only, phoning nobody."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from cli.ports import LOOPBACK, answers
from cli.processes import ServerProgram
from storage.settings import Settings, child_environment

WORK_POOL: Final = "local"  # as in prefect.yaml
PROJECT: Final = Path(__file__).resolve().parent.parent

_EVERY_CLIENT = {
    # A run silent for three of these is taken for killed (cli/setup.py); by itself Prefect waits 180 s.
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
}
_OTHERS = ("PREFECT_API_", "PREFECT_PROFILE", "PREFECT_SERVER_API_", "PREFECT_SERVER_DATABASE_")


def client_environment(settings: Settings, api_url: str) -> dict[str, str]:
    """Return the variables under which a process talks to the server at `api_url`, and to no other."""
    own = {} if settings.prefect_api_url else {"PREFECT_HOME": str(settings.home / "prefect")}
    return {**_EVERY_CLIENT, "PREFECT_API_URL": api_url, **own}


def prefect_program(settings: Settings, port: int) -> ServerProgram:
    """Return the server as a program to start; its address is the URL of the API."""
    api_url = f"http://{LOOPBACK}:{port}/api"
    changes = {
        **client_environment(settings, api_url),
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_API_URL": api_url,
        "PREFECT_SERVER_UI_V2_ENABLED": "false",  # it calls a host of its maker on load
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "2",  # a run that waits asks that often
        "NO_COLOR": "1",
    }
    return ServerProgram(
        title="Prefect server",
        command=(sys.executable, "-m", "prefect", "server", "start", "--host", LOOPBACK, "--port", str(port)),
        environment=child_environment(changes, without_prefixes=_OTHERS),
        folder=settings.home / "prefect",
        log=settings.home / "logs" / "prefect.log",
        address=api_url,
        is_healthy=lambda: answers(f"{api_url}/health"),
    )


def worker_program(settings: Settings, api_url: str, port: int) -> ServerProgram:
    """Return the worker that runs all deployments; it says on `port` that it is well."""
    changes = {
        **client_environment(settings, api_url),
        "ABASTO_HOME": str(settings.home),
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_WORKER_WEBSERVER_HOST": LOOPBACK,
        "PREFECT_WORKER_WEBSERVER_PORT": str(port),
        "NO_COLOR": "1",
    }
    command = ("worker", "start", "--pool", WORK_POOL, "--with-healthcheck")
    return ServerProgram(
        title="worker",
        command=(sys.executable, "-m", "prefect", *command),
        environment=child_environment(changes, without_prefixes=_OTHERS),
        folder=PROJECT,
        log=settings.home / "logs" / "worker.log",
        address=f"http://{LOOPBACK}:{port}",
        is_healthy=lambda: answers(f"http://{LOOPBACK}:{port}/health"),
    )
