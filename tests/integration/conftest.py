"""One real store and one real Prefect server for all tests of flows and of the command line."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import prefect.settings
import pytest
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.settings import temporary_settings
from shop import Shop, World

from cli.embedded_prefect import client_environment
from cli.ports import free_ports
from cli.services import running
from storage.objects import ObjectStore
from storage.settings import Settings
from storage.signing import ensure_signing_keys
from tasks.connection import connection


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The servers of a home of their own, with this process and every child told where they are."""
    store_port, prefect_port = free_ports(2)
    environment = {
        "ABASTO_HOME": str(tmp_path_factory.mktemp("world") / "home"),
        "ABASTO_STORE_PORT": str(store_port),
        "ABASTO_PREFECT_PORT": str(prefect_port),
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        connection.cache_clear()
        settings = Settings.load()
        with running(settings) as services:
            assert services.prefect_api_url is not None
            ensure_signing_keys(settings.signing_key_path)
            client = client_environment(settings, services.prefect_api_url)
            known = {
                getattr(prefect.settings, name): value
                for name, value in client.items()
                if name.startswith("PREFECT_")
            }
            # The heartbeat's thread is joined for a second at the end of every flow.
            quick = {prefect.settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
            with temporary_settings(known | quick), ObjectStore(settings.store_address()) as store:
                yield World(settings, store, settings.keys, services.prefect_api_url)
                # What is still to be sent would be tried for a long time once the server is gone.
                EventsWorker.drain_all(timeout=10)
                APILogWorker.drain_all(timeout=10)
        connection.cache_clear()


@pytest.fixture
def shop(world: World) -> Shop:
    """A dataset of the test's own, without any file."""
    return Shop(world)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What a run says to a person."""
    speaker = logging.getLogger("abasto")
    speaker.addHandler(caplog.handler)
    yield caplog
    speaker.removeHandler(caplog.handler)
