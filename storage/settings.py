"""Where the store is, what its buckets are called, which key signs: the only reader of the environment.

A value is looked for in `ABASTO_*` environment variables, then in `.env`, then (addresses and credentials of
the embedded servers alone) in `<home>/connection.json`, then in the defaults below.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from intake.errors import InputError, MissingError
from storage.connection import StoreAddress, read_connection
from storage.keys import Keys


class Settings(BaseSettings):
    """Everything that may differ between two installations; immutable, made by `Settings.load()`."""

    model_config = SettingsConfigDict(
        env_prefix="ABASTO_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(Path(".abasto"), description="Folder of embedded servers, their data, keys, logs.")
    endpoint: str | None = Field(None, description="host:port of a store of your own; none is started.")
    secure: bool = Field(default=False, description="Whether the store of `endpoint` speaks https.")
    access_key: str | None = None
    secret_key: SecretStr | None = None
    region: str = "us-east-1"
    datasets_bucket: str = "dataset-predicciones"
    models_bucket: str = "modelos"
    predictions_bucket: str = "predicciones"
    plans_bucket: str = "reposicion"
    signing_key: Path | None = Field(None, description="PEM of the Ed25519 private key that signs models.")
    database_url: SecretStr | None = Field(
        None, description="SQL database; `<home>/abasto.db` where not set."
    )
    timezone: str = Field("UTC", description="IANA name; schedules are read in it.")
    prefect_api_url: str | None = Field(None, description="Prefect API of your own; none is started.")
    store_port: int = Field(9000, ge=1, le=65535, description="Preferred port of the embedded store.")
    prefect_port: int = Field(4200, ge=1, le=65535, description="Preferred port of the embedded Prefect.")

    upload_host: str = Field("127.0.0.1", description="Where the upload page listens; loopback by default.")
    upload_port: int = Field(8501, ge=1, le=65535, description="Preferred port of the upload page.")
    upload_password: SecretStr | None = Field(None, description="Of the upload page; made where not given.")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("endpoint")
    @classmethod
    def _host_and_port(cls, endpoint: str | None) -> str | None:
        if endpoint is not None and "/" in endpoint:
            raise ValueError("give host:port without http:// or a path; https is ABASTO_SECURE=true")
        return endpoint

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (LookupError, ValueError, OSError) as unknown:
            raise ValueError(f"'{timezone}' is no IANA time zone, such as America/New_York") from unknown
        return timezone

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Return the settings of this process; raise `InputError` when a value cannot be used."""
        try:
            return cls(**overrides)  # type: ignore[arg-type]
        except ValidationError as invalid:
            wrong = invalid.errors()[0]
            name = "ABASTO_" + "_".join(str(part) for part in wrong["loc"]).upper()
            raise InputError(
                f"{name} cannot be used: {wrong['msg'].removeprefix('Value error, ')}."
            ) from invalid

    @property
    def keys(self) -> Keys:
        """Every key layout, over the bucket names of these settings."""
        return Keys(
            datasets=self.datasets_bucket,
            models=self.models_bucket,
            predictions=self.predictions_bucket,
            plans=self.plans_bucket,
        )

    @property
    def signing_key_path(self) -> Path:
        """Where the private signing key lies; the public one lies beside it with the suffix `.pub.pem`."""
        return self.signing_key or self.home / "keys" / "signing_key.pem"

    def store_address(self) -> StoreAddress:
        """Return address and credentials of the object store.

        Credentials of the embedded store are never sent to a configured endpoint. Raises `MissingError` where
        nothing is configured and nothing was started, or where a configured endpoint has no credentials.
        """
        if self.endpoint is None:
            store = read_connection(self.home).store
            if store is None:
                raise MissingError(
                    "No object store is configured or running: start `abasto up`, or set ABASTO_ENDPOINT, "
                    "ABASTO_ACCESS_KEY and ABASTO_SECRET_KEY."
                )
            return store
        if self.access_key is None or self.secret_key is None:
            raise MissingError(
                f"ABASTO_ENDPOINT is {self.endpoint} but its credentials are not set: "
                "set ABASTO_ACCESS_KEY and ABASTO_SECRET_KEY."
            )
        return StoreAddress(
            endpoint=self.endpoint,
            secure=self.secure,
            access_key=self.access_key,
            secret_key=self.secret_key,
            region=self.region,
        )

    def prefect_api(self) -> str:
        """Return the URL of the Prefect API; raise `MissingError` where none is configured or was started."""
        url = self.prefect_api_url or read_connection(self.home).prefect_api_url
        if url is None:
            raise MissingError(
                "No Prefect server is configured or running: start `abasto up` or set ABASTO_PREFECT_API_URL."
            )
        return url


def child_environment(
    changes: Mapping[str, str], *, without_prefixes: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return the environment for a child process: ours, without some names, then with `changes`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(without_prefixes)}
    return inherited | dict(changes)


def adopt_environment(changes: Mapping[str, str]) -> None:
    """Let this process see variables that libraries read when they are imported."""
    os.environ.update(changes)
