"""A store and a Prefect server of a benchmark's own, in a temporary home on free ports."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.ports import free_ports
from cli.services import Services, running
from storage.settings import Settings, child_environment
from storage.signing import ensure_signing_keys

_FOREIGN = ("ABASTO_", "PREFECT_")


@dataclass(frozen=True)
class OwnServers:
    """Running servers; `settings` lead to them and to nothing of the user's."""

    settings: Settings
    services: Services

    def environment(self, endpoint: str | None = None) -> dict[str, str]:
        """The environment of a process that works on them, by another way to the store where one is given."""
        address = self.settings.store_address()
        return child_environment(
            {
                **self.services.environment,
                "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
                "ABASTO_HOME": str(self.settings.home),
                "ABASTO_SIGNING_KEY": str(self.settings.signing_key_path),
                "ABASTO_ENDPOINT": endpoint or address.endpoint,
                "ABASTO_ACCESS_KEY": address.access_key,
                "ABASTO_SECRET_KEY": address.secret_key.get_secret_value(),
                "ABASTO_SECURE": "false",
                "ABASTO_REGION": address.region,
                **{f"ABASTO_{name.upper()}_BUCKET": bucket for name, bucket in self._buckets().items()},
            },
            without_prefixes=_FOREIGN,
        )

    def _buckets(self) -> dict[str, str]:
        keys = self.settings.keys
        return {
            "datasets": keys.datasets,
            "models": keys.models,
            "predictions": keys.predictions,
            "plans": keys.plans,
        }


@contextmanager
def own_servers(*, prefect: bool = True, keep: bool = False) -> Iterator[OwnServers]:
    """Have servers on a home of their own, which is removed at the end unless `keep`."""
    home = Path(tempfile.mkdtemp(prefix="abasto-bench-"))
    store_port, prefect_port = free_ports(2)
    settings = Settings.load(
        home=home,
        endpoint=None,
        prefect_api_url=None,
        signing_key=None,
        store_port=store_port,
        prefect_port=prefect_port,
        datasets_bucket="dataset-predicciones",
        models_bucket="modelos",
        predictions_bucket="predicciones",
        plans_bucket="reposicion",
    )
    ensure_signing_keys(settings.signing_key_path)  # commands make one for a home of their own alone
    try:
        with running(settings, prefect=prefect, progress=lambda text: print(text, flush=True)) as services:
            yield OwnServers(settings, services)
    finally:
        if keep:
            print(f"Kept: {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)
