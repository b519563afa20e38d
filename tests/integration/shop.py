"""A dataset on the real servers: what a person does with it, and what lies in the buckets then."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

import builders
import pandas as pd

from flows.backtest import backtest
from flows.forecast import forecast
from flows.ingest import ingest
from flows.replenish import replenish
from flows.train import train
from planning.order_states import OrderAction
from storage.keys import RUN_LOG, Folder, Keys, Ref
from storage.manifests import Published, read_file, read_published
from storage.objects import ObjectStore
from storage.settings import Settings
from tasks.connection import folder_of
from tasks.orders import move
from tasks.run_requests import BacktestRequest, ForecastRequest, IngestRequest, ReplenishRequest, TrainRequest

BASELINES = ("seasonal_naive", "moving_average")
QUICK_PATHS = 100


@dataclass(frozen=True)
class World:
    """The running servers."""

    settings: Settings
    store: ObjectStore
    keys: Keys
    prefect_api_url: str


@dataclass(frozen=True)
class Shop:
    """One dataset; every method is what a command of the same name does, in this process."""

    world: World
    dataset: str = field(default_factory=lambda: f"shop-{uuid.uuid4().hex[:8]}")

    def upload(self, folder: str, content: bytes, name: str = "file.csv") -> Ref:
        ref = self.world.keys.uploads(folder) / f"{self.dataset}/{name}"
        self.world.store.put(ref, content)
        return ref

    def upload_planning_files(self) -> None:
        for folder, (name, content) in builders.planning_files().items():
            self.upload(folder, content, name)

    def ingest(self, **options: Any) -> Published:
        return self._published(ingest(IngestRequest(dataset=self.dataset, **options)))

    def train(self, **options: Any) -> Published:
        quick = {"recipes": ("seasonal_naive",), "windows": 2, "trials": 1}
        return self._published(train(TrainRequest(dataset=self.dataset, **quick | options)))

    def backtest(self, **options: Any) -> Published:
        quick = {"recipes": BASELINES, "windows": 2, "horizon": 4, "paths": QUICK_PATHS}
        return self._published(backtest(BacktestRequest(dataset=self.dataset, **quick | options)))

    def forecast(self, **options: Any) -> Published:
        quick = {"paths": QUICK_PATHS}
        return self._published(forecast(ForecastRequest(dataset=self.dataset, **quick | options)))

    def replenish(self, **options: Any) -> Published:
        quick = {"paths": QUICK_PATHS}
        plans = replenish(ReplenishRequest(dataset=self.dataset, **quick | options))
        assert len(plans) == 1
        return self._published(plans[0])

    def move(self, purchase_order: str, action: str) -> str:
        return str(move(self.dataset, purchase_order, OrderAction(action), date(2030, 1, 1)))

    def order(self, plan: Published) -> str:
        """The number of the only purchase order of a plan."""
        (number,) = self.lines(plan)["purchase_order"].unique()
        return str(number)

    def lines(self, plan: Published) -> pd.DataFrame:
        """The lines of a plan by series, ordered ones and others."""
        return self.table(plan, "plan.parquet").set_index("unique_id").sort_index()

    def table(self, published: Published, name: str) -> pd.DataFrame:
        content = BytesIO(self.read(published, name))
        return pd.read_parquet(content) if name.endswith(".parquet") else pd.read_csv(content)

    def read(self, published: Published, name: str) -> bytes:
        return read_file(self.world.store, published, name)

    def log(self, published: Published) -> bytes:
        return self.world.store.get(published.folder / RUN_LOG)

    def folders(self) -> list[Folder]:
        """Where everything that is published of this dataset lies."""
        keys = self.world.keys
        places = (keys.dataset, keys.dataset_models, keys.dataset_predictions, keys.dataset_plans)
        return [place(self.dataset) for place in places]

    def listing(self) -> dict[str, tuple[str, str]]:
        """ETag and time of every published object."""
        return {
            str(found.ref): (found.etag, found.modified.isoformat())
            for found in self._everything(self.folders())
        }

    def _everything(self, folders: Iterable[Folder]) -> Iterable[Any]:
        for folder in folders:
            yield from self.world.store.list_objects(folder)

    def _published(self, manifest: Ref) -> Published:
        return read_published(self.world.store, folder_of(manifest), verify_files=True)
