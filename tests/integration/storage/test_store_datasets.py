"""Snapshots as they came, versions with the same bytes, and what was rejected."""

from __future__ import annotations

import pandas as pd
import pytest
from storage_rig import DyingStore, RigServer, provenance

from intake.errors import IntegrityError, MissingError
from storage import ids
from storage.datasets import Datasets
from storage.keys import Keys
from storage.objects import ObjectStore

VERSION = "0123456789abcdef"
SALES = pd.DataFrame(
    {
        "unique_id": ["a", "a", "ñ"],
        "ds": pd.to_datetime(["2026-01-05", "2026-01-12", "2026-01-05"]),
        "y": [1.0, float("nan"), 3.5],
    }
)


@pytest.fixture
def datasets(store: ObjectStore, keys: Keys) -> Datasets:
    return Datasets(store, keys)


def test_a_snapshot_is_kept_as_it_came(datasets: Datasets, dataset: str) -> None:
    content = f"Fecha;Ventas\r\n{dataset}\r\n".encode("utf-16")
    ref = datasets.keep_snapshot("ventas/Mis Ventas.csv", content)
    assert ref.key == f"snapshots/{ids.sha256(content)}/Mis Ventas.csv"
    assert datasets.keep_snapshot("ventas/Mis Ventas.csv", content) == ref
    assert datasets.read_snapshot(ref) == content
    datasets.store.put(ref, b"changed")
    with pytest.raises(IntegrityError, match="is not what its name says"):
        datasets.read_snapshot(ref)
    with pytest.raises(IntegrityError, match="is not what its name says"):
        datasets.keep_snapshot("ventas/Mis Ventas.csv", content)


def test_a_version_is_read_back_as_it_was(datasets: Datasets, dataset: str) -> None:
    tables = {"sales": SALES, "train": SALES[:2], "test": SALES[2:]}
    made_from, files = provenance(dataset, "dataset"), {"test.csv": b"unique_id,ds,y\n"}
    published = datasets.publish(dataset, VERSION, tables, made_from, files=files)
    names = {"sales.parquet", "train.parquet", "test.parquet", "test.csv"}
    assert set(published.manifest.files) == names
    pd.testing.assert_frame_equal(datasets.read_table(published), SALES)
    pd.testing.assert_frame_equal(datasets.read_table(published, "test"), SALES[2:].reset_index(drop=True))
    assert datasets.store.get(published.folder / "test.csv") == files["test.csv"]
    assert not datasets.publish(dataset, VERSION, tables, made_from, files=files).written
    datasets.make_latest(published, (SALES["ds"].max().toordinal(),))
    assert datasets.published(dataset).folder == published.folder
    assert [(record.id, record.state) for record in datasets.versions(dataset)] == [(VERSION, "latest")]
    assert dataset in datasets.datasets()


def test_a_dataset_named_like_an_upload_folder_stays_out_of_it(datasets: Datasets, keys: Keys) -> None:
    published = datasets.publish("ventas", VERSION, {"sales": SALES}, provenance("ventas", "dataset"))
    datasets.make_latest(published, (1,))
    assert list(datasets.store.list_objects(keys.uploads("ventas"))) == []


def test_rejected_rows_lie_beside_their_snapshot_and_are_written_once(
    server: RigServer, datasets: Datasets
) -> None:
    ref = datasets.keep_rejected("a" * 64, VERSION, b"line,reason\n7,no date\n")
    assert ref.key == f"rechazados/{'a' * 64}/{VERSION}.csv"
    assert datasets.store.get(ref) == b"line,reason\n7,no date\n"
    unwritable = Datasets(DyingStore(server.address, dies_before=1), server.keys)
    assert unwritable.keep_rejected("a" * 64, VERSION, b"line,reason\n7,no date\n") == ref
    datasets.keep_rejected("a" * 64, VERSION, b"line,reason\n7,another release\n")
    assert datasets.store.get(ref) == b"line,reason\n7,another release\n"
    datasets.store.remove(ref)


def test_a_dataset_that_is_not_there_says_what_to_do(datasets: Datasets, dataset: str) -> None:
    with pytest.raises(MissingError, match="has no version latest: upload a sales file"):
        datasets.published(dataset)
