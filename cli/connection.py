"""The servers for the length of a command, with this process told where they are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cli.console import progress
from cli.services import Services, running
from storage.settings import Settings, adopt_environment
from storage.signing import ensure_signing_keys

_DELIVERY_PATIENCE = 10  # seconds
_QUIET = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}  # the command says itself what happens


@contextmanager
def connected(*, prefect: bool = True, worker: bool = False) -> Iterator[Services]:
    """Have the servers running; Prefect is imported after this, never before.

    The first start on embedded servers makes the signing key; with a store of your own `abasto setup` does.
    Runs that a killed process left behind are ended by who is alone on the embedded servers; where a worker
    has outlived its `abasto up`, they may still be going on.
    """
    settings = Settings.load()
    with running(settings, prefect=prefect, worker=worker, progress=progress) as services:
        if settings.endpoint is None:
            ensure_signing_keys(settings.signing_key_path)
        adopt_environment(services.environment | _QUIET)
        if prefect and settings.prefect_api_url is None and services.alone and not services.has_worker:
            from cli.leftovers import end_leftover_runs

            ended = end_leftover_runs()
            if ended:
                progress(f"{ended} runs that a killed process had left behind are marked as crashed.")
        try:
            yield services
        finally:
            _deliver()


def _deliver() -> None:
    """Wait until Prefect's client has sent its logs and events: the server may be gone a moment later."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for sender in (EventsWorker, APILogWorker):
        sender.drain_all(timeout=_DELIVERY_PATIENCE)
