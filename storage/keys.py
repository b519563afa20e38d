"""Where everything lies in the buckets: the only place that knows a key.

    dataset-predicciones/  ventas/ inventario/ ...                           what people upload (mutable)
                           snapshots/<snapshot_id>/<original name>           the bytes as they came
                           datasets/<dataset>/<dataset_version>/             cleaned tables and splits
                           datasets/<dataset>/latest.json                    pointer
                           rechazados/<snapshot_id>/<dataset_version>.csv    quarantined rows
    modelos/               <dataset>/v0001/  latest.json  signing_key.pub.pem
                           <dataset>/backtests/<16 hex>/  latest.json
    predicciones/          <dataset>/<dataset_version>-v0001-<horizon>-<8 hex>/  latest.json
    reposicion/            <dataset>/2026-W07-r1/  latest.json  orders/<purchase_order>/0001.json
                           <dataset>/2026-W07-r1/whatif/<name>/              its what-ifs
                           <dataset>/issued/<purchase_order>.xlsx            what suppliers were sent

What is published stays as it is. Uploads change as people like, a pointer moves, the record of announced
uploads is kept up to date, and the claim of an unfinished plan may be taken over; all but the uploads by
compare-and-swap.
The pointer of a dataset lies under `datasets/`, not at the top of its bucket: the dataset `ventas` would
otherwise keep its pointer under `ventas/`, among what people upload.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict, field_validator

from intake.errors import InputError
from storage import ids

UPLOAD_FOLDERS: Final[Mapping[str, str]] = {
    "ventas": "sales",
    "inventario": "stock",
    "productos": "items",
    "proveedores": "suppliers",
    "condiciones": "terms",
    "recetas": "bill_of_materials",
    "capacidad": "capacity",
    "calendario": "calendar",
}
"""The folder people upload to -> the name of the table it holds."""

MANIFEST: Final = "manifest.json"
CLAIM: Final = "claim.json"
POINTER: Final = "latest.json"
MODEL: Final = "model.pkl"
SIGNATURE: Final = "model.sig"
RUN_LOG: Final = "run.log.jsonl"
SUPPLIERS: Final = "suppliers.parquet"  # in a plan's folder: whom its orders go to, as the plan knew them

_LONGEST_KEY: Final = 1024  # bytes, S3's own limit


def checked_path(path: str) -> str:
    """Return a path inside a bucket as it is.

    Raises `InputError` where it could escape from its folder, or would not survive a copy to a disk.
    """
    if any(unicodedata.category(character) in {"Cc", "Cs"} or character == "\\" for character in path):
        raise InputError(f"The name {path!r} holds a backslash or a control character: rename the file.")
    if any(segment in {"", ".", ".."} for segment in path.split("/")):
        raise InputError(f"The name '{path}' has an empty or a dotted part ('', '.', '..'): rename the file.")
    if len(path.encode()) > _LONGEST_KEY:
        raise InputError(f"The name '{path[:40]}...' is longer than {_LONGEST_KEY} bytes: shorten it.")
    return path


class Ref(BaseModel):
    """One object: what tasks pass to each other instead of bytes, frames or clients."""

    model_config = ConfigDict(frozen=True)

    bucket: str
    key: str

    @field_validator("key")
    @classmethod
    def _checked(cls, key: str) -> str:
        return checked_path(key)

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.bucket}/{self.key}"


class Folder(BaseModel):
    """A place in a bucket under which objects lie; `path` ends without a slash, '' is the whole bucket."""

    model_config = ConfigDict(frozen=True)

    bucket: str
    path: str = ""

    @field_validator("path")
    @classmethod
    def _checked(cls, path: str) -> str:
        return checked_path(path) if path else path

    @property
    def prefix(self) -> str:
        """What every key below starts with."""
        return f"{self.path}/" if self.path else ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def __truediv__(self, name: str) -> Ref:
        return Ref(bucket=self.bucket, key=checked_path(f"{self.prefix}{name}"))

    def folder(self, name: str) -> Folder:
        """Return the folder `name` below this one."""
        return Folder(bucket=self.bucket, path=checked_path(f"{self.prefix}{name}"))

    def __str__(self) -> str:
        return f"{self.bucket}/{self.prefix}"


def window_file(cutoff: date, recipe: str) -> str:
    """The name, inside the folder of a backtest, of what one recipe forecast from one cutoff."""
    return f"windows/{cutoff:%Y-%m-%d}/{ids.safe_segment(recipe)}.parquet"


def in_language(name: str, language: str) -> str:
    """The name of a document in a language: where it is not English, it is said before the ending.

    >>> in_language("materials.xlsx", "es")
    'materials.es.xlsx'
    """
    stem, _, ending = name.rpartition(".")
    return name if language == "en" else f"{stem}.{language}.{ending}"


def order_file(purchase_order: str, language: str, ending: str) -> str:
    """The name of a document of one purchase order."""
    return in_language(f"{ids.safe_segment(purchase_order)}.{ending}", language)


def pointer_in(folder: Folder) -> Ref:
    """Return the pointer to the latest of what lies in `folder`."""
    return folder / POINTER


@dataclass(frozen=True)
class Keys:
    """Every layout, over the names of the four buckets."""

    datasets: str = "dataset-predicciones"
    models: str = "modelos"
    predictions: str = "predicciones"
    plans: str = "reposicion"

    @property
    def buckets(self) -> tuple[str, ...]:
        """All buckets, each once."""
        return tuple(dict.fromkeys((self.datasets, self.models, self.predictions, self.plans)))

    def uploads(self, folder: str) -> Folder:
        """Where people put files of one kind; `InputError` for a folder that is none of `UPLOAD_FOLDERS`."""
        if folder not in UPLOAD_FOLDERS:
            raise InputError(f"'{folder}' is no upload folder: choose one of {', '.join(UPLOAD_FOLDERS)}.")
        return Folder(bucket=self.datasets, path=folder)

    def snapshot(self, snapshot_id: str, name: str) -> Ref:
        """Where the bytes of an upload are kept as they came, under the last part of its name."""
        folder = Folder(bucket=self.datasets, path=f"snapshots/{ids.checked_sha256(snapshot_id)}")
        return folder / name.rpartition("/")[2]

    def rejected(self, snapshot_id: str, dataset_version: str) -> Ref:
        """Where the quarantined rows of one snapshot lie, as one version of a dataset saw them."""
        folder = Folder(bucket=self.datasets, path=f"rechazados/{ids.checked_sha256(snapshot_id)}")
        return folder / f"{ids.checked_dataset_version(dataset_version)}.csv"

    @property
    def announced_uploads(self) -> Ref:
        """Which uploads were announced already: what `watch` compares a listing with."""
        return Ref(bucket=self.datasets, key="watch/announced.json")

    @property
    def all_datasets(self) -> Folder:
        """Where all datasets lie."""
        return Folder(bucket=self.datasets, path="datasets")

    def dataset(self, dataset: str) -> Folder:
        """Where the versions and the pointer of a dataset lie."""
        return self.all_datasets.folder(ids.checked_dataset(dataset))

    def dataset_version(self, dataset: str, dataset_version: str) -> Folder:
        """Where one version of a dataset lies."""
        return self.dataset(dataset).folder(ids.checked_dataset_version(dataset_version))

    def dataset_models(self, dataset: str) -> Folder:
        """Where the models of a dataset, their pointer and the public key lie."""
        return Folder(bucket=self.models, path=ids.checked_dataset(dataset))

    def model(self, dataset: str, model_version: str) -> Folder:
        """Where one model lies."""
        ids.model_number(model_version)
        return self.dataset_models(dataset).folder(model_version)

    def dataset_backtests(self, dataset: str) -> Folder:
        """Where the backtests of a dataset and their pointer lie."""
        return self.dataset_models(dataset).folder("backtests")

    def backtest(self, dataset: str, input_hash: str) -> Folder:
        """Where one backtest lies, named by the hash of all its inputs."""
        return self.dataset_backtests(dataset).folder(ids.checked_sha256(input_hash)[:16])

    def public_key(self, dataset: str) -> Ref:
        """Where the public half of the signing key is published, beside the pointer."""
        return self.dataset_models(dataset) / "signing_key.pub.pem"

    def dataset_predictions(self, dataset: str) -> Folder:
        """Where the predictions of a dataset and their pointer lie."""
        return Folder(bucket=self.predictions, path=ids.checked_dataset(dataset))

    def prediction(
        self, dataset: str, dataset_version: str, model_version: str, horizon: int, input_hash: str
    ) -> Folder:
        """Where one prediction lies.

        The name ends with eight digits of the hash of all inputs: the same dataset, model and horizon give
        another forecast under another calendar assumption, number of paths or seed, and none may overwrite
        another.
        """
        ids.checked_dataset_version(dataset_version)
        ids.model_number(model_version)
        return self.dataset_predictions(dataset).folder(
            f"{dataset_version}-{model_version}-{horizon}-{ids.checked_sha256(input_hash)[:8]}"
        )

    def dataset_plans(self, dataset: str) -> Folder:
        """Where the plans of a dataset, their pointer and the orders lie."""
        return Folder(bucket=self.plans, path=ids.checked_dataset(dataset))

    def plan(self, dataset: str, plan_id: str) -> Folder:
        """Where one plan lies."""
        ids.plan_week_and_revision(plan_id)
        return self.dataset_plans(dataset).folder(plan_id)

    def what_if(self, dataset: str, plan_id: str, name: str) -> Folder:
        """Where a what-if of a plan lies, under the name that somebody gave it."""
        return self.plan(dataset, plan_id).folder("whatif").folder(ids.safe_segment(name))

    def orders(self, dataset: str) -> Folder:
        """Where the states of all purchase orders of a dataset lie."""
        return self.dataset_plans(dataset).folder("orders")

    def order_event(self, dataset: str, purchase_order: str, number: int) -> Ref:
        """Where the n-th state of one purchase order lies.

        The number alone makes the name, so that two people who confirm and cancel at once meet at one key.
        """
        return self.orders(dataset).folder(ids.safe_segment(purchase_order)) / f"{number:04d}.json"

    def issued(self, dataset: str) -> Folder:
        """Where the documents of purchase orders lie, as they were issued."""
        return self.dataset_plans(dataset).folder("issued")

    def self_test(self) -> Ref:
        """Where the start-up test of conditional writes writes; removed again."""
        return Ref(bucket=self.models, key=".abasto/self-test")
