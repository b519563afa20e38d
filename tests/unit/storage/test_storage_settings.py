"""Where settings come from, in which order, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from intake.errors import InputError, IntegrityError, MissingError
from storage.connection import Connection, StoreAddress, read_connection, write_connection
from storage.settings import Settings, child_environment

EMBEDDED = StoreAddress(endpoint="127.0.0.1:9000", access_key="ours", secret_key=SecretStr("generated"))


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_environment_wins_over_the_file_and_that_over_the_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Settings.load().timezone == "UTC"
    Path(".env").write_text("ABASTO_TIMEZONE=Europe/Madrid\nABASTO_MODELS_BUCKET=from-file\nOTHER=1\n")
    monkeypatch.setenv("ABASTO_TIMEZONE", "America/New_York")
    monkeypatch.setenv("ABASTO_PLANS_BUCKET", "")
    settings = Settings.load()
    assert settings.timezone == "America/New_York"
    assert settings.keys.models == "from-file"
    assert settings.keys.plans == "reposicion", "an empty variable is none"
    assert Settings.load(timezone="Asia/Tokyo").timezone == "Asia/Tokyo"


def test_the_home_is_under_the_current_folder(tmp_path: Path) -> None:
    settings = Settings.load()
    assert settings.home == tmp_path / ".abasto"
    assert settings.signing_key_path == tmp_path / ".abasto" / "keys" / "signing_key.pem"


def test_without_any_store_the_way_out_is_said() -> None:
    with pytest.raises(MissingError, match=r"start `abasto up`, or set ABASTO_ENDPOINT"):
        Settings.load().store_address()
    with pytest.raises(MissingError, match=r"start `abasto up` or set ABASTO_PREFECT_API_URL"):
        Settings.load().prefect_api()


def test_the_embedded_servers_are_found_where_they_wrote() -> None:
    settings = Settings.load()
    write_connection(settings.home, Connection(store=EMBEDDED, prefect_api_url="http://127.0.0.1:4200/api"))
    assert settings.store_address() == EMBEDDED
    assert settings.prefect_api() == "http://127.0.0.1:4200/api"
    assert read_connection(settings.home).store == EMBEDDED


def test_embedded_credentials_never_go_to_a_configured_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABASTO_ENDPOINT", "store.example.com")
    settings = Settings.load()
    write_connection(settings.home, Connection(store=EMBEDDED))
    with pytest.raises(MissingError, match=r"store\.example\.com but its credentials are not set"):
        settings.store_address()
    monkeypatch.setenv("ABASTO_ACCESS_KEY", "mine")
    monkeypatch.setenv("ABASTO_SECRET_KEY", "secret")
    monkeypatch.setenv("ABASTO_SECURE", "true")
    address = Settings.load().store_address()
    assert (address.endpoint, address.access_key, address.secure) == ("store.example.com", "mine", True)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ABASTO_TIMEZONE", "Mars/Olympus", "is no IANA time zone"),
        ("ABASTO_ENDPOINT", "http://host:9000", "give host:port without http://"),
        ("ABASTO_STORE_PORT", "many", "ABASTO_STORE_PORT cannot be used"),
        ("ABASTO_STORE_PORT", "70000", "ABASTO_STORE_PORT cannot be used"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, text: str, said: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(InputError, match=said) as wrong:
        Settings.load()
    assert "\n" not in str(wrong.value)
    assert str(wrong.value).startswith(name)


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABASTO_SECRET_KEY", "hush")
    assert "hush" not in repr(Settings.load())
    assert "generated" not in repr(EMBEDDED)


def test_a_broken_connection_file_says_what_to_do() -> None:
    settings = Settings.load()
    settings.home.mkdir()
    (settings.home / "connection.json").write_text("{")
    with pytest.raises(IntegrityError, match="delete it and start `abasto up` again"):
        settings.store_address()


def test_a_child_gets_our_environment_without_what_would_mislead_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://elsewhere")
    monkeypatch.setenv("KEPT", "1")
    child = child_environment({"NEW": "2"}, without_prefixes=("PREFECT_API_",))
    assert (child.get("PREFECT_API_URL"), child["KEPT"], child["NEW"]) == (None, "1", "2")
