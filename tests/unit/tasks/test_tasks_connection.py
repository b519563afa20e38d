"""Who makes the key that signs models: commands, never a worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

import cli.connection
from intake.errors import MissingError
from storage.signing import load_signing_keys
from tasks.connection import connection, registry


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home without keys, and a store that nobody asks anything."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ABASTO_HOME", str(tmp_path / "home"))
    connection.cache_clear()
    yield tmp_path / "home"
    connection.cache_clear()


def with_own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ENDPOINT": "127.0.0.1:9", "ACCESS_KEY": "a", "SECRET_KEY": "b" * 8}.items():
        monkeypatch.setenv(f"ABASTO_{name}", value)


def test_a_worker_without_its_key_says_so_and_makes_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_own_store(monkeypatch)
    with pytest.raises(MissingError, match="There is no signing key at"):
        registry()
    assert not home.exists()


@pytest.mark.parametrize("embedded", [True, False])
def test_a_command_on_embedded_servers_makes_the_key_at_first_start(
    home: Path, monkeypatch: pytest.MonkeyPatch, embedded: bool
) -> None:
    @contextmanager
    def servers(*_: object, **__: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(environment={})

    monkeypatch.setattr(cli.connection, "running", servers)
    monkeypatch.setattr(cli.connection, "adopt_environment", lambda _: None)
    if not embedded:
        with_own_store(monkeypatch)
    with cli.connection.connected(prefect=False):
        assert (home / "keys" / "signing_key.pem").exists() == embedded
    if embedded:
        assert load_signing_keys(home / "keys" / "signing_key.pem").private is not None
